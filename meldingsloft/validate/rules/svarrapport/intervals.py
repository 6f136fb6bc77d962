"""Numbers and reference intervals as people write them: ``11,7 - 15,3``, ``< 5``, ``> 90 mL/min``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_NUMBER = r"(-?[0-9]{1,12}(?:[.,][0-9]{1,12})?)"
_BETWEEN = re.compile(rf"{_NUMBER}\s*[-–]\s*{_NUMBER}\s*(\S*)", re.ASCII)
_ONE_SIDED = re.compile(rf"(<=|>=|[<>≤≥])\s*{_NUMBER}\s*(\S*)", re.ASCII)

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Reference:
    """Where values are expected; None for an open end."""

    low: Decimal | None
    high: Decimal | None
    ends_belong: bool
    """A value equal to an end is inside."""
    unit: str

    @property
    def possible(self) -> bool:
        """The lower end is below the upper."""
        return self.low is None or self.high is None or self.low < self.high


def number(written: str) -> Decimal | None:
    """A number with decimal point or comma, None for what is none."""
    try:
        found = Decimal(written.replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def reference(written: str) -> Reference | None:
    """What a RefInterval says, None for words and other forms."""
    return _read(written) if len(written) <= _LONGEST else None


@lru_cache(maxsize=1024)  # a laboratory writes the same few hundred again and again
def _read(written: str) -> Reference | None:
    said = " ".join(written.split())
    if between := _BETWEEN.fullmatch(said):
        low, high, unit = between.groups()
        return Reference(number(low), number(high), ends_belong=True, unit=unit)
    if one := _ONE_SIDED.fullmatch(said):
        sign, end, unit = one.groups()
        below = sign in ("<", "<=", "≤")
        return Reference(
            None if below else number(end),
            number(end) if below else None,
            ends_belong=sign not in ("<", ">"),
            unit=unit,
        )
    return None
