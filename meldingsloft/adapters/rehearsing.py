"""The rehearsal of a workspace: its certificates, its partners', its issuers and their CRLs; and who still encrypts to old ones.

The journal does not remember to which certificate a message was sealed, so the mails in ``archive/received`` are asked, the newest first
and only so many. Nothing is decrypted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from meldingsloft.adapters.certificate_checks import revocations_named, roots_named
from meldingsloft.adapters.durable import read_file
from meldingsloft.adapters.key_store import WorkspaceKeys, in_force
from meldingsloft.adapters.register import FolderRegister
from meldingsloft.adapters.renewal import KEEP_OLD, renewals
from meldingsloft.adapters.settings import load_settings
from meldingsloft.adapters.workspace_file import Workspace
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.cms_opening import recipient_serials
from meldingsloft.crypto.rehearsal import Milestone, Watched, between, of_issuers, of_party
from meldingsloft.crypto.revocation import Standing, status_of
from meldingsloft.crypto.statements import read_statement
from meldingsloft.crypto.trust import find_chain
from meldingsloft.domain.errors import MeldingsloftError
from meldingsloft.domain.parties import PartyRecord
from meldingsloft.ebxml.opening import addresses, read

_SIGNS = "what it signs from then on is refused"


@dataclass(frozen=True, slots=True)
class Encrypting:
    """One partner that encrypted to one certificate of ours."""

    sender: str
    """HER-id, as the envelope says."""
    party: str
    """Our party whose certificate it is."""
    serial: str
    """Decimal."""
    newest: bool
    """It is the one that the register has first."""
    count: int
    last: dt.datetime
    """When the newest such mail was kept here."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """All that was found."""

    milestones: tuple[Milestone, ...]
    encrypting: tuple[Encrypting, ...]
    """Who encrypts to what, old certificates first."""
    mails: int
    """How many kept mails were looked at."""


def rehearse(
    workspace: Workspace, now: dt.datetime, until: dt.datetime, environ: Mapping[str, str], *, mails: int = 2000
) -> Rehearsal:
    """What changes by itself up to a date, and who encrypted to which certificate in the newest ``mails`` received.

    Raises:
        MeldingsloftError: configuration, register or keys cannot be read.
    """
    found = [*_of_parties(workspace, now), *_of_trust(workspace, now, environ)]
    looked, encrypting = _encrypting(workspace, mails)
    return Rehearsal(tuple(between(found, now, until)), encrypting, looked)


def _of_parties(workspace: Workspace, now: dt.datetime) -> Iterator[Milestone]:
    own = {party.her_id for party in workspace.parties}
    stored = WorkspaceKeys(workspace.keys).stored()
    for record in FolderRegister(workspace.register).parties():
        ours = record.her_id in own
        signing = record.signing_certificates
        if ours:  # what counts is what we sign with, and what will follow
            keys = [key for key in stored if key.her_id == record.her_id and key.purpose == "sign"]
            signing = tuple(key.certificate for key in keys)
            if keys and in_force(keys, now).certificate not in record.signing_certificates:
                yield Milestone(now, "expires", "error", f"party {record.her_id} signs with a certificate that is not in the register", "`meldingsloft register add --sign-cert`", record.her_id)  # fmt: skip
            yield from _of_renewals(workspace, record)
        breaks = "nothing can be encrypted to it" if not ours else "partners can send it nothing more"
        where = str(workspace.register / f"{record.her_id}.toml")
        for watched in (
            Watched(record.her_id, "signing certificate", signing, ours, _SIGNS, where),
            Watched(record.her_id, "encryption certificate", record.encryption_certificates, ours, breaks, where),
        ):
            yield from of_party(watched, now)


def _of_renewals(workspace: Workspace, record: PartyRecord) -> Iterator[Milestone]:
    her_id = record.her_id
    for one in renewals(workspace, her_id):
        serial = str(int(one.sign, 16))
        if one.registered is None:
            yield Milestone(one.register_at, "register", "info", f"the new certificates of party {her_id} are to be registered", "`meldingsloft receive` does it", her_id, serial)  # fmt: skip
        yield Milestone(one.sign_from, "sign-from", "info", f"party {her_id} begins to sign with its new key", "", her_id, serial)  # fmt: skip
        if one.registered is not None:
            at = one.registered + KEEP_OLD
            yield Milestone(at, "old-key", "info", f"84 hours since party {her_id} got new certificates: nothing more should come for the old ones", "", her_id, str(int(one.encrypt, 16)))  # fmt: skip


def _of_trust(workspace: Workspace, now: dt.datetime, environ: Mapping[str, str]) -> Iterator[Milestone]:
    settings = load_settings(environ=environ, file=workspace.file)
    roots = roots_named(workspace, settings)
    yield from of_issuers(roots)
    statements = tuple(revocations_named(workspace, settings).statements())
    choice = settings.text("receive.revocation")
    known = [facts for der in statements if (facts := read_statement(der)) is not None]
    newest: dict[tuple[str, str], dt.datetime] = {}
    for facts in known:
        key = (facts.kind, facts.issuer if facts.kind == "CRL" else ",".join(facts.serials))
        if facts.until is not None:
            newest[key] = max(newest.get(key, facts.until), facts.until)
    effect = {"off": "revocation is not asked for", "accept": "messages are accepted unasked", "postpone": "messages wait", "refuse": "messages are refused"}[choice]  # fmt: skip
    for (kind, name), until in newest.items():
        severity = "error" if choice in ("postpone", "refuse") else "info"
        what = f"the CRL of {name}" if kind == "CRL" else f"the OCSP response on {name}"
        yield Milestone(until, "stale", severity, f"{what} must be replaced: {effect}", "fetch a new one into ca/revocation (test CA: `meldingsloft pki crl`)")  # type: ignore[arg-type]  # fmt: skip
    for record in FolderRegister(workspace.register).parties():
        for certificate in (*record.signing_certificates[:1], *record.encryption_certificates[:1]):
            chain = find_chain(certificate, roots)
            if chain:
                status = status_of(chain[0], chain[1], at=now, now=now, statements=statements)
                if status.standing is Standing.REVOKED and status.revoked_at is not None:
                    serial = read_certificate(certificate).serial
                    message = f"a certificate of party {record.her_id} is {status.reason}"
                    yield Milestone(status.revoked_at, "revoked", "error", message, "register a new one", record.her_id, serial)  # fmt: skip


def _encrypting(workspace: Workspace, most: int) -> tuple[int, tuple[Encrypting, ...]]:
    register = FolderRegister(workspace.register)
    records = [record for party in workspace.parties if (record := register.party(party.her_id)) is not None]
    newest = {read_certificate(record.encryption_certificates[0]).serial for record in records if record.encryption_certificates}  # fmt: skip
    ours = {
        read_certificate(key.certificate).serial: key.her_id
        for key in WorkspaceKeys(workspace.keys).stored()
        if key.purpose == "encrypt"
    }
    paths = sorted((workspace.archive / "received").rglob("*.eml"), key=lambda path: -path.stat().st_mtime)[:most]
    found: dict[tuple[str, str], tuple[int, dt.datetime]] = {}
    for path in paths:
        for sender, serial in set(_sealed_for(path)):
            if serial in ours:
                at = dt.datetime.fromtimestamp(int(path.stat().st_mtime), dt.UTC)
                count, last = found.get((sender, serial), (0, at))
                found[sender, serial] = (count + 1, max(last, at))
    made = [
        Encrypting(sender, ours[serial], serial, serial in newest, count, last)
        for (sender, serial), (count, last) in found.items()
    ]
    return len(paths), tuple(sorted(made, key=lambda one: (one.newest, one.party, one.sender, one.serial)))


def _sealed_for(path: Path) -> Iterator[tuple[str, str]]:
    """(sender, serial) of each recipient of each sealed part; a mail that cannot be read says nothing."""
    try:
        arrived = read(read_file(path))
        sender = addresses(arrived).sender
        for part in arrived.mail.parts:
            for serial in recipient_serials(part.content):
                if serial is not None and sender is not None and sender.her_id:
                    yield sender.her_id, str(serial)
    except MeldingsloftError:
        return
