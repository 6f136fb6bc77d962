"""Numbers made by an arithmetic of our own in the test are right; anything else is not; none is ever repeated."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meldingsloft.validate.rules.identifiers.identity_numbers import CHECK, FROM_2032, has_check_digits
from tests.unit.validate.documents import by_rules, hodemelding, ident

NAMES = '<FamilyName>Danser</FamilyName><GivenName>Line</GivenName><DateOfBirth>1969-11-13</DateOfBirth><Sex V="2"/>'


def completed(nine: str) -> str | None:
    """Eleven digits by brute force over both check digits (HIS 1001 §4.1: the weighted sums are multiples of 11)."""
    for last in range(100):
        number = f"{nine}{last:02d}"
        digits = [int(d) for d in number]
        one = sum(a * b for a, b in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=False))
        two = sum(a * b for a, b in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True))
        if one % 11 == 0 and two % 11 == 0:
            return number
    return None


def findings(number: str, kind: str) -> list[str]:
    found = by_rules(hodemelding(patient=f"<Patient>{NAMES}{ident(number, kind)}</Patient>"))
    return [f.code for f in found if f.code in CHECK.ids]


@given(
    born=st.dates(dt.date(1940, 1, 1), dt.date(1999, 12, 31)),
    individual=st.integers(0, 499),
    synthetic=st.sampled_from([0, 65, 80]),
    kind=st.sampled_from(["FNR", "DNR"]),
)
def test_issued_and_synthetic_numbers_are_right(born: dt.date, individual: int, synthetic: int, kind: str) -> None:
    day = born.day + (40 if kind == "DNR" else 0)
    number = completed(f"{day:02d}{born.month + synthetic:02d}{born.year % 100:02d}{individual:03d}")
    assume(number is not None)
    assert number is not None
    assert findings(number, kind) == []


@given(nine=st.from_regex(r"[0-3][0-9][01][0-9]{6}", fullmatch=True), at=st.integers(0, 10), to=st.integers(1, 9))
def test_one_wrong_digit_is_always_found(nine: str, at: int, to: int) -> None:
    number = completed(nine)
    assume(number is not None)
    assert number is not None
    wrong = number[:at] + str((int(number[at]) + to) % 10) + number[at + 1 :]
    assert has_check_digits(number)
    assert not has_check_digits(wrong)


@pytest.mark.parametrize(
    ("six", "individual", "kind", "expected"),
    [
        ("139169", 1, "FNR", []),
        ("308269", 1, "FNR", ["ID-003"]),  # 30 February
        ("131369", 1, "FNR", ["ID-003"]),
        ("131141", 800, "FNR", ["ID-003"]),  # no century has 800 with 41
        ("131160", 600, "FNR", []),  # 1860
        ("131110", 900, "FNR", []),  # 2010
        ("131150", 950, "FNR", []),  # 1950
        ("539169", 1, "FNR", ["ID-003", "ID-008"]),
        ("539169", 1, "DNR", []),
        ("139169", 1, "DNR", ["ID-004", "ID-008"]),
        ("135169", 1, "HNR", []),
        ("131169", 1, "HNR", ["ID-005", "ID-008"]),
        ("800000", 1, "FHN", []),
        ("131169", 1, "FHN", ["ID-007", "ID-008"]),
        ("900000", 1, "FNR", ["ID-003", "ID-008"]),
        ("131169", 1, "HPR", []),
    ],
)
def test_each_kind_has_its_form(six: str, individual: int, kind: str, expected: list[str]) -> None:
    number = next(n for i in range(individual, individual + 40) if (n := completed(f"{six}{i:03d}")))
    assert findings(number, kind) == expected


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        ("131169 00216", "FNR", "ID-001"),
        ("1311690021", "DNR", "ID-004"),
        ("x", "HNR", "ID-005"),
        ("8", "FHN", "ID-007"),
    ],
)
def test_other_texts_are_no_numbers(number: str, kind: str, code: str) -> None:
    assert findings(number, kind) == [code]


@given(number=st.from_regex(r"[0-9]{11}", fullmatch=True), kind=st.sampled_from(["FNR", "DNR", "HNR", "FHN"]))
def test_no_number_is_ever_repeated(number: str, kind: str) -> None:
    said = by_rules(hodemelding(patient=f"<Patient>{NAMES}{ident(number, kind)}</Patient>"))
    assert number not in repr(said)


def test_numbers_of_the_series_from_2032_are_wrong_until_they_are_asked_for() -> None:
    number = "01013200072"  # the weighted sum and its first check digit leave 2
    assert not has_check_digits(number)
    assert has_check_digits(number, FROM_2032)
