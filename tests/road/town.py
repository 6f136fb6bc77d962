"""Several workspaces on one network, as small as the tests need and as real as the product is."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from meldingsloft.adapters.clock import FixedClock
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.adapters.workspace import NewParty, Workspace, add_party, create_workspace
from meldingsloft.cli.wiring import open_msh
from meldingsloft.domain.heads import Address, Head
from meldingsloft.domain.journal import Entry, Search
from meldingsloft.domain.states import Direction, State
from meldingsloft.flow.handling import Received
from meldingsloft.flow.msh import Msh
from meldingsloft.flow.receiving import receive
from meldingsloft.flow.sending import SendOptions, Sent, deliver, prepare
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.xmlsafe import parse

HOSPITAL, MUNICIPALITY, OFFICE = "8800110", "8800210", "8800310"
NOW = dt.datetime(2026, 3, 2, 10, 31, 7, tzinfo=dt.UTC)


@dataclass(slots=True)
class Town:
    """One network folder and the workspaces on it; every meldingstjener has the same clock, which tests may move."""

    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    servers: dict[str, Msh] = field(default_factory=dict)

    def found(self, name: str, org_her_id: str, parties: Sequence[NewParty], organisation: str = "") -> Msh:
        """A workspace with these parties, opened."""
        made = create_workspace(
            self.folder / name,
            name=organisation or name.capitalize(),
            org_her_id=org_her_id,
            network=self.folder / "network",
            party=parties[0],
            clock=self.clock,
        )
        workspace = made.workspace
        for party in parties[1:]:
            workspace = add_party(workspace, party, clock=self.clock).workspace
        self.workspaces[name] = workspace
        return self.open(name)

    def open(self, name: str) -> Msh:
        """The meldingstjener of a workspace, opened anew."""
        self.servers[name] = open_msh(self.workspaces[name], clock=self.clock)
        return self.servers[name]

    @property
    def network(self) -> Path:
        return self.folder / "network"

    def inbox(self, her_id: str) -> list[Path]:
        """The mails that lie in a party's mailbox, oldest name first."""
        server = next(iter(self.servers.values()))
        record = server.register.party(her_id)  # type: ignore[arg-type]
        assert record is not None
        folder = self.network / "mailboxes" / record.edi_address
        return sorted(path for sub in ("new", "cur") for path in (folder / sub).iterdir())

    def drop(self, her_id: str, mail: bytes, name: str = "") -> Path:
        """Put a mail into a party's mailbox as any mail server would."""
        server = next(iter(self.servers.values()))
        record = server.register.party(her_id)  # type: ignore[arg-type]
        assert record is not None
        path = self.network / "mailboxes" / record.edi_address / "new" / (name or f"9999999999.{uuid.uuid4()}.test")
        path.write_bytes(mail)
        return path

    def filed(self, name: str, her_id: str) -> list[Path]:
        """The files in a party's fagsystem inbox."""
        return sorted((self.workspaces[name].folder / "fagsystem" / her_id / "inn").iterdir())


def two_houses(folder: Path) -> Town:
    """A hospital with one party and a municipality with one."""
    town = Town(folder)
    town.found("hospital", "8800100", [NewParty("Medisinsk avdeling", her_id=HOSPITAL)], "Kristiansund sykehus")
    town.found(
        "municipality", "8800200", [NewParty("Pleie- og omsorgstjenesten", her_id=MUNICIPALITY)], "Kristiansund kommune"
    )
    return town


def send(msh: Msh, payload: bytes, **options: object) -> list[Sent]:
    """One message out."""
    return list(deliver(msh, [prepare(msh, payload, SendOptions(**options))]))  # type: ignore[arg-type]


def empty(msh: Msh) -> list[Received]:
    """The inboxes emptied once."""
    return list(receive(msh))


def states(msh: Msh, direction: Direction = Direction.OUT) -> list[State]:
    return [entry.state for entry in msh.journal.search(Search(direction=direction))]


def entries(msh: Msh, **search: object) -> list[Entry]:
    return list(msh.journal.search(Search(**search)))  # type: ignore[arg-type]


def head_of(payload: bytes) -> Head:
    return read_head(parse(payload), load_catalogue())


def party_of(address: Address, her_id: str = "") -> NewParty:
    level = address.party
    assert level is not None
    return NewParty(
        level.name or "Uten navn", "person" if level.person else "service", her_id=her_id or level.her_id or ""
    )


_MSG_ID = re.compile(rb"(<(?:\w+:)?MsgId>)[^<]*(</)")


def with_msg_id(payload: bytes, msg_id: str) -> bytes:
    changed = _MSG_ID.sub(rb"\g<1>" + msg_id.encode() + rb"\g<2>", payload, count=1)
    assert msg_id.encode() in changed
    return changed
