"""EP-001, EP-002, EP-003, EP-010: what the report says of itself: change, status, document id and approval.

HISD 1154:2018 §3.1, §4.1; HIS 80226:2014 class Tilbakemelding and Tabell 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, text
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.epikrise.scope import EPIKRISE

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_CODES = (("ServType", "EP-001", frozenset("NMC")), ("Status", "EP-002", frozenset("PFAS")))


def _document(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        p = prefix_of(body)
        for name, rule, allowed in _CODES:
            element = child(body, p + name)
            found = attribute(element, "V")
            if element is not None and found not in allowed:
                yield subject.finding(rule, element, "V", found=shown(found, name, "V"))
        if not text(body, f"{p}ServProvId"):
            place = child(body, f"{p}ServProvId")
            yield subject.finding("EP-003", body if place is None else place)


def _approval(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        approved = child(body, f"{prefix_of(body)}ApprDate")
        if not attribute(approved, "V"):
            yield subject.finding("EP-010", body if approved is None else approved)


CHECKS = (
    Check(("EP-001", "EP-002", "EP-003"), "rules", _document, EPIKRISE),
    Check(("EP-010",), "rules", _approval, EPIKRISE, content=True),
)
