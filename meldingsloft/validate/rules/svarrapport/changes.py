"""SV-012…SV-015, SV-034: what is new, changed or history in a report, and how final it is (HITS 1102:2014 §4).

An item inside another counts as what the outer one says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, prefix_of
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.disciplines import is_radiology
from meldingsloft.validate.rules.svarrapport.identity import SCOPE
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_ALLOWED = {"N": frozenset("NA"), "M": frozenset("NMCHA"), "C": frozenset("C")}
"""ServType of the report and of its items (HITS 1102:2014 §4.1.2)."""
_EXTERNAL = frozenset("1234")
_UNFINISHED = frozenset("2")
_SIGNED = frozenset({"11", "13"})
"""What radiology says for final and for revised."""
_PAST = frozenset("HC")
_ADDED = frozenset("NA")


def outermost(body: etree._Element) -> Iterator[etree._Element]:
    """The ResultItems that stand in no other."""
    p = prefix_of(body)
    for about in body.iterchildren(f"{p}Patient", f"{p}Animal", f"{p}Material"):
        yield from about.iterchildren(f"{p}ResultItem")


def said_of(item: etree._Element) -> str:
    """ServType of an item, or of the nearest item around it that has one."""
    at: etree._Element | None = item
    while at is not None and local_name(at) == "ResultItem":
        if found := code(at, f"{prefix_of(at)}ServType"):
            return found
        at = at.getparent()
    return ""


def _unsaid(subject: Subject) -> Iterator[Finding]:
    """SV-012, once a report: absent counts as N, and of grouped items those inside may say it."""
    for body in subject.bodies[:1]:
        p = prefix_of(body)
        silent = [
            item
            for item in outermost(body)
            if child(item, f"{p}ServType") is None
            and not any(child(inner, f"{p}ServType") is not None for inner in item.iterchildren(f"{p}ResultItem"))
        ]
        if silent:
            yield subject.finding("SV-012", silent[0], count=str(len(silent)))


def _allowed_together(subject: Subject, item: etree._Element) -> Iterator[Finding]:
    """SV-013."""
    element = child(item, f"{prefix_of(item)}ServType")
    allowed = _ALLOWED.get(subject.change_code)
    if element is None or allowed is None:
        return
    found = element.get("V", "").strip()
    if found and found not in allowed:
        yield subject.finding(
            "SV-013",
            element,
            "V",
            found=shown(found, "ServType", "V"),
            report=subject.change_code,
            expected=", ".join(sorted(allowed)),
        )


def _status(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """SV-014: items that are history or taken back may be unfinished in a final report."""
    found, item = element.get("V", "").strip(), element.getparent()
    body = subject.bodies[0] if subject.bodies else None
    if body is None or item is None or not found:
        return
    if found not in _EXTERNAL and not (found in _SIGNED and is_radiology(subject, body)):
        yield subject.finding("SV-014", element, "V", detail="internal", found=shown(found, "StatusInvestigation", "V"))
    elif found in _UNFINISHED and code(body, f"{prefix_of(body)}Status") == "F" and said_of(item) not in _PAST:
        yield subject.finding("SV-014", element, "V", detail="unfinished")


def _addition(subject: Subject) -> Iterator[Finding]:
    """SV-015: of one message alone, that an addition has something added and changes nothing."""
    for body in subject.bodies[:1]:
        if code(body, f"{prefix_of(body)}Status") != "A":
            continue
        items = [(item, said_of(item) or "N") for item in outermost(body)]
        for item, kind in items:
            if kind not in _ADDED and kind != "H":
                yield subject.finding("SV-015", item, detail="changed", found=shown(kind, "ServType", "V"))
        if not any(kind in _ADDED for _, kind in items):
            yield subject.finding("SV-015", body, detail="nothing")


def _complete(subject: Subject) -> Iterator[Finding]:
    """SV-034: of one message alone, that a change has results at all."""
    for body in subject.bodies[:1]:
        if subject.change_code == "M" and "ResultItem" not in subject.by_name:
            yield subject.finding("SV-034", body)


CHECKS = (
    Check(("SV-012",), "rules", _unsaid, SCOPE, content=True, advice=True),
    ElementCheck(("SV-013",), "rules", ("ResultItem",), _allowed_together, SCOPE, advice=True),
    ElementCheck(("SV-014",), "rules", ("StatusInvestigation",), _status, SCOPE, content=True, advice=True),
    Check(("SV-015",), "rules", _addition, SCOPE, content=True, advice=True),
    Check(("SV-034",), "rules", _complete, SCOPE, content=True, advice=True),
)
