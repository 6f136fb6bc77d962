"""What to answer a received message with (HIS 80415:2012 §3.3.4, HITS 1168 §5), decided from facts alone.

The order, first match ends the road: an AppRec is never answered; a sender that cannot be read; no recipient of ours;
a duplicate; not well-formed (T01); a format we do not know (T10); invalid by its schema (T02). Then every concrete fault
gets its code (AR-011): message id (E10), recipient (E21), personal signature (S01–S03), patient (E36, E35), attachment
(T99). Wrong code values and clinical faults are never a reason to reject (AR-081).

Vocabulary: a recipient is *ours* when its party is one of ours or its virksomhet is; it is *known* when the party is ours
and both levels carry a HER-id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from meldingsloft.apprec.codes import ERRORS, general_error
from meldingsloft.domain.findings import Finding, Severity
from meldingsloft.domain.heads import Address, AppRecError, Head
from meldingsloft.domain.identifiers import HerId, is_uuid


class AnswerSettings(Protocol):
    """What the virksomhet chooses."""

    @property
    def unknown_party(self) -> Literal["reject", "accept"]:
        """Our virksomhet, a party we do not have: E21 or positive (conflict A3)."""

    @property
    def misaddressed(self) -> Literal["silent", "e21"]:
        """No recipient of the document is ours: no AppRec, or E21 (conflict A2)."""


@dataclass(frozen=True, slots=True)
class ReceivedDocument:
    """What has been found out about one received document."""

    head: Head | None
    """None when nothing could be read of it."""
    well_formed: bool = True
    known_type: bool = True
    schema_valid: bool = True
    duplicate: bool = False
    """A message of this sender with this id was taken in, or rejected, before."""
    envelope_to: HerId | None = None
    """The party the envelope was for."""
    findings: tuple[Finding, ...] = ()
    """Those of severity error that carry an AppRec code count."""
    signature: Literal["", "S01", "S02", "S03"] = ""
    """What is wrong with a personal signature."""
    no_record: bool = False
    """The patient has not and shall not have a record here (asked of epikrise and svarrapport only)."""
    attachment: str = ""
    """What is wrong with an attachment that the application must be able to handle, for OT."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One AppRec to be made: for whom, saying what, about which id."""

    recipient: Address
    errors: tuple[AppRecError, ...]
    quoted_id: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the document."""

    answers: tuple[Answer, ...]
    deliver: bool
    """The application gets it."""
    reason: str
    """In words, without content of the message."""
    duplicate: bool = False


def decide(
    document: ReceivedDocument,
    *,
    own: Collection[HerId],
    settings: AnswerSettings,
    organisations: Collection[HerId] = (),
    elsewhere: Collection[HerId] = (),
) -> Decision:
    """Who is answered, with what, and whether the application gets the message.

    ``own`` are the HER-ids of the parties this system hosts, ``organisations`` those of their virksomheter;
    ``elsewhere`` are parties that other systems host: they answer for themselves, also within our virksomhet (AR-052).
    """
    head = document.head
    if head is None or not _readable(head.sender):
        return _silent("the sender cannot be read from the document")
    if head.apprec is not None:
        return Decision((), document.well_formed and document.schema_valid, "an AppRec is not answered")
    receivers = [address for address in head.receivers if address.her_id in own or address.her_id not in elsewhere]
    recipients = _ours(receivers, document.envelope_to, own, organisations)
    if not recipients:
        return _misaddressed(document, head, settings)
    if document.duplicate:
        return Decision((), deliver=False, reason="a message with this id has come before", duplicate=True)
    faults = _faults(document, head)
    judged = [(address, _with_recipient(faults, address, own, settings)) for address in recipients]
    answers = _answers(head, judged) if head.message_type.apprec else ()
    deliver = any(not errors for _, errors in judged)
    return Decision(answers, deliver, _reason(judged, answered=bool(head.message_type.apprec)))


def _silent(reason: str) -> Decision:
    return Decision((), deliver=False, reason=reason)


def _readable(sender: Address | None) -> bool:
    """The sender names itself by at least one identifier."""
    return sender is not None and bool(sender.organisation.idents or (sender.party and sender.party.idents))


def _ours(
    receivers: Iterable[Address], envelope_to: HerId | None, own: Collection[HerId], organisations: Collection[HerId]
) -> list[Address]:
    """The recipients that are ours, without those that the message reaches by letter (unless the envelope is for them)."""
    found = [r for r in receivers if r.her_id in own or r.organisation.her_id in organisations]
    return [r for r in found if not r.paper or r.her_id == envelope_to]


def _misaddressed(document: ReceivedDocument, head: Head, settings: AnswerSettings) -> Decision:
    if settings.misaddressed == "silent" or not head.receivers or not head.message_type.apprec:
        return _silent("no recipient of the document is ours")
    if document.duplicate:
        return Decision((), deliver=False, reason="a message with this id has come before", duplicate=True)
    judged = [(head.receivers[0], (general_error("E21"),))]
    return Decision(
        _answers(head, judged), deliver=False, reason="no recipient of the document is ours: answered with E21"
    )


def _faults(document: ReceivedDocument, head: Head) -> tuple[AppRecError, ...]:
    """The faults that hold for every recipient, in the order of the check list."""
    if not document.well_formed:
        return (general_error("T01"),)
    if not document.known_type or (head.message_type.family == "msghead" and head.content_tag and not _alone(head)):
        return (general_error("T10"),)
    codes = [] if is_uuid(head.msg_id) else ["E10"]
    if not document.schema_valid:
        return tuple(general_error(code) for code in ("T02", *codes))
    codes += _found(document.findings, head)
    if document.signature:
        codes.append(document.signature)
    if not head.patient_identified and not head.urgent:
        codes.append("E36")
    if document.no_record and head.message_type.family in ("epikrise", "svarrapport"):
        codes.append("E35")
    errors = [general_error(code) for code in dict.fromkeys(codes)]
    if document.attachment:
        errors.append(general_error("T99", document.attachment))
    return _in_order(errors)


_ORDER = ("T01", "T10", "T02", "E10", "E21", "S01", "S02", "S03", "E36", "E35", "T99")
_FROM_FINDINGS = frozenset({"E10", "S01", "S02", "S03", "E36"})
"""Codes with which the standard demands a rejection of the whole message; the rest has its own facts."""


def _in_order(errors: Iterable[AppRecError]) -> tuple[AppRecError, ...]:
    return tuple(sorted(errors, key=lambda error: _ORDER.index(error.code)))


def _alone(head: Head) -> bool:
    """A hodemelding used as a cover letter."""
    return head.type_code in head.message_type.type_codes


def _found(findings: Iterable[Finding], head: Head) -> list[str]:
    """Codes that findings ask for."""
    codes = {f.apprec for f in findings if f.severity is Severity.ERROR and f.apprec in _FROM_FINDINGS}
    return [code for code in codes if not (code == "E36" and head.urgent)]


def _with_recipient(
    faults: tuple[AppRecError, ...], address: Address, own: Collection[HerId], settings: AnswerSettings
) -> tuple[AppRecError, ...]:
    known = address.her_id in own and address.organisation.her_id is not None
    if known or settings.unknown_party == "accept" or _formal(faults):
        return faults
    return _in_order((*faults, general_error("E21")))


def _formal(faults: Sequence[AppRecError]) -> bool:
    """The document itself could not be taken for what it says (T01, T10, T02)."""
    return bool(faults) and faults[0].code in ("T01", "T02", "T10")


def _answers(head: Head, judged: Iterable[tuple[Address, tuple[AppRecError, ...]]]) -> tuple[Answer, ...]:
    return tuple(Answer(address, errors, quoted) for address, errors in judged for quoted in head.quoted_ids)


def _reason(judged: Sequence[tuple[Address, tuple[AppRecError, ...]]], *, answered: bool) -> str:
    codes = list(dict.fromkeys(error.code for _, errors in judged for error in errors))
    said = ", ".join(f"{code} {ERRORS[code].name}" for code in codes)
    accepted = sum(not errors for _, errors in judged)
    what = (
        "taken in"
        if not codes
        else f"taken in for {accepted} of {len(judged)} recipients; {said}"
        if accepted
        else said
    )
    return what if answered else f"{what}; the message type is not answered by AppRec"
