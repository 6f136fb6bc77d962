"""Trust in a certificate: a chain to a root of one's own, in time, for its purpose, and the one that is registered.

The mathematics of a signature says *which* key signed; this room says whether that key may speak. Certificates inside
messages are mostly the leaf alone, so chains come from one's own store. Name constraints and policy constraints are not
understood, and a chain that needs them is not trusted. Sources: RFC 5280 §6, HITS 1172 §5.9.4 and §5.10, EB-146, EB-147,
EB-166.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from meldingsloft.crypto.certificates import load, read_certificate
from meldingsloft.crypto.revocation import Standing, Status
from meldingsloft.domain.errors import CertificateError

Purpose = Literal["signing", "encryption"]
StatusOf = Callable[[bytes, bytes], Status]
"""What is known of a certificate (DER) by its issuer (DER): ``crypto.revocation.status_of`` with times and statements filled in."""


class TrustVerdict(enum.StrEnum):
    """What is to be thought of a certificate; the first fault found, gravest first."""

    TRUSTED = "trusted"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    REVOKED = "revoked"
    WRONG_USAGE = "wrong-usage"
    UNKNOWN_ISSUER = "unknown-issuer"
    NOT_REGISTERED = "not-registered"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and what led to it."""

    verdict: TrustVerdict
    reason: str = ""
    """For people, where the verdict alone does not say it; holds no names."""
    revocation: Standing | None = None
    """What is known of revocation for the whole chain; None: not asked, or not come to."""

    @property
    def undecided(self) -> bool:
        """True when nothing but an answer about revocation is missing."""
        return self.verdict is TrustVerdict.UNCHECKED and self.revocation is Standing.UNKNOWN


PRODUCTION_POLICIES = {
    "2.16.578.1.26.1.3.2": "Buypass virksomhetssertifikat",
    "2.16.578.1.29.13.1.1.0": "Commfides virksomhetssertifikat",
}
TEST_POLICY = "2.16.578.1.26.1.0.3.2"
"""The policy that Buypass' test virksomhetssertifikater carry (AMQP §2.1.4)."""
_TEST_ARCS = ("2.16.578.1.26.1.0", "2.16.578.1.29.912", "2.16.578.1.29.913")
"""At and below these Buypass and Commfides number the policies of their test certificates. Not all of them: test certificates of SEID 2
by Buypass carry the policy of production, so their root must be marked as one for tests."""
_TEST_POLICIES = tuple(f"{arc}." for arc in _TEST_ARCS)
_LONGEST_CHAIN = 8
_MOST_TRIES = 64
_USAGES: dict[Purpose, frozenset[str]] = {
    "signing": frozenset({"nonRepudiation"}),
    "encryption": frozenset({"keyEncipherment", "keyAgreement", "dataEncipherment"}),
}
_UNDERSTOOD = frozenset(
    {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.CertificatePolicies.oid,
        x509.SubjectAlternativeName.oid,
    }
)


def judge(
    certificate_der: bytes,
    *,
    purpose: Purpose,
    at: dt.datetime,
    roots: Sequence[bytes],
    intermediates: Sequence[bytes] = (),
    registered: Sequence[bytes] | None = None,
    status_of: StatusOf | None = None,
) -> TrustVerdict:
    """The verdict of ``assess`` alone."""
    return assess(
        certificate_der,
        purpose=purpose,
        at=at,
        roots=roots,
        intermediates=intermediates,
        registered=registered,
        status_of=status_of,
    ).verdict


def assess(
    certificate_der: bytes,
    *,
    purpose: Purpose,
    at: dt.datetime,
    roots: Sequence[bytes],
    intermediates: Sequence[bytes] = (),
    registered: Sequence[bytes] | None = None,
    status_of: StatusOf | None = None,
    production: bool = False,
    test_roots: Sequence[bytes] = (),
) -> Judgement:
    """What is to be thought of an end entity's certificate at an aware instant.

    ``registered`` are the certificates the register or CPA has for the party; None leaves that question out, an empty
    sequence trusts none. Self-signed end entities are never trusted. Certificates that cannot be read have an unknown issuer.
    With ``production`` a chain that carries a test policy, or ends in one of ``test_roots``, leads to no issuer that counts.
    With ``status_of`` every certificate below the root is asked for: when one is unknown and all else is well, the verdict is
    ``unchecked``.
    """
    chain = find_chain(certificate_der, tuple(roots), tuple(intermediates))
    if not chain:
        return Judgement(TrustVerdict.UNKNOWN_ISSUER)
    if production and is_for_tests(chain, test_roots):
        return Judgement(TrustVerdict.UNKNOWN_ISSUER, "test root in production")
    asked = _revocation(chain, status_of)
    standing = asked.standing if asked else None
    if asked is not None and asked.standing is Standing.REVOKED:
        return Judgement(TrustVerdict.REVOKED, asked.reason, standing)
    verdict = _other_faults(certificate_der, chain, purpose, at, registered)
    if verdict is TrustVerdict.TRUSTED and asked is not None and asked.standing is Standing.UNKNOWN:
        return Judgement(TrustVerdict.UNCHECKED, asked.reason, standing)
    return Judgement(verdict, revocation=standing)


