"""What a Norwegian person number says by itself: its type, birth date, sex and whether its check digits hold.

Vocabulary (HIS 1001:2010): *fødselsnummer* (FNR), *D-nummer* (DNR, day + 40), *H-nummer* (HNR, month + 40, local use),
*felles hjelpenummer* (FHN, first digit 8 or 9, says nothing of birth or sex). Synthetic numbers for tests add 80 to the
month (Skatteetaten) or 65 (Norsk helsenett) and have ordinary check digits (rule ID-012).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

NumberType = Literal["FNR", "DNR", "HNR", "FHN"]

_FORM = re.compile(r"[0-9]{11}")
_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class PersonNumber:
    """The facts of one eleven-digit number."""

    type: NumberType
    born: dt.date | None
    """None for a felles hjelpenummer and for a number whose date is none."""
    sex: Literal["1", "2", ""]
    """Kodeverk 3101: 1 Mann, 2 Kvinne; empty when the number does not tell."""
    check_digits: bool
    """Both check digits hold (rules ID-002, ID-004, ID-007)."""
    synthetic: bool
    """From a series for tests (rule ID-012)."""


def read_person_number(text: str) -> PersonNumber | None:
    """The facts of a number, None unless it is eleven digits (rules ID-001 to ID-008)."""
    if _FORM.fullmatch(text) is None:
        return None
    digits = [int(character) for character in text]
    checked = _check_digits_hold(digits)
    if digits[0] >= 8:
        return PersonNumber("FHN", None, "", checked, synthetic=False)
    day, month = int(text[:2]), int(text[2:4])
    kind: NumberType = "DNR" if digits[0] >= 4 else "HNR" if digits[2] in (4, 5) else "FNR"
    day -= 40 if kind == "DNR" else 0
    month, synthetic = _real_month(month)
    return PersonNumber(kind, _born(day, month, text), "1" if digits[8] % 2 else "2", checked, synthetic)


def _real_month(month: int) -> tuple[int, bool]:
    if month > 80:
        return month - 80, True
    if month > 65:
        return month - 65, True
    return (month - 40, False) if month > 40 else (month, False)


def _born(day: int, month: int, text: str) -> dt.date | None:
    year, individual = int(text[4:6]), int(text[6:9])
    if individual < 500 or (individual >= 900 and year > 39):
        century = 1900
    elif year < 40:
        century = 2000
    elif individual < 750 and year > 54:
        century = 1800
    else:
        return None
    try:
        return dt.date(century + year, month, day)
    except ValueError:
        return None


def _check_digits_hold(digits: list[int]) -> bool:
    return digits[9] == _check_digit(digits, _FIRST_WEIGHTS) and digits[10] == _check_digit(digits, _SECOND_WEIGHTS)


def _check_digit(digits: list[int], weights: tuple[int, ...]) -> int:
    """10 where no number is issued."""
    return (11 - sum(d * w for d, w in zip(digits, weights, strict=False)) % 11) % 11
