"""The private keys of a workspace: ``keys/<her-id>/sign-<serial>.key.pem`` and ``encrypt-<serial>.key.pem``, each with ``.cert.pem``.

A renewed signing key waits until the time in ``sign-<serial>.from``.
Retired keys stay, so that what was encrypted to them can be opened (EB-164). Checking the numbers of an RSA key takes 40 to
400 ms; the SHA-256 of every key file that has passed is remembered in ``keys/checked``, and such a file is loaded without.
Source: HITS 1177 §5.3 (separate pairs for signing and encryption).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from meldingsloft.adapters.clock import SystemClock
from meldingsloft.adapters.durable import Unsynced, make_folder, read_file, trouble, write_file
from meldingsloft.adapters.register import certificates_of_pem, pem_of_certificates
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.domain.errors import CertificateError, ConfigError, MailboxError
from meldingsloft.domain.identifiers import HerId, is_her_id
from meldingsloft.ports import Clock

Purpose = Literal["sign", "encrypt"]
_CERTIFICATE = re.compile(r"(sign|encrypt)-([0-9A-Za-z]{1,60})\.cert\.pem")
_FRESH_SECONDS = 1.0
"""How long a look into the folders is believed."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One key of a party: where it lies and its certificate; the private part is read on first use."""

    her_id: HerId
    purpose: Purpose
    path: Path
    certificate: bytes
    not_before: dt.datetime
    not_after: dt.datetime
    key: SoftwareKey
    use_from: dt.datetime | None = None
    """A signing key is not used before; None: from the beginning of its certificate."""

    @property
    def starts(self) -> dt.datetime:
        """When it may first be used."""
        return max(self.not_before, self.use_from) if self.use_from else self.not_before


