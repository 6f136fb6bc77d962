"""What a number says by itself, against numbers whose facts are known."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.domain.person_numbers import PersonNumber, read_person_number


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("13116900216", PersonNumber("FNR", dt.date(1969, 11, 13), "2", check_digits=True, synthetic=False)),
        ("15076500565", PersonNumber("FNR", dt.date(1965, 7, 15), "1", check_digits=True, synthetic=False)),
        ("30814920751", PersonNumber("FNR", dt.date(1949, 1, 30), "1", check_digits=True, synthetic=True)),
        ("08851964003", PersonNumber("FNR", dt.date(2019, 5, 8), "2", check_digits=True, synthetic=True)),
        ("13116900217", PersonNumber("FNR", dt.date(1969, 11, 13), "2", check_digits=False, synthetic=False)),
        ("25436000305", PersonNumber("HNR", dt.date(1960, 3, 25), "1", check_digits=False, synthetic=False)),
    ],
)
def test_known_numbers(text: str, facts: PersonNumber) -> None:
    assert read_person_number(text) == facts


@pytest.mark.parametrize("text", ["", "1311690021", "131169002160", "1311690021a", "131169 0021", "١٣١١٦٩٠٠٢١٦"])
def test_other_forms_are_no_number(text: str) -> None:
    assert read_person_number(text) is None


@pytest.mark.parametrize(
    ("text", "kind", "born"),
    [
        ("53116900000", "DNR", dt.date(1969, 11, 13)),
        ("53916900000", "DNR", dt.date(1969, 11, 13)),
        ("13766900000", "FNR", dt.date(1969, 11, 13)),
        ("80000000000", "FHN", None),
        ("13118650000", "FNR", dt.date(1886, 11, 13)),
        ("13114490000", "FNR", dt.date(1944, 11, 13)),
        ("13111290000", "FNR", dt.date(2012, 11, 13)),
        ("13115060000", "FNR", None),
        ("31026900000", "FNR", None),
        ("13206900000", "FNR", None),
    ],
)
def test_type_and_century(text: str, kind: str, born: dt.date | None) -> None:
    facts = read_person_number(text)
    assert facts is not None
    assert (facts.type, facts.born) == (kind, born)


@given(st.text("0123456789", min_size=11, max_size=11), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(text: str, place: int, by: int) -> None:
    """Check digits are made for that: mod 11 finds every single error."""
    facts = read_person_number(text)
    assert facts is not None
    if facts.check_digits:
        changed = text[:place] + str((int(text[place]) + by) % 10) + text[place + 1 :]
        other = read_person_number(changed)
        assert other is not None
        assert not other.check_digits
