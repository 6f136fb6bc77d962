"""Points in time as the messages write them: years, months, dates and times of day, with or without a zone."""

from __future__ import annotations

import datetime as dt
import re

_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?", re.ASCII)
_WHOLE_DATE = 10
"""Characters of ``2026-03-02``."""


def is_before(one: str, other: str) -> bool:
    """True when ``one`` is certainly earlier than ``other``; what is less exact decides how far they are compared.

    Times are compared as instants when both have a zone, else as they stand on the clock. False for what is no time.
    """
    if one == other or not (_DATE.match(one) and _DATE.match(other)):
        return False
    if "T" in one and "T" in other:
        return _is_earlier_time(one, other)
    shortest = min(len(one), len(other), _WHOLE_DATE)
    return one[:shortest] < other[:shortest]


def _is_earlier_time(one: str, other: str) -> bool:
    try:
        first, second = dt.datetime.fromisoformat(one), dt.datetime.fromisoformat(other)
    except ValueError:
        return one[:_WHOLE_DATE] < other[:_WHOLE_DATE]
    if first.tzinfo is None or second.tzinfo is None:
        first, second = first.replace(tzinfo=None), second.replace(tzinfo=None)
    return first < second
