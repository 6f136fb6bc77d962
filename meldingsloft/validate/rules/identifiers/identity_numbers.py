"""ID-001…ID-005, ID-007, ID-008: identity numbers have the form, the check digits and the date they must have.

FNR fødselsnummer, DNR D-nummer (day + 40), HNR H-nummer (month + 40), FHN felles hjelpenummer (first digit 8 or 9, no date);
HIS 1001:2010. Synthetic numbers (month + 80, + 65 or + 40) have the same check digits and count as right. The numbers
themselves are never repeated.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from operator import mul
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.identifiers.numbers import CARRIERS, number_of

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_ELEVEN = re.compile(r"[0-9]{11}")
_K1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_K2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_SYNTHETIC_MONTHS = (0, 40, 65, 80)
TODAY = frozenset({0})
"""What the weighted sum and the first check digit leave, divided by 11 (HIS 1001:2010 §4.1)."""
FROM_2032 = frozenset({0, 1, 2, 3})
"""ID-013: the remainders that Skatteetaten announces for numbers from 2032; nothing accepts them yet."""


def _look(subject: Subject) -> Iterator[Finding]:
    for kind, element in _numbers(subject):
        number = element.text or ""
        for rule, detail in _JUDGES[kind](number):
            yield subject.finding(rule, element, detail=detail)
        declared = _form(number)
        if declared and declared != kind:
            yield subject.finding("ID-008", element, kind=kind, declared=declared)


def _numbers(subject: Subject) -> Iterator[tuple[str, etree._Element]]:
    """Type code and the element that holds the identity number, in all three ways the messages write them."""
    for name in CARRIERS:
        for carrier in subject.by_name.get(name, ()):
            number = number_of(carrier, _JUDGES)
            if number is not None:
                yield number.kind, number.element


def _fnr(number: str) -> Iterator[tuple[str, str]]:
    if not _ELEVEN.fullmatch(number):
        yield "ID-001", ""
        return
    if not has_check_digits(number):
        yield "ID-002", ""
    if not _dated(number, days=0, months=_SYNTHETIC_MONTHS):
        yield "ID-003", ""


def _dnr(number: str) -> Iterator[tuple[str, str]]:
    yield from (("ID-004", detail) for detail in _faults(number, days=40, months=_SYNTHETIC_MONTHS))


def _hnr(number: str) -> Iterator[tuple[str, str]]:
    yield from (("ID-005", detail) for detail in _faults(number, days=0, months=(40,)))


def _fhn(number: str) -> Iterator[tuple[str, str]]:
    if not _ELEVEN.fullmatch(number) or number[0] not in "89":
        yield "ID-007", "form"
    elif not has_check_digits(number):
        yield "ID-007", "digits"


def _faults(number: str, *, days: int, months: tuple[int, ...]) -> Iterator[str]:
    if not _ELEVEN.fullmatch(number):
        yield "form"
        return
    if not has_check_digits(number):
        yield "digits"
    if not _dated(number, days=days, months=months):
        yield "date"


def has_check_digits(number: str, remainders: frozenset[int] = TODAY) -> bool:
    """True when both check digits of eleven digits are right; ``remainders`` are those the first may leave."""
    digits = [int(digit) for digit in number]
    first = (sum(map(mul, digits, _K1)) + digits[9]) % 11
    return first in remainders and (sum(map(mul, digits, _K2)) + digits[10]) % 11 == 0


def _dated(number: str, *, days: int, months: tuple[int, ...]) -> bool:
    day, month, year = int(number[:2]) - days, int(number[2:4]), _year(int(number[4:6]), int(number[6:9]))
    return year is not None and any(_is_date(year, month - added, day) for added in months)


def _year(two_digits: int, individual: int) -> int | None:
    """The year of birth by the individual number (HIS 1001:2010 §4.1), None for one that is not in use."""
    if individual <= 499:
        return 1900 + two_digits
    if two_digits < 40:
        return 2000 + two_digits
    if individual <= 749 and two_digits > 54:
        return 1800 + two_digits
    return 1900 + two_digits if individual >= 900 else None


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _form(number: str) -> str:
    """The kind a number of eleven digits looks like; empty for other forms. Month + 40 may also be synthetic."""
    if not _ELEVEN.fullmatch(number):
        return ""
    if number[0] in "89":
        return "FHN"
    if number[0] in "4567":
        return "DNR"
    return "HNR" if number[2] in "45" else "FNR"


_JUDGES: dict[str, Callable[[str], Iterator[tuple[str, str]]]] = {"FNR": _fnr, "DNR": _dnr, "HNR": _hnr, "FHN": _fhn}
CHECK = Check(("ID-001", "ID-002", "ID-003", "ID-004", "ID-005", "ID-007", "ID-008"), "rules", _look)
