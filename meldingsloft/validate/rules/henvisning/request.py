"""HE-001, HE-004, HE-011, HE-013: what a referral 1.x says of itself: change, document id, type, urgency, attachments.

HISD 1154:2018 §3-4; HIS 80517:2014 Tabell 3-2; HIS 1036:2011 §3.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, text
from meldingsloft.validate.checks import Check, ElementCheck, of_types
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.henvisning.scope import MESSAGE, is_listed

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _document(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        p = prefix_of(body)
        change = child(body, f"{p}ServType")
        found = attribute(change, "V")
        if change is not None and found not in ("N", "M", "C"):
            yield subject.finding("HE-001", change, "V", detail="change", found=shown(found, "ServType", "V"))
        if not text(body, f"{p}Id"):
            place = child(body, f"{p}Id")
            yield subject.finding("HE-001", body if place is None else place, detail="id")


def _urgency(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        p = prefix_of(body)
        asked = child(body, f"{p}ReqServ")
        priority = child(asked, f"{p}Priority")
        found = attribute(priority, "V")
        if priority is None or not found:
            yield subject.finding("HE-004", body if asked is None else asked, detail="absent")
        elif not is_listed(subject, "8304", found):
            yield subject.finding("HE-004", priority, "V", detail="code", found=shown(found, "Priority", "V"))


def _kind(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        kind = child(body, f"{prefix_of(body)}MsgDescr")
        found = attribute(kind, "V")
        if kind is not None and not is_listed(subject, "8455", found):
            yield subject.finding("HE-011", kind, "V", found=shown(found, "MsgDescr", "V"))


def _attachment(subject: Subject, document: etree._Element) -> Iterator[Finding]:
    p = prefix_of(document)
    if any(True for _ in document.iterchildren(f"{p}Content", f"{p}FileReference")):
        yield subject.finding("HE-013", document)


CHECKS = (
    Check(("HE-001",), "rules", _document, MESSAGE),
    Check(("HE-004",), "rules", _urgency, MESSAGE, content=True),
    Check(("HE-011",), "rules", _kind, MESSAGE, advice=True),
    ElementCheck(("HE-013",), "rules", ("RefDoc",), _attachment, of_types("henvisning-1.0"), advice=True),
)
