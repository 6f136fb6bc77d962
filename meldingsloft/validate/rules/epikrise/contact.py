"""EP-011, EP-012: the contact the epikrise is about: when it began and ended, and of what kind it was.

HIS 80226:2014 §4.2 and Tabell 1. A stay around the clock (8240 code 1) in a final report is over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, prefix_of
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.rules.epikrise.scope import EPIKRISE

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_STAY = "1"
_FINAL = "F"
_DATE = re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII)


def _told(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        events = list(body.iterchildren(f"{prefix_of(body)}Event"))
        lacking = [_lacks(event) for event in events]
        if not events:
            yield subject.finding("EP-011", body, detail="absent")
        elif all(lacking):
            yield subject.finding("EP-011", events[0], detail="incomplete", missing=", ".join(lacking[0]))


def _lacks(event: etree._Element) -> list[str]:
    p = prefix_of(event)
    asked = (("ReportedEvent", "StartDateTime"), ("Service", "AdmCat"))
    return [f"{outer}/{inner}" for outer, inner in asked if not code(child(event, p + outer), p + inner)]


def _ended(subject: Subject, event: etree._Element) -> Iterator[Finding]:
    p = prefix_of(event)
    reported = child(event, f"{p}ReportedEvent")
    if reported is None:
        return
    start, end = code(reported, f"{p}StartDateTime"), code(reported, f"{p}EndDateTime")
    if end:
        if start and _before(end, start):
            yield subject.finding("EP-012", reported, detail="backwards")
    elif code(child(event, f"{p}Service"), f"{p}AdmCat") == _STAY and _final(subject):
        yield subject.finding("EP-012", reported, detail="open")


def _final(subject: Subject) -> bool:
    return any(code(body, f"{prefix_of(body)}Status") == _FINAL for body in subject.bodies)


def _before(one: str, other: str) -> bool:
    """True when ``one`` is surely the earlier, both to the precision they have in common; False for what is no time."""
    first, second = _instant(one), _instant(other)
    if first is not None and second is not None:
        if first.tzinfo is None or second.tzinfo is None:
            first, second = first.replace(tzinfo=None), second.replace(tzinfo=None)
        return first < second
    one, other = one[:10], other[:10]
    same = min(len(one), len(other))
    return bool(_DATE.fullmatch(one) and _DATE.fullmatch(other)) and one[:same] < other[:same]


def _instant(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None


CHECKS = (
    Check(("EP-011",), "rules", _told, EPIKRISE, content=True),
    ElementCheck(("EP-012",), "rules", ("Event",), _ended, EPIKRISE, content=True, advice=True),
)
