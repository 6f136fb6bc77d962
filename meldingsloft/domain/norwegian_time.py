"""Norwegian wall-clock time without a time zone database: UTC+1, and UTC+2 in the common European summer.

Summer lasts from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October (directive 2000/84/EC).
"""

from __future__ import annotations

import datetime as dt

_WINTER = dt.timezone(dt.timedelta(hours=1))
_SUMMER = dt.timezone(dt.timedelta(hours=2))


def norwegian(instant: dt.datetime) -> dt.datetime:
    """An aware instant as the clock on the wall shows it, with its offset."""
    moment = instant.astimezone(dt.UTC)
    return moment.astimezone(_SUMMER if _turn(moment.year, 3) <= moment < _turn(moment.year, 10) else _WINTER)


def from_wall(wall: dt.datetime) -> dt.datetime:
    """A time without offset as a Norwegian clock shows it, with its offset; in the doubled hour of autumn the first."""
    in_summer = wall.replace(tzinfo=_SUMMER)
    return in_summer if norwegian(in_summer).utcoffset() == in_summer.utcoffset() else wall.replace(tzinfo=_WINTER)


def _turn(year: int, month: int) -> dt.datetime:
    last = dt.datetime(year, month, 31, 1, tzinfo=dt.UTC)
    return last - dt.timedelta(days=(last.weekday() + 1) % 7)
