"""What a svarrapport or rekvisisjon says of itself, asked alike of both: change code, document id, date of issue, discipline.

Each function makes the look of one rule. Sources stand with the rules of the two series.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, text
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.disciplines import discipline, misfit, type_code

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

Look = Callable[["Subject"], Iterator["Finding"]]


def change_code(rule: str, allowed: Collection[str]) -> Look:
    """ServType is there and one of those that such a document can have."""

    def look(subject: Subject) -> Iterator[Finding]:
        for body in subject.bodies[:1]:
            element = child(body, f"{prefix_of(body)}ServType")
            if element is None:
                yield subject.finding(rule, body, detail="absent")
            elif attribute(element, "V") not in allowed:
                found = shown(element.get("V", ""), "ServType", "V")
                yield subject.finding(rule, element, "V", detail="other", found=found)

    return look


def document_id(rule: str, name: str) -> Look:
    """The id that changes and cancellations repeat stands in the element of this name."""

    def look(subject: Subject) -> Iterator[Finding]:
        for body in subject.bodies[:1]:
            element = child(body, prefix_of(body) + name)
            if element is None or not text(body, str(element.tag)):
                yield subject.finding(rule, body if element is None else element)

    return look


def issued(rule: str) -> Look:
    """IssueDate says when."""

    def look(subject: Subject) -> Iterator[Finding]:
        for body in subject.bodies[:1]:
            element = child(body, f"{prefix_of(body)}IssueDate")
            if not attribute(element, "V"):
                yield subject.finding(rule, body if element is None else element)

    return look


def fitting_discipline(rule: str) -> Look:
    """MsgDescr is of 8202 and of the message type."""

    def look(subject: Subject) -> Iterator[Finding]:
        for body in subject.bodies[:1]:
            found = discipline(body)
            if wrong := misfit(subject, found):
                element = child(body, f"{prefix_of(body)}MsgDescr")
                yield subject.finding(
                    rule,
                    body if element is None else element,
                    "V" if element is not None else "",
                    detail=wrong,
                    found=shown(found, "MsgDescr", "V"),
                    type=shown(type_code(subject), "Type", "V"),
                )

    return look