class WorkspaceKeys:
    """``ports.Keys`` over the ``keys`` folder of a workspace."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.folder = folder
        self._clock = clock or SystemClock()
        self._stored: dict[Path, StoredKey] = {}
        self._looked = float("-inf")
        self._signing: dict[HerId, list[StoredKey]] = {}
        self._decryption: tuple[SoftwareKey, ...] = ()

    def signing_key(self, her_id: HerId) -> SoftwareKey:
        """The newest signing key of a party whose certificate is in force (the newest at all when none is).

        Raises:
            ConfigError: ``ML-C120``.
        """
        self._look()
        keys = self._signing.get(her_id)
        if not keys:
            raise ConfigError(
                "ML-C120",
                f"there is no signing key for {her_id}",
                hint="`meldingsloft doctor` shows what is missing",
                where=str(self.folder / her_id),
            )
        return in_force(keys, self._clock.now()).key

    def decryption_keys(self) -> Sequence[SoftwareKey]:
        """All encryption keys of all parties, newest first, retired ones included."""
        self._look()
        return self._decryption

    def stored(self) -> list[StoredKey]:
        """Every key with its certificate, newest first.

        Raises:
            ConfigError: ``ML-C121``, a certificate without its key or the reverse; ``ML-C103`` an unreadable certificate.
        """
        self._look()
        return sorted(self._stored.values(), key=_age)

    def add(
        self, her_id: HerId, purpose: Purpose, key_pem: bytes, certificate: bytes, *, checked: bool = False
    ) -> Path:
        """Store a key and its certificate (DER) durably; gives the key's path. ``checked``: the key was just made.

        Raises:
            ConfigError: ``ML-C122``, another key lies there under that serial number.
        """
        serial = f"{int(read_certificate(certificate).serial):x}"
        folder = self.folder / her_id
        path = folder / f"{purpose}-{serial}.key.pem"
        make_folder(folder)
        if path.exists() and read_file(path) != key_pem:
            raise ConfigError(
                "ML-C122",
                "another key lies there already",
                hint="keys are never replaced; look at the file",
                where=str(path),
            )
        dirty = Unsynced()
        write_file(path, key_pem, folders=dirty)
        write_file(_certificate_path(path), pem_of_certificates([certificate]), folders=dirty)
        dirty.sync()
        if checked:
            self._remember(hashlib.sha256(key_pem).hexdigest())
        self._looked = float("-inf")
        return path

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _FRESH_SECONDS:
            return
        found = {path: self._present(path) for path in self._paths()}
        if found != self._stored:
            self._stored = found
            newest_first = sorted(found.values(), key=_age)
            self._decryption = tuple(k.key for k in newest_first if k.purpose == "encrypt")
            self._signing = {}
            for key in newest_first:
                if key.purpose == "sign":
                    self._signing.setdefault(key.her_id, []).append(key)
        self._looked = now

    def _present(self, path: Path) -> StoredKey:
        """A key as it is now: its files never change, but for the time from which it signs."""
        stored = self._stored.get(path)
        if stored is None:
            return self._open(path)
        if stored.purpose != "sign":
            return stored
        start = _use_from(_start_of(path))
        return stored if start == stored.use_from else replace(stored, use_from=start)

    def _paths(self) -> list[Path]:
        try:
            folders = [p for p in self.folder.iterdir() if is_her_id(p.name) and p.is_dir()]
            return sorted(p for folder in folders for p in folder.iterdir() if _CERTIFICATE.fullmatch(p.name))
        except FileNotFoundError:
            return []
        except OSError as fault:
            raise trouble(fault, self.folder, "list the keys") from None

    def _open(self, certificate_path: Path) -> StoredKey:
        name = _CERTIFICATE.fullmatch(certificate_path.name)
        key_path = certificate_path.with_name(certificate_path.name.replace(".cert.pem", ".key.pem"))
        certificates = certificates_of_pem(read_file(certificate_path), str(certificate_path))
        if name is None or not certificates or not key_path.is_file():
            raise ConfigError(
                "ML-C121",
                "a certificate and its key do not lie together",
                hint="put NAME.key.pem beside NAME.cert.pem",
                where=str(certificate_path),
            )
        der = certificates[0]
        try:
            facts = read_certificate(der)
        except CertificateError as error:
            raise ConfigError("ML-C103", error.message, hint=error.hint, where=str(certificate_path)) from None
        purpose: Purpose = "sign" if name[1] == "sign" else "encrypt"
        key = SoftwareKey(lambda: self._load(key_path, der).load(), der, certificates[1:])
        return StoredKey(
            HerId(certificate_path.parent.name), purpose, key_path, der, facts.not_before, facts.not_after, key,
            _use_from(_start_of(certificate_path)) if purpose == "sign" else None,
        )  # fmt: skip

    def _load(self, path: Path, certificate: bytes) -> SoftwareKey:
        """The key itself; its numbers are checked the first time these bytes are seen."""
        pem = read_file(path)
        mark = hashlib.sha256(pem).hexdigest()
        checked = mark in self._remembered()
        key = SoftwareKey.from_pem(pem, certificate, checked=checked)
        try:
            key.load()
        except CertificateError as error:
            raise error.at(str(path)) from None
        if not checked:
            self._remember(mark)
        return key

    @property
    def _memory(self) -> Path:
        return self.folder / "checked"

    def _remembered(self) -> set[str]:
        return set(read_file(self._memory).decode("ascii", "replace").split()) if self._memory.is_file() else set()

    def _remember(self, mark: str) -> None:
        marks = sorted(self._remembered() | {mark})
        try:
            write_file(self._memory, ("\n".join(marks) + "\n").encode())
        except MailboxError:  # a read-only key folder: the next process checks again
            return


def in_force(newest_first: Sequence[StoredKey], now: dt.datetime) -> StoredKey:
    """The first key whose certificate is in force and that may be used; the first of all when none is."""
    return next((key for key in newest_first if key.starts <= now < key.not_after), newest_first[0])


def use_path(folder: Path, serial: str) -> Path:
    """Where it stands from when on a signing key is used (``adapters.renewal``)."""
    return folder / f"sign-{serial}.from"


def _start_of(certificate_path: Path) -> Path:
    return certificate_path.with_name(certificate_path.name.replace(".cert.pem", ".from"))


def _use_from(path: Path) -> dt.datetime | None:
    """The time in the file; None when there is none, or no time in it."""
    if not path.is_file():
        return None
    try:
        found = dt.datetime.fromisoformat(read_file(path, 64).decode("ascii", "replace").strip())
    except ValueError:
        return None
    return found if found.tzinfo else None


def _certificate_path(key_path: Path) -> Path:
    return key_path.with_name(key_path.name.replace(".key.pem", ".cert.pem"))


def _age(stored: StoredKey) -> tuple[float, float, str]:
    return (-stored.not_before.timestamp(), -stored.not_after.timestamp(), str(stored.path))
