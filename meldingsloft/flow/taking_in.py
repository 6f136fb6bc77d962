"""A verified, decrypted payload becomes ours: acknowledged, filed for the fagsystem, and answered by AppRec (HIS 80415:2012 §3.3).

The Acknowledgment says that the message arrived and could be opened and never depends on its content (EB-083). The AppRec
says whether the fagsystem takes it in; each own recipient gives exactly one (AR-040, AR-051).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

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
from meldingsloft.flow.handling import Answer, Change, Filed, Handled, Received, Verdict
from meldingsloft.flow.trusting import digests_of
from meldingsloft.hodemelding.attachments import attachments_of
from meldingsloft.hodemelding.recovering import recover_head
from meldingsloft.validate.message import ValidationResult, validate_message

if TYPE_CHECKING:
    from meldingsloft.flow.msh import Msh
    from meldingsloft.flow.pipeline import Mail


@dataclass(frozen=True, slots=True)
class _Document:
    """One payload, parsed and judged once."""

    payload: bytes
    result: ValidationResult
    head: Head | None
    """Also of a document that is not well-formed, as far as it can be made out, so that its sender can be told (AR-079)."""

    @classmethod
    def of(cls, msh: Msh, payload: bytes) -> _Document:
        result = validate_message(
            payload, schemas=msh.schemas, catalogue=msh.catalogue, codes=msh.codes, asking="receiver"
        )
        return cls(payload, result, recover_head(payload, msh.catalogue) if result.root is None else result.head)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one payload leads to, beside its transport receipt."""

    state: State
    verdict: Verdict
    reason: str = ""
    kind: Literal["message", "apprec"] = "message"
    apprec: Literal["ok", "rejected", "none"] = "none"
    apprec_errors: tuple[str, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    filed: tuple[Filed, ...] = ()
    changes: tuple[Change, ...] = ()
    take_in: tuple[str, str] | None = None


def take_in(msh: Msh, mail: Mail, verified: Verified, payload: Opened) -> Handled:
    """The decision for an opened message."""
    assert mail.own is not None
    assert mail.partner is not None
    receipt = _receipt(msh, mail, verified, mail.own, mail.partner)
    document = _Document.of(msh, payload.payload)
    outcome = _outcome(msh, mail, verified, document, mail.partner)
    name, header, head = mail.claim.name, verified.header, document.head
    msg_id, message_type = (head.msg_id, head.message_type.short_name) if head else ("", "unknown")
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
        msg_id=msg_id,
        message_type=message_type,
        original_id=head.apprec.original_id if head and head.apprec else "",
        reason=outcome.reason,
        error_codes=outcome.apprec_errors,
        digests=digests_of(verified),
        envelope_path=path,
        delivery=Delivery(mail.address, name),
        incoming=tuple((filed.her_id, filed.name, tuple(filed.files)) for filed in outcome.filed),
        authenticated=True,
    )
    answer: Answer = "error" if receipt.entry.kind is EnvelopeKind.ERROR else "acknowledgment"
    line = Received(
        envelope=name,
        kind=outcome.kind,
        verdict=outcome.verdict,
        answer=answer,
        message_id=header.message_id,
        msg_id=msg_id,
        message_type=message_type,
        error_codes=("OtherXml",) if answer == "error" else (),
        apprec=outcome.apprec,
        apprec_errors=outcome.apprec_errors,
        findings=(*mail.findings, *document.result.findings),
        file=_file(msh, outcome.filed),
        reason=outcome.reason,
    )
    return Handled(
        mail.claim,
        entry,
        line,
        (receipt, *outcome.outgoing),
        outcome.filed,
        outcome.changes,
        outcome.take_in,
        keep_path=path,
    )


def _receipt(msh: Msh, mail: Mail, verified: Verified, own: PartyRecord, partner: PartyRecord) -> Outgoing:
    """An Acknowledgment, or an ErrorList of Warnings where something was tolerated that must be told (EB-040, EB-080, EB-101)."""
    if verified.envelope.ack_requested is None:
        mail.warnings.append(_no_ack_requested())
    if not mail.warnings or mail.addresses is None:
        return acknowledgment(msh, verified, own, partner)
    told = [
        EbxmlError("ValueNotRecognized" if w.code == "EB-040" else "OtherXml", "Warning", f"{w.code}: {w.message}")
        for w in mail.warnings
    ]
    return error_list(msh, mail.addresses, told, own, partner)


