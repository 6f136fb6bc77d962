"""Norwegian time, with the operating system's time zone database as judge."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.domain.norwegian_time import from_wall, norwegian

try:
    OSLO: zoneinfo.ZoneInfo | None = zoneinfo.ZoneInfo("Europe/Oslo")
except zoneinfo.ZoneInfoNotFoundError:
    OSLO = None
judged = pytest.mark.skipif(OSLO is None, reason="no time zone database")
walls = st.datetimes(min_value=dt.datetime(1997, 1, 1), max_value=dt.datetime(2037, 12, 31))


@judged
@given(walls.map(lambda wall: wall.replace(tzinfo=dt.UTC)))
def test_the_wall_shows_what_the_database_says(instant: dt.datetime) -> None:
    assert norwegian(instant).isoformat() == instant.astimezone(OSLO).isoformat()


@judged
@given(walls)
def test_a_time_from_the_wall_has_the_offset_of_the_database(wall: dt.datetime) -> None:
    assert OSLO is not None
    told = wall.replace(tzinfo=OSLO)
    if told.astimezone(dt.UTC).astimezone(OSLO).replace(tzinfo=None) == wall:  # not skipped in spring
        assert from_wall(wall).isoformat() == told.isoformat()


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        ("2026-03-29T00:59:59+00:00", "2026-03-29T01:59:59+01:00"),
        ("2026-03-29T01:00:00+00:00", "2026-03-29T03:00:00+02:00"),
        ("2026-10-25T00:59:59+00:00", "2026-10-25T02:59:59+02:00"),
        ("2026-10-25T01:00:00+00:00", "2026-10-25T02:00:00+01:00"),
        ("2025-12-31T23:30:00+00:00", "2026-01-01T00:30:00+01:00"),
    ],
)
def test_the_turns(instant: str, shown: str) -> None:
    assert norwegian(dt.datetime.fromisoformat(instant)).isoformat() == shown
