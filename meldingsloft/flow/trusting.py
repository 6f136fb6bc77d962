"""Whether the signer of an envelope may speak for its sender (EB-146, EB-147, EB-166; HITS 1172 §5.9.4, §5.10).

Revocation is asked for where ``[receive] revocation`` says so. When nobody can tell, the message waits (AMQP §2.1.4: stop and try
again later), is refused or is let through, as chosen.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from meldingsloft.crypto.revocation import status_of
from meldingsloft.crypto.trust import StatusOf, TrustVerdict, assess
from meldingsloft.domain.envelopes import Verified, parse_instant
from meldingsloft.domain.errors import CertificateError, PostponedError

if TYPE_CHECKING:
    from meldingsloft.domain.parties import PartyRecord
    from meldingsloft.flow.msh import Msh
    from meldingsloft.flow.pipeline import Mail

_FETCH = "put the issuer's present CRL, or an OCSP response, into ca/revocation of the network"
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
        CertificateError: ``ML-K040`` … ``ML-K045``, by what is wrong with it; ``ML-K047`` revocation is unknown and that refuses.
        PostponedError: ``ML-K047``, revocation is unknown and that postpones.
    """
    assert mail.partner is not None
    at = parse_instant(verified.header.timestamp) or msh.clock.now()
    judged = assess(
        verified.certificate,
        purpose="signing",
        at=at,
        roots=msh.roots(),
        registered=mail.partner.signing_certificates,
        status_of=asking(msh, at),
        production=msh.settings.environment == "production",
        test_roots=msh.test_roots(),
    )
    if judged.undecided:
        _undecided(msh, judged.reason)
    elif judged.verdict is not TrustVerdict.TRUSTED:
        code, message = _REASONS.get(judged.verdict, ("ML-K044", "the signing certificate is not trusted"))
        message += f": {judged.reason}" if judged.reason else ""
        raise CertificateError(code, message, hint="the sender must sign with the certificate that is in the register")


def check_receiver(msh: Msh, record: PartyRecord) -> None:
    """Judge the certificate we shall encrypt to, where revocation or the environment is to be looked at (EB-166: NOSEND).

    Raises:
        CertificateError: ``ML-K047`` revocation is unknown and not accepted; ``ML-K048`` anything else that is wrong with it.
    """
    now = msh.clock.now()
    asked, production = asking(msh, now), msh.settings.environment == "production"
    if asked is None and not production:
        return
    judged = assess(
        record.encryption_certificates[0],
        purpose="encryption",
        at=now,
        roots=msh.roots(),
        status_of=asked,
        production=production,
        test_roots=msh.test_roots(),
    )
    if judged.undecided:
        if msh.settings.revocation != "accept":
            message = (
                f"it cannot be told whether the encryption certificate of {record.her_id} is revoked: {judged.reason}"
            )
            raise CertificateError("ML-K047", message, hint=_FETCH)
    elif judged.verdict is not TrustVerdict.TRUSTED:
        why = f"{judged.verdict}: {judged.reason}" if judged.reason else str(judged.verdict)
        message = f"the encryption certificate of {record.her_id} is not trusted ({why})"
        raise CertificateError("ML-K048", message, hint="fetch the receiver's present certificate into the register")


def asking(msh: Msh, at: dt.datetime) -> StatusOf | None:
    """What answers for revocation of certificates used at ``at``; None when that is not asked for."""
    if msh.revocations is None or msh.settings.revocation == "off":
        return None
    return partial(status_of, at=at, now=msh.clock.now(), statements=msh.revocations.statements())


def _undecided(msh: Msh, reason: str) -> None:
    message = f"it cannot be told whether the signing certificate is revoked: {reason}"
    if msh.settings.revocation == "postpone":
        raise PostponedError("ML-K047", message, hint=_FETCH)
    if msh.settings.revocation == "refuse":
        raise CertificateError("ML-K047", message, hint=_FETCH)


def digests_of(verified: Verified) -> tuple[tuple[str, str], ...]:
    """(URI, DigestValue) of every verified reference: the identity of an envelope's content (EB-186)."""
    return tuple((reference.uri, reference.digest_value) for reference in verified.references)
