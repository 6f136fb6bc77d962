"""CRLs and OCSP responses as they were read: what one says, when it counts, and whose signature holds.

*statement*: a CRL or an OCSP response in DER. Sources: RFC 5280 §5, RFC 6960 §4.2.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hashes

SKEW = dt.timedelta(minutes=5)
"""How far an issuer's clock may be ahead of ours."""
SHORT_LIVED = dt.timedelta(hours=1)
"""How long a statement without nextUpdate counts."""


_HASHES = frozenset({"sha256", "sha384", "sha512"})
_FORMER = frozenset(
    {x509.ReasonFlags.superseded, x509.ReasonFlags.cessation_of_operation, x509.ReasonFlags.affiliation_changed}
)
"""Reasons that leave what was signed before in force. With any other the key may be in wrong hands, which can date as they like."""
_SMALL = 32 * 1024
"""Bytes."""
Crl = x509.CertificateRevocationList
Statement = x509.CertificateRevocationList | ocsp.OCSPResponse


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """One CRL or OCSP response, read; nothing is said of whether it may be believed."""

    kind: str
    """``CRL`` or ``OCSP response``."""
    issuer: str
    """RFC 4514 text; empty for a responder named by its key."""
    made: dt.datetime
    until: dt.datetime | None
    serials: tuple[str, ...]
    """Decimal. CRL: those taken back; OCSP: those it speaks of."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one believable statement says of the certificate."""

    source: str
    made: dt.datetime
    ends: dt.datetime
    revoked_at: dt.datetime | None = None
    """None: good."""
    cause: x509.ReasonFlags | None = None

    def in_force(self, now: dt.datetime) -> bool:
        """True between thisUpdate, but for a clock that is a little ahead, and nextUpdate."""
        return self.made <= now + SKEW and now <= self.ends

    def counts(self, at: dt.datetime, now: dt.datetime) -> bool:
        """True when it takes the certificate back for what was signed at ``at`` and is judged ``now``."""
        if self.revoked_at is None or (self.cause is x509.ReasonFlags.certificate_hold and not self.in_force(now)):
            return False
        return self.revoked_at <= (at if self.cause in _FORMER else max(at, now))


def read_statement(der: bytes) -> StatementFacts | None:
    """The facts of a CRL or OCSP response, None when the bytes are neither, or an OCSP error without an answer."""
    try:
        return _facts(parsed(der))
    except Exception:  # noqa: BLE001 - parts are parsed when they are first read
        return None


def _facts(statement: Statement | None) -> StatementFacts | None:
    if isinstance(statement, Crl):
        taken = tuple(str(entry.serial_number) for entry in statement)
        return StatementFacts(
            "CRL", statement.issuer.rfc4514_string(), statement.last_update_utc, statement.next_update_utc, taken
        )
    if statement is None:
        return None
    answers = list(statement.responses)
    ends = [answer.next_update_utc for answer in answers]
    name = statement.responder_name
    return StatementFacts(
        "OCSP response",
        name.rfc4514_string() if name else "",
        min(answer.this_update_utc for answer in answers),
        None if None in ends else min(end for end in ends if end is not None),
        tuple(str(answer.serial_number) for answer in answers),
    )


def is_statement(der: bytes) -> bool:
    """True for a CRL, and for an OCSP response that answers."""
    return parsed(der) is not None


def parsed(der: bytes) -> Statement | None:
    """The parsed statement. Of large ones only few are remembered: a CRL of megabytes is replaced every hour."""
    return _parsed_large(der) if len(der) > _SMALL else _parsed_small(der)


@lru_cache(maxsize=16)
def _parsed_large(der: bytes) -> Statement | None:
    return _parse(der)


@lru_cache(maxsize=1024)
def _parsed_small(der: bytes) -> Statement | None:
    return _parse(der)


def _parse(der: bytes) -> Statement | None:
    try:
        crl = x509.load_der_x509_crl(der)
        crl.extensions  # noqa: B018 - read now, so that a broken one is none
    except Exception:  # noqa: BLE001 - bytes from outside may break any layer of the parser
        return _parsed_response(der)
    return crl


def _parsed_response(der: bytes) -> ocsp.OCSPResponse | None:
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL or not list(response.responses):
            return None
        response.extensions  # noqa: B018 - as above
        for one in response.certificates:
            one.extensions  # noqa: B018 - as above
    except Exception:  # noqa: BLE001 - as above
        return None
    return response


def holds(signer: x509.Certificate, signature: bytes, data: bytes, algorithm: hashes.HashAlgorithm | None) -> bool:
    """True when an issuer's RSA or ECDSA signature with SHA-2 holds."""
    if algorithm is None or algorithm.name not in _HASHES:
        return False
    try:
        key = signer.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(algorithm))
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
