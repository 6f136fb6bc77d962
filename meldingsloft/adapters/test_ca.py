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
from cryptography.x509.oid import NameOID

from meldingsloft.adapters.durable import make_folder, read_file, trouble, write_file
from meldingsloft.crypto.certificates import ORGANISATION_IDENTIFIER
from meldingsloft.crypto.trust import TEST_POLICY
from meldingsloft.domain.errors import CertificateError
from meldingsloft.domain.parties import Organisation

Purpose = Literal["sign", "encrypt"]

KEY_SIZE = 2048
"""Bits."""
_BACK = dt.timedelta(days=365)
_AHEAD = dt.timedelta(days=3 * 365)
_CA_BACK = dt.timedelta(days=10 * 365)
_CA_AHEAD = dt.timedelta(days=30 * 365)
_LONGEST_NAME = 64
"""Bytes of O and CN in UTF-8 (RFC 5280 appendix A counts characters; the library counts bytes)."""
_USAGES: dict[str, frozenset[str]] = {
    "sign": frozenset({"content_commitment"}),
    "encrypt": frozenset({"digital_signature", "key_encipherment", "data_encipherment"}),
    "ca": frozenset({"key_cert_sign", "crl_sign"}),
}
_ALL_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


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
        key = rsa.generate_private_key(65537, KEY_SIZE)
        certificate = (
            _builder(_subject(organisation), self._issuing.subject, key.public_key())
            .not_valid_before(not_before or now - _BACK)
            .not_valid_after(not_after or now + _AHEAD)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(purpose), critical=True)
            .add_extension(x509.CertificatePolicies([_policy()]), critical=False)
            .add_extension(_authority_of(self._issuing), critical=False)
            .sign(self._issuing_key, hashes.SHA256())
        )
        return Issued(_pem_of_key(key), certificate.public_bytes(serialization.Encoding.DER))

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
        root_key, issuing_key = rsa.generate_private_key(65537, KEY_SIZE), rsa.generate_private_key(65537, KEY_SIZE)
        root_name, issuing_name = _ca_name(f"meldingsloft test root {mark}"), _ca_name(f"meldingsloft test CA {mark}")
        root = _ca_certificate(root_name, root_key.public_key(), root_name, root_key, now, path_length=1)
        issuing = _ca_certificate(issuing_name, issuing_key.public_key(), root_name, root_key, now, path_length=0)
        for name, key, certificate in (("root", root_key, root), ("issuing", issuing_key, issuing)):
            write_file(self._folder / f"{name}.key.pem", _pem_of_key(key))
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


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _ca_certificate(
    subject: x509.Name,
    public_key: rsa.RSAPublicKey,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    now: dt.datetime,
    *,
    path_length: int,
) -> x509.Certificate:
    return (
        _builder(subject, issuer, public_key)
        .not_valid_before(now - _CA_BACK)
        .not_valid_after(now + _CA_AHEAD)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage("ca"), critical=True)
        .sign(key, hashes.SHA256())
    )


def _subject(organisation: Organisation) -> x509.Name:
    name = organisation.name.strip().encode()[:_LONGEST_NAME].decode(errors="ignore").strip() or "Virksomhet"
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "NO"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]
    if organisation.org_number:
        attributes.append(x509.NameAttribute(ORGANISATION_IDENTIFIER, f"NTRNO-{organisation.org_number}"))
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, organisation.org_number))
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _ca_name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "NO"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "meldingsloft test"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(purpose: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in _USAGES[purpose] for usage in _ALL_USAGES})


def _policy() -> x509.PolicyInformation:
    return x509.PolicyInformation(x509.ObjectIdentifier(TEST_POLICY), None)


def _authority_of(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _pem_of_key(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _damaged(path: Path) -> CertificateError:
    hint = "put the file back, or start with a fresh network folder"
    return CertificateError("ML-K002", "a file of the test CA is damaged", hint=hint, where=str(path))
