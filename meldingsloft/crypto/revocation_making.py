"""CRLs and OCSP responses made for a test CA: what ``crypto.revocation`` reads, byte for byte the same for the same facts.

Sources: RFC 5280 §5, RFC 6960 §4.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from meldingsloft.crypto.certificates import load

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

REASONS = {reason.value: reason for reason in x509.ReasonFlags if reason is not x509.ReasonFlags.remove_from_crl}
"""Reasons of RFC 5280 §5.3.1 by name (``keyCompromise``, ``superseded`` …)."""
UNSPECIFIED = x509.ReasonFlags.unspecified


@dataclass(frozen=True, slots=True)
class Revocation:
    """One certificate taken back."""

    serial: int
    at: dt.datetime
    reason: str = UNSPECIFIED.value
    """A key of ``REASONS``."""


def make_crl(
    issuer: bytes,
    key: rsa.RSAPrivateKey,
    revoked: Sequence[Revocation],
    *,
    at: dt.datetime,
    until: dt.datetime,
    number: int,
) -> bytes:
    """A complete CRL (DER) of the issuer (DER), from ``at`` to ``until``; revocations that lie after ``at`` are left out."""
    above = load(issuer)
    identifier = above.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(above.subject)
        .last_update(at)
        .next_update(until)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for one in sorted(revoked, key=lambda one: (one.at, one.serial)):
        if one.at <= at:
            builder = builder.add_revoked_certificate(_entry(one))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _entry(revoked: Revocation) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(revoked.serial).revocation_date(revoked.at)
    reason = REASONS[revoked.reason]
    if reason is not UNSPECIFIED:  # RFC 5280 §5.3.1: rather left out
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    return builder.build()


def make_ocsp(
    certificate: bytes,
    issuer: bytes,
    key: rsa.RSAPrivateKey,
    *,
    at: dt.datetime,
    until: dt.datetime,
    revoked: Revocation | None = None,
    responder: bytes | None = None,
) -> bytes:
    """An OCSP response (DER) on one certificate, signed by its issuer, or by a ``responder`` (DER) whose key is given."""
    taken = revoked if revoked is not None and revoked.at <= at else None
    reason = REASONS[taken.reason] if taken else None
    signer = load(responder or issuer)
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=load(certificate),
            issuer=load(issuer),
            algorithm=hashes.SHA1(),  # noqa: S303 - names the issuer; what clients look for (RFC 5019 §2.1.1)
            cert_status=ocsp.OCSPCertStatus.REVOKED if taken else ocsp.OCSPCertStatus.GOOD,
            this_update=at,
            next_update=until,
            revocation_time=taken.at if taken else None,
            revocation_reason=None if reason is UNSPECIFIED else reason,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, signer)
    )
    if responder is not None:
        builder = builder.certificates([signer])
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
