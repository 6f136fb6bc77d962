"""An envelope opened in one step for a person or program that looks at it, whatever kind of mail it is.

A receiver's pipeline goes by ``ebxml.opening``; here also what does not verify may be looked at, and then says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from meldingsloft.domain.envelopes import Envelope, EnvelopeKind, SoapFault
from meldingsloft.domain.errors import EnvelopeError, MeldingsloftError, SignatureError
from meldingsloft.domain.identifiers import ContentId
from meldingsloft.ebxml import opening
from meldingsloft.ebxml.bounces import Bounce
from meldingsloft.ebxml.opening import Arrived
from meldingsloft.ebxml.reading import read_envelope
from meldingsloft.ports import DecryptionKey


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload part."""

    content_id: ContentId
    content_type: str
    """Media type of the MIME part."""
    encrypted: bool
    content: bytes | None = field(default=None, repr=False)
    """The document inside; None when it is encrypted and no key was given."""
    sealed_size: int = 0
    """Bytes of the part as it came."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """Everything that can be told of one mail."""

    kind: EnvelopeKind
    envelope: Envelope | None = None
    """None for faults and bounces."""
    payloads: tuple[Payload, ...] = ()
    certificate: bytes | None = None
    """DER of the signer's certificate; None where no signature was found to hold."""
    doubt: MeldingsloftError | None = None
    """Why the envelope does not verify, when it was opened all the same."""
    fault: SoapFault | None = None
    bounce: Bounce | None = None


def unwrap(raw: bytes, keys: Sequence[DecryptionKey], *, must_verify: bool = True) -> Unwrapped:
    """The facts and payloads of a mail; without keys encrypted payloads stay closed.

    Raises:
        UnreadableError: not MIME, not XML, or a payload that cannot be taken apart.
        SignatureError, EnvelopeError: it does not verify, unless ``must_verify`` is False; or its header cannot be read.
        DecryptionError: none of the keys opens a payload.
    """
    arrived = opening.read(raw)
    if arrived.bounce is not None:
        return Unwrapped(EnvelopeKind.BOUNCE, bounce=arrived.bounce)
    if arrived.fault is not None:
        return Unwrapped(EnvelopeKind.FAULT, fault=arrived.fault)
    try:
        verified = opening.verify(arrived, synchronous=True)
    except (SignatureError, EnvelopeError) as doubt:
        if must_verify:
            raise
        envelope = read_envelope(arrived.root, synchronous=True)
        return Unwrapped(envelope.header.kind, envelope, _payloads(arrived, keys), doubt=doubt)
    return Unwrapped(
        verified.header.kind, verified.envelope, _payloads(arrived, keys), certificate=verified.certificate
    )


def _payloads(arrived: Arrived, keys: Sequence[DecryptionKey]) -> tuple[Payload, ...]:
    made = []
    for part in arrived.mail.parts:
        encrypted = opening.is_encrypted(part.content)
        content = None if encrypted and not keys else opening.open_part(part.content, keys)[0]
        made.append(Payload(part.content_id, part.content_type, encrypted, content, len(part.content)))
    return tuple(made)
