"""Signals and AppRecs find the message they answer (HITS 1172 §4.2.3; HIS 80415:2012 §3.5).

Acknowledgments and ErrorLists by RefToMessageId, Faults by In-Reply-To, bounces by Original-Envelope-Id, AppRecs by
OriginalMsgId and the party that speaks. What answers nothing of ours is kept as ``unmatched`` and answered by nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.apprec.correlating import correlate
from meldingsloft.domain.envelopes import Acknowledgment, EnvelopeKind, SoapFault, Verified
from meldingsloft.domain.heads import Head
from meldingsloft.domain.journal import Delivery, Entry, NewEntry
from meldingsloft.domain.states import Direction, State
from meldingsloft.ebxml.mime import MailHead
from meldingsloft.flow.dispatch import message_id_of_mail
from meldingsloft.flow.handling import Change, Handled, Received
from meldingsloft.flow.trusting import digests_of

if TYPE_CHECKING:
    from meldingsloft.ebxml.opening import Bounce
    from meldingsloft.flow.msh import Msh
    from meldingsloft.flow.pipeline import Mail


def correlate_signal(msh: Msh, mail: Mail, verified: Verified) -> Handled:
    """An Acknowledgment or ErrorList whose signature holds, by Service and Action (EB-005); others are only kept (EB-009)."""
    header, acknowledgment = verified.header, verified.envelope.acknowledgment
    if header.kind is EnvelopeKind.ACKNOWLEDGMENT and acknowledgment is not None:
        answered = msh.journal.outgoing(acknowledgment.ref_to_message_id)
        change = _acknowledged(verified, acknowledgment, answered) if answered else None
    elif header.kind is EnvelopeKind.ERROR and header.ref_to_message_id:
        answered = msh.journal.outgoing(header.ref_to_message_id)
        change = _error_signalled(verified, answered) if answered else None
    else:  # a Ping, a status, or a signal without the block that would make it one
        answered, change = None, None
    return _signal(msh, mail, verified, answered, (change,) if change else ())


def _acknowledged(verified: Verified, acknowledgment: Acknowledgment, answered: Entry) -> Change:
    """Delivered, as far as transport goes, if the right party says so of the very bytes we sent (EB-084, EB-088)."""
    if verified.header.sender.her_id != answered.receiver:
        return Change(answered, None, "acknowledgment-ignored", "it comes from another party than the one we wrote to")
    theirs = dict(acknowledgment.digests)
    if theirs and any(theirs.get(uri, value) != value for uri, value in answered.digests):
        return Change(
            answered, None, "acknowledgment-ignored", "its digests are not those of what we sent: no proof of delivery"
        )
    return Change(answered, State.ACKED, "acknowledged", f"Acknowledgment {verified.header.message_id}")


def _error_signalled(verified: Verified, answered: Entry) -> Change:
    """A Warning is a positive receipt; an Error ends the attempt (EB-102, EB-108)."""
    errors = verified.envelope.error_list
    told = "; ".join(f"{e.code}: {e.description}" for e in errors.errors) if errors else ""
    if errors is not None and errors.highest_severity == "Warning":
        return Change(answered, State.ACKED, "acknowledged-with-warning", told)
    return Change(answered, State.ERROR_SIGNALLED, "error-signalled", told, reason=told)


def _signal(msh: Msh, mail: Mail, verified: Verified, answered: Entry | None, changes: tuple[Change, ...]) -> Handled:
    header = verified.header
    errors = verified.envelope.error_list
    codes = tuple(error.code for error in errors.errors) if errors else ()
    return _entered(
        msh, mail, kind=header.kind, message_id=header.message_id, answered=answered, changes=changes, codes=codes,
        digests=digests_of(verified), conversation_id=header.conversation_id,
    )  # fmt: skip


def correlate_fault(msh: Msh, mail: Mail, fault: SoapFault) -> Handled:
    """A SOAP Fault ends the attempts at what its mail answers, until a receipt says otherwise (EB-188, EB-203)."""
    assert mail.arrived is not None
    answered = _by_mail(msh, mail.arrived.head)
    text = f"SOAP Fault {fault.code}: {fault.text}"
    changes = (Change(answered, State.FAULTED, "faulted", text, reason=text),) if answered else ()
    return _entered(
        msh,
        mail,
        kind=EnvelopeKind.FAULT,
        message_id="",
        answered=answered,
        changes=changes,
        codes=(fault.code,),
        reason=text,
    )


def correlate_bounce(msh: Msh, mail: Mail, bounce: Bounce) -> Handled:
    """A bounce tells that the mail never reached its inbox (EB-188, EB-203)."""
    answered = next((entry for reference in bounce.references if (entry := _outgoing_of_mail(msh, reference))), None)
    text = f"bounced: {bounce.status}" if bounce.status else "bounced"
    changes = (Change(answered, State.BOUNCED, "bounced", text, reason=text),) if answered else ()
    return _entered(msh, mail, kind=EnvelopeKind.BOUNCE, message_id="", answered=answered, changes=changes, reason=text)


def _by_mail(msh: Msh, head: MailHead) -> Entry | None:
    return next(
        (
            entry
            for reference in (head.in_reply_to, *head.references)
            if reference and (entry := _outgoing_of_mail(msh, reference))
        ),
        None,
    )


def _outgoing_of_mail(msh: Msh, reference: str) -> Entry | None:
    message_id = message_id_of_mail(reference)
    return msh.journal.outgoing(message_id) if message_id else None


def correlate_apprec(msh: Msh, head: Head, verified: Verified) -> tuple[tuple[Change, ...], bool]:
    """The change an AppRec makes to the message it answers, and whether it answers none of ours (AR-060, AR-061, AR-090)."""
    assert head.apprec is not None
    known = msh.journal.sent_as(head.apprec.original_id)
    found = correlate(
        head.apprec, head.sender.her_id if head.sender else None, known, envelope_from=verified.header.sender.her_id
    )
    if found.entry is None:
        return (), True
    if found.verdict == "second":
        return (Change(found.entry, None, "apprec-ignored", "a second AppRec for the same recipient"),), False
    if found.state is None:
        return (
            Change(found.entry, None, "apprec-unclear", "the AppRec has a status that nobody knows: look at it"),
        ), False
    errors = "; ".join(" ".join(part for part in (e.code, e.name, e.text) if part) for e in head.apprec.errors)
    odd = "; ".join(f"{finding.code}: {finding.message}" for finding in found.findings)
    return (Change(found.entry, found.state, str(found.state), errors or odd, reason=errors),), False


def _entered(
    msh: Msh, mail: Mail, *, kind: EnvelopeKind, message_id: str, answered: Entry | None, changes: tuple[Change, ...], codes: tuple[str, ...] = (),
    digests: tuple[tuple[str, str], ...] = (), conversation_id: str = "", reason: str = "",
) -> Handled:  # fmt: skip
    name = mail.claim.name
    known = message_id or msh.ids.uuid()
    state = State.FILED if answered else State.UNMATCHED
    reason = reason if answered else "it answers nothing that this workspace has sent"
    entry = NewEntry(
        direction=Direction.IN, kind=kind, message_id=known, state=state, sender=mail.partner.her_id if mail.partner else "",
        receiver=mail.own.her_id if mail.own else "", conversation_id=conversation_id, ref_message_id=answered.message_id if answered else "",
        msg_id=answered.msg_id if answered else "", message_type=answered.message_type if answered else "", reason=reason, error_codes=codes, digests=digests,
        envelope_path=(path := msh.filing.received_path(known, name)), delivery=Delivery(mail.address, name),
    )  # fmt: skip
    line = Received(
        envelope=name, kind=str(kind), verdict="accepted" if answered else "unmatched", message_id=message_id, msg_id=entry.msg_id,
        message_type=entry.message_type, error_codes=codes, findings=tuple(mail.findings), reason=reason,
    )  # fmt: skip
    return Handled(mail.claim, entry, line, changes=changes, keep_path=path)
