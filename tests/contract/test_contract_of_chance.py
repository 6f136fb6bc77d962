from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from meldingsloft.adapters.clock import FixedClock, SystemClock
from meldingsloft.adapters.ids import RandomIds, SeededIds
from meldingsloft.ports import Clock, Ids
from tests.fakes.chance import FakeClock, FakeIds


@pytest.mark.parametrize("make", [RandomIds, lambda: SeededIds("s"), FakeIds])
def test_ids_are_version_4_uuids_and_never_twice(make: Callable[[], Ids]) -> None:
    ids = make()
    drawn = [ids.uuid() for _ in range(500)]
    assert len(set(drawn)) == 500
    for text in drawn:
        found = uuid.UUID(text)
        assert (str(found), found.version, found.variant) == (text, 4, uuid.RFC_4122)
    assert [len(ids.entropy(n)) for n in (0, 1, 16, 32, 33, 1000)] == [0, 1, 16, 32, 33, 1000]
    assert ids.entropy(32) != ids.entropy(32)


def test_a_seed_repeats_itself_and_another_does_not() -> None:
    one, same, other = SeededIds(1), SeededIds(1), SeededIds(2)
    first = [one.uuid() for _ in range(5)]
    assert first == [same.uuid() for _ in range(5)]
    assert first[0] != other.uuid()


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()])
def test_clocks_give_aware_utc(clock: Clock) -> None:
    assert clock.now().utcoffset() == dt.timedelta(0)


def test_a_fixed_clock_stands_still_until_moved() -> None:
    clock = FixedClock(dt.datetime.fromisoformat("2026-03-02T10:31:07+01:00"))
    assert clock.now() == clock.now() == dt.datetime(2026, 3, 2, 9, 31, 7, tzinfo=dt.UTC)
    clock.move(dt.timedelta(hours=96))
    assert clock.now() == dt.datetime(2026, 3, 6, 9, 31, 7, tzinfo=dt.UTC)
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(dt.datetime(2026, 3, 2, 10))
