"""HE-014…HE-017, HE-023: how a Henvisning 2.0 travels and what it says of itself.

HIS 1207 §5.1; HIS 1208 §5.1; HIS 80517:2017; HISD 1154:2018.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of, text
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.henvisning.scope import CARRIED, is_listed, referral

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_TYPES = frozenset({"HENVISNING_NYTILSTAND", "HENVISNING_VIDERE"})


def _head(subject: Subject) -> Iterator[Finding]:
    if not subject.in_head:
        yield subject.finding("HE-014", subject.root, detail="bare")
        return
    kind = subject.type_element
    found = attribute(kind, "V")
    if kind is not None and found not in _TYPES:
        yield subject.finding("HE-014", kind, "V", detail="type", found=shown(found, "Type", "V"))
    other = subject.head_child("OtherReceiver")
    if other is not None:
        yield subject.finding("HE-015", other)


def _document(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    p = prefix_of(body)
    for name in ("DocumentId", "IssueDate"):
        if not text(body, p + name):
            place = child(body, p + name)
            yield subject.finding("HE-016", body if place is None else place, missing=name)
    change = child(body, f"{p}ServType")
    found = attribute(change, "V")
    if change is not None and found not in ("N", "M", "C"):
        yield subject.finding("HE-017", change, "V", detail="change", found=shown(found, "ServType", "V"))
    asked = child(body, f"{p}ReqServ")
    if asked is not None and not code(asked, f"{p}ServType"):
        yield subject.finding("HE-017", asked, detail="service")


def _urgency(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    p = prefix_of(body)
    asked = child(body, f"{p}ReqServ")
    priority = child(asked, f"{p}Priority")
    found = attribute(priority, "V")
    if priority is None or not found:
        yield subject.finding("HE-023", body if asked is None else asked, detail="absent")
    elif not is_listed(subject, "8306", found):
        yield subject.finding("HE-023", priority, "V", detail="code", found=shown(found, "Priority", "V"))


CHECKS = (
    Check(("HE-014", "HE-015"), "rules", _head, CARRIED),
    Check(("HE-016", "HE-017"), "rules", _document, CARRIED),
    Check(("HE-023",), "rules", _urgency, CARRIED, content=True),
)
