"""XR-027: what has a start and an end has them in this order, and nobody is born after the message was made.

Only pairs of one element are compared; that a planned event lies ahead is as it should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, value
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.moments import is_before
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_START_OF = {
    "EndDateTime": "StartDateTime",
    "TilDato": "FraDato",
    "Sluttdato": "Startdato",
    "SluttdatoDiagnose": "StartdatoDiagnose",
    "ScheduledEnd": "ScheduledStart",
}


def _look(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    name = local_name(element)
    return _born(subject, element) if name == "DateOfBirth" else _end(subject, element, _START_OF[name])


def _end(subject: Subject, end: etree._Element, name: str) -> Iterator[Finding]:
    start = child(end.getparent(), prefix_of(end) + name)
    if start is not None and is_before(_moment(end), _moment(start)):
        yield subject.finding("XR-027", end, detail="order", start=name, end=local_name(end))


def _born(subject: Subject, born: etree._Element) -> Iterator[Finding]:
    generated = subject.head_child("GenDate")
    if generated is not None and is_before(_moment(generated), _moment(born)):
        yield subject.finding("XR-027", born, detail="born")


def _moment(element: etree._Element) -> str:
    return attribute(element, "V") or value(element)


CHECK = ElementCheck(("XR-027",), "rules", (*_START_OF, "DateOfBirth"), _look)
