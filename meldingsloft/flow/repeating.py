"""An envelope that has come before (HIS 1037 §6.2.1, EB-185, EB-186).

A true duplicate (same sender, MessageId and digests) is not processed; the first signal goes out once more, the same
ebXML message in a new mail. The same MessageId over other content is no duplicate: it is refused, so that its sender does
not take an old receipt for a new message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.domain.envelopes import EnvelopeKind, Verified
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.journal import Delivery, Entry, NewEntry
from meldingsloft.domain.states import Direction, State
from meldingsloft.ebxml.mime import write_mail
from meldingsloft.flow.dispatch import delivery_of, entity_of, mail_message_id
from meldingsloft.flow.handling import Answer, Handled, Received
from meldingsloft.flow.refusing import refuse
from meldingsloft.flow.trusting import digests_of

if TYPE_CHECKING:
    from meldingsloft.flow.msh import Msh
    from meldingsloft.flow.pipeline import Mail


def repeat(msh: Msh, mail: Mail, verified: Verified, before: Entry) -> Handled:
    """The decision for a true duplicate of ``before``."""
    signals = [entry for entry in msh.journal.answers_to(before.message_id) if entry.receiver == before.sender]
    first = signals[0] if signals else None
    sent = msh.journal.signal_mail(first.id) if first is not None else None
    again = (first, *_in_new_mail(msh, mail, first, sent)) if first is not None and sent is not None else None
    name = mail.claim.name
    entry = NewEntry(
        direction=Direction.IN,
        kind=EnvelopeKind.MESSAGE,
        message_id=before.message_id,
        state=State.DUPLICATE,
        sender=before.sender,
        receiver=before.receiver,
        conversation_id=before.conversation_id,
        msg_id=before.msg_id,
        message_type=before.message_type,
        digests=digests_of(verified),
        envelope_path=(path := msh.filing.received_path(before.message_id, name)),
        delivery=Delivery(mail.address, name),
        authenticated=True,
    )
    answer: Answer = (
        "none"
        if again is None or first is None
        else "acknowledgment"
        if first.kind is EnvelopeKind.ACKNOWLEDGMENT
        else "error"
    )
    line = Received(
        envelope=name, kind="message", verdict="duplicate", answer=answer, message_id=before.message_id, msg_id=before.msg_id,
        message_type=before.message_type, findings=tuple(mail.findings),
    )  # fmt: skip
    return Handled(mail.claim, entry, line, again=again, keep_path=path)


def _in_new_mail(msh: Msh, mail: Mail, first: Entry, sent: bytes) -> tuple[Delivery, bytes]:
    assert mail.own is not None
    assert mail.partner is not None
    now = msh.clock.now()
    attempt = first.attempts + 1
    again = write_mail(
        entity_of(sent),
        from_address=mail.own.edi_address,
        to_address=mail.partner.edi_address,
        message_id=mail_message_id(first.message_id, attempt, mail.own.edi_address),
        date=now,
        subject=first.action,
    )
    return delivery_of(mail.partner.edi_address, first.message_id, attempt, now), again


def reused(msh: Msh, mail: Mail, verified: Verified) -> Handled:
    """The decision for a MessageId that came before over other content."""
    error = EnvelopeError(
        "ML-E033",
        "the MessageId was used before for another message",
        answer="ValueNotRecognized",
        location="//eb:MessageData/eb:MessageId",
        hint="any change of content needs a new MessageId (HITS 1172 §5.8.2)",
    )
    del verified  # it must not become the known one of this id
    return refuse(msh, mail, error)
