"""What an AppRec to us says about which message of ours (HIS 80415:2012 §3.3, §3.5.1; rules AR-006 to AR-009, AR-060, AR-061).

A message and one recipient of it are one thing awaited: an AppRec fits when it quotes the message's id and speaks for that
recipient. The first one that fits is final.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from meldingsloft.apprec.codes import OK, PARTLY, REJECTED
from meldingsloft.domain.findings import Finding, Severity
from meldingsloft.domain.heads import AppRecFacts, generated_instant
from meldingsloft.domain.states import State

_ANSWERED = frozenset({State.APPREC_OK, State.APPREC_PARTLY, State.APPREC_REJECTED})
Verdict = Literal["answers", "second", "unmatched", "unclear"]


class Awaiting(Protocol):
    """A message of ours to one recipient, as the journal remembers it."""

    @property
    def receiver(self) -> str:
        """HER-id of the recipient's party."""

    @property
    def msg_id(self) -> str:
        """MsgId of the message."""

    @property
    def original_id(self) -> str:
        """The id an AppRec 1.0 quotes; empty when the same."""

    @property
    def action(self) -> str:
        """eb:Action the message was sent with."""

    @property
    def generated(self) -> dt.datetime | None:
        """GenDate of the message."""

    @property
    def state(self) -> State:
        """How far it has come."""


A = TypeVar("A", bound=Awaiting)


@dataclass(frozen=True, slots=True)
class Correlation(Generic[A]):
    """Which message is answered, and what it becomes."""

    verdict: Verdict
    """``second``: answered before, to be ignored (AR-061); ``unclear``: a status nobody knows, for a person (AR-006)."""
    entry: A | None = None
    state: State | None = None
    """Set for ``answers``."""
    findings: tuple[Finding, ...] = ()


def correlate(
    facts: AppRecFacts, sender: str | None, known: Iterable[A], *, envelope_from: str | None = None
) -> Correlation[A]:
    """Match an AppRec with what was sent and say what the message becomes.

    ``sender`` is the HER-id of the AppRec's Sender, ``envelope_from`` that of the verified envelope. They must agree where
    both are known: nobody answers for another; the envelope's is used when the document names none.
    """
    speaker = sender or envelope_from
    if not speaker or (sender and envelope_from and sender != envelope_from):
        return Correlation(
            "unmatched", findings=(_finding("AR-030", "the AppRec does not come from the party it speaks for"),)
        )
    fitting = [entry for entry in known if entry.receiver == speaker and _quotes(facts.original_id, entry)]
    if not fitting:
        return Correlation("unmatched")
    state, findings = judge(facts)
    open_ones = [entry for entry in fitting if entry.state not in _ANSWERED]
    if not open_ones:
        return Correlation("second", fitting[0], findings=findings)
    entry = open_ones[0]
    findings += _deviations(facts, entry, named=bool(sender))
    if state is None:
        return Correlation("unclear", entry, findings=findings)
    return Correlation("answers", entry, state, findings)


def judge(facts: AppRecFacts) -> tuple[State | None, tuple[Finding, ...]]:
    """The state an AppRec gives its message, None for a status outside kodeverk 8258; and what is odd about it."""
    if facts.status == OK:
        odd = (_finding("AR-007", "status 1 with errors is taken as positive"),) if facts.errors else ()
        return State.APPREC_OK, odd
    if facts.status not in (REJECTED, PARTLY):
        return None, (_finding("AR-006", "the status is not in kodeverk 8258"),)
    if not facts.errors:
        return State.APPREC_REJECTED, (_finding("AR-008", "a rejection without errors is taken as a rejection"),)
    return (State.APPREC_REJECTED if facts.status == REJECTED else State.APPREC_PARTLY), ()


def _quotes(original_id: str, entry: Awaiting) -> bool:
    """The id is the message's own or its document's; case is not compared, since UUIDs are met in both."""
    quoted = original_id.casefold()
    return bool(quoted) and quoted in (entry.msg_id.casefold(), entry.original_id.casefold())


def _deviations(facts: AppRecFacts, entry: Awaiting, *, named: bool) -> tuple[Finding, ...]:
    found = []
    if not named:
        found.append(_finding("AR-030", "the AppRec names no sender; matched by the envelope's"))
    if entry.action and facts.original_action != entry.action:
        found.append(_finding("AR-016", "the AppRec names another message type than was sent"))
    if entry.generated is not None and not _same_time(facts.original_issued, entry.generated):
        found.append(_finding("AR-017", "the AppRec names another time than the message was generated at"))
    return tuple(found)


def _same_time(text: str, generated: dt.datetime) -> bool:
    instant = generated_instant(text)
    return instant is not None and abs(instant - generated) < dt.timedelta(seconds=1)


def _finding(code: str, message: str) -> Finding:
    return Finding(code, Severity.WARNING, message, source="HIS 80415:2012")
