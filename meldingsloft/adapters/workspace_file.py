"""``meldingsloft.toml``: who a workspace is, where its network lies, and the paths that follow from both.

*workspace*: one folder, one meldingstjener (MSH) of one virksomhet. *network*: one folder that stands in for Norsk helsenett,
shared by several workspaces: ``register/``, ``mailboxes/``, ``ca/``. Paths in the file are relative to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from meldingsloft.adapters.durable import read_file, write_file
from meldingsloft.adapters.settings import FILE_NAME, problems_of
from meldingsloft.adapters.toml_files import TableReader, lines_of, read_toml, report
from meldingsloft.domain.errors import ConfigError
from meldingsloft.domain.identifiers import HerId, is_her_id
from meldingsloft.domain.parties import Organisation

KINDS = ("service", "person")
VARIABLE = "MELDINGSLOFT_WORKSPACE"
_ORG_NUMBER_DIGITS = 9


@dataclass(frozen=True, slots=True)
class HostedParty:
    """A party of this workspace; its address and certificates stand in the register."""

    her_id: HerId
    name: str
    kind: Literal["service", "person"]
    hpr: str = ""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace; all paths are absolute."""

    folder: Path
    organisation: Organisation
    network: Path
    parties: tuple[HostedParty, ...] = ()

    @property
    def file(self) -> Path:
        """``meldingsloft.toml``."""
        return self.folder / FILE_NAME

    @property
    def journal(self) -> Path:
        """The database of the journal."""
        return self.folder / "journal.sqlite3"

    @property
    def keys(self) -> Path:
        """Private keys, a folder for each party."""
        return self.folder / "keys"

    @property
    def archive(self) -> Path:
        """Every mail, sent and received."""
        return self.folder / "archive"

    @property
    def failed(self) -> Path:
        """What could not be handled, with reasons."""
        return self.folder / "failed"

    @property
    def fagsystem(self) -> Path:
        """The folders shared with the fagsystem."""
        return self.folder / "fagsystem"

    @property
    def register(self) -> Path:
        """The network's register."""
        return self.network / "register"

    @property
    def mailboxes(self) -> Path:
        """The network's mailboxes."""
        return self.network / "mailboxes"

    @property
    def ca(self) -> Path:
        """The network's test CA."""
        return self.network / "ca"

    @property
    def revocations(self) -> Path:
        """CRLs and OCSP responses of the network."""
        return self.ca / "revocation"

    def paths(self) -> dict[str, Path]:
        """Every path in use, by the name that ``config show`` gives it."""
        names = (
            "network",
            "register",
            "mailboxes",
            "ca",
            "revocations",
            "journal",
            "keys",
            "archive",
            "failed",
            "fagsystem",
        )
        return {"workspace": self.folder, "file": self.file} | {name: getattr(self, name) for name in names}

    def inbox(self, her_id: HerId) -> Path:
        """Where the fagsystem finds received messages of a party."""
        return self.fagsystem / her_id / "inn"

    def outbox(self, her_id: HerId) -> Path:
        """Where the fagsystem drops messages of a party."""
        return self.fagsystem / her_id / "ut"

    @classmethod
    def find(
        cls, explicit: Path | None = None, environ: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> Workspace:
        """The workspace that is meant: named, else by ``MELDINGSLOFT_WORKSPACE``, else the nearest one upwards from ``cwd``.

        Raises:
            ConfigError: ``ML-C110`` when there is none; those of ``load``.
        """
        return cls.load(find_file(explicit, os.environ if environ is None else environ, cwd or Path.cwd()).parent)

    @classmethod
    def load(cls, folder: Path) -> Workspace:
        """The workspace in a folder.

        Raises:
            ConfigError: ``ML-C110`` no workspace there; ``ML-C101``, ``ML-C102`` its file is not as it should be.
        """
        folder = folder.absolute()
        file = folder / FILE_NAME
        if not file.is_file():
            raise ConfigError(
                "ML-C110",
                "there is no workspace here",
                hint="name one with --workspace, or make one with `meldingsloft init DIR`",
                where=str(file),
            )
        problems: list[str] = []
        tables = read_toml(file)
        workspace = _read(tables, folder, problems)
        problems.extend(problems_of(tables))
        report(problems, str(file))
        return workspace


def find_file(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """Path of the ``meldingsloft.toml`` that applies.

    Raises:
        ConfigError: ``ML-C110``.
    """
    named = explicit or (Path(environ[VARIABLE]) if environ.get(VARIABLE) else None)
    candidates = [cwd / named] if named else [cwd, *cwd.parents]
    for folder in candidates:
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    where = str(candidates[0])
    raise ConfigError(
        "ML-C110",
        "there is no workspace here",
        hint="name one with --workspace, or make one with `meldingsloft init DIR`",
        where=where,
    )


def _read(tables: Mapping[str, object], folder: Path, problems: list[str]) -> Workspace:
    reader = TableReader(tables, "", problems)
    own = reader.table("workspace")
    organisation = Organisation(own.text("name"), HerId(own.text("org_her_id")), own.text("org_number"))
    network = Path(os.path.normpath(folder / own.text("network")))
    own.no_more()
    parties = tuple(_party(entry) for entry in reader.tables("party"))
    problems.extend(_of_ids(organisation, parties))
    return Workspace(folder, organisation, network, parties)


def _party(entry: TableReader) -> HostedParty:
    party = HostedParty(
        her_id=HerId(entry.text("her_id")),
        name=entry.text("name"),
        kind=cast("Literal['service', 'person']", entry.choice("kind", KINDS)),
        hpr=entry.text("hpr", ""),
    )
    entry.no_more()
    return party


def _of_ids(organisation: Organisation, parties: tuple[HostedParty, ...]) -> list[str]:
    problems = []
    if organisation.her_id and not is_her_id(organisation.her_id):
        problems.append("workspace.org_her_id must be one to twelve digits")
    if organisation.org_number and not is_org_number(organisation.org_number):
        problems.append("workspace.org_number must be nine digits")
    seen: set[str] = set()
    for number, party in enumerate(parties, 1):
        if party.her_id and not is_her_id(party.her_id):
            problems.append(f"party[{number}].her_id must be one to twelve digits")
        elif party.her_id in seen:
            problems.append(f"party[{number}].her_id is given twice")
        seen.add(party.her_id)
    return problems


def is_org_number(text: str) -> bool:
    """True for nine ASCII digits; the check digit is not looked at, since test numbers need not have one."""
    return len(text) == _ORG_NUMBER_DIGITS and text.isascii() and text.isdecimal()


def workspace_text(workspace: Workspace) -> str:
    """A new ``meldingsloft.toml``, parties included, the settings as comments that show their defaults."""
    from meldingsloft.adapters.settings import SETTINGS
    from meldingsloft.adapters.toml_files import written

    own = workspace.organisation
    values = {"name": own.name, "org_number": own.org_number, "org_her_id": own.her_id, "network": _relative(workspace)}
    lines = ["# one workspace: one meldingstjener of one virksomhet", "[workspace]", *lines_of(values)]
    for command in ("send", "receive", "run"):
        lines += ["", f"[{command}]"]
        lines += [f"# {s.key} = {written(s.default)}  # {s.about}" for s in SETTINGS if s.command == command]
    return "\n".join(lines) + "\n" + "".join(party_text(party) for party in workspace.parties)


def _relative(workspace: Workspace) -> str:
    return os.path.relpath(workspace.network, workspace.folder).replace(os.sep, "/")


def party_text(party: HostedParty) -> str:
    """One ``[[party]]`` block, to be put at the end of the file."""
    values = {"her_id": str(party.her_id), "name": party.name, "kind": party.kind} | (
        {"hpr": party.hpr} if party.hpr else {}
    )
    return "\n[[party]]\n" + "\n".join(lines_of(values)) + "\n"


def append_party(workspace: Workspace, party: HostedParty) -> Workspace:
    """The workspace with one more party, its file rewritten durably; comments and order stay.

    Raises:
        ConfigError: ``ML-C112``, it has this party already.
    """
    if any(own.her_id == party.her_id for own in workspace.parties):
        raise ConfigError(
            "ML-C112",
            f"the workspace has the party {party.her_id} already",
            hint="choose another --her-id",
            where=str(workspace.file),
        )
    text = read_file(workspace.file).decode()
    if text and not text.endswith("\n"):
        text += "\n"
    write_file(workspace.file, (text + party_text(party)).encode(), mode=0o644)
    return replace(workspace, parties=(*workspace.parties, party))
