"""Keeping the register by hand: new and changed records, and records taken over from a CPP, a CPA or another register.

What is not named in a change stays as it was; new certificates go before those that are there (newest first).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from meldingsloft.adapters.cpp import ProfiledParty, parties_of
from meldingsloft.adapters.durable import read_file
from meldingsloft.adapters.maildir import create_mailbox, mailbox_name
from meldingsloft.adapters.register import FolderRegister, certificates_of_pem
from meldingsloft.adapters.workspace_file import is_org_number
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.trust import Purpose, fits_purpose
from meldingsloft.domain.errors import ConfigError, NothingMatchedError
from meldingsloft.domain.identifiers import HerId, is_her_id
from meldingsloft.domain.parties import Organisation, PartyRecord

_LARGEST = 64 * 1024 * 1024 + 1
"""Bytes of a file that is taken over: one more than the largest document that is parsed."""


@dataclass(frozen=True, slots=True)
class Change:
    """What to put into a record; None leaves a field as it is."""

    name: str | None = None
    kind: Literal["service", "person"] | None = None
    hpr: str | None = None
    org_name: str | None = None
    org_her_id: str | None = None
    org_number: str | None = None
    edi_address: str | None = None
    content_cipher: Literal["aes-256-cbc", "3des-cbc"] | None = None
    plaintext: Literal["mime", "bare"] | None = None
    signing_certificates: tuple[bytes, ...] = ()
    encryption_certificates: tuple[bytes, ...] = ()


def enrol(network: Path, her_id: str, change: Change, *, mailbox: bool = True) -> PartyRecord:
    """A record made or changed in the network's register; its mailbox is made when it is missing.

    Raises:
        ConfigError: ``ML-C114`` something a new record needs is missing or cannot be; ``ML-C116`` a certificate for another use.
        MailboxError: ``ML-P0…``.
    """
    if not is_her_id(her_id):
        raise ConfigError("ML-C114", "a HER-id is one to twelve digits", hint="mend --her-id")
    register = FolderRegister(network / "register")
    record = changed(register.party(HerId(her_id)), HerId(her_id), change)
    _check(record)
    register.write(record)
    if mailbox:
        create_mailbox(network / "mailboxes", record.edi_address)
    return record


def changed(record: PartyRecord | None, her_id: HerId, change: Change) -> PartyRecord:
    """The record with a change made to it, or a new one.

    Raises:
        ConfigError: ``ML-C114`` naming all that a new record lacks.
    """
    if record is None:
        record = _blank(her_id, change)
    parent = record.organisation
    return replace(
        record,
        name=change.name or record.name,
        kind=change.kind or record.kind,
        hpr=record.hpr if change.hpr is None else change.hpr,
        organisation=Organisation(
            name=change.org_name or parent.name,
            her_id=HerId(change.org_her_id or parent.her_id),
            org_number=parent.org_number if change.org_number is None else change.org_number,
        ),
        edi_address=change.edi_address or record.edi_address,
        content_cipher=change.content_cipher or record.content_cipher,
        plaintext=change.plaintext or record.plaintext,
        signing_certificates=_newest_first(change.signing_certificates, record.signing_certificates),
        encryption_certificates=_newest_first(change.encryption_certificates, record.encryption_certificates),
    )


def _blank(her_id: HerId, change: Change) -> PartyRecord:
    needed = {"--name": change.name, "--org-name": change.org_name, "--org-her-id": change.org_her_id}
    missing = [option for option, value in needed.items() if not value]
    if missing:
        raise ConfigError("ML-C114", f"a new party needs {', '.join(missing)}", hint="give what is missing")
    return PartyRecord(her_id, "", "service", Organisation("", HerId("")), f"{her_id}@edi.example")


def _newest_first(new: tuple[bytes, ...], old: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys((*new, *old)))


def _check(record: PartyRecord) -> None:
    problems = []
    if not is_her_id(record.organisation.her_id):
        problems.append("the organisation's HER-id must be one to twelve digits")
    if record.organisation.org_number and not is_org_number(record.organisation.org_number):
        problems.append("an organisation number has nine digits")
    if problems:
        raise ConfigError("ML-C114", "; ".join(problems), hint="mend what is named", problems=tuple(problems))
    mailbox_name(record.edi_address)
    _check_use(record.signing_certificates, "signing")
    _check_use(record.encryption_certificates, "encryption")


def _check_use(certificates: Iterable[bytes], purpose: Purpose) -> None:
    for certificate in certificates:
        if not fits_purpose(certificate, purpose):
            serial = read_certificate(certificate).serial
            raise ConfigError(
                "ML-C116",
                f"the certificate {serial} is not for {purpose}",
                hint="its KeyUsage says what it is for; perhaps two files were swapped",
            )


def read_certificates(path: Path) -> tuple[bytes, ...]:
    """DER of the certificates in a PEM or DER file.

    Raises:
        ConfigError: ``ML-C103``, there is none.
        CertificateError: ``ML-K001``.
    """
    data = read_file(path, _LARGEST)
    found = certificates_of_pem(data, str(path))
    if not found and data[:1] == b"\x30":
        found = (data,)
    if not found:
        raise ConfigError("ML-C103", "there is no certificate in the file", hint="give PEM or DER", where=str(path))
    for certificate in found:
        read_certificate(certificate)
    return found


def import_file(network: Path, path: Path, *, organisation: Organisation | None = None) -> Iterator[PartyRecord]:
    """Records taken over from a register folder, one record (TOML, certificates beside), a CPP or a CPA.

    ``organisation`` is level 1 of parties in a CPP, which names none; without it that of the record that is being replaced, or
    of a registered party with the same organisation number.

    Raises:
        NothingMatchedError: ``ML-N020``, the folder holds no record.
        ConfigError, UnreadableError, MailboxError: as those that read and write.
    """
    if path.is_dir() or path.suffix == ".toml":
        records = _of_folder(path)
    else:
        records = [_of_profile(network, party, organisation, path) for party in parties_of(read_file(path, _LARGEST))]
    for record in records:
        change = Change(
            record.name, record.kind, record.hpr, record.organisation.name, record.organisation.her_id, record.organisation.org_number,
            record.edi_address, record.content_cipher, record.plaintext, record.signing_certificates, record.encryption_certificates,
        )  # fmt: skip
        yield enrol(network, record.her_id, change)


def _of_folder(path: Path) -> list[PartyRecord]:
    register = FolderRegister(path if path.is_dir() else path.parent)
    if path.is_dir():
        for problem in register.problems():
            raise problem
        records = list(register.parties())
    else:
        found = register.party(HerId(path.stem))
        records = [found] if found else []
    if not records:
        raise NothingMatchedError(
            "ML-N020",
            "there is no record of a party",
            hint="name a register folder, or a file HERID.toml",
            where=str(path),
        )
    return records


def _of_profile(network: Path, party: ProfiledParty, organisation: Organisation | None, path: Path) -> PartyRecord:
    register = FolderRegister(network / "register")
    before = register.party(party.her_id)
    parent = organisation or (before.organisation if before else None) or _with_number(register, party.org_number)
    if parent is None:
        raise ConfigError(
            "ML-C114",
            f"the CPP does not say which organisation party {party.her_id} belongs to",
            hint="give --org-her-id and --org-name",
            where=str(path),
        )
    base = before or PartyRecord(party.her_id, "", "service", parent, f"{party.her_id}@edi.example")
    return replace(
        base,
        name=party.name or base.name,
        organisation=replace(parent, org_number=party.org_number or parent.org_number),
        edi_address=party.edi_address or base.edi_address,
        signing_certificates=party.signing_certificates,
        encryption_certificates=party.encryption_certificates,
    )


def _with_number(register: FolderRegister, org_number: str) -> Organisation | None:
    return next(
        (r.organisation for r in register.parties() if org_number and r.organisation.org_number == org_number), None
    )