def _revocation(chain: Sequence[bytes], status_of: StatusOf | None) -> Status | None:
    """The gravest status of the chain below its root, the leaf's when all are alike."""
    if status_of is None:
        return None
    found = [status_of(link, issuer) for link, issuer in pairwise(chain)]
    return max(found, key=lambda status: _GRAVITY[status.standing])


_GRAVITY = {Standing.GOOD: 0, Standing.UNKNOWN: 1, Standing.REVOKED: 2}


def _other_faults(
    certificate_der: bytes,
    chain: tuple[bytes, ...],
    purpose: Purpose,
    at: dt.datetime,
    registered: Sequence[bytes] | None,
) -> TrustVerdict:
    earliest, latest = _period(chain)
    if at > latest:
        return TrustVerdict.EXPIRED
    if at < earliest:
        return TrustVerdict.NOT_YET_VALID
    if not fits_purpose(certificate_der, purpose):
        return TrustVerdict.WRONG_USAGE
    if registered is not None and certificate_der not in registered:
        return TrustVerdict.NOT_REGISTERED
    return TrustVerdict.TRUSTED


def is_for_tests(chain: Sequence[bytes], test_roots: Sequence[bytes] = ()) -> bool:
    """True when a chain (DER, leaf first) carries the test policy of an issuer anywhere, or ends in a root marked so."""
    policies = (policy for link in chain for policy in read_certificate(link).policies)
    return any(f"{policy}.".startswith(_TEST_POLICIES) for policy in policies) or chain[-1] in test_roots


@lru_cache(maxsize=1024)
def fits_purpose(certificate_der: bytes, purpose: Purpose) -> bool:
    """True when KeyUsage allows the purpose: nonRepudiation for signing, any encipherment or keyAgreement for encryption.

    Raises:
        CertificateError: ``ML-K001``.
    """
    return not _USAGES[purpose].isdisjoint(read_certificate(certificate_der).key_usages)


def check_recipient(certificate_der: bytes, *, at: dt.datetime) -> None:
    """Refuse to encrypt to a certificate that is out of force or not for encryption (EB-161); its chain is not looked at.

    A certificate without KeyUsage restricts nothing (RFC 5280 §4.2.1.3).

    Raises:
        CertificateError: ``ML-K001`` unreadable, ``ML-K006`` expired or not yet in force, ``ML-K007`` not for encryption.
    """
    facts = read_certificate(certificate_der)
    if not facts.not_before <= at <= facts.not_after:
        hint = "fetch the receiver's present certificate"
        raise CertificateError("ML-K006", "the receiver's certificate is not in force", hint=hint)
    if facts.key_usages and not fits_purpose(certificate_der, "encryption"):
        hint = "fetch the encryption certificate, not the signing one"
        raise CertificateError("ML-K007", "the receiver's certificate is not for encryption", hint=hint)


@lru_cache(maxsize=1024)
def find_chain(leaf: bytes, roots: tuple[bytes, ...], intermediates: tuple[bytes, ...] = ()) -> tuple[bytes, ...]:
    """The chain from leaf to root (DER), empty when there is none; signatures, CA marks and path lengths are checked.

    Time, purpose and revocation are not.
    """
    try:
        facts = read_certificate(leaf)
    except CertificateError:
        return ()
    if facts.self_signed or facts.is_ca or not _understood(leaf):
        return ()
    return _Search(_issuers(roots), _issuers(intermediates)).climb((leaf,))


@lru_cache(maxsize=1024)
def _period(chain: tuple[bytes, ...]) -> tuple[dt.datetime, dt.datetime]:
    facts = [read_certificate(link) for link in chain]
    return max(fact.not_before for fact in facts), min(fact.not_after for fact in facts)


def _issuers(certificates: Iterable[bytes]) -> list[bytes]:
    """Those that may issue at all; the unreadable are passed over."""
    return [der for der in certificates if _may_issue(der)]


def _may_issue(der: bytes) -> bool:
    try:
        facts = read_certificate(der)
    except CertificateError:
        return False
    return facts.is_ca and (not facts.key_usages or "keyCertSign" in facts.key_usages) and _understood(der)


def _understood(der: bytes) -> bool:
    return all(extension.oid in _UNDERSTOOD for extension in load(der).extensions if extension.critical)


class _Search:
    """Depth first from the leaf, bounded in length and in signatures looked at."""

    def __init__(self, roots: list[bytes], intermediates: list[bytes]) -> None:
        self._roots = roots
        self._intermediates = intermediates
        self._tries = 0

    def climb(self, chain: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """``chain`` completed to a root, empty when that cannot be."""
        for root in self._roots:
            if self._issued(chain, root):
                return (*chain, root)
        if len(chain) >= _LONGEST_CHAIN:
            return ()
        for issuer in self._intermediates:
            if issuer not in chain and self._issued(chain, issuer) and (found := self.climb((*chain, issuer))):
                return found
        return ()

    def _issued(self, chain: tuple[bytes, ...], issuer: bytes) -> bool:
        below, above = load(chain[-1]), load(issuer)
        if below.issuer != above.subject or self._tries >= _MOST_TRIES:
            return False
        self._tries += 1
        longest = above.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
        if longest is not None and len(chain) - 1 > longest:
            return False
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True
