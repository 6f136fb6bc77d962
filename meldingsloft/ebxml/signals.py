"""Acknowledgment and Error signals that answer a received envelope (HIS 1037 §7; HITS 1171 §8).

A signal mirrors the header it answers: From and To swapped with all their PartyIds, CPAId and ConversationId copied, no
roles, Service and Action of signals. RefToMessageId stands in MessageData of error signals only (EB-068, EB-069).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from meldingsloft.domain.envelopes import (
    SIGNAL_SERVICE,
    Acknowledgment,
    EbxmlError,
    Endpoint,
    Envelope,
    Enveloped,
    ErrorList,
    MessageHeader,
    Verified,
    format_instant,
)
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.identifiers import ConversationId, CpaId, HerId, MessageId, default_cpa_id, is_her_id
from meldingsloft.ebxml.envelope import envelop
from meldingsloft.ebxml.faults import fault_entity
from meldingsloft.ebxml.namespaces import ERROR_CODES
from meldingsloft.ebxml.reading import Addresses
from meldingsloft.ebxml.soap import description_of
from meldingsloft.ports import SigningKey

__all__ = ["acknowledge", "enveloped_acknowledgment", "enveloped_error", "error_list", "fault_entity"]


def acknowledge(
    verified: Verified, *, message_id: MessageId, now: dt.datetime, description: str | None = None
) -> tuple[Envelope, tuple[bytes, ...]]:
    """The facts of the Acknowledgment for a verified message, and the ds:Reference fragments it copies (EB-084–EB-089)."""
    answered = verified.header
    header = _signal_header(
        "Acknowledgment",
        sender=_without_role(answered.receiver),
        receiver=_without_role(answered.sender),
        cpa_id=answered.cpa_id,
        conversation_id=answered.conversation_id,
        message_id=message_id,
        now=now,
        description=description,
    )
    digests = tuple((reference.uri, reference.digest_value) for reference in verified.references)
    facts = Acknowledgment(format_instant(now), answered.message_id, digests)
    return Envelope(header, acknowledgment=facts), verified.references_xml


def error_list(
    addresses: Addresses, errors: Sequence[EbxmlError], *, own: HerId, message_id: MessageId, now: dt.datetime
) -> Envelope:
    """The facts of the Error signal for an envelope of which at least the sender could be read (EB-100–EB-107).

    ``own`` speaks, whoever the envelope was for. What could not be read is filled in: CPAId from the two HER-ids,
    ConversationId from the signal's own MessageId.

    Raises:
        EnvelopeError: ``ML-E020`` no sender to answer, or no error to tell.
    """
    if addresses.sender is None or not errors:
        raise EnvelopeError("ML-E020", "there is nobody to answer, or nothing to tell", answer="")
    receiver = _without_role(addresses.sender)
    mirrored = addresses.receiver is not None and addresses.receiver.her_id == own
    sender = _without_role(addresses.receiver) if mirrored and addresses.receiver is not None else Endpoint.her(own)
    header = _signal_header(
        "MessageError",
        sender=sender,
        receiver=receiver,
        cpa_id=addresses.cpa_id or _cpa_id(own, receiver),
        conversation_id=addresses.conversation_id or ConversationId(message_id),
        message_id=message_id,
        now=now,
    )
    listed = tuple(error if error.code in ERROR_CODES else replace(error, code="Unknown") for error in errors)
    return Envelope(replace(header, ref_to_message_id=addresses.message_id), error_list=ErrorList(listed))


def enveloped_acknowledgment(
    verified: Verified,
    *,
    message_id: MessageId,
    now: dt.datetime,
    key: SigningKey,
    software: tuple[str, str] | None = None,
    hash_name: Literal["sha1", "sha256"] = "sha256",
) -> Enveloped:
    """The signed Acknowledgment as an entity (EB-084)."""
    description = description_of(*software) if software else None
    facts, references = acknowledge(verified, message_id=message_id, now=now, description=description)
    return envelop(facts, key=key, references=references, hash_name=hash_name)


def enveloped_error(
    addresses: Addresses,
    errors: Sequence[EbxmlError],
    *,
    own: HerId,
    message_id: MessageId,
    now: dt.datetime,
    key: SigningKey,
    software: tuple[str, str] | None = None,
    hash_name: Literal["sha1", "sha256"] = "sha256",
) -> Enveloped:
    """The signed Error signal as an entity (EB-106).

    Raises:
        EnvelopeError: see ``error_list``.
    """
    facts = error_list(addresses, errors, own=own, message_id=message_id, now=now)
    return envelop(facts, key=key, software=software, hash_name=hash_name)


def _signal_header(
    action: str,
    *,
    sender: Endpoint,
    receiver: Endpoint,
    cpa_id: CpaId,
    conversation_id: ConversationId,
    message_id: MessageId,
    now: dt.datetime,
    description: str | None = None,
) -> MessageHeader:
    return MessageHeader(
        sender=sender,
        receiver=receiver,
        cpa_id=cpa_id,
        conversation_id=conversation_id,
        service=SIGNAL_SERVICE,
        service_type=None,
        action=action,
        message_id=message_id,
        timestamp=format_instant(now),
        duplicate_elimination=False,
        description=description,
    )


def _without_role(endpoint: Endpoint) -> Endpoint:
    return Endpoint(endpoint.party_ids)


def _cpa_id(own: HerId, partner: Endpoint) -> CpaId:
    other = partner.her_id or partner.party_ids[0].value
    if is_her_id(own) and is_her_id(other):
        return default_cpa_id(own, HerId(other))
    return CpaId("_".join(sorted((own, other))))
