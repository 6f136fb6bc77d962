"""A verified, decrypted payload becomes ours: acknowledged, filed for the fagsystem, and answered by AppRec (HIS 80415:2012 §3.3).

The Acknowledgment says that the message arrived and could be opened and never depends on its content (EB-083). The AppRec
says whether the fagsystem takes it in; each own recipient gives exactly one (AR-040, AR-051).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from meldingsloft.apprec.deciding import Decision, ReceivedDocument, decide
from meldingsloft.domain.envelopes import EbxmlError, EnvelopeKind, Opened, Verified
from meldingsloft.domain.findings import Finding
from meldingsloft.domain.heads import Head
from meldingsloft.domain.identifiers import HerId, is_uuid
from meldingsloft.domain.journal import Delivery, NewEntry
from meldingsloft.domain.parties import PartyRecord
from meldingsloft.domain.states import Direction, State
from meldingsloft.flow.answers import acknowledgment, apprec, error_list
from meldingsloft.flow.correlating import correlate_apprec
from meldingsloft.flow.dispatch import Outgoing
from meldingsloft.flow.handling import Change, Filed, Handled, Received
from meldingsloft.flow.trusting import digests_of
from meldingsloft.hodemelding.attachments import attachments_of
from meldingsloft.validate.message import ValidationResult, validate_message

if TYPE_CHECKING:
    from meldingsloft.flow.msh import Msh
    from meldingsloft.flow.pipeline import Mail


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one payload leads to, beside its transport receipt."""

    state: State
    line: Received
    outgoing: tuple[Outgoing, ...] = ()
    filed: tuple[Filed, ...] = ()
    changes: tuple[Change, ...] = ()
    take_in: tuple[str, str] | None = None


def take_in(msh: Msh, mail: Mail, verified: Verified, payload: Opened) -> Handled:
    """The decision for an opened message."""
    assert mail.own is not None
    assert mail.partner is not None
    receipt = _receipt(msh, mail, verified, mail.own, mail.partner)
    result = validate_message(payload.payload, schemas=msh.schemas, catalogue=msh.catalogue, codes=msh.codes)
    outcome = _outcome(msh, mail, verified, payload, result, mail.partner)
    name, header = mail.claim.name, verified.header
    path = msh.filing.received_path(header.message_id, name)
    entry = NewEntry(
        direction=Direction.IN,
        kind=EnvelopeKind.MESSAGE,
        message_id=header.message_id,
        state=State.RECEIVED,
        settles_as=outcome.state,
        sender=mail.partner.her_id,
        receiver=mail.own.her_id,
        conversation_id=header.conversation_id,
        cpa_id=header.cpa_id,
        service=header.service,
        action=header.action,
        msg_id=outcome.line.msg_id,
        message_type=outcome.line.message_type,
        original_id=result.head.apprec.original_id if result.head and result.head.apprec else "",
        reason=outcome.line.reason,
        error_codes=outcome.line.apprec_errors,
        digests=digests_of(verified),
        envelope_path=path,
        delivery=Delivery(mail.address, name),
        incoming=tuple((filed.her_id, filed.name, tuple(filed.files)) for filed in outcome.filed),
        authenticated=True,
    )
    answer = "error" if receipt.entry.kind is EnvelopeKind.ERROR else "acknowledgment"
    codes = ("OtherXml",) if answer == "error" else ()
    line = replace(outcome.line, envelope=name, message_id=header.message_id, answer=answer, error_codes=codes or outcome.line.error_codes)
    return Handled(mail.claim, entry, line, (receipt, *outcome.outgoing), outcome.filed, outcome.changes, outcome.take_in, keep_path=path)


def _receipt(msh: Msh, mail: Mail, verified: Verified, own: PartyRecord, partner: PartyRecord) -> Outgoing:
    """An Acknowledgment, or an ErrorList of Warnings where something was tolerated that must be told (EB-040, EB-080, EB-101)."""
    if verified.envelope.ack_requested is None:
        mail.warnings.append(_no_ack_requested())
    if not mail.warnings or mail.addresses is None:
        return acknowledgment(msh, verified, own, partner)
    told = [EbxmlError("ValueNotRecognized" if w.code == "EB-040" else "OtherXml", "Warning", f"{w.code}: {w.message}") for w in mail.warnings]
    return error_list(msh, mail.addresses, told, own, partner)


