"""RE-001…RE-004, RE-021, RE-024: what a requisition says of itself (HIS 80821:2014; HITS 1102:2014 §3; HIS 1160, HIS 1175)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, children, code, prefix_of, text
from meldingsloft.validate.checks import Check, ElementCheck, of_families, of_types
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.document_identity import change_code, document_id, fitting_discipline, issued
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_CHANGES = frozenset({"N", "M", "A", "C"})
"""A table of HITS 1102 prints E for M."""
_LIST_OF = {"RequestedPrioReport": "8115", "Priority": "8304"}
SCOPE = of_families("rekvisisjon")


def _priority(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """RE-021: version 1.6 has other lists than 1.5."""
    name, found = local_name(element), attribute(element, "V")
    number = _LIST_OF[name]
    if found and subject.codes is not None and subject.codes.display(number, found) is None:
        yield subject.finding("RE-021", element, "V", name=name, found=shown(found, name, "V"), list=number)


def _reason_for_change(subject: Subject) -> Iterator[Finding]:
    """RE-024: of one message alone, that a change says why; the rest takes the earlier message."""
    for body in subject.bodies[:1]:
        p = prefix_of(body)
        if code(body, f"{p}ServType") != "M" or text(body, f"{p}ReqComment"):
            continue
        comments = (children(comment) for comment in body.iterchildren(f"{p}Comment"))
        if not any(f"{p}TextResultValue" in inside for inside in comments):
            yield subject.finding("RE-024", body)


CHECKS = (
    Check(("RE-001",), "rules", change_code("RE-001", _CHANGES), SCOPE),
    Check(("RE-002",), "rules", document_id("RE-002", "Id"), SCOPE),
    Check(("RE-003",), "rules", issued("RE-003"), SCOPE),
    Check(("RE-004",), "rules", fitting_discipline("RE-004"), SCOPE),
    ElementCheck(
        ("RE-021",), "rules", tuple(_LIST_OF), _priority, of_types("rekvisisjon-1.6"), content=True, advice=True
    ),
    Check(("RE-024",), "rules", _reason_for_change, SCOPE, content=True, advice=True),
)
