"""The way out: one message to each of its recipients (HIS 1037 §5.5, HISD 1209:2018, ADR-016).

A message that has findings of severity error is not sent unless it is forced; a recipient that is not in the register
stops the whole message, so that no recipient gets it while another silently does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from meldingsloft.domain.catalogue import MessageType
from meldingsloft.domain.envelopes import (
    AckRequested,
    Endpoint,
    Envelope,
    ManifestReference,
    MessageHeader,
    format_instant,
)
from meldingsloft.domain.errors import InvalidMessageError, PartnerError
from meldingsloft.domain.findings import Finding, Severity, has_errors
from meldingsloft.domain.heads import Address, Head, generated_instant
from meldingsloft.domain.identifiers import ContentId, ConversationId, HerId, MessageId, default_cpa_id
from meldingsloft.domain.journal import Entry, NewEntry
from meldingsloft.domain.parties import PartyRecord
from meldingsloft.domain.states import State
from meldingsloft.ebxml.envelope import envelop
from meldingsloft.ebxml.sealing import seal
from meldingsloft.ebxml.soap import description_of
from meldingsloft.flow.dispatch import About, Outgoing, discard, enter, outgoing, publish, stage
from meldingsloft.flow.msh import Msh
from meldingsloft.flow.recovery import recover
from meldingsloft.flow.trusting import check_receiver
from meldingsloft.validate.message import ValidationResult, validate_message


@dataclass(frozen=True, slots=True)
class SendOptions:
    """What a caller may decide otherwise than the message does."""

    sender: HerId | None = None
    receivers: tuple[HerId, ...] = ()
    force: bool = False
    time_to_live: str | None = None
    conversation_id: str | None = None
    unlimited: bool = False
    """Send mails larger than the limit of the network too."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message ready for delivery: one outgoing envelope a recipient, staged by nobody yet."""

    head: Head
    outgoing: tuple[Outgoing, ...]
    findings: tuple[Finding, ...] = ()
    already: tuple[Entry, ...] = ()
    """Recipients to whom a journalled promise of the very same message is still open: carried out, not made again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One envelope that is on its way."""

    msg_id: str
    message_id: str
    conversation_id: str
    sender: str
    receiver: str
    message_type: str
    state: State


@dataclass(slots=True)
class _Words:
    """Service, Action and Roles of one message (HISD 1209:2018 §3)."""

    service: str
    action: str
    from_role: str
    to_role: str


def prepare(msh: Msh, payload: bytes, options: SendOptions = SendOptions()) -> Prepared:
    """Validate, seal, envelop and sign a message for each recipient. Nothing is written.

    Raises:
        UnreadableError: the payload is not XML.
        InvalidMessageError: ``ML-V001``, findings of severity error and not forced; carries the findings.
        PartnerError: sender not ours, or a recipient not in the register, or without certificate.
    """
    result = validate_message(payload, schemas=msh.schemas, catalogue=msh.catalogue, codes=msh.codes, asking="sender")
    head = _acceptable(result, options)
    sender = _sender(msh, head, options)
    receivers = _receivers(msh, head, options)
    fresh, already = _not_yet_sent(msh, head, receivers, options)
    conversation = ConversationId(options.conversation_id or msh.ids.uuid())
    outs = tuple(_outgoing(msh, payload, head, sender, receiver, conversation, options) for receiver in fresh)
    return Prepared(head, outs, tuple(result.findings), already)


def deliver(msh: Msh, prepared: Sequence[Prepared]) -> Iterator[Sent]:
    """Stage, journal and publish; gives a line for each envelope once it lies in the receiver's inbox.

    Raises:
        MailboxError: a mailbox or the journal cannot be written; then nothing of this call was promised or delivered.
    """
    if any(item.already for item in prepared):
        recover(msh)
    staged: list[Outgoing] = []
    try:
        for item in prepared:
            for out in item.outgoing:
                stage(msh, out)
                staged.append(out)
        msh.filing.sync()
        now = msh.clock.now()
        with msh.journal.transaction():
            numbers = [enter(msh, out, now) for out in staged]
    except BaseException:
        discard(msh, staged)
        raise
    for out in staged:
        publish(msh, out.entry)
    msh.mailboxes.sync()
    with msh.journal.transaction():
        msh.journal.settle(numbers, msh.clock.now())
    yield from (_sent(entry) for item in prepared for entry in item.already)
    yield from (_sent(out.entry) for out in staged)


def planned(prepared: Prepared) -> Iterator[Sent]:
    """What ``deliver`` would do."""
    yield from (_sent(entry) for entry in prepared.already)
    yield from (replace(_sent(out.entry), state=State.QUEUED) for out in prepared.outgoing)


def _acceptable(result: ValidationResult, options: SendOptions) -> Head:
    if result.error is not None:
        raise result.error
    if has_errors(result.findings) and not options.force:
        count = sum(f.severity is Severity.ERROR for f in result.findings)
        raise InvalidMessageError(
            "ML-V001",
            f"the message has {count} finding{'s' * (count > 1)} of severity error and was not sent",
            hint="mend them (`meldingsloft validate`), or send it all the same with --force",
            findings=tuple(result.findings),
        )
    head = result.head
    if head is None:
        raise InvalidMessageError(
            "ML-V002",
            "the message is of a type that the catalogue does not know",
            hint="`meldingsloft types` lists them",
        )
    return head


def _sender(msh: Msh, head: Head, options: SendOptions) -> PartyRecord:
    her_id = options.sender or (head.sender.her_id if head.sender else None)
    if her_id is None:
        raise PartnerError("ML-C020", "the message names no sending party with a HER-id", hint="name it with --from")
    own = msh.own.get(her_id)
    if own is None:
        raise PartnerError(
            "ML-C021",
            f"the sender {her_id} is no party of this workspace",
            hint="`meldingsloft party add`, or --from with one that is",
        )
    return own


