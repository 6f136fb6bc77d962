"""What certificates are made of: names, key usages, keys. Shared by the network's test CA and by whole test PKIs.

Sources: RFC 5280 §4, SEID profile (virksomhetssertifikat).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from meldingsloft.crypto.certificates import ORGANISATION_IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_SIZE = 2048
"""Bits."""
LONGEST_NAME = 64
"""Bytes of O and CN in UTF-8 (RFC 5280 appendix A counts characters; the library counts bytes)."""
USAGES: dict[str, frozenset[str]] = {
    "sign": frozenset({"content_commitment"}),
    "encrypt": frozenset({"digital_signature", "key_encipherment", "data_encipherment"}),
    "ca": frozenset({"key_cert_sign", "crl_sign"}),
    "reply": frozenset({"digital_signature"}),
}
"""Of what a certificate is for; ``reply``: an OCSP responder."""
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


def new_key(size: int = KEY_SIZE) -> rsa.RSAPrivateKey:
    """A new RSA key; ``size`` in bits."""
    return rsa.generate_private_key(65537, size)


def builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey) -> x509.CertificateBuilder:
    """A certificate with names, key and a random serial number; its period and the rest are missing."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def ca_certificate(
    subject: x509.Name,
    public_key: rsa.RSAPublicKey,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    period: tuple[dt.datetime, dt.datetime],
    *,
    path_length: int | None,
    policies: Iterable[str] = (),
) -> x509.Certificate:
    """The certificate of an issuer, signed by ``key``."""
    made = (
        builder(subject, issuer, public_key)
        .not_valid_before(period[0])
        .not_valid_after(period[1])
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(key_usage("ca"), critical=True)
    )
    return with_policies(made, policies).sign(key, hashes.SHA256())


def with_policies(made: x509.CertificateBuilder, policies: Iterable[str]) -> x509.CertificateBuilder:
    """The same with CertificatePolicies, when there are any."""
    named = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in policies]
    return made.add_extension(x509.CertificatePolicies(named), critical=False) if named else made


def organisation_name(
    name: str, org_number: str, *, seid: int | None = None, unit: str = "", common_name: str = ""
) -> x509.Name:
    """A virksomhet's subject: ``seid`` 1 has the number as serialNumber, 2 as organizationIdentifier, None as both.

    A ``unit`` (its number and name) stands in OU.
    """
    short = shortened(name) or "Virksomhet"
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "NO"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, short)]
    if unit:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, shortened(unit)))
    if org_number and seid != 1:
        attributes.append(x509.NameAttribute(ORGANISATION_IDENTIFIER, f"NTRNO-{org_number}"))
    if org_number and seid != 2:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, org_number))
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, shortened(common_name) or short)])


def shortened(name: str) -> str:
    """As much of a name as a certificate holds."""
    return name.strip().encode()[:LONGEST_NAME].decode(errors="ignore").strip()


def ca_name(common_name: str, organisation: str = "meldingsloft test") -> x509.Name:
    """The subject of an issuer."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "NO"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def key_usage(purpose: str) -> x509.KeyUsage:
    """The extension for a key of ``USAGES``."""
    return x509.KeyUsage(**{usage: usage in USAGES[purpose] for usage in _ALL_USAGES})


def authority_of(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The extension that names the issuer's key."""
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def pem_of_key(key: rsa.RSAPrivateKey, passphrase: bytes | None = None) -> bytes:
    """PKCS#8, encrypted when there is a passphrase."""
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