def _no_ack_requested() -> Finding:
    from meldingsloft.domain.findings import Severity

    return Finding("EB-080", Severity.WARNING, "the payload message has no eb:AckRequested", hint="ask for a signed acknowledgment in every payload message", source="HIS 1037 §6.2.2")


def _outcome(msh: Msh, mail: Mail, verified: Verified, payload: Opened, result: ValidationResult, partner: PartyRecord) -> _Outcome:
    head = result.head
    known = _line(result, mail)
    if head is not None and head.apprec is not None:
        change, unmatched = correlate_apprec(msh, head, verified)
        filed = () if unmatched else _filed(msh, head, payload, result, (verified.header.receiver.her_id,))
        state = State.UNMATCHED if unmatched else State.FILED
        line = replace(known, kind="apprec", verdict="unmatched" if unmatched else "accepted", file=_file(msh, filed))
        return _Outcome(state, replace(line, reason="no message of ours is answered by it" if unmatched else ""), filed=filed, changes=change)
    decision = decide(_document(msh, head, result, verified), own=frozenset(msh.own), settings=msh.settings)
    return _answered(msh, verified, payload, result, decision, known, partner)


def _document(msh: Msh, head: Head | None, result: ValidationResult, verified: Verified) -> ReceivedDocument:
    sender = head.sender.her_id if head and head.sender else None
    return ReceivedDocument(
        head=head,
        well_formed=result.root is not None,
        known_type=head is not None,
        schema_valid=result.schema_valid,
        duplicate=bool(head and head.msg_id and msh.journal.taken_in(sender or "", head.msg_id)),
        envelope_to=verified.header.receiver.her_id,
        findings=tuple(result.findings),
    )


def _answered(
    msh: Msh, verified: Verified, payload: Opened, result: ValidationResult, decision: Decision, known: Received, partner: PartyRecord
) -> _Outcome:
    head = result.head
    if decision.duplicate:
        return _Outcome(State.DUPLICATE, replace(known, verdict="duplicate", reason=decision.reason))
    if head is None or not (decision.answers or decision.deliver):
        return _Outcome(State.REJECTED, replace(known, verdict="rejected", reason=decision.reason))
    outs = tuple(apprec(msh, verified, head, a.recipient, a.errors, partner) for a in decision.answers)
    taken = (head.sender.her_id or "" if head.sender else "", head.msg_id)
    errors = tuple(dict.fromkeys(e.code for a in decision.answers for e in a.errors))
    if not decision.deliver:
        line = replace(known, verdict="rejected", apprec="rejected" if decision.answers else "none", apprec_errors=errors, reason=decision.reason)
        return _Outcome(State.REJECTED, line, outs, take_in=taken)
    own = [address.her_id for address in head.receivers if address.her_id in msh.own] or [verified.header.receiver.her_id]
    filed = _filed(msh, head, payload, result, tuple(own))
    line = replace(known, verdict="accepted", apprec="ok" if decision.answers else "none", file=_file(msh, filed), reason=decision.reason)
    return _Outcome(State.FILED, line, outs, filed, take_in=taken)


def _line(result: ValidationResult, mail: Mail) -> Received:
    head = result.head
    return Received(
        envelope=mail.claim.name, kind="message", verdict="accepted", msg_id=head.msg_id if head else "",
        message_type=head.message_type.short_name if head else "unknown", findings=(*mail.findings, *result.findings),
    )  # fmt: skip


def _filed(msh: Msh, head: Head, payload: Opened, result: ValidationResult, own: Sequence[HerId | None]) -> tuple[Filed, ...]:
    """The exact payload, and each attachment as a file of its own, for every own recipient; names hold no patient data."""
    stem = head.msg_id.lower() if is_uuid(head.msg_id) else msh.ids.uuid()
    files = {f"{stem}.xml": payload.payload}
    for number, attachment in enumerate(attachments_of(result.root) if result.root is not None else (), 1):
        files[f"{stem}-{number}.{attachment.extension}"] = attachment.content
    return tuple(Filed(her_id, stem, files) for her_id in dict.fromkeys(own) if her_id is not None)


def _file(msh: Msh, filed: tuple[Filed, ...]) -> str | None:
    return msh.filing.absolute(f"fagsystem/{filed[0].her_id}/inn/{next(iter(filed[0].files))}") if filed else None
