"""The network's register in a folder: one TOML file a party, its certificates as PEM beside. Stands in for Adresseregisteret.

``<her-id>.toml`` is the record; ``<her-id>.sign.pem`` and ``<her-id>.encrypt.pem`` hold certificates, newest first. The files
may be edited by hand at any time: a lookup asks the file system whether they changed and reads them again only then.
Source: HIS 1153-1 ch. 4 and 6 (what a record holds), HITS 1177 §5.3 (certificates per party).
"""
# ruff: noqa: PTH116, PTH208 - a lookup on the road of every message asks with three plain calls

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, cast

from meldingsloft.adapters.durable import Unsynced, make_folder, read_file, trouble, write_file
from meldingsloft.adapters.toml_files import TableReader, lines_of, read_toml, report
from meldingsloft.domain.errors import ConfigError, MailboxError
from meldingsloft.domain.identifiers import HerId, is_her_id
from meldingsloft.domain.parties import Organisation, PartyRecord

KINDS = ("service", "person")
CIPHERS = ("aes-256-cbc", "3des-cbc")
PLAINTEXTS = ("mime", "bare")
_PEM = re.compile(
    rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END (?:X509 |TRUSTED )?CERTIFICATE-----"
)
_RECORD = re.compile(r"([0-9]{1,12})\.toml")
_SHARED_FILE = 0o644

_Facts = tuple[int, int, int] | None
_Signature = tuple[_Facts, _Facts, _Facts]


def certificates_of_pem(pem: bytes, where: str = "") -> tuple[bytes, ...]:
    """DER of every certificate in a PEM file, in its order.

    Raises:
        ConfigError: ``ML-C103``, the base64 of one is broken.
    """
    try:
        return tuple(base64.b64decode(b"".join(found.split()), validate=True) for found in _PEM.findall(pem))
    except ValueError:
        raise ConfigError(
            "ML-C103", "a certificate in the PEM file is damaged", hint="put the file there again", where=where
        ) from None


def pem_of_certificates(certificates: Iterable[bytes]) -> bytes:
    """A PEM file of DER certificates."""
    return b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + _folded(der) + b"-----END CERTIFICATE-----\n" for der in certificates
    )


def _folded(der: bytes) -> bytes:
    text = base64.b64encode(der)
    return b"".join(text[i : i + 64] + b"\n" for i in range(0, len(text), 64))


