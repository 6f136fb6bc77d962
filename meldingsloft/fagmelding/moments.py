"""Dates and times in a case, with or without time of day and offset (kith:TS, xs:dateTime, xs:date; rules DT-008, DT-009)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from meldingsloft.domain.norwegian_time import from_wall
from meldingsloft.fagmelding.kinds import Raw, Surroundings, Wrong
from meldingsloft.fagmelding.writing import Node


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a time or either. A time without offset is Norwegian time.

    ``attribute`` writes it as ``@V`` (kith:TS), else it is element content (xs:dateTime, xs:date). ``zoned`` gives a time
    without offset the one it had in Norway, so that it can be compared.
    """

    precision: Literal["any", "time", "date"] = "any"
    attribute: bool = True
    zoned: bool = False

    @property
    def what(self) -> str:
        """By precision."""
        return {"any": "a date or a time", "time": "a date with a time", "date": "a date"}[self.precision]

    def read(self, raw: Raw, around: Surroundings) -> dt.date:
        """A date, or a datetime without fractions of seconds."""
        value = _parsed(raw) if isinstance(raw, str) else raw
        if not isinstance(value, dt.date) or (isinstance(value, dt.datetime) == (self.precision == "date")):
            return self._of_another_precision(value)
        return self._settled(value)

    def _of_another_precision(self, value: Raw) -> dt.date:
        if self.precision == "any" and isinstance(value, dt.date):
            return self._settled(value)
        example = {"date": "2026-03-02", "time": "2026-03-02T10:31:07", "any": "2026-03-02 or 2026-03-02T10:31:07"}
        raise Wrong(f"{self.what} is wanted", f"write it as {example[self.precision]}")

    def _settled(self, value: dt.date) -> dt.date:
        if not isinstance(value, dt.datetime):
            return value
        value = value.replace(microsecond=0)
        return from_wall(value) if self.zoned and value.tzinfo is None else value

    def write(self, node: Node, value: dt.date) -> None:
        """ISO 8601."""
        if self.attribute:
            node.attributes["V"] = value.isoformat()
        else:
            node.children.append(value.isoformat())


def _parsed(text: str) -> dt.date | None:
    """ISO 8601 in the forms XML Schema knows, None for anything else."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def instant(value: dt.date) -> dt.datetime:
    """A date or time as an aware instant, to compare; a date is its first moment in Norway."""
    if not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the wall clock is applied next
    return value if value.tzinfo else from_wall(value)
