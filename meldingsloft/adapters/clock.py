"""The time: the machine's, or one that was given (``--at-time``)."""

from __future__ import annotations

import datetime as dt


class SystemClock:
    """``ports.Clock`` of this machine."""

    def now(self) -> dt.datetime:
        """The instant, aware, in UTC."""
        return dt.datetime.now(dt.UTC)


class FixedClock:
    """``ports.Clock`` that stands still, or moves when told to.

    Raises:
        ValueError: the instant has no time zone.
    """

    def __init__(self, instant: dt.datetime) -> None:
        self._now = _aware(instant)

    def now(self) -> dt.datetime:
        """The given instant in UTC."""
        return self._now

    def move(self, by: dt.timedelta) -> None:
        """Let time pass."""
        self._now += by


def _aware(instant: dt.datetime) -> dt.datetime:
    if instant.tzinfo is None:
        raise ValueError("a clock needs an instant with a time zone")
    return instant.astimezone(dt.UTC)
