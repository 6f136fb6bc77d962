"""What all messages have in common: names of types, dates, size, emptiness."""

from __future__ import annotations

import pytest

from meldingsloft.validate.moments import is_before
from meldingsloft.validate.rules.general.size import LARGEST
from tests.unit.validate.documents import DIALOG, SMALL, by_rules, hodemelding

SAID = hodemelding(content=f'<Dialogmelding xmlns="{DIALOG}">…</Dialogmelding>')
"""Nothing in it is empty."""


def found(document: str, rule: str) -> list[str]:
    return [finding.detail for finding in by_rules(document) if finding.code == rule]


@pytest.mark.parametrize("name", ["Helsefaglig dialog", "helsefaglig  DIALOG", ""])
def test_the_name_of_the_type_may_differ_in_case_and_blanks_and_be_missing(name: str) -> None:
    document = hodemelding().replace('V="DIALOG_HELSEFAGLIG"', f'V="DIALOG_HELSEFAGLIG" DN="{name}"')
    assert found(document, "GN-010") == []


def test_another_name_of_the_type_is_told() -> None:
    document = hodemelding().replace('DN="Helsefaglig dialog"', 'DN="Notat"')
    assert found(document, "GN-010") == ['Type should have DN="Helsefaglig dialog"']


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2026-03-02T10:00:00", "2026-03-02T10:00:01", True),
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00", False),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:30:00Z", True),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:30:00", False),
        ("2026-03-02T10:00:00", "2026-03-02", False),
        ("2026-03-01", "2026-03-02T00:00:00", True),
        ("2026", "2026-03", False),
        ("2025", "2026-03", True),
        ("2026-03-02T25:00:00", "2026-03-03T10:00:00", True),
        ("", "2026", False),
        ("in March", "2026", False),
    ],
)
def test_only_what_is_certain_is_earlier(one: str, other: str, expected: bool) -> None:
    assert is_before(one, other) is expected


def test_a_message_is_not_older_than_its_document() -> None:
    document = hodemelding().replace("<RefDoc>", '<RefDoc><IssueDate V="2026-03-02T10:31:08"/>')
    assert found(document, "GN-012") == ["IssueDate is later than the generation time of the message"]
    assert found(SMALL.replace("<ApprDate>2026-03-02", "<ApprDate>2026-03-03"), "GN-012") != []
    assert found(SMALL, "GN-012") == []


def test_ten_megabytes_are_enough() -> None:
    filler = "<!--" + "x" * (LARGEST - len(SMALL.encode()) - 7) + "-->"
    assert found(SMALL + filler, "GN-015") == []
    assert found(SMALL + filler + "\n", "GN-015") == ["it is 10.0 MB"]


@pytest.mark.parametrize("empty", ["<MiddleName/>", "<MiddleName></MiddleName>", "<MiddleName>\n </MiddleName>"])
def test_an_empty_element_is_told(empty: str) -> None:
    document = SAID.replace("<GivenName>Line", f"{empty}<GivenName>Line")
    assert found(document, "GN-016") == ["<MiddleName> has neither content nor attributes"]


@pytest.mark.parametrize("attribute", ['DN=""', "DN=''"])
def test_an_empty_attribute_is_told(attribute: str) -> None:
    document = SAID.replace('<MsgType V="XML"', f'<MsgType V="XML" {attribute}')
    assert found(document, "GN-016") == ["DN of <MsgType> has no value"]


def test_line_breaks_of_xhtml_are_empty_by_nature() -> None:
    text = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a<br/>b</p><td></td></div>'
    assert found(SAID.replace("…", text), "GN-016") == []
    assert found(SAID, "GN-016") == []
