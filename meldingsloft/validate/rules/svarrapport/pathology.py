"""SV-030…SV-032: reports of histology, cytology and obduction (HIS 1141:2014, HISD 1170:2004).

Whether the whole history is sent, only the earlier reports can tell. The profile puts clinical information under heading
OPPL, which the list of headings of a requisition (8231) does not have; official reports write PROB, and neither is missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, prefix_of
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.coded import is_of
from meldingsloft.validate.rules.disciplines import PATHOLOGY, discipline
from meldingsloft.validate.rules.svarrapport.changes import outermost
from meldingsloft.validate.rules.svarrapport.dates import later
from meldingsloft.validate.rules.svarrapport.identity import SCOPE
from meldingsloft.validate.rules.svarrapport.radiology import has_text

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_CONCLUSIONS = frozenset({"FU", "VU", "DIAG"})
_CODES = ("7010", "8212")
"""SNOMED, or a laboratory's own."""


def _answer(subject: Subject) -> Iterator[Finding]:
    """SV-030."""
    for body in subject.bodies[:1]:
        if discipline(body) not in PATHOLOGY:
            continue
        items = list(outermost(body))
        if items and code(body, f"{prefix_of(body)}Status") == "F" and not _concludes(subject):
            yield subject.finding("SV-030", items[0], detail="diagnosis")
        for coded in subject.by_name.get("TextCode", ()):
            holder = coded.getparent()
            if holder is not None and holder.tag.endswith("}TextResult") and not is_of(coded, _CODES):
                yield subject.finding(
                    "SV-030", coded, "S", detail="system", found=shown(coded.get("S", ""), "TextCode", "S")
                )
        yield from _order(subject, items)


def _concludes(subject: Subject) -> bool:
    if "DiagComment" in subject.by_name:
        return True
    results = subject.by_name.get("TextResult", ())
    return any(code(each, f"{prefix_of(each)}Heading") in _CONCLUSIONS and has_text(each) for each in results)


def _order(subject: Subject, items: list[etree._Element]) -> Iterator[Finding]:
    history = False
    newest = ""
    for item in items:
        p = prefix_of(item)
        if code(item, f"{p}ServType") != "H":
            if history:
                yield subject.finding("SV-030", item, detail="new")
            continue
        dated = code(item, f"{p}InvDate")
        if history and later(dated, newest):
            yield subject.finding("SV-030", item, detail="history")
        history, newest = True, dated


def _examined(subject: Subject) -> Iterator[Finding]:
    """SV-031."""
    for body in subject.bodies[:1]:
        if discipline(body) in PATHOLOGY:
            for item in outermost(body):
                if child(item, f"{prefix_of(item)}InvDate") is None:
                    yield subject.finding("SV-031", item)


def _structured(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """SV-032."""
    if subject.bodies and discipline(subject.bodies[0]) not in PATHOLOGY:
        yield subject.finding("SV-032", element)


CHECKS = (
    Check(("SV-030",), "rules", _answer, SCOPE, content=True, advice=True),
    Check(("SV-031",), "rules", _examined, SCOPE, content=True, advice=True),
    ElementCheck(("SV-032",), "rules", ("StructuredInfo",), _structured, SCOPE, content=True, advice=True),
)
