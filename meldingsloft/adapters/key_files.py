"""Keys and certificates in files that are named on the command line: PKCS#12, PEM, DER.

A passphrase comes from a file's first line or from whoever is asked; never from a flag. Codes ``ML-K001``–``ML-K005``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from meldingsloft.adapters.durable import read_file
from meldingsloft.adapters.register import certificates_of_pem
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.domain.errors import CertificateError, MeldingsloftError

Ask = Callable[[str], bytes | None]
"""Asks a person for the passphrase of a file; None when there is nobody to ask."""

_PRIVATE_KEY = re.compile(
    rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[^-]*(?:-(?!----)[^-]*)*-----END (?:[A-Z]+ )*PRIVATE KEY-----"
)
_ENCRYPTED = (b"BEGIN ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED")
_PEM = b"-----BEGIN "
_CMS_PEM = re.compile(rb"-----BEGIN (?:CMS|PKCS7)-----([^-]*)-----END (?:CMS|PKCS7)-----")
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+")
_LARGEST = 16 * 1024 * 1024
"""Bytes of a file with keys or certificates; beyond them nothing is looked for."""
_ENDINGS = frozenset({".pem", ".crt", ".cer", ".der"})


def read_key(path: Path, *, passfile: Path | None = None, ask: Ask | None = None) -> SoftwareKey:
    """The private key with its certificate from a PKCS#12 file, or from PEM that holds both; checked and ready.

    Without ``passfile`` an unprotected file is opened as it is, and for a protected one ``ask`` is called.

    Raises:
        CertificateError: ``ML-K001``–``ML-K005``, ``where`` is the file.
        MailboxError: ``ML-P0…``.
    """
    data = read_file(path, _LARGEST)
    passphrase = read_passphrase(passfile) if passfile is not None else None
    try:
        if passphrase is None:
            return _without_passphrase(data, lambda: ask(str(path)) if ask else None)
        return _read_key(data, passphrase)
    except MeldingsloftError as error:
        raise error.at(str(path)) from None


def read_passphrase(path: Path) -> bytes:
    """The first line of a file, without its line end.

    Raises:
        MailboxError: ``ML-P0…``.
    """
    return read_file(path, _LARGEST).partition(b"\n")[0].rstrip(b"\r")


def read_certificates(path: Path) -> tuple[bytes, ...]:
    """DER of every certificate in a PEM file, or of the one in a DER file; of a folder, those in its files by name.

    Raises:
        CertificateError: ``ML-K001`` nothing that can be read as a certificate.
        MailboxError: ``ML-P0…``.
    """
    if path.is_dir():
        files = sorted(
            file for file in path.iterdir() if file.suffix.lower() in _ENDINGS and not file.name.endswith(".key.pem")
        )
        return tuple(certificate for file in files for certificate in read_certificates(file))
    data = read_file(path, _LARGEST)
    found = certificates_of_pem(data, str(path)) if _PEM in data else (data,)
    try:
        for certificate in found:
            read_certificate(certificate)
        if not found:
            raise CertificateError(
                "ML-K001", "there is no certificate in the file", hint="give an X.509 certificate in PEM or DER"
            )
    except CertificateError as error:
        raise error.at(str(path)) from None
    return found


def unarmoured(data: bytes) -> bytes:
    """CMS as it is, out of PEM or base64 where it stands in such; anything else unchanged."""
    if data[:1] in (b"0", b"\x04") and not _BASE64.fullmatch(data):
        return data
    armoured = _CMS_PEM.search(data)
    text = armoured.group(1) if armoured else data
    try:
        return base64.b64decode(b"".join(text.split()), validate=True) if armoured or _BASE64.fullmatch(text) else data
    except ValueError:
        return data


def _without_passphrase(data: bytes, ask: Callable[[], bytes | None]) -> SoftwareKey:
    if _PEM in data and not any(mark in data for mark in _ENCRYPTED):
        return _read_key(data, None)
    try:
        return _read_key(data, None)
    except CertificateError as error:
        if error.code != "ML-K003":
            raise
        passphrase = ask()
        if passphrase is None:
            raise
        return _read_key(data, passphrase)


def _read_key(data: bytes, passphrase: bytes | None) -> SoftwareKey:
    if _PEM not in data:
        return SoftwareKey.from_pkcs12(data, passphrase)
    found = _PRIVATE_KEY.search(data)
    certificates = certificates_of_pem(data)
    if found is None or not certificates:
        missing = "its certificate" if found else "a private key"
        raise CertificateError(
            "ML-K002",
            f"the PEM file lacks {missing}",
            hint="give PKCS#12, or PEM with the private key and its certificate",
        )
    return _matching(found.group(), certificates, passphrase if b"ENCRYPTED" in found.group() else None)


def _matching(key_pem: bytes, certificates: Iterable[bytes], passphrase: bytes | None) -> SoftwareKey:
    """The key with whichever of the certificates is its own."""
    unfitting: CertificateError | None = None
    for certificate in certificates:
        key = SoftwareKey.from_pem(key_pem, certificate, passphrase=passphrase, checked=unfitting is not None)
        try:
            key.load()
        except CertificateError as error:
            if error.code != "ML-K004":
                raise
            unfitting = error
        else:
            return key
    assert unfitting is not None
    raise unfitting
