"""What comes of looking at a signature: a verdict, its reason from a closed list, and the error that refuses.

Sources: codes ``ML-K030``–``ML-K039``; the reasons are those of ``meldingsloft.verification/1``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from meldingsloft.domain.envelopes import SignedReference
from meldingsloft.domain.errors import SignatureError


class Reason(enum.StrEnum):
    """Why a signature holds or not: a closed list, part of ``meldingsloft.verification/1``."""

    OK = "ok"
    ATTACHMENT_MISSING = "attachment-missing"
    ATTACHMENT_ALTERED = "attachment-altered"
    HEADER_ALTERED = "header-altered"
    MESSAGE_ALTERED = "message-altered"
    CANONICALISATION = "canonicalisation"
    WRONG_KEY = "wrong-key"
    MALFORMED = "malformed"
    ALGORITHM_REFUSED = "algorithm-refused"
    REFERENCE_REFUSED = "reference-refused"


_TEXTS: Mapping[Reason, tuple[str, str]] = {
    Reason.ATTACHMENT_MISSING: ("ML-K031", "a part that the signature covers is missing"),
    Reason.ATTACHMENT_ALTERED: ("ML-K032", "a part is not what was signed"),
    Reason.HEADER_ALTERED: ("ML-K033", "the envelope is not what was signed"),
    Reason.MESSAGE_ALTERED: ("ML-K034", "the message is not what was signed"),
    Reason.CANONICALISATION: ("ML-K035", "SignedInfo is not what was signed, or was canonicalised otherwise"),
    Reason.WRONG_KEY: ("ML-K036", "the signature was not made with the key of the certificate beside it"),
    Reason.MALFORMED: ("ML-K037", "the signature is not formed as it must be"),
    Reason.ALGORITHM_REFUSED: ("ML-K038", "the signature uses an algorithm that is not accepted"),
    Reason.REFERENCE_REFUSED: ("ML-K039", "the signature does not cover the envelope and its parts as it must"),
}


@dataclass(frozen=True, slots=True)
class Algorithms:
    """URIs as stated by the signature, empty where it states none."""

    signature: str = ""
    digest: str = ""
    """Of the first Reference."""
    canonicalisation: str = ""
    """Of SignedInfo."""


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """What came of looking at a signature."""

    verdict: Literal["valid", "invalid", "unsigned"]
    reason: Reason | None
    """None when there is no signature."""
    certificate: bytes | None = None
    """DER of the certificate in KeyInfo; proven to be the signer's only when the verdict is ``valid``."""
    references: tuple[SignedReference, ...] = ()
    references_xml: tuple[bytes, ...] = field(default=(), repr=False)
    """Each ds:Reference of a valid signature as a document fragment that declares every prefix it uses, the XPath's too."""
    algorithms: Algorithms = Algorithms()
    detail: str = ""
    """What exactly is wrong, in words; never content."""

    @property
    def valid(self) -> bool:
        """True when the signature holds."""
        return self.verdict == "valid"

    def refusal(self) -> SignatureError:
        """The error that refuses what does not verify: ``ML-K030`` unsigned, ``ML-K031``–``ML-K039`` by reason."""
        if self.reason is None:
            return SignatureError("ML-K030", "there is no signature", hint="ask the sender to sign it")
        code, message = _TEXTS.get(self.reason, ("ML-K037", "the signature does not hold"))
        return SignatureError(code, message, hint="ask the sender to send it again, signed", detail=self.detail)
