"""``--format junit``: valid to the strictest schema in use, one testcase a file, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from lxml import etree

from meldingsloft.report.junit import JUnitReport
from meldingsloft.report.outcomes import Outcome
from tests.unit.report.outcomes import finding, outcome, some

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "junit.xsd"))


def reported(outcomes: Iterable[Outcome], *, strict: bool = False) -> etree._Element:
    report = JUnitReport(strict=strict)
    for each in outcomes:
        report.add(each)
    root = etree.fromstring(b"".join(report.pieces()))
    assert SCHEMA.validate(root), SCHEMA.error_log
    return root


@pytest.mark.parametrize("outcomes", [some(), [], [outcome()]], ids=["some", "none", "one"])
def test_the_report_is_valid(outcomes: list[Outcome]) -> None:
    assert len(reported(outcomes)) == len(outcomes) + 3


def test_counts_and_kinds() -> None:
    root = reported(some())
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "8",
        "failures": "3",
        "errors": "2",
    }
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases["right.xml"] == cases["warned.xml"] == cases["known.xml"] == []
    assert cases["cut.xml"] == cases["gone.xml"] == ["error"]
    assert cases["messages/wrong.xml"] == cases["refused.xml"] == ["failure"]


def test_a_failure_holds_all_findings() -> None:
    failure = reported(some()).find("testcase[@name='messages/wrong.xml']/failure")
    assert failure is not None
    text = failure.text or ""
    assert text.count("--> messages/wrong.xml:7:5   /Message/MIGversion") == 2
    assert "warning[GN-014]" in text
    assert failure.get("message") == (
        "GN-008: MIGversion has another value than its namespace asks (2 errors, 1 warning)"
    )


def test_what_passes_is_still_told() -> None:
    said = reported(some()).findtext("system-out") or ""
    assert "known.xml: 1 error in the baseline" in said
    assert "warning[GN-014]" in said


def test_strict_lets_warnings_fail() -> None:
    root = reported([outcome("w.xml", finding("GN-014", "warning"))], strict=True)
    assert root.get("failures") == "1"
