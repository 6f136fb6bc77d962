"""The lines of ``send``, ``receive``, ``status`` and ``show`` (forms sent/1, received/1, status/1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from meldingsloft.domain.journal import Entry, Event
from meldingsloft.domain.states import State
from meldingsloft.flow.handling import Received
from meldingsloft.flow.sending import Sent
from meldingsloft.report.findings import finding_object
from meldingsloft.report.text import one_line

MEANINGS: dict[State, str] = {
    State.QUEUED: "promised, not yet in the receiver's mailbox",
    State.SENT: "in the receiver's mailbox, no transport receipt yet",
    State.ACKED: "the receiver's server has it and could open it",
    State.APPREC_OK: "taken into the receiver's system",
    State.APPREC_PARTLY: "taken in, but for the named parts",
    State.APPREC_REJECTED: "rejected by the receiver's system: mend it and send it as a new message",
    State.APPREC_OVERDUE: "no AppRec within 96 hours: follow it up by hand",
    State.RETRYING: "sent again, no transport receipt yet",
    State.UNDELIVERED: "all retries spent",
    State.ERROR_SIGNALLED: "refused by the receiver's server: mend the cause and send it as a new message",
    State.FAULTED: "the receiver's server could not read it",
    State.BOUNCED: "never reached the receiver's mailbox",
    State.RECEIVED: "arrived, being handled",
    State.FILED: "taken in and handed to the fagsystem",
    State.HELD: "waits for a person to decide",
    State.REJECTED: "answered with a rejection, not taken in",
    State.REFUSED: "envelope refused, not opened",
    State.DUPLICATE: "had come before",
    State.POSTPONED: "waits for a certificate check",
    State.UNMATCHED: "answers nothing that was sent from here",
    State.FAILED: "kept with its reason, nobody could be answered",
}
"""What each state means, in the words of a person."""


def sent_object(sent: Sent, file: str) -> dict[str, Any]:
    """``meldingsloft.sent/1``."""
    return {
        "form": "meldingsloft.sent/1",
        "file": file,
        "msg_id": sent.msg_id,
        "message_id": sent.message_id,
        "conversation_id": sent.conversation_id,
        "from": sent.sender,
        "to": sent.receiver,
        "message_type": sent.message_type,
        "state": sent.state,
    }


def received_object(line: Received) -> dict[str, Any]:
    """``meldingsloft.received/1``."""
    return {
        "form": "meldingsloft.received/1",
        "envelope": line.envelope,
        "kind": line.kind,
        "message_id": line.message_id or None,
        "msg_id": line.msg_id or None,
        "message_type": line.message_type or None,
        "verdict": line.verdict,
        "answer": line.answer,
        "error_codes": list(line.error_codes),
        "apprec": line.apprec,
        "apprec_errors": list(line.apprec_errors),
        "findings": [finding_object(finding) for finding in line.findings],
        "file": line.file,
        "reason": line.reason or None,
    }


def received_text(line: Received) -> str:
    """One line for people."""
    what = (
        " ".join(
            part
            for part in (
                line.message_type if line.message_type != "unknown" else "",
                line.kind if line.kind != "message" else "",
            )
            if part
        )
        or "message"
    )
    parts = [f"{line.verdict:<10} {what:<24} {one_line(line.msg_id or line.message_id or line.envelope)}"]
    if line.answer != "none":
        parts.append(f"answered by {line.answer}")
    if line.apprec != "none":
        parts.append(f"AppRec {line.apprec}" + (f" ({', '.join(line.apprec_errors)})" if line.apprec_errors else ""))
    if line.reason:
        parts.append(line.reason)
    return "  ".join(parts)


def status_object(entry: Entry) -> dict[str, Any]:
    """``meldingsloft.status/1``."""
    return {
        "form": "meldingsloft.status/1",
        "direction": entry.direction,
        "message_id": entry.message_id,
        "msg_id": entry.msg_id or None,
        "message_type": entry.message_type or None,
        "from": entry.sender or None,
        "to": entry.receiver or None,
        "state": entry.state,
        "attempts": entry.attempts,
        "next_attempt": _time(entry.next_attempt),
        "reason": entry.reason or None,
        "error_codes": list(entry.error_codes),
        "updated": _time(entry.updated),
    }


def status_text(entries: Iterable[Entry]) -> Iterable[str]:
    """A table for people, a row as each entry comes."""
    empty = True
    for entry in entries:
        if empty:
            yield f"{'when (UTC)':<19}  {'':3}  {'from':>8}  {'to':>8}  {'type':<22} {'state':<16} msg id"
            empty = False
        yield (
            f"{entry.updated:%Y-%m-%d %H:%M:%S}  {entry.direction:<3}  {entry.sender or '?':>8}  {entry.receiver or '?':>8}  "
            f"{entry.message_type or entry.kind:<22} {entry.state:<16} {one_line(entry.msg_id or entry.message_id)}"
        )
    if empty:
        yield "nothing in the journal matches"


def history_object(
    entry: Entry, events: Sequence[Event], related: Sequence[tuple[Entry, Sequence[Event]]]
) -> dict[str, Any]:
    """``meldingsloft.history/1``: one message with all that happened to it and the signals and AppRecs about it."""
    return {
        "form": "meldingsloft.history/1",
        "message": _with_events(entry, events),
        "related": [_with_events(other, told) for other, told in related],
    }


def _with_events(entry: Entry, events: Sequence[Event]) -> dict[str, Any]:
    extra = {
        "kind": entry.kind,
        "conversation_id": entry.conversation_id or None,
        "cpa_id": entry.cpa_id or None,
        "service": entry.service or None,
        "action": entry.action or None,
        "ref_to_message_id": entry.ref_message_id or None,
        "envelope": entry.envelope_path or None,
        "files": [f"fagsystem/{her}/inn/{name}" for her, _, names in entry.incoming for name in names],
        "events": [{"at": _time(event.at), "what": event.what, "text": event.text or None} for event in events],
    }
    return {key: value for key, value in (status_object(entry) | extra).items() if key != "form"}


def history_text(
    entry: Entry, events: Sequence[Event], related: Sequence[tuple[Entry, Sequence[Event]]]
) -> Iterable[str]:
    """The story for people: the facts, then everything in order of time."""
    yield f"{entry.message_type or entry.kind}  {entry.sender or '?'} -> {entry.receiver or '?'}   {entry.state}: {MEANINGS[entry.state]}"
    for name, value in (
        ("MsgId", entry.msg_id),
        ("MessageId", entry.message_id),
        ("ConversationId", entry.conversation_id),
        ("reason", entry.reason),
        ("envelope", entry.envelope_path),
    ):
        if value:
            yield f"  {name:<15} {one_line(value) if name.endswith('Id') else value}"
    for her, _, names in entry.incoming:
        for name in names:
            yield f"  {'file':<15} fagsystem/{her}/inn/{name}"
    yield ""
    told = [(event.at, number, "" if other is entry else f"{other.direction} {other.kind if other.kind != 'message' else other.message_type}: ", event)
            for number, (other, happened) in enumerate([(entry, events), *related]) for event in happened]  # fmt: skip
    for at, _, whose, event in sorted(told, key=lambda item: (item[0], item[1])):
        yield f"  {at:%Y-%m-%d %H:%M:%S}  {whose}{event.what}{'  ' + event.text if event.text else ''}"


def _time(when: dt.datetime | None) -> str | None:
    return None if when is None else when.isoformat(timespec="seconds").replace("+00:00", "Z")
