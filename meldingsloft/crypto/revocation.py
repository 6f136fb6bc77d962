"""Whether an issuer took a certificate back: what CRLs and OCSP responses say of it, looked at without any network.

*statement*: a CRL or an OCSP response in DER. It counts when its issuer (or, for OCSP, a responder the issuer named) signed it with
SHA-2 and it is in force. An end that nobody vouches for is ``unknown``, never good. A revocation is believed also from a
statement that has grown old: what was taken back stays so, ``certificateHold`` apart. Sources: RFC 5280 §5 and §6.3, RFC 6960
§3.2 and §4.2.2.2, EB-166.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from meldingsloft.crypto.certificates import load, read_certificate
from meldingsloft.crypto.crls import of_crl
from meldingsloft.crypto.statements import SHORT_LIVED, Crl, Said, holds, parsed
from meldingsloft.domain.errors import CertificateError


class Standing(enum.StrEnum):
    """What the issuer says of a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Status:
    """The standing of one certificate and why."""

    standing: Standing
    reason: str
    """For people; holds no names."""
    revoked_at: dt.datetime | None = None
    until: dt.datetime | None = None
    """When the statement that was believed must be replaced by a new one."""


def status_of(
    certificate: bytes, issuer: bytes, *, at: dt.datetime, now: dt.datetime, statements: Sequence[bytes]
) -> Status:
    """The standing of a certificate (DER) whose issuer is known.

    ``at`` is when the certificate is said to have been used, ``now`` when that is judged: statements must be in force now.
    What was signed before a revocation counts only when the reason says that the key was never in other hands.
    """
    doubts: list[str] = []
    said = list(_look(certificate, issuer, now, statements, doubts))
    for one in sorted(said, key=lambda one: one.made):
        permanent = one.cause is not x509.ReasonFlags.certificate_hold
        if permanent and one.counts(at, now):
            return _revoked(one)
    current = [one for one in said if one.in_force(now)]
    if not current:
        doubts += [_out_of_force(one, now) for one in said]
        return Status(
            Standing.UNKNOWN, "; ".join(dict.fromkeys(doubts)) or "no CRL or OCSP response at hand speaks of it"
        )
    newest = max(current, key=lambda one: one.made)
    if newest.counts(at, now):
        return _revoked(newest)
    return Status(Standing.GOOD, f"good by the {newest.source} of {_when(newest.made)}", until=newest.ends)


def _revoked(said: Said) -> Status:
    assert said.revoked_at is not None
    cause = f" ({said.cause.value})" if said.cause else ""
    return Status(
        Standing.REVOKED,
        f"revoked {_when(said.revoked_at)}{cause} by the {said.source} of {_when(said.made)}",
        said.revoked_at,
        said.ends,
    )


def _out_of_force(said: Said, now: dt.datetime) -> str:
    if said.made > now:
        return f"the {said.source} is not in force before {_when(said.made)}"
    return f"the {said.source} was to be replaced {_when(said.ends)}"


def _look(
    certificate: bytes, issuer: bytes, now: dt.datetime, statements: Sequence[bytes], doubts: list[str]
) -> Iterator[Said]:
    crls = [der for der in statements if isinstance(parsed(der), Crl)]
    for der in statements:
        try:
            found = _of_statement(der, certificate, issuer, now, crls)
        except Exception:  # noqa: BLE001 - parts are parsed when they are first read, and bytes from outside may break any of them
            found = "a CRL or OCSP response cannot be read"
        if isinstance(found, str):
            doubts.append(found)
        elif found is not None:
            yield found


def _when(instant: dt.datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _of_statement(
    der: bytes, certificate: bytes, issuer: bytes, now: dt.datetime, crls: Sequence[bytes]
) -> Said | str | None:
    statement = parsed(der)
    if isinstance(statement, Crl):
        return of_crl(der, statement, certificate, issuer)
    return None if statement is None else _of_response(der, statement, certificate, issuer, now, crls)


def _of_response(
    der: bytes, response: ocsp.OCSPResponse, certificate: bytes, issuer: bytes, now: dt.datetime, crls: Sequence[bytes]
) -> Said | str | None:
    serial = load(certificate).serial_number
    answer = next(
        (one for one in response.responses if one.serial_number == serial and _is_of(one, load(issuer))), None
    )
    if answer is None:
        return None
    doubt = _doubt(der, issuer, now, tuple(crls))
    if doubt:
        return doubt
    made = answer.this_update_utc
    ends = answer.next_update_utc or made + SHORT_LIVED
    if answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        return "the OCSP responder does not know the certificate"
    if answer.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return Said("OCSP response", made, ends)
    return Said("OCSP response", made, ends, answer.revocation_time_utc, answer.revocation_reason)


def _is_of(answer: ocsp.OCSPSingleResponse, issuer: x509.Certificate) -> bool:
    """True when the answer is about certificates of this issuer, by the digests of its name and key."""
    name = answer.hash_algorithm.name
    return answer.issuer_name_hash == hashlib.new(
        name, issuer.subject.public_bytes()
    ).digest() and answer.issuer_key_hash == _key_hash(issuer, name)


def _key_hash(certificate: x509.Certificate, name: str = "sha1") -> bytes:
    """The digest of the public key's bit string, without its header (RFC 6960 §4.1.1)."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        bits = key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        bits = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    else:
        return b""
    return hashlib.new(name, bits).digest()


def _doubt(der: bytes, issuer: bytes, now: dt.datetime, crls: tuple[bytes, ...]) -> str:
    """Why an OCSP response is not to be believed; empty when it is."""
    response, above = parsed(der), load(issuer)
    assert isinstance(response, ocsp.OCSPResponse)
    if any(extension.critical for extension in response.extensions):
        return "the OCSP response has an extension that is not understood"
    signers = [one for one in (above, *response.certificates) if _answers(response, one)]
    signer = next(
        (
            one
            for one in signers
            if holds(one, response.signature, response.tbs_response_bytes, response.signature_hash_algorithm)
        ),
        None,
    )
    if signer is None:
        return "the OCSP response is not signed by the responder it names"
    return "" if signer == above else _unfit(signer, issuer, now, crls)


def _answers(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    if response.responder_name is not None:
        return certificate.subject == response.responder_name
    return _key_hash(certificate) == response.responder_key_hash


def _unfit(responder: x509.Certificate, issuer: bytes, now: dt.datetime, crls: tuple[bytes, ...]) -> str:
    """Why a responder may not speak for the issuer (RFC 6960 §4.2.2.2); empty when it may."""
    try:
        responder.verify_directly_issued_by(load(issuer))
    except (ValueError, TypeError, InvalidSignature):
        return "the OCSP responder was not named by the issuer"
    der = responder.public_bytes(Encoding.DER)
    try:
        facts = read_certificate(der)
        usages = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (CertificateError, x509.ExtensionNotFound):
        return "the OCSP responder's certificate is not for OCSP"
    signs = not facts.key_usages or not facts.key_usages.isdisjoint({"digitalSignature", "nonRepudiation"})
    if ExtendedKeyUsageOID.OCSP_SIGNING not in usages or not signs:
        return "the OCSP responder's certificate is not for OCSP"
    if not facts.not_before <= now <= facts.not_after:
        return "the OCSP responder's certificate is not in force"
    if not _has(responder, x509.OCSPNoCheck):
        own = status_of(der, issuer, at=now, now=now, statements=crls)
        if own.standing is Standing.REVOKED:
            return "the OCSP responder's certificate is revoked"
    return ""


def _has(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> bool:
    return any(isinstance(extension.value, kind) for extension in certificate.extensions)
