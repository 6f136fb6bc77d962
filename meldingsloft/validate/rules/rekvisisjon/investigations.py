"""RE-008…RE-010, RE-019, RE-023: what is asked for (HIS 80821:2014; HITS 1102:2014 §3.1.1; HISD 1101:2015).

The NLK itself is not at hand: of its codes only the form is judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, children, prefix_of
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.coded import is_of, says_what
from meldingsloft.validate.rules.disciplines import PATHOLOGY, discipline, is_radiology
from meldingsloft.validate.rules.rekvisisjon.identity import SCOPE

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_ALLOWED = {"N": frozenset("N"), "M": frozenset("NMCH"), "A": frozenset("AH"), "C": frozenset("C")}
"""ServType of the requisition and of what it asks for."""
_NLK = re.compile(r"(?:NPU|NOR)[0-9]{5}")


def _asked(subject: Subject) -> Iterator[Finding]:
    """RE-008."""
    for body in subject.bodies[:1]:
        p = prefix_of(body)
        coded = [
            each
            for asked in body.iterchildren(f"{p}ReqInvestigation")
            for investigation in asked.iterchildren(f"{p}Investigation")
            for each in investigation.iterchildren(f"{p}Id")
        ]
        if not coded:
            yield subject.finding("RE-008", body, detail="absent")
        elif not any(says_what(each) for each in coded):
            yield subject.finding("RE-008", coded[0], detail="form")


def _allowed_together(subject: Subject, asked: etree._Element) -> Iterator[Finding]:
    """RE-009."""
    element = child(asked, f"{prefix_of(asked)}ServType")
    allowed = _ALLOWED.get(subject.change_code)
    found = attribute(element, "V")
    if element is not None and allowed is not None and found and found not in allowed:
        yield subject.finding(
            "RE-009",
            element,
            "V",
            found=shown(found, "ServType", "V"),
            requisition=subject.change_code,
            expected=", ".join(sorted(allowed)),
        )


def _specified(subject: Subject, investigation: etree._Element) -> Iterator[Finding]:
    """RE-010: it would not be clear which of them is specified."""
    p = prefix_of(investigation)
    if child(investigation, f"{p}Spec") is not None and len(list(investigation.iterchildren(f"{p}Id"))) > 1:
        yield subject.finding("RE-010", investigation)


def _standing(subject: Subject, standing: etree._Element) -> Iterator[Finding]:
    """RE-019."""
    body, p = subject.bodies[0] if subject.bodies else None, prefix_of(standing)
    if body is not None and (is_radiology(subject, body) or discipline(body) in PATHOLOGY):
        yield subject.finding("RE-019", standing, detail="discipline", found=shown(discipline(body), "MsgDescr", "V"))
    inside = children(standing)
    if f"{p}CycleTime" in inside and f"{p}NumberOfTimes" in inside:
        yield subject.finding("RE-019", standing, detail="both")


def _nlk(subject: Subject, investigation: etree._Element) -> Iterator[Finding]:
    """RE-023."""
    p = prefix_of(investigation)
    for coded in investigation.iterchildren(f"{p}Id", f"{p}Spec"):
        if not is_of(coded, ("7280",)):
            continue
        found, name = attribute(coded, "V"), attribute(coded, "DN")
        if not _NLK.fullmatch(found):
            yield subject.finding("RE-023", coded, "V", detail="code", found=shown(found, "Id", "V"))
        if not name or name == found:
            yield subject.finding("RE-023", coded, "DN" if name else "", detail="name")


def kinds(body: etree._Element, number: str) -> set[str]:
    """The codes of one list among what is asked for, with specifications."""
    p = prefix_of(body)
    return {
        code_of
        for asked in body.iterchildren(f"{p}ReqInvestigation")
        for investigation in asked.iterchildren(f"{p}Investigation")
        for coded in investigation.iterchildren(f"{p}Id", f"{p}Spec")
        if is_of(coded, (number,)) and (code_of := attribute(coded, "V"))
    }


CHECKS = (
    Check(("RE-008",), "rules", _asked, SCOPE, content=True),
    ElementCheck(("RE-009",), "rules", ("ReqInvestigation",), _allowed_together, SCOPE, advice=True),
    ElementCheck(("RE-010",), "rules", ("Investigation",), _specified, SCOPE, content=True, advice=True),
    ElementCheck(("RE-019",), "rules", ("StandingInv",), _standing, SCOPE, content=True, advice=True),
    ElementCheck(("RE-023",), "rules", ("Investigation",), _nlk, SCOPE, content=True, advice=True),
)