def _no_ack_requested() -> Finding:
    from meldingsloft.domain.findings import Severity

    return Finding(
        "EB-080",
        Severity.WARNING,
        "the payload message has no eb:AckRequested",
        hint="ask for a signed acknowledgment in every payload message",
        source="HIS 1037 §6.2.2",
    )


def _outcome(msh: Msh, mail: Mail, verified: Verified, document: _Document, partner: PartyRecord) -> _Outcome:
    head = document.head
    if head is not None and head.apprec is not None:
        return _apprec_outcome(msh, mail, verified, document, head)
    decision = decide(
        _facts(msh, document, verified),
        own=frozenset(msh.own),
        settings=msh.settings,
        organisations=msh.organisations,
        elsewhere=_elsewhere(msh, head),
    )
    return _answered(msh, mail, verified, document, decision, partner)


def _elsewhere(msh: Msh, head: Head | None) -> frozenset[HerId]:
    """Recipients of the message that the register knows and another system hosts."""
    others = {address.her_id for address in head.receivers} - set(msh.own) if head else set()
    return frozenset(her_id for her_id in others if her_id is not None and msh.register.party(her_id) is not None)


def _apprec_outcome(msh: Msh, mail: Mail, verified: Verified, document: _Document, head: Head) -> _Outcome:
    changes, unmatched = correlate_apprec(msh, head, verified)
    if unmatched:
        reason = "it answers nothing that this workspace has sent"
        return _Outcome(State.UNMATCHED, "unmatched", reason, "apprec", changes=changes)
    filed = _filed(msh, mail, head, document, (verified.header.receiver.her_id,))
    return _Outcome(State.FILED, "accepted", kind="apprec", filed=filed, changes=changes)


def _facts(msh: Msh, document: _Document, verified: Verified) -> ReceivedDocument:
    head, result = document.head, document.result
    return ReceivedDocument(
        head=head,
        well_formed=result.root is not None,
        known_type=head is not None,
        schema_valid=result.schema_valid,
        duplicate=head is not None and msh.journal.taken_in(*_identity(head)),
        envelope_to=verified.header.receiver.her_id,
        findings=result.findings,
    )


def _identity(head: Head) -> tuple[str, str]:
    """What makes a message the same message again: its sender and MsgId (AR-050)."""
    return (head.sender.her_id or "" if head.sender else "", head.msg_id)


def _answered(
    msh: Msh,
    mail: Mail,
    verified: Verified,
    document: _Document,
    decision: Decision,
    partner: PartyRecord,
) -> _Outcome:
    head = document.head
    if decision.duplicate:
        return _Outcome(State.DUPLICATE, "duplicate", decision.reason)
    if head is None or not (decision.answers or decision.deliver):
        return _Outcome(State.REJECTED, "rejected", decision.reason)
    outs = tuple(apprec(msh, verified, head, a, partner) for a in decision.answers)
    errors = tuple(dict.fromkeys(error.code for a in decision.answers for error in a.errors))
    told: Literal["ok", "rejected", "none"] = (
        "none" if not decision.answers else "ok" if decision.deliver else "rejected"
    )
    outcome = partial(
        _Outcome, reason=decision.reason, apprec=told, apprec_errors=errors, outgoing=outs, take_in=_identity(head)
    )
    if not decision.deliver:
        return outcome(State.REJECTED, "rejected")
    own = [address.her_id for address in head.receivers if address.her_id in msh.own] or [
        verified.header.receiver.her_id
    ]
    return outcome(State.FILED, "accepted", filed=_filed(msh, mail, head, document, own))


def _filed(msh: Msh, mail: Mail, head: Head, document: _Document, own: Sequence[HerId | None]) -> tuple[Filed, ...]:
    """The exact payload, and each attachment as a file of its own, for every own recipient; names hold no patient data."""
    stem = head.msg_id.lower() if is_uuid(head.msg_id) else msh.ids.uuid()
    files = {f"{stem}.xml": document.payload}
    root = document.result.root
    for number, attachment in enumerate(attachments_of(root) if root is not None else (), 1):
        files[f"{stem}-{number}.{attachment.extension}"] = attachment.content
    # of this mail alone: another process may be at the same message in another mail, and this one may be handled again
    staged = hashlib.sha256(f"{mail.address}/{mail.claim.name}".encode()).hexdigest()[:32]
    return tuple(Filed(her_id, staged, files) for her_id in dict.fromkeys(own) if her_id is not None)


def _file(msh: Msh, filed: tuple[Filed, ...]) -> str | None:
    return msh.filing.absolute(f"fagsystem/{filed[0].her_id}/inn/{next(iter(filed[0].files))}") if filed else None
