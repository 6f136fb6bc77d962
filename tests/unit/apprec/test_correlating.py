from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from meldingsloft.apprec.correlating import Correlation, correlate, judge
from meldingsloft.domain.heads import AppRecError, AppRecFacts
from meldingsloft.domain.states import State

ERROR = AppRecError("E21", "Mottaker finnes ikke")


@dataclass(frozen=True)
class Sent:
    receiver: str = "1002"
    msg_id: str = "m"
    original_id: str = "d"
    action: str = "EPIKRISE"
    generated: dt.datetime | None = dt.datetime(2026, 3, 2, 7, 32, 15, tzinfo=dt.UTC)
    state: State = State.ACKED


def facts(
    status: str = "1",
    original: str = "m",
    *errors: AppRecError,
    kind: str = "EPIKRISE",
    issued: str = "2026-03-02T08:32:15",
) -> AppRecFacts:
    return AppRecFacts(status, original, kind, issued, errors)


def rules(found: Correlation[Sent]) -> list[str]:
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    ("status", "errors", "state", "rule"),
    [
        ("1", (), State.APPREC_OK, ""),
        ("1", (ERROR,), State.APPREC_OK, "AR-007"),
        ("2", (ERROR,), State.APPREC_REJECTED, ""),
        ("2", (), State.APPREC_REJECTED, "AR-008"),
        ("3", (ERROR,), State.APPREC_PARTLY, ""),
        ("3", (), State.APPREC_REJECTED, "AR-008"),
        ("4", (), None, "AR-006"),
        ("", (ERROR,), None, "AR-006"),
    ],
)
def test_what_a_status_means(status: str, errors: tuple[AppRecError, ...], state: State | None, rule: str) -> None:
    judged, findings = judge(AppRecFacts(status, "m", errors=errors))
    assert judged is state
    assert [f.code for f in findings] == ([rule] if rule else [])


def test_the_message_is_found_by_id_and_recipient() -> None:
    known = [Sent(receiver="3002"), Sent(), Sent(msg_id="other", original_id="")]
    found = correlate(facts(), "1002", known)
    assert (found.verdict, found.entry, found.state, found.findings) == ("answers", known[1], State.APPREC_OK, ())


@pytest.mark.parametrize("quoted", ["m", "d", "M"])
def test_the_id_is_the_messages_or_the_documents(quoted: str) -> None:
    assert correlate(facts("2", quoted, ERROR), "1002", [Sent()]).state is State.APPREC_REJECTED


@pytest.mark.parametrize("quoted", ["x", ""])
def test_what_answers_nothing_of_ours(quoted: str) -> None:
    found = correlate(facts("1", quoted), "1002", [Sent(), Sent(original_id="")])
    assert (found.verdict, found.entry, found.state) == ("unmatched", None, None)


def test_nobody_answers_for_another() -> None:
    assert correlate(facts(), "3002", [Sent()]).verdict == "unmatched"
    found = correlate(facts(), "1002", [Sent()], envelope_from="3002")
    assert (found.verdict, rules(found)) == ("unmatched", ["AR-030"])
    assert correlate(facts(), None, [Sent()]).verdict == "unmatched"


def test_an_apprec_that_names_nobody_is_matched_by_its_envelope() -> None:
    found = correlate(facts(), None, [Sent()], envelope_from="1002")
    assert (found.verdict, rules(found)) == ("answers", ["AR-030"])
    assert correlate(facts(), "1002", [Sent()], envelope_from="1002").findings == ()


@pytest.mark.parametrize("state", [State.APPREC_OK, State.APPREC_PARTLY, State.APPREC_REJECTED])
def test_s13_the_first_answer_is_final(state: State) -> None:
    answered = Sent(state=state)
    found = correlate(facts("2", "m", ERROR), "1002", [answered])
    assert (found.verdict, found.entry, found.state) == ("second", answered, None)


def test_a_message_sent_again_after_its_answer_is_the_one_that_waits() -> None:
    again = Sent(state=State.SENT)
    assert correlate(facts(), "1002", [Sent(state=State.APPREC_REJECTED), again]).entry is again


@pytest.mark.parametrize("state", [State.SENT, State.RETRYING, State.APPREC_OVERDUE, State.UNDELIVERED])
def test_s42_a_late_answer_still_counts(state: State) -> None:
    assert correlate(facts(), "1002", [Sent(state=state)]).state is State.APPREC_OK


def test_an_unknown_status_is_for_a_person() -> None:
    found = correlate(facts("9"), "1002", [Sent()])
    assert (found.verdict, found.entry, found.state, rules(found)) == ("unclear", Sent(), None, ["AR-006"])


def test_deviations_are_told_and_do_not_matter() -> None:
    found = correlate(facts(kind="HENVISNING", issued="2026-03-02T08:32:17"), "1002", [Sent()])
    assert (found.state, rules(found)) == (State.APPREC_OK, ["AR-016", "AR-017"])
    assert rules(correlate(facts(issued="ukjent"), "1002", [Sent()])) == ["AR-017"]
    assert rules(correlate(facts(kind="E"), "1002", [Sent()])) == []
    assert rules(correlate(facts(kind="X", issued="ukjent"), "1002", [Sent(action="", generated=None)])) == []
