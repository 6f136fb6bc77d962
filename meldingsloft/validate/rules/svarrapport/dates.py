"""SV-024: nothing was taken or examined after the report was issued (HIS 80822:2014, acceptance tests 26 and 27).

A change keeps the IssueDate of the first report (HITS 1102:2014 §4.4), so there the time of generation is what counts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.norwegian_time import from_wall
from meldingsloft.hodemelding.nodes import attribute, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.svarrapport.identity import SCOPE

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_DATED = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")


def _look(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies[:1]:
        changed = subject.change_code == "M"
        limit = attribute(subject.head_child("GenDate"), "V") if changed else code(body, f"{prefix_of(body)}IssueDate")
        for name in ("InvDate", "CollectedDate"):
            for element in subject.by_name.get(name, ()):
                if later(attribute(element, "V"), limit):
                    yield subject.finding(
                        "SV-024", element, "V", name=name, limit="GenDate" if changed else "IssueDate"
                    )


def later(first: str, second: str) -> bool:
    """True when a time stamp is later than another, as far as both are precise; False for what is no time stamp."""
    days = _DATED.match(first), _DATED.match(second)
    if days[0] is None or days[1] is None or days[0].group() < days[1].group():
        return False
    one, other = _moment(first), _moment(second)
    if one is not None and other is not None:
        return one > other
    shared = min(len(days[0].group()), len(days[1].group()))
    return days[0].group()[:shared] > days[1].group()[:shared]


def _moment(written: str) -> dt.datetime | None:
    if "T" not in written:
        return None
    try:
        found = dt.datetime.fromisoformat(written)
        return from_wall(found) if found.tzinfo is None else found
    except (ValueError, OverflowError):
        return None


CHECKS = (Check(("SV-024",), "rules", _look, SCOPE, content=True, advice=True),)
