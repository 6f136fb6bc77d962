"""Whether the signer of an envelope may speak for its sender (EB-146, EB-147, EB-166; HITS 1172 §5.9.4, §5.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.crypto.trust import TrustVerdict, judge
from meldingsloft.domain.envelopes import Verified, parse_instant
from meldingsloft.domain.errors import CertificateError

if TYPE_CHECKING:
    from meldingsloft.flow.msh import Msh
    from meldingsloft.flow.pipeline import Mail

_REASONS = {
    TrustVerdict.EXPIRED: ("ML-K040", "the signing certificate had expired when the envelope was made"),
    TrustVerdict.NOT_YET_VALID: ("ML-K041", "the signing certificate was not yet valid when the envelope was made"),
    TrustVerdict.REVOKED: ("ML-K042", "the signing certificate is revoked"),
    TrustVerdict.WRONG_USAGE: ("ML-K043", "the certificate is not for signing (nonRepudiation)"),
    TrustVerdict.UNKNOWN_ISSUER: ("ML-K044", "the signing certificate's issuer is not trusted"),
    TrustVerdict.NOT_REGISTERED: ("ML-K045", "the signing certificate is not the one registered for the sender"),
}


def check_signer(msh: Msh, mail: Mail, verified: Verified) -> None:
    """Judge the signer's certificate at the time the envelope states.

    Raises:
        CertificateError: ``ML-K040`` … ``ML-K045``, by what is wrong with it.
    """
    assert mail.partner is not None
    verdict = judge(
        verified.certificate,
        purpose="signing",
        at=parse_instant(verified.header.timestamp) or msh.clock.now(),
        roots=msh.roots(),
        registered=mail.partner.signing_certificates,
    )
    if verdict is not TrustVerdict.TRUSTED:
        code, message = _REASONS.get(verdict, ("ML-K044", "the signing certificate is not trusted"))
        raise CertificateError(code, message, hint="the sender must sign with the certificate that is in the register")


def digests_of(verified: Verified) -> tuple[tuple[str, str], ...]:
    """(URI, DigestValue) of every verified reference: the identity of an envelope's content (EB-186)."""
    return tuple((reference.uri, reference.digest_value) for reference in verified.references)
