"""The table of states."""

from __future__ import annotations

from itertools import product

import pytest

from meldingsloft.domain.states import FAILED_STATES, INCOMING, OUTGOING, WAITING_STATES, Direction, State, may_move


def test_every_state_has_a_row() -> None:
    assert set(OUTGOING) | set(INCOMING) == set(State)
    assert not set(OUTGOING) & set(INCOMING)


def test_an_apprec_is_final() -> None:
    for state in (State.APPREC_OK, State.APPREC_PARTLY, State.APPREC_REJECTED):
        assert OUTGOING[state] == frozenset()


@pytest.mark.parametrize("before", [s for s in OUTGOING if not s.startswith("apprec-") or s is State.APPREC_OVERDUE])
def test_an_apprec_is_heard_whatever_was_believed_before(before: State) -> None:
    assert may_move(Direction.OUT, before, State.APPREC_OK)
    assert may_move(Direction.OUT, before, State.APPREC_REJECTED)


def test_staying_is_allowed_and_directions_do_not_mix() -> None:
    for direction, state in product(Direction, State):
        assert may_move(direction, state, state)
    assert not may_move(Direction.IN, State.RECEIVED, State.SENT)
    assert not may_move(Direction.OUT, State.SENT, State.FILED)


def test_every_state_can_be_reached_and_ends() -> None:
    for table, start in ((OUTGOING, State.QUEUED), (INCOMING, State.RECEIVED)):
        reached, frontier = {start}, [start]
        while frontier:
            fresh = table[frontier.pop()] - reached
            reached |= fresh
            frontier += fresh
        assert any(not table[state] for state in reached)
        if table is OUTGOING:
            assert reached == set(OUTGOING)


def test_failed_and_waiting_do_not_overlap() -> None:
    assert not FAILED_STATES & WAITING_STATES
