"""A small PKI in memory, made with cryptography alone, and keys that remember what they were asked to sign."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from meldingsloft.crypto.keys import SoftwareKey

NOW = dt.datetime(2026, 3, 2, 9, 31, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SIGNING = frozenset({"content_commitment"})
ENCRYPTION = frozenset({"digital_signature", "key_encipherment", "data_encipherment"})
ISSUING = frozenset({"key_cert_sign", "crl_sign"})
_ALL = (
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


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """One RSA key for each name, made on first use."""
    return rsa.generate_private_key(65537, 2048)


@cache
def key_pem(name: str) -> bytes:
    return key(name).private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def name_of(common_name: str, **more: str) -> x509.Name:
    oids = {
        "O": NameOID.ORGANIZATION_NAME,
        "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
        "serialNumber": NameOID.SERIAL_NUMBER,
    }
    extra = [
        x509.NameAttribute(oids[k] if k in oids else x509.ObjectIdentifier(k.replace("_", ".").removeprefix("oid.")), v)
        for k, v in more.items()
    ]
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "NO"), *extra, x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


def usage_of(names: frozenset[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in names for name in _ALL})


@cache
def certificate(
    name: str,
    *,
    issuer: str = "root",
    usages: frozenset[str] | None = SIGNING,
    ca: bool = False,
    path_length: int | None = None,
    start: dt.datetime = NOW - 30 * DAY,
    end: dt.datetime = NOW + 300 * DAY,
    serial: int | None = None,
    subject: x509.Name | None = None,
    issuer_name: x509.Name | None = None,
    key_name: str = "",
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> bytes:
    """DER of a certificate for the key of ``key_name`` (default ``name``), signed with the key of ``issuer``."""
    public = key(key_name or name).public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or name_of(name))
        .issuer_name(issuer_name or name_of(issuer))
        .public_key(public)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    if usages is not None:
        builder = builder.add_extension(usage_of(usages), critical=True)
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key(issuer), hashes.SHA256()).public_bytes(Encoding.DER)


def bare_certificate(name: str) -> bytes:
    """Without any extension."""
    return (
        x509.CertificateBuilder().subject_name(name_of(name)).issuer_name(name_of("root")).public_key(key(name).public_key())
        .serial_number(5).not_valid_before(NOW).not_valid_after(NOW + DAY).sign(key("root"), hashes.SHA256())
    ).public_bytes(Encoding.DER)  # fmt: skip


@cache
def root() -> bytes:
    return certificate("root", issuer="root", usages=ISSUING, ca=True, end=NOW + 3000 * DAY)


@cache
def signer() -> SoftwareKey:
    return SoftwareKey.from_pem(key_pem("signer"), certificate("signer"), checked=True)


@cache
def receiver() -> SoftwareKey:
    return SoftwareKey.from_pem(
        key_pem("receiver"), certificate("receiver", usages=ENCRYPTION, serial=4711), checked=True
    )


@dataclass
class RecordingKey:
    """Signs with the signer's key and keeps what it signed."""

    signed: list[bytes] = field(default_factory=list)

    @property
    def certificate(self) -> bytes:
        return signer().certificate

    def sign(self, data: bytes, hash_name: str) -> bytes:
        self.signed.append(data)
        return signer().sign(data, hash_name)
