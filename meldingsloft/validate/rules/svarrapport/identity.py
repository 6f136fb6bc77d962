"""SV-001…SV-005, SV-011, SV-025, SV-033: what a report says of itself and of the requisition it answers.

HIS 80822:2014 §7.3; HITS 1102:2014 §4; HITS 1218:2019 §3.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import prefix_of, text
from meldingsloft.validate.checks import Check, ElementCheck, of_families
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.coded import is_of
from meldingsloft.validate.rules.document_identity import change_code, document_id, fitting_discipline, issued
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_CHANGES = frozenset({"N", "M", "C"})
_COMMENT_LISTS = frozenset({"8269", "8272", "8273"})
SCOPE = of_families("svarrapport")


def _one_report(subject: Subject) -> Iterator[Finding]:
    """SV-001: the schema allows a Message without a report."""
    if not subject.bodies:
        yield subject.finding("SV-001", subject.root, detail="none")
    for further in subject.bodies[1:]:
        yield subject.finding("SV-001", further, detail="several")


def _answered(subject: Subject) -> Iterator[Finding]:
    """SV-011: the id of the requisition, ``NULL`` when it is not known."""
    for body in subject.bodies[:1]:
        p = prefix_of(body)
        requisitions = list(body.iterchildren(f"{p}ServReq"))
        if not requisitions:
            yield subject.finding("SV-011", body, detail="absent")
        for requisition in requisitions:
            if not text(requisition, f"{p}Id"):
                yield subject.finding("SV-011", requisition, detail="id")


def _unused(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """SV-025: elements the schema still has."""
    yield subject.finding("SV-025", element, found=local_name(element))


def _coded_comment(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """SV-033: the three lists of comments to a report."""
    if not is_of(element, _COMMENT_LISTS):
        yield subject.finding("SV-033", element, "S", found=shown(element.get("S", ""), "CodedComment", "S"))


CHECKS = (
    Check(("SV-001",), "rules", _one_report, SCOPE),
    Check(("SV-002",), "rules", change_code("SV-002", _CHANGES), SCOPE),
    Check(("SV-003",), "rules", document_id("SV-003", "ServProvId"), SCOPE),
    Check(("SV-004",), "rules", issued("SV-004"), SCOPE),
    Check(("SV-005",), "rules", fitting_discipline("SV-005"), SCOPE),
    Check(("SV-011",), "rules", _answered, SCOPE, content=True),
    ElementCheck(("SV-025",), "rules", ("CancellationCode", "Ack", "MsgVersion"), _unused, SCOPE, advice=True),
    ElementCheck(("SV-033",), "rules", ("CodedComment",), _coded_comment, SCOPE, content=True, advice=True),
)