class FolderRegister:
    """``ports.Register`` over a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._at = os.fspath(folder)
        self._known: dict[str, tuple[_Signature, PartyRecord | None]] = {}
        self._addresses: dict[str, HerId] = {}
        self._organisations: dict[str, HerId] = {}

    def party(self, her_id: HerId) -> PartyRecord | None:
        """The record of a party, None when it has none.

        Raises:
            ConfigError: ``ML-C101``–``ML-C104``, its files are not as they should be.
        """
        if not is_her_id(her_id):
            return None
        stem = f"{self._at}/{her_id}"
        signature = (_facts(f"{stem}.toml"), _facts(f"{stem}.sign.pem"), _facts(f"{stem}.encrypt.pem"))
        known = self._known.get(her_id)
        if known is not None and known[0] == signature:
            return known[1]
        record = self._read(her_id, signature) if signature[0] else None
        self._known[her_id] = (signature, record)
        return record

    def by_address(self, edi_address: str) -> PartyRecord | None:
        """The first party, by HER-id, with this EDI address; ``mailto:`` and case make no difference."""
        wanted = _address(edi_address)
        for _ in range(2):
            record = self._sound(self._addresses.get(wanted))
            if record is not None and _address(record.edi_address) == wanted:
                return record
            self._look_around()
        return None

    def parties(self) -> Iterator[PartyRecord]:
        """All parties whose record is in order, by HER-id; ``problems`` tells of the others."""
        for her_id in self._her_ids():
            record = self._sound(her_id)
            if record is not None:
                yield record

    def organisation_name(self, her_id: HerId) -> str | None:
        """Name of the organisation, None when no party belongs to one with this HER-id."""
        for _ in range(2):
            record = self._sound(self._organisations.get(her_id))
            if record is not None and record.organisation.her_id == her_id:
                return record.organisation.name
            self._look_around()
        return None

    def problems(self) -> list[ConfigError]:
        """One error for each record that is not in order."""
        found = []
        for her_id in self._her_ids():
            try:
                self.party(her_id)
            except ConfigError as error:
                found.append(error)
        return found

    def write(self, record: PartyRecord) -> None:
        """Put a record into the register, durably, in place of the party's former one.

        Raises:
            ConfigError: ``ML-C104``, the record would not be readable again.
            MailboxError: ``ML-P0…``.
        """
        if not is_her_id(record.her_id):
            raise ConfigError("ML-C104", "a HER-id is one to twelve digits", hint="give another --her-id")
        make_folder(self.folder)
        stem = f"{self._at}/{record.her_id}"
        folder = Unsynced()
        for suffix, data in (
            ("sign.pem", pem_of_certificates(record.signing_certificates)),
            ("encrypt.pem", pem_of_certificates(record.encryption_certificates)),
            ("toml", record_text(record).encode()),
        ):
            write_file(f"{stem}.{suffix}", data, _SHARED_FILE, folders=folder)
        folder.sync()

    def _read(self, her_id: HerId, signature: _Signature) -> PartyRecord:
        path = self.folder / f"{her_id}.toml"
        return record_of(
            read_toml(path),
            path,
            her_id=her_id,
            signing=self._certificates(f"{self._at}/{her_id}.sign.pem") if signature[1] else (),
            encryption=self._certificates(f"{self._at}/{her_id}.encrypt.pem") if signature[2] else (),
        )

    def _certificates(self, path: str) -> tuple[bytes, ...]:
        return certificates_of_pem(read_file(path), path)

    def _sound(self, her_id: HerId | None) -> PartyRecord | None:
        """As ``party``, but a broken record is none: one partner's mistake must not stop the others' mail."""
        if her_id is None:
            return None
        try:
            return self.party(her_id)
        except (ConfigError, MailboxError):
            return None

    def _look_around(self) -> None:
        self._addresses.clear()
        self._organisations.clear()
        for record in self.parties():
            self._addresses.setdefault(_address(record.edi_address), record.her_id)
            self._organisations.setdefault(record.organisation.her_id, record.her_id)

    def _her_ids(self) -> list[HerId]:
        try:
            names = os.listdir(self._at)
        except FileNotFoundError:
            return []
        except OSError as fault:
            raise trouble(fault, self._at, "list the register") from None
        return sorted((HerId(found[1]) for found in map(_RECORD.fullmatch, names) if found), key=int)


def _facts(path: str) -> _Facts:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _address(edi_address: str) -> str:
    return edi_address.strip().removeprefix("mailto:").casefold()


def record_of(
    tables: dict[str, object],
    path: Path,
    *,
    her_id: HerId | None = None,
    signing: tuple[bytes, ...] = (),
    encryption: tuple[bytes, ...] = (),
) -> PartyRecord:
    """A register record from its TOML tables.

    Raises:
        ConfigError: ``ML-C102`` naming everything that is wrong.
    """
    problems: list[str] = []
    reader = TableReader(tables, "", problems)
    parent = reader.table("organisation")
    record = PartyRecord(
        her_id=HerId(reader.text("her_id")),
        name=reader.text("name"),
        kind=cast("Literal['service', 'person']", reader.choice("kind", KINDS)),
        organisation=Organisation(parent.text("name"), HerId(parent.text("her_id")), parent.text("org_number", "")),
        edi_address=reader.text("edi_address"),
        signing_certificates=signing,
        encryption_certificates=encryption,
        hpr=reader.text("hpr", ""),
        content_cipher=cast("Literal['aes-256-cbc', '3des-cbc']", reader.choice("content_cipher", CIPHERS, CIPHERS[0])),
        plaintext=cast("Literal['mime', 'bare']", reader.choice("plaintext", PLAINTEXTS, PLAINTEXTS[0])),
    )
    parent.no_more()
    reader.no_more()
    problems.extend(_of_ids(record, her_id))
    report(problems, str(path))
    return record


def _of_ids(record: PartyRecord, her_id: HerId | None) -> Iterator[str]:
    if record.her_id and not is_her_id(record.her_id):
        yield "her_id must be one to twelve digits"
    elif record.her_id and her_id is not None and record.her_id != her_id:
        yield f"her_id must be that of the file name, {her_id}"
    if record.organisation.her_id and not is_her_id(record.organisation.her_id):
        yield "organisation.her_id must be one to twelve digits"


def record_text(record: PartyRecord) -> str:
    """The TOML file of a record; certificates lie beside it."""
    values = {"her_id": record.her_id, "name": record.name, "kind": record.kind, "edi_address": record.edi_address}
    if record.hpr:
        values["hpr"] = record.hpr
    values |= {"content_cipher": record.content_cipher, "plaintext": record.plaintext}
    parent = record.organisation
    lines = [
        f"# party {record.her_id}; its certificates: {record.her_id}.sign.pem and {record.her_id}.encrypt.pem, newest first",
        *lines_of(values),
        "",
        "[organisation]",
        *lines_of({"name": parent.name, "her_id": parent.her_id, "org_number": parent.org_number}),
    ]
    return "\n".join(lines) + "\n"
