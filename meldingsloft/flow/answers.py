"""The answers of a receiving MSH as outgoing envelopes: Acknowledgment, ErrorList, SOAP Fault, AppRec."""

from __future__ import annotations

from collections.abc import Sequence

from meldingsloft.apprec.answering import answer as apprec_bytes
from meldingsloft.apprec.answering import version_for
from meldingsloft.apprec.deciding import Answer
from meldingsloft.domain.envelopes import (
    EbxmlError,
    Endpoint,
    EnvelopeKind,
    MessageHeader,
    SoapFault,
    Verified,
    format_instant,
)
from meldingsloft.domain.heads import Head
from meldingsloft.domain.identifiers import HerId, MessageId, MsgId, default_cpa_id
from meldingsloft.domain.journal import NewEntry
from meldingsloft.domain.parties import PartyRecord
from meldingsloft.domain.states import Direction, State
from meldingsloft.ebxml.mime import write_mail
from meldingsloft.ebxml.reading import Addresses
from meldingsloft.ebxml.signals import enveloped_acknowledgment, enveloped_error, fault_entity
from meldingsloft.ebxml.soap import description_of
from meldingsloft.flow.dispatch import About, Outgoing, delivery_of, mail_message_id, outgoing
from meldingsloft.flow.msh import Msh
from meldingsloft.flow.sending import envelop_payload


def acknowledgment(msh: Msh, verified: Verified, own: PartyRecord, partner: PartyRecord) -> Outgoing:
    """A signed Acknowledgment that copies every ds:Reference of the message (HIS 1037 §7.2.3, EB-084, EB-087)."""
    enveloped = enveloped_acknowledgment(
        verified,
        message_id=MessageId(msh.ids.uuid()),
        now=msh.clock.now(),
        key=msh.keys.signing_key(own.her_id),
        software=msh.software,
    )
    return outgoing(msh, enveloped, own, partner, About(ref_message_id=verified.header.message_id))


def error_list(
    msh: Msh, addresses: Addresses, errors: Sequence[EbxmlError], own: PartyRecord, partner: PartyRecord
) -> Outgoing:
    """A signed ErrorList; our own party speaks, whoever the envelope was for (HIS 1037 §7.2.4, EB-106)."""
    enveloped = enveloped_error(
        addresses,
        errors,
        own=own.her_id,
        message_id=MessageId(msh.ids.uuid()),
        now=msh.clock.now(),
        key=msh.keys.signing_key(own.her_id),
        software=msh.software,
    )
    return outgoing(msh, enveloped, own, partner, About(ref_message_id=addresses.message_id or ""))


def fault(msh: Msh, what: SoapFault, own: PartyRecord, to_address: str, in_reply_to: str) -> Outgoing:
    """An unsigned SOAP Fault to the mail's sender, tied to it by In-Reply-To (HITS 1172 §4.2.2.3, EB-202)."""
    message_id = MessageId(msh.ids.uuid())
    now = msh.clock.now()
    mail = write_mail(
        fault_entity(what),
        from_address=own.edi_address,
        to_address=to_address,
        message_id=mail_message_id(message_id, 1, own.edi_address),
        date=now,
        subject="SOAP Fault",
        in_reply_to=in_reply_to,
    )
    entry = NewEntry(
        Direction.OUT, EnvelopeKind.FAULT, message_id, State.QUEUED, sender=own.her_id, attempts=1, reason=what.text,
        delivery=delivery_of(to_address, message_id, 1, now),
    )  # fmt: skip
    return Outgoing(entry, mail)


def apprec(msh: Msh, verified: Verified, head: Head, answer: Answer, partner: PartyRecord) -> Outgoing:
    """The AppRec of one recipient in its own envelope: same Service and ConversationId, roles swapped (HISD 1209:2018 §3).

    A recipient that is no party of ours (E21) is spoken for by the party the envelope was for.
    """
    received = verified.header
    own = msh.own.get(answer.recipient.her_id or HerId("")) or msh.own[received.receiver.her_id or HerId("")]
    msg_id, now = MsgId(msh.ids.uuid()), msh.clock.now()
    message_type = msh.catalogue.named(f"apprec-{version_for(head)}")
    payload = apprec_bytes(
        head,
        answer.recipient,
        errors=answer.errors,
        msg_id=msg_id,
        now=now,
        software=msh.software,
        quoted_id=answer.quoted_id,
    )
    header = MessageHeader(
        sender=Endpoint.her(own.her_id, received.receiver.role or f"{head.action}receiver"),
        receiver=Endpoint.her(partner.her_id, received.sender.role or f"{head.action}sender"),
        cpa_id=default_cpa_id(own.her_id, partner.her_id)
        if received.receiver.her_id != own.her_id
        else received.cpa_id,
        conversation_id=received.conversation_id,
        service=received.service,
        service_type=received.service_type,
        action="APPREC",
        message_id=MessageId(msh.ids.uuid()),
        timestamp=format_instant(now),
        description=description_of(*msh.software),
    )
    facts = About(
        msg_id=msg_id, message_type=message_type.short_name, ref_message_id=received.message_id, generated=now
    )
    return envelop_payload(msh, payload, message_type, header, own, partner, facts)
