"""A certificate authority for tests: one root and one issuing CA in the network folder, made once and shared by all workspaces.

It issues what a virksomhet gets from a real issuer, as a pair: a certificate for signing (KeyUsage nonRepudiation alone) and
one for encryption (HITS 1177:2017 §5.3). Subjects follow the SEID profile. Nothing it issues is worth anything outside the
network folder; its keys lie there unencrypted, readable by their owner. Validity runs from the clock that is given, back-dated
so that messages with earlier times can be tried out.

Files: ``root.cert.pem``, ``issuing.cert.pem`` and a ``.key.pem`` beside each.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from meldingsloft.adapters.durable import make_folder, read_file, trouble, write_file
from meldingsloft.adapters.issuing import (
    authority_of,
    builder,
    ca_certificate,
    ca_name,
    key_usage,
    new_key,
    organisation_name,
    pem_of_key,
)
from meldingsloft.crypto.trust import TEST_POLICY
from meldingsloft.domain.errors import CertificateError
from meldingsloft.domain.parties import Organisation

Purpose = Literal["sign", "encrypt"]

_POLICY = x509.PolicyInformation(x509.ObjectIdentifier(TEST_POLICY), None)
_BACK = dt.timedelta(days=365)
_AHEAD = dt.timedelta(days=3 * 365)
_CA_BACK = dt.timedelta(days=10 * 365)
_CA_AHEAD = dt.timedelta(days=30 * 365)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key and its certificate."""

    key_pem: bytes = field(repr=False)
    """PKCS#8, not encrypted."""
    certificate: bytes
    """DER."""


class TestCa:
    """The authority of one folder; several processes may open it at once."""

    __test__: ClassVar[bool] = False
    """It is no test case."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def open(cls, folder: Path, now: dt.datetime) -> TestCa:
        """The authority in ``folder``, made there if it is not; ``now`` is aware.

        Raises:
            MailboxError: ``ML-P0…``, the folder cannot be read or written.
        """
        authority = cls(folder)
        if not authority._is_complete():
            make_folder(folder)
            with _alone(folder / ".lock"):
                if not authority._is_complete():
                    authority._found(now)
        return authority

    def roots(self) -> list[bytes]:
        """DER of the root certificate."""
        return [self._certificate("root").public_bytes(serialization.Encoding.DER)]

    def intermediates(self) -> list[bytes]:
        """DER of the issuing CA's certificate."""
        return [self._issuing.public_bytes(serialization.Encoding.DER)]

    def issue(
        self,
        organisation: Organisation,
        purpose: Purpose,
        now: dt.datetime,
        *,
        not_before: dt.datetime | None = None,
        not_after: dt.datetime | None = None,
    ) -> Issued:
        """A new RSA key and a virksomhetssertifikat for it, in force from a year before ``now`` to three years after it.

        Raises:
            CertificateError: ``ML-K002`` the authority's own files are damaged.
        """
        key = new_key()
        certificate = (
            builder(
                organisation_name(organisation.name, organisation.org_number), self._issuing.subject, key.public_key()
            )
            .not_valid_before(not_before or now - _BACK)
            .not_valid_after(not_after or now + _AHEAD)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(purpose), critical=True)
            .add_extension(x509.CertificatePolicies([_POLICY]), critical=False)
            .add_extension(authority_of(self._issuing), critical=False)
            .sign(self._issuing_key, hashes.SHA256())
        )
        return Issued(pem_of_key(key), certificate.public_bytes(serialization.Encoding.DER))

    @cached_property
    def _issuing(self) -> x509.Certificate:
        return self._certificate("issuing")

    @cached_property
    def _issuing_key(self) -> rsa.RSAPrivateKey:
        path = self._folder / "issuing.key.pem"
        try:
            key = serialization.load_pem_private_key(read_file(path), None, unsafe_skip_rsa_key_validation=True)
        except (ValueError, TypeError) as fault:
            raise _damaged(path) from fault
        if not isinstance(key, rsa.RSAPrivateKey):
            raise _damaged(path)
        return key

    def _certificate(self, name: str) -> x509.Certificate:
        path = self._folder / f"{name}.cert.pem"
        try:
            return x509.load_pem_x509_certificate(read_file(path))
        except ValueError as fault:
            raise _damaged(path) from fault

    def _is_complete(self) -> bool:
        """The issuing certificate is written last."""
        return (self._folder / "issuing.cert.pem").exists()

    def _found(self, now: dt.datetime) -> None:
        mark = os.urandom(3).hex()
        root_key, issuing_key = new_key(), new_key()
        root_name, issuing_name = ca_name(f"meldingsloft test root {mark}"), ca_name(f"meldingsloft test CA {mark}")
        period = (now - _CA_BACK, now + _CA_AHEAD)
        root = ca_certificate(root_name, root_key.public_key(), root_name, root_key, period, path_length=1)
        issuing = ca_certificate(issuing_name, issuing_key.public_key(), root_name, root_key, period, path_length=0)
        for name, key, certificate in (("root", root_key, root), ("issuing", issuing_key, issuing)):
            write_file(self._folder / f"{name}.key.pem", pem_of_key(key))
            pem = certificate.public_bytes(serialization.Encoding.PEM)
            write_file(self._folder / f"{name}.cert.pem", pem, mode=0o644)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time; the lock ends with the process."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise trouble(fault, path, "lock") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _damaged(path: Path) -> CertificateError:
    hint = "put the file back, or start with a fresh network folder"
    return CertificateError("ML-K002", "a file of the test CA is damaged", hint=hint, where=str(path))
