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
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from meldingsloft.crypto.certificates import load, read_certificate
from meldingsloft.domain.errors import CertificateError

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
_READ_ON_A_CRL = frozenset({x509.IssuingDistributionPoint.oid})
_SMALL = 32 * 1024
"""Bytes."""
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
Crl = x509.CertificateRevocationList


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
class _Said:
    """What one believable statement says of the certificate."""

    source: str
    made: dt.datetime
    ends: dt.datetime
    revoked_at: dt.datetime | None = None
    """None: good."""
    cause: x509.ReasonFlags | None = None

    def in_force(self, now: dt.datetime) -> bool:
        return self.made <= now + SKEW and now <= self.ends

    def counts(self, at: dt.datetime, now: dt.datetime) -> bool:
        """True when it takes the certificate back for what was signed at ``at`` and is judged ``now``."""
        if self.revoked_at is None or (self.cause is x509.ReasonFlags.certificate_hold and not self.in_force(now)):
            return False
        return self.revoked_at <= (at if self.cause in _FORMER else max(at, now))


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


def read_statement(der: bytes) -> StatementFacts | None:
    """The facts of a CRL or OCSP response, None when the bytes are neither, or an OCSP error without an answer."""
    try:
        return _facts(_parsed(der))
    except Exception:  # noqa: BLE001 - parts are parsed when they are first read
        return None


def _facts(statement: Crl | ocsp.OCSPResponse | None) -> StatementFacts | None:
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


def _revoked(said: _Said) -> Status:
    assert said.revoked_at is not None
    cause = f" ({said.cause.value})" if said.cause else ""
    return Status(
        Standing.REVOKED,
        f"revoked {_when(said.revoked_at)}{cause} by the {said.source} of {_when(said.made)}",
        said.revoked_at,
        said.ends,
    )


def _out_of_force(said: _Said, now: dt.datetime) -> str:
    if said.made > now:
        return f"the {said.source} is not in force before {_when(said.made)}"
    return f"the {said.source} was to be replaced {_when(said.ends)}"


def _when(instant: dt.datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def is_statement(der: bytes) -> bool:
    """True for a CRL, and for an OCSP response that answers."""
    return _parsed(der) is not None


def _parsed(der: bytes) -> Crl | ocsp.OCSPResponse | None:
    """The parsed statement. Of large ones only few are remembered: a CRL of megabytes is replaced every hour."""
    return _parsed_large(der) if len(der) > _SMALL else _parsed_small(der)


@lru_cache(maxsize=16)
def _parsed_large(der: bytes) -> Crl | ocsp.OCSPResponse | None:
    return _parse(der)


@lru_cache(maxsize=1024)
def _parsed_small(der: bytes) -> Crl | ocsp.OCSPResponse | None:
    return _parse(der)


def _parse(der: bytes) -> Crl | ocsp.OCSPResponse | None:
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


def _look(
    certificate: bytes, issuer: bytes, now: dt.datetime, statements: Sequence[bytes], doubts: list[str]
) -> Iterator[_Said]:
    crls = [der for der in statements if isinstance(_parsed(der), Crl)]
    for der in statements:
        try:
            found = _of_statement(der, certificate, issuer, now, crls)
        except Exception:  # noqa: BLE001 - parts are parsed when they are first read, and bytes from outside may break any of them
            found = "a CRL or OCSP response cannot be read"
        if isinstance(found, str):
            doubts.append(found)
        elif found is not None:
            yield found


def _of_statement(
    der: bytes, certificate: bytes, issuer: bytes, now: dt.datetime, crls: Sequence[bytes]
) -> _Said | str | None:
    statement = _parsed(der)
    if isinstance(statement, Crl):
        return _of_crl(der, statement, certificate, issuer)
    return None if statement is None else _of_response(der, statement, certificate, issuer, now, crls)


def _of_crl(der: bytes, crl: Crl, certificate: bytes, issuer: bytes) -> _Said | str | None:
    """What a CRL says; a text when it would have spoken but cannot be believed, None when it is another issuer's."""
    if crl.issuer != load(issuer).subject:
        return None
    if not _crl_holds(der, issuer):
        return "a CRL in the issuer's name is not signed with its key"
    doubt = _beyond(crl, certificate)
    if doubt is not None:
        return doubt or None
    made = crl.last_update_utc
    ends = crl.next_update_utc or made + SHORT_LIVED
    entry = crl.get_revoked_certificate_by_serial_number(load(certificate).serial_number)
    if entry is None:
        return _Said("CRL", made, ends)
    cause, since = _entry_facts(entry)
    if cause is x509.ReasonFlags.remove_from_crl:
        return _Said("CRL", made, ends)
    return _Said("CRL", made, ends, min(since, entry.revocation_date_utc), cause)


def _beyond(crl: Crl, certificate: bytes) -> str | None:
    """None: the CRL is complete for the certificate. Empty: it speaks of others. Else why it is not understood."""
    for extension in crl.extensions:
        if extension.critical and extension.oid not in _READ_ON_A_CRL:
            return "a CRL of the issuer has an extension that is not understood"
    try:
        scope = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return None
    if scope.indirect_crl or scope.only_some_reasons:
        return "a CRL of the issuer is indirect or for some reasons only"
    is_ca = read_certificate(certificate).is_ca
    elsewhere = (scope.only_contains_user_certs and is_ca) or (scope.only_contains_ca_certs and not is_ca)
    if elsewhere or scope.only_contains_attribute_certs or scope.relative_name:
        return ""
    return None if not scope.full_name or not _places(certificate).isdisjoint(scope.full_name) else ""


def _places(certificate: bytes) -> frozenset[x509.GeneralName]:
    try:
        points = load(certificate).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name for point in points for name in point.full_name or ())


def _entry_facts(entry: x509.RevokedCertificate) -> tuple[x509.ReasonFlags | None, dt.datetime]:
    cause, since = None, _NEVER
    for extension in entry.extensions:
        if isinstance(extension.value, x509.CRLReason):
            cause = extension.value.reason
        elif isinstance(extension.value, x509.InvalidityDate):
            since = extension.value.invalidity_date_utc
    return cause, since


@lru_cache(maxsize=32)
def _crl_holds(der: bytes, issuer: bytes) -> bool:
    crl, above = _parsed(der), load(issuer)
    assert isinstance(crl, Crl)
    usages = read_certificate(issuer).key_usages
    if usages and "cRLSign" not in usages:
        return False
    return _holds(above, crl.signature, crl.tbs_certlist_bytes, crl.signature_hash_algorithm)


def _holds(signer: x509.Certificate, signature: bytes, data: bytes, algorithm: hashes.HashAlgorithm | None) -> bool:
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


def _of_response(
    der: bytes, response: ocsp.OCSPResponse, certificate: bytes, issuer: bytes, now: dt.datetime, crls: Sequence[bytes]
) -> _Said | str | None:
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
        return _Said("OCSP response", made, ends)
    return _Said("OCSP response", made, ends, answer.revocation_time_utc, answer.revocation_reason)


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
    response, above = _parsed(der), load(issuer)
    assert isinstance(response, ocsp.OCSPResponse)
    if any(extension.critical for extension in response.extensions):
        return "the OCSP response has an extension that is not understood"
    signers = [one for one in (above, *response.certificates) if _answers(response, one)]
    signer = next(
        (
            one
            for one in signers
            if _holds(one, response.signature, response.tbs_response_bytes, response.signature_hash_algorithm)
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
