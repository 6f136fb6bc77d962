"""Founding a workspace and adding parties: keys, certificates of the network's test CA, mailbox, register record.

Nothing that exists is replaced. The workspace file is written last, so a founding that was cut off can simply be repeated; what
was not given is chosen here and told (``Founded.chosen``). Source: HIS 1153-1 ch. 4 and 6; HITS 1177 §5.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from meldingsloft.adapters.clock import SystemClock
from meldingsloft.adapters.durable import make_folder, write_file
from meldingsloft.adapters.key_store import Purpose, WorkspaceKeys
from meldingsloft.adapters.maildir import create_mailbox, mailbox_name
from meldingsloft.adapters.register import FolderRegister
from meldingsloft.adapters.test_ca import TestCa
from meldingsloft.adapters.workspace_file import (
    HostedParty,
    Workspace,
    append_party,
    find_file,
    is_org_number,
    workspace_text,
)
from meldingsloft.domain.errors import ConfigError
from meldingsloft.domain.identifiers import HerId, is_her_id
from meldingsloft.domain.parties import Organisation, PartyRecord
from meldingsloft.ports import Clock

__all__ = ["Founded", "HostedParty", "NewParty", "Workspace", "add_party", "create_workspace", "find_file"]

FIRST_HER_ID = 100001
"""Where made-up HER-ids begin."""
USUAL_SERVICE = "Saksbehandling pasientopplysninger"
"""Kodeverk 8666, open to every kind of organisation (AD3.19)."""
_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_HPR = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class NewParty:
    """A party to be made; what is empty is chosen."""

    name: str = ""
    kind: Literal["service", "person"] = "service"
    her_id: str = ""
    edi_address: str = ""
    hpr: str = ""


@dataclass(frozen=True, slots=True)
class Founded:
    """A workspace with a party more, and what was chosen for want of being given."""

    workspace: Workspace
    record: PartyRecord
    chosen: dict[str, str] = field(default_factory=dict)


def create_workspace(
    folder: Path,
    *,
    name: str = "",
    org_number: str = "",
    org_her_id: str = "",
    network: Path | None = None,
    party: NewParty = NewParty(),
    clock: Clock | None = None,
) -> Founded:
    """A new workspace in ``folder`` with one party, in a network that is made when absent (``network`` beside ``folder``).

    Raises:
        ConfigError: ``ML-C111`` there is a workspace already; ``ML-C113`` the HER-id is another's; ``ML-C114`` a value cannot be.
        MailboxError: ``ML-P0…``.
    """
    folder = folder.absolute()
    network = (network or folder.parent / "network").absolute()
    if (folder / "meldingsloft.toml").exists():
        raise ConfigError(
            "ML-C111",
            "there is a workspace already",
            hint="choose another folder; `meldingsloft party add` adds a party",
            where=str(folder),
        )
    chosen: dict[str, str] = {}
    register = FolderRegister(network / "register")
    own_id = HerId(org_her_id or _told(chosen, "org-her-id", _free_her_id(register, party.her_id)))
    organisation = Organisation(
        name=name
        or _told(chosen, "name", folder.name.replace("-", " ").replace("_", " ").capitalize() or "Virksomhet"),
        her_id=own_id,
        org_number=org_number
        or _told(chosen, "org-number", made_up_org_number(int(own_id) if own_id.isdecimal() else 0)),
    )
    _check_organisation(organisation)
    workspace = Workspace(folder, organisation, network)
    complete = _completed(party, workspace, register, chosen)
    _check_party(complete, workspace, register)
    _folders(workspace)
    record = _enrol(workspace, complete, register, clock or SystemClock())
    workspace = replace(workspace, parties=(_hosted(complete),))
    write_file(workspace.file, workspace_text(workspace).encode(), mode=0o644)
    return Founded(workspace, record, chosen)


def add_party(workspace: Workspace, party: NewParty, *, clock: Clock | None = None) -> Founded:
    """One more party for a workspace; the workspace file is written last.

    Raises:
        ConfigError: ``ML-C112`` it has this party already; ``ML-C113``, ``ML-C114`` as above.
        MailboxError: ``ML-P0…``.
    """
    chosen: dict[str, str] = {}
    register = FolderRegister(workspace.register)
    complete = _completed(party, workspace, register, chosen)
    if any(own.her_id == complete.her_id for own in workspace.parties):
        raise ConfigError(
            "ML-C112",
            f"the workspace has the party {complete.her_id} already",
            hint="choose another --her-id",
            where=str(workspace.file),
        )
    _check_party(complete, workspace, register)
    _folders(workspace)
    record = _enrol(workspace, complete, register, clock or SystemClock())
    return Founded(append_party(workspace, _hosted(complete)), record, chosen)


def made_up_org_number(seed: int) -> str:
    """A number of nine digits with a right check digit (modulus 11), in a series that is not handed out."""
    while True:
        digits = f"30{seed % 10**6:06}"
        check = -sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
        seed += 10**5


def _told(chosen: dict[str, str], what: str, value: str) -> str:
    chosen[what] = value
    return value


def _free_her_id(register: FolderRegister, *taken: str) -> str:
    used = {*taken} | {her for record in register.parties() for her in (record.her_id, record.organisation.her_id)}
    number = FIRST_HER_ID
    while str(number) in used:
        number += 1
    return str(number)


def _completed(party: NewParty, workspace: Workspace, register: FolderRegister, chosen: dict[str, str]) -> NewParty:
    her_id = party.her_id or _told(chosen, "her-id", _free_her_id(register, workspace.organisation.her_id))
    if party.name:
        name = party.name
    elif party.kind == "service":
        name = _told(chosen, "service", USUAL_SERVICE)
    else:
        raise ConfigError("ML-C114", "a person has a name", hint="give it with --person")
    return replace(party, her_id=her_id, name=name, edi_address=party.edi_address or f"{her_id}@edi.example")


def _check_organisation(organisation: Organisation) -> None:
    if not is_her_id(organisation.her_id):
        raise ConfigError("ML-C114", "the organisation's HER-id must be one to twelve digits", hint="mend --org-her-id")
    if not is_org_number(organisation.org_number):
        raise ConfigError("ML-C114", "an organisation number has nine digits", hint="mend --org-number")


def _check_party(party: NewParty, workspace: Workspace, register: FolderRegister) -> None:
    if not is_her_id(party.her_id):
        raise ConfigError("ML-C114", "a HER-id is one to twelve digits", hint="mend --her-id")
    if party.her_id == workspace.organisation.her_id:
        raise ConfigError(
            "ML-C114",
            "a party has another HER-id than its organisation",
            hint="level 2 addresses the party, level 1 the virksomhet (AD2.2)",
        )
    if party.hpr and not _HPR.fullmatch(party.hpr):
        raise ConfigError("ML-C114", "an HPR number is up to nine digits", hint="mend --hpr")
    mailbox_name(party.edi_address)
    record = register.party(HerId(party.her_id))
    if record is not None and not _is_ours(record, workspace):
        raise ConfigError(
            "ML-C113",
            f"the HER-id {party.her_id} is registered for somebody else",
            hint="choose another --her-id",
            where=str(workspace.register),
        )


def _is_ours(record: PartyRecord, workspace: Workspace) -> bool:
    """A record of a founding that was cut off: its certificates lie in our key folder."""
    ours = {stored.certificate for stored in WorkspaceKeys(workspace.keys).stored() if stored.her_id == record.her_id}
    return bool(record.signing_certificates) and ours.issuperset(
        (*record.signing_certificates, *record.encryption_certificates)
    )


def _folders(workspace: Workspace) -> None:
    for folder in (
        workspace.keys,
        workspace.archive / "sent",
        workspace.archive / "received",
        workspace.failed,
        workspace.fagsystem,
    ):
        make_folder(folder)
    for folder in (workspace.network, workspace.register, workspace.mailboxes):
        make_folder(folder)


def _enrol(workspace: Workspace, party: NewParty, register: FolderRegister, clock: Clock) -> PartyRecord:
    """Keys, fagsystem folders, mailbox and register record of a party, in this order."""
    her_id = HerId(party.her_id)
    keys = WorkspaceKeys(workspace.keys, clock)
    signing, encryption = (_certificate(workspace, keys, her_id, purpose, clock) for purpose in ("sign", "encrypt"))
    for folder in (workspace.inbox(her_id), workspace.outbox(her_id)):
        make_folder(folder)
    create_mailbox(workspace.mailboxes, party.edi_address)
    record = PartyRecord(
        her_id=her_id,
        name=party.name,
        kind=party.kind,
        organisation=workspace.organisation,
        edi_address=party.edi_address,
        signing_certificates=(signing,),
        encryption_certificates=(encryption,),
        hpr=party.hpr,
    )
    register.write(record)
    return record


def _certificate(workspace: Workspace, keys: WorkspaceKeys, her_id: HerId, purpose: Purpose, clock: Clock) -> bytes:
    """The party's certificate of a purpose, made with its key unless an earlier attempt did."""
    for stored in keys.stored():
        if stored.her_id == her_id and stored.purpose == purpose:
            return stored.certificate
    issued = TestCa.open(workspace.ca, clock.now()).issue(workspace.organisation, purpose, clock.now())
    keys.add(her_id, purpose, issued.key_pem, issued.certificate, checked=True)
    return issued.certificate


def _hosted(party: NewParty) -> HostedParty:
    return HostedParty(HerId(party.her_id), party.name, party.kind, party.hpr)
