"""SV-019…SV-021: what was investigated, in what, and how a number is written (HIS 80822:2014 §6.5, §7.5).

A number with an NLK code (7280) has the unit of the NLK, of which 8364 is only a part, so there just a unit is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, children, code, prefix_of
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.coded import is_of, says_what
from meldingsloft.validate.rules.svarrapport.identity import SCOPE
from meldingsloft.validate.rules.svarrapport.intervals import number

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MEASURED = frozenset({"LR", "RSB"})


def _investigation(subject: Subject, item: etree._Element) -> Iterator[Finding]:
    """SV-019: of items with a measured result; assessments and groups are of what stands around them."""
    p = prefix_of(item)
    inside = children(item)
    text_result = inside.get(f"{p}TextResult")
    if f"{p}NumResult" not in inside and code(text_result, f"{p}Heading") not in _MEASURED:
        return
    if f"{p}Investigation" not in inside:
        yield subject.finding("SV-019", item, detail="absent")
        return
    for investigation in item.iterchildren(f"{p}Investigation"):
        for coded in investigation.iterchildren(f"{p}Id"):
            if not says_what(coded):
                yield subject.finding("SV-019", coded, detail="form")


def _material(subject: Subject, sample: etree._Element) -> Iterator[Finding]:
    """SV-020."""
    p = prefix_of(sample)
    if child(sample, f"{p}Type") is None and child(sample, f"{p}TypeCoded") is None:
        yield subject.finding("SV-020", sample)


def _number(subject: Subject, result: etree._Element) -> Iterator[Finding]:
    """SV-021."""
    p = prefix_of(result)
    compared, measured = child(result, f"{p}ArithmeticComp"), child(result, f"{p}NumResultValue")
    comparison = attribute(compared, "V")
    if compared is not None and subject.codes is not None and subject.codes.display("8239", comparison) is None:
        yield subject.finding(
            "SV-021", compared, "V", detail="comparison", found=shown(comparison, "ArithmeticComp", "V")
        )
    if measured is None or number(attribute(measured, "V")) is None:
        yield subject.finding("SV-021", result if measured is None else measured, detail="value")
        return
    unit = attribute(measured, "U")
    if not unit:
        yield subject.finding("SV-021", measured, detail="unit")
    elif subject.codes is not None and subject.codes.display("8364", unit) is None and not _by_nlk(result):
        yield subject.finding("SV-021", measured, "U", detail="list", found=shown(unit, "NumResultValue", "U"))


def _by_nlk(result: etree._Element) -> bool:
    item = result.getparent()
    if item is None:
        return False
    p = prefix_of(item)
    investigation = child(item, f"{p}Investigation")
    return investigation is not None and any(is_of(coded, ("7280",)) for coded in investigation.iterchildren(f"{p}Id"))


CHECKS = (
    ElementCheck(("SV-019",), "rules", ("ResultItem",), _investigation, SCOPE, content=True),
    ElementCheck(("SV-020",), "rules", ("AnalysedSubject",), _material, SCOPE, content=True, advice=True),
    ElementCheck(("SV-021",), "rules", ("NumResult",), _number, SCOPE, content=True, advice=True),
)
