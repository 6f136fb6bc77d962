"""What a finding may repeat of a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.validate.discretion import form_of, shown


@pytest.mark.parametrize(
    ("value", "element", "attribute", "expected"),
    [
        ("v1.2 2006-05-24", "MIGversion", "", '"v1.2 2006-05-24"'),
        ("2026-03-02", "GenDate", "V", '"2026-03-02"'),
        ("EPIKRISE", "Type", "V", '"EPIKRISE"'),
        ("", "Type", "V", '""'),
        ("1990-01-31", "DateOfBirth", "", '"9999-99-99"'),
        ("1990-01-31", "DateOfBirth", "V", '"9999-99-99"'),
        ("Ola Nordmann", "FamilyName", "", '"Aaa Aaaaaaaa"'),
        ("13916910082", "Id", "", '"99999999999"'),
        ("13916910082", "Type", "V", '"99999999999"'),
        ("139169-10082", "Type", "V", '"999999-99999"'),
        ("tel:22334455", "TeleAddress", "V", '"aaa:99999999"'),
        ("Diagnose med tekst", "Concept", "DN", '"Aaaaaaaa aaa aaaaa"'),
        ("to ord", "Type", "V", '"aa aaa"'),
        ("0d0b5c7e-6a1e-4b8b-9a55-123456789012", "MsgId", "", '"0d0b5c7e-6a1e-4b8b-9a55-123456789012"'),
    ],
)
def test_codes_are_shown_and_people_are_not(value: str, element: str, attribute: str, expected: str) -> None:
    assert shown(value, element, attribute) == expected


@given(
    st.from_regex(r"[0-9]{11}", fullmatch=True),
    st.sampled_from(["MsgId", "Type", "Id", "Any"]),
    st.sampled_from(["", "V", "S"]),
)
def test_no_identity_number_is_ever_shown(number: str, element: str, attribute: str) -> None:
    assert number not in shown(f"a.{number}", element, attribute) or set(number) == {"9"}


@given(st.text(max_size=300))
def test_a_form_keeps_length_and_no_letter(value: str) -> None:
    assert len(form_of(value)) == len(value)
    assert not any(c.isalnum() and c not in "9aA" for c in form_of(value))
    assert len(shown(value, "Text")) <= 63
