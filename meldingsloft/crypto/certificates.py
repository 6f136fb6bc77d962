"""What a certificate says: the facts that trust, messages and the register are decided on.

A *virksomhetssertifikat* names an organisation by its organisation number; where the number stands differs between issuers
and generations (SEID 1: serialNumber, SEID 2: organizationIdentifier, sub-units in OU). Reading a certificate says nothing
of trust (``crypto.trust``). Sources: RFC 5280, SEID profile, code ``ML-K001``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import NameOID

from meldingsloft.domain.errors import CertificateError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

ORGANISATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
_NUMBER_PLACES = (
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.SERIAL_NUMBER,
    ORGANISATION_IDENTIFIER,
    NameOID.ORGANIZATION_NAME,
)
_NUMBER = re.compile(r"(?:.*-\s*)?([0-9]{9})", re.DOTALL)
_NAMES = {ORGANISATION_IDENTIFIER: "organizationIdentifier", NameOID.SERIAL_NUMBER: "serialNumber"}
_USAGES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One certificate, read."""

    subject: str
    """RFC 4514 text."""
    issuer: str
    """RFC 4514 text."""
    serial: str
    """Decimal."""
    org_number: str | None
    """Nine digits; a sub-unit's own number comes first. None for certificates of persons and of issuers."""
    not_before: dt.datetime
    not_after: dt.datetime
    key_usages: frozenset[str]
    """Names of RFC 5280 §4.2.1.3 (``nonRepudiation``, ``keyEncipherment`` …); empty when the extension is absent."""
    policies: tuple[str, ...]
    """OIDs of certificate policies."""
    self_signed: bool
    """Subject and issuer are the same."""
    is_ca: bool
    fingerprint: str
    """SHA-256 over the DER, small hexadecimal."""


@lru_cache(maxsize=512)
def load(der: bytes) -> x509.Certificate:
    """The parsed certificate.

    Raises:
        CertificateError: ``ML-K001``.
    """
    try:
        return x509.load_der_x509_certificate(der)
    except Exception as fault:
        raise _unreadable() from fault


@lru_cache(maxsize=512)
def public_key(der: bytes) -> CertificatePublicKeyTypes:
    """The public key of a certificate.

    Raises:
        CertificateError: ``ML-K001`` also for key types that are not known.
    """
    try:
        return load(der).public_key()
    except CertificateError:
        raise
    except Exception as fault:
        raise _unreadable() from fault


@lru_cache(maxsize=512)
def read_certificate(der: bytes) -> CertificateFacts:
    """The facts of a certificate in DER.

    Raises:
        CertificateError: ``ML-K001``.
    """
    certificate = load(der)
    try:
        subject, issuer = certificate.subject, certificate.issuer
        return CertificateFacts(
            subject=subject.rfc4514_string(_NAMES),
            issuer=issuer.rfc4514_string(_NAMES),
            serial=str(certificate.serial_number),
            org_number=_org_number(subject),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            key_usages=_key_usages(certificate.extensions),
            policies=_policies(certificate.extensions),
            self_signed=subject == issuer,
            is_ca=_is_ca(certificate.extensions),
            fingerprint=hashlib.sha256(der).hexdigest(),
        )
    except Exception as fault:
        raise _unreadable() from fault


def _org_number(subject: x509.Name) -> str | None:
    return next((found[1] for value in _number_values(subject) if (found := _NUMBER.fullmatch(value.strip()))), None)


def _number_values(subject: x509.Name) -> Iterator[str]:
    for place in _NUMBER_PLACES:
        for attribute in subject.get_attributes_for_oid(place):
            yield str(attribute.value)


def _key_usages(extensions: x509.Extensions) -> frozenset[str]:
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name for attribute, name in _USAGES.items() if getattr(usage, attribute))


def _policies(extensions: x509.Extensions) -> tuple[str, ...]:
    try:
        policies = extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(policy.policy_identifier.dotted_string for policy in policies)


def _is_ca(extensions: x509.Extensions) -> bool:
    try:
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _unreadable() -> CertificateError:
    return CertificateError("ML-K001", "the certificate cannot be read", hint="give an X.509 certificate in PEM or DER")
