"""PL-009…PL-014 and PL-016: pasientlogistikk says what its type says, with the events that belong to it.

HIS 1149:2014 §3. The branch of the document decides which events are asked for, so that a wrong type is said once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, text
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.plo.messages import FK1, PASIENTLOGISTIKK, events_of, first, in_head, own

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_TYPES = {
    "MeldingInnlagtPasient": "LOG_INNLAGT",
    "MeldingUtskrivningsklarPasient": "LOG_UTSKRIVNINGSKLAR",
    "AvmeldingUtskrivningsklarPasient": "LOG_AVMELDING",
    "MeldingOmUtskrevetPasient": "LOG_UTSKREVET",
    "OrienteringOmDod": "LOG_DOD",
}
_EVENTS = {
    "MeldingInnlagtPasient": ("PL-010", ("1",)),
    "MeldingUtskrivningsklarPasient": ("PL-011", ("1", "3")),
    "AvmeldingUtskrivningsklarPasient": ("PL-012", ("1", "3", "4")),
    "MeldingOmUtskrevetPasient": ("PL-013", ("2",)),
    "OrienteringOmDod": ("PL-014", ("13",)),
}
"""Branch: its rule and the events of 9121 it needs."""
_TIMES = {
    "PL-010": ("1", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)),
    "PL-014": ("13", re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)),
}
"""How exact the time of an event must be."""
_DECIDED = frozenset({"PL-011", "PL-012"})
"""Somebody has decided this, and shall be named."""
_DEAD = frozenset({"2", "3"})
"""Som død and suicid in 8431."""


def _branches(subject: Subject) -> Iterator[tuple[str, etree._Element]]:
    for name in _TYPES:
        branch = first(subject, name)
        if branch is not None:
            yield name, branch


def _type(subject: Subject) -> Iterator[Finding]:
    code = attribute(subject.type_element, "V")
    for name, branch in _branches(subject):
        if code in _TYPES.values() and code != _TYPES[name]:
            yield subject.finding("PL-009", branch, found=code, expected=_TYPES[name])


def _events(subject: Subject) -> Iterator[Finding]:
    for name, branch in _branches(subject):
        rule, needed = _EVENTS[name]
        times = dict(events_of(branch))
        missing = [event for event in needed if event not in times]
        if missing:
            yield subject.finding(rule, branch, detail="event", missing=", ".join(missing))
        elif rule in _TIMES and not _exact(rule, times):
            yield subject.finding(rule, branch, detail="time")
        if rule in _DECIDED and not _somebody(subject):
            yield subject.finding(rule, branch, detail="professional")
        if rule == "PL-013" and not attribute(_discharged(branch, "UtTil"), "V"):
            yield subject.finding(rule, branch, detail="place")


def _exact(rule: str, times: dict[str, str]) -> bool:
    event, form = _TIMES[rule]
    return form.match(times[event]) is not None


def _somebody(subject: Subject) -> bool:
    """True when an AnsvarForRapport has the names of a person."""
    people = subject.by_name.get("AnsvarligRapport", ())
    return any(text(each, f"{FK1}FamilyName") and text(each, f"{FK1}GivenName") for each in people)


def _discharged(branch: etree._Element, name: str) -> etree._Element | None:
    to = child(branch, "{*}UtskrevetTil")
    return None if to is None else own(to, name)


def _dead(subject: Subject) -> Iterator[Finding]:
    branch = first(subject, "MeldingOmUtskrevetPasient")
    state = None if branch is None else _discharged(branch, "Uttilstand")
    if branch is not None and state is not None and state.get("V") in _DEAD and "13" not in dict(events_of(branch)):
        yield subject.finding("PL-016", state, "V", found=attribute(state, "V"))


_LOG = in_head(*PASIENTLOGISTIKK)
CHECKS = (
    Check(("PL-009",), "rules", _type, _LOG, advice=True),
    Check(("PL-010", "PL-011", "PL-012", "PL-013", "PL-014"), "rules", _events, _LOG, content=True),
    Check(("PL-016",), "rules", _dead, _LOG, content=True, advice=True),
)