def _receivers(msh: Msh, head: Head, options: SendOptions) -> list[PartyRecord]:
    wanted = list(options.receivers) or [
        her for address in head.receivers if not address.paper for her in _her_of(address)
    ]
    if not wanted:
        raise PartnerError("ML-C022", "the message names no recipient with a HER-id", hint="name it with --to")
    records = []
    for her_id in dict.fromkeys(wanted):
        record = msh.register.party(her_id)
        if record is None:
            raise PartnerError(
                "ML-C023",
                f"the recipient {her_id} is not in the register",
                hint="`meldingsloft register add`, or choose with --to",
            )
        if not record.encryption_certificates:
            raise PartnerError(
                "ML-C024",
                f"the recipient {her_id} has no encryption certificate in the register",
                hint="`meldingsloft register add --encrypt-cert`",
            )
        check_receiver(msh, record)
        records.append(record)
    return records


def _her_of(address: Address) -> tuple[HerId, ...]:
    if address.her_id is None:
        raise PartnerError(
            "ML-C022",
            "a recipient of the message has no HER-id on level 2",
            hint="mend the address, or name recipients with --to",
        )
    return (address.her_id,)


def _not_yet_sent(
    msh: Msh, head: Head, receivers: list[PartyRecord], options: SendOptions
) -> tuple[list[PartyRecord], tuple[Entry, ...]]:
    """Recipients that have not got this MsgId from us; promises still open are taken over (rule GN-006)."""
    if options.force:
        return receivers, ()
    before = {entry.receiver: entry for entry in msh.journal.sent_with(head.msg_id)}
    open_now = {entry.id for entry in msh.journal.open_entries()} if before else set()
    again = [before[r.her_id] for r in receivers if r.her_id in before]
    closed = [entry for entry in again if entry.id not in open_now]
    if closed:
        finding = Finding(
            "GN-006", Severity.ERROR, "this message id has been sent before",
            detail=f"MsgId {head.msg_id} to {closed[0].receiver} in envelope {closed[0].message_id}, state {closed[0].state}",
            hint="give the message a new MsgId; --force sends it all the same, and the receiver will ignore it", source="HISD 1154:2018 §4",
        )  # fmt: skip
        raise InvalidMessageError(
            "ML-V003",
            "a message with this MsgId has been sent to this recipient before",
            hint="a new message needs a new MsgId; --force sends it all the same",
            findings=(finding,),
        )
    return [r for r in receivers if r.her_id not in before], tuple(again)


def original_id(head: Head) -> str:
    """The id that the AppRec of this message will quote (HIS 80415:2004 §6.5; 80415:2012 §3.1); empty when none is sent."""
    return head.quoted_ids[0] if head.message_type.apprec else ""


def _outgoing(
    msh: Msh,
    payload: bytes,
    head: Head,
    sender: PartyRecord,
    receiver: PartyRecord,
    conversation: ConversationId,
    options: SendOptions,
) -> Outgoing:
    words = _words(head)
    header = MessageHeader(
        sender=Endpoint.her(sender.her_id, words.from_role),
        receiver=Endpoint.her(receiver.her_id, words.to_role),
        cpa_id=default_cpa_id(sender.her_id, receiver.her_id),
        conversation_id=conversation,
        service=words.service,
        action=words.action,
        message_id=MessageId(msh.ids.uuid()),
        timestamp=format_instant(msh.clock.now()),
        time_to_live=options.time_to_live,
        description=description_of(*msh.software),
    )
    out = envelop_payload(msh, payload, head.message_type, header, sender, receiver, facts_of(head))
    if len(out.mail) > msh.settings.max_send_bytes and not options.unlimited:
        raise InvalidMessageError(
            "ML-V004",
            f"the mail would be {len(out.mail)} bytes, more than the {msh.settings.max_send_bytes} the network takes",
            hint="shrink the attachments, or send with --unlimited where the receiver agrees",
        )
    return out


def facts_of(head: Head) -> About:
    """The journal facts of a message by its head."""
    return About(
        msg_id=head.msg_id,
        message_type=head.message_type.short_name,
        original_id=original_id(head),
        generated=generated_instant(head.generated),
    )


def envelop_payload(
    msh: Msh,
    payload: bytes,
    message_type: MessageType,
    header: MessageHeader,
    sender: PartyRecord,
    receiver: PartyRecord,
    about: About,
) -> Outgoing:
    """Seal a payload for its receiver, wrap and sign it."""
    sealed = seal(
        payload,
        recipients=receiver.encryption_certificates[:1],
        content_id=ContentId(msh.ids.uuid()),
        namespace=message_type.namespace,
        version=message_type.version,
        plaintext=receiver.plaintext,
        cipher=receiver.content_cipher,
        entropy=msh.ids.entropy,
    )
    reference = ManifestReference(sealed.content_id, sealed.namespace, sealed.version)
    facts = Envelope(header, ack_requested=AckRequested(), manifest=(reference,))
    enveloped = envelop(facts, (sealed,), key=msh.keys.signing_key(sender.her_id))
    return outgoing(msh, enveloped, sender, receiver, about)


def _words(head: Head) -> _Words:
    if head.apprec is not None:
        original = head.apprec.original_action
        return _Words(head.service, "APPREC", f"{original}receiver", f"{original}sender")
    return _Words(head.service, head.action, f"{head.action}sender", f"{head.action}receiver")


def _sent(entry: NewEntry | Entry) -> Sent:
    state = State.SENT if entry.state is State.QUEUED else entry.state
    return Sent(
        entry.msg_id, entry.message_id, entry.conversation_id, entry.sender, entry.receiver, entry.message_type, state
    )
