"""SV-026, SV-027: reports of radiology (HIS 1142:2014, HIS 80822:2014 §7.3).

The text asks for tillatelse or reservasjon in every repeated requisition; official reports repeat just its id and dates,
and there it is not missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, children, prefix_of, value
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.coded import is_of
from meldingsloft.validate.rules.disciplines import is_radiology
from meldingsloft.validate.rules.svarrapport.identity import SCOPE

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_REPEATED = ("ReasonAsText", "Comment", "ReqComment")


def _permission(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies[:1]:
        if not is_radiology(subject, body):
            continue
        p = prefix_of(body)
        for requisition in body.iterchildren(f"{p}ServReq"):
            inside = children(requisition)
            comments = requisition.iterchildren(f"{p}Comment")
            if any(p + name in inside for name in _REPEATED) and not any(
                is_of(child(comment, f"{p}TextCode"), ("8274",)) for comment in comments
            ):
                yield subject.finding("SV-026", requisition)


def _procedures(subject: Subject) -> Iterator[Finding]:
    items = subject.by_name.get("ResultItem", ())
    if not items or not subject.bodies or not is_radiology(subject, subject.bodies[0]):
        return
    for item in items:
        p = prefix_of(item)
        for investigation in item.iterchildren(f"{p}Investigation"):
            for coded in investigation.iterchildren(f"{p}Id"):
                if not is_of(coded, ("7270",)):
                    yield subject.finding(
                        "SV-027", coded, "S", detail="system", found=shown(coded.get("S", ""), "Id", "S")
                    )
    if not any(has_text(each) for each in subject.by_name.get("TextResult", ())):
        yield subject.finding("SV-027", items[0], detail="text")


def has_text(result: etree._Element) -> bool:
    """TextResultValue says something, as plain text or XHTML."""
    said = child(result, f"{prefix_of(result)}TextResultValue")
    return said is not None and (len(said) > 0 or bool(value(said)))


CHECKS = (
    Check(("SV-026",), "rules", _permission, SCOPE, content=True, advice=True),
    Check(("SV-027",), "rules", _procedures, SCOPE, content=True, advice=True),
)
