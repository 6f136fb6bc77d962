"""A clock that stands still and chance that repeats; the adapters for repeatable runs are themselves the fakes."""

from __future__ import annotations

import datetime as dt

from meldingsloft.adapters.clock import FixedClock
from meldingsloft.adapters.ids import SeededIds

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


class FakeClock(FixedClock):
    """Noon of 2 March 2026 unless told otherwise."""

    def __init__(self, instant: dt.datetime = NOON) -> None:
        super().__init__(instant)


class FakeIds(SeededIds):
    """Counts."""

    def __init__(self, seed: int | str = 1) -> None:
        super().__init__(seed)
