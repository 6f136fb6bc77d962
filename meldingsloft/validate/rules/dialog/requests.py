"""DI-004…DI-007, DI-025: a request says what it asks for, why, and in the words of its version.

HIS 80603:2017 §2.3, §5.1.2; HIS 80704:2009 §12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, prefix_of, value
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.dialog.messages import DIALOG, coded, own, says, top
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_FREE_TEXT = frozenset({("9065", "5"), ("8331", "5"), ("9152", "99"), ("9153", "99"), ("9154", "99")})
_HEALTH_INFORMATION = frozenset(
    {("9065", "1"), ("9065", "2"), ("9152", "1"), ("9152", "4"), ("9154", "1"), ("9154", "4")}
)
"""Requests for the record, health information or medication."""
_LISTS = {"Hastegrad": "9067", "TypeJournalinfo": "9066", "KodetOpplysning": "8324"}
_SINCE_1_1 = ("EmneSporsmal", "KodetOpplysning", "TilknyttetEnhet")
_1_0 = "{http://www.kith.no/xmlstds/dialog/2006-10-11}"
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _question(subject: Subject, request: etree._Element) -> Iterator[Finding]:
    if coded(request, "TypeForesp") in _FREE_TEXT and not says(request, "Sporsmal"):
        yield subject.finding("DI-004", request)


def _purpose(subject: Subject) -> Iterator[Finding]:
    for request in top(subject, "Foresporsel"):
        purpose = coded(request, "Formål")[1] or says(request, "Begrunnelse")
        if coded(request, "TypeForesp") in _HEALTH_INFORMATION and not purpose:
            yield subject.finding("DI-005", request)


def _period(subject: Subject, request: etree._Element) -> Iterator[Finding]:
    start, end = (_DATE.match(value(own(request, name))) for name in ("FraDato", "TilDato"))
    if start is not None and end is not None and end.group() < start.group():
        yield subject.finding("DI-006", request)


def _codes(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    name, given = local_name(element), attribute(element, "V")
    lists, system = subject.codes, _LISTS[name]
    if lists is None or not given or not lists.has_list(system) or lists.display(system, given) is not None:
        return
    yield subject.finding("DI-007", element, "V", element=name, found=shown(given, name, "V"), system=system)


def _version(subject: Subject) -> Iterator[Finding]:
    if prefix_of(subject.contents[0]) != _1_0:
        return
    index = subject.by_name
    newer = [each for name in _SINCE_1_1 for each in index.get(name, ()) if prefix_of(each) == _1_0]
    newer += [each for each in index.get("Sporsmal", ()) if len(each)]
    for request in index.get("Foresporsel", ()):
        newer += list(request.iterchildren(f"{_1_0}TypeJournalinfo"))[1:]
    for each in newer:
        yield subject.finding("DI-025", each, found=local_name(each))


_REQUEST = ("Foresporsel",)
CHECKS = (
    ElementCheck(("DI-004",), "rules", _REQUEST, _question, DIALOG),
    Check(("DI-005",), "rules", _purpose, DIALOG, advice=True),
    ElementCheck(("DI-006",), "rules", _REQUEST, _period, DIALOG, advice=True),
    ElementCheck(("DI-007",), "codes", tuple(_LISTS), _codes, DIALOG, advice=True),
    Check(("DI-025",), "rules", _version, DIALOG, advice=True),
)
