"""PL-036…PL-040: headings, components of the patient record, medication, and the dates of an absence.

HIS 80704:2014 §4.5, §8.2, §11.2; HIS 80704:2009 §14.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.identifiers import is_uuid
from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of, text
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.plo.messages import (
    FRAVAR,
    INNLEGGELSESRAPPORT,
    PLO,
    TIL_LEGE,
    TJENESTETILBUD,
    in_head,
    list_of,
)
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_KIND = "{http://www.kith.no/xmlstds/epj/meta/2008-02-20}komponenttype"
_OIDS = {
    "Cave": "2.16.578.1.12.4.1.6.14.50001.0",
    "SakshodeCave": "2.16.578.1.12.4.1.6.13.10028.0",
    "Allerginotat": "2.16.578.1.12.4.1.6.13.11036.1",
    "GenereltJournalnotat": "2.16.578.1.12.4.1.6.13.11009.0",
    "Legemiddelinfo": "2.16.578.1.12.4.1.6.13.10301.0",
    "LegemidlerAdministrertVedOverforing": "2.16.578.1.12.4.1.6.13.10302.0",
}
_FROM_MUNICIPALITY = frozenset({*INNLEGGELSESRAPPORT, *TIL_LEGE, *TJENESTETILBUD})
_OF_HOSPITALS = frozenset({("9141", "1"), ("9141", "12")})
_STOPPED = "2"
"""Seponering in 9104."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _heading(subject: Subject, heading: etree._Element) -> Iterator[Finding]:
    key, row = (list_of(heading), attribute(heading, "V")), subject.message_type
    if key == ("9142", "SYKM"):
        yield subject.finding("PL-036", heading, "V", detail="unused")
    elif key in _OF_HOSPITALS and row is not None and row.short_name in _FROM_MUNICIPALITY:
        yield subject.finding("PL-036", heading, "V", detail="hospital", found="/".join(key))


def _kind(subject: Subject, component: etree._Element) -> Iterator[Finding]:
    name = local_name(component)
    if component.get(_KIND) != _OIDS[name]:
        yield subject.finding("PL-037", component, component=name, expected=_OIDS[name])


def _ids(subject: Subject) -> Iterator[Finding]:
    seen: set[str] = set()
    for name in _OIDS:
        for component in subject.by_name.get(name, ()):
            number = component.get("komponentID")
            if number is None:
                continue
            if not is_uuid(number):
                found = shown(number, "komponentID")
                yield subject.finding("PL-038", component, "komponentID", detail="form", found=found)
            elif number.lower() in seen:
                yield subject.finding("PL-038", component, "komponentID", detail="twice", found=number)
            seen.add(number.lower())


def _stopped(subject: Subject, drug: etree._Element) -> Iterator[Finding]:
    p = prefix_of(drug)
    dosing = child(drug, f"{p}Forskrivningsinfo")
    if code(drug, f"{p}StatusTilForskrivningen") == _STOPPED and not code(dosing, f"{p}DoseringSluttidspunkt"):
        yield subject.finding("PL-039", drug if dosing is None else dosing)


def _absence(subject: Subject, absence: etree._Element) -> Iterator[Finding]:
    p = prefix_of(absence)
    start, end = (_DATE.match(text(absence, f"{p}Fravarende{way}Dato")) for way in ("Fra", "Til"))
    if start is not None and end is not None and end.group() < start.group():
        yield subject.finding("PL-040", absence)


CHECKS = (
    ElementCheck(("PL-036",), "rules", ("Overskriftskode",), _heading, PLO, content=True, advice=True),
    ElementCheck(("PL-037",), "rules", tuple(_OIDS), _kind, PLO, content=True, advice=True),
    Check(("PL-038",), "rules", _ids, PLO, content=True, advice=True),
    ElementCheck(("PL-039",), "rules", ("ForenkletForskrivning",), _stopped, PLO, content=True, advice=True),
    ElementCheck(("PL-040",), "rules", ("Fraversassistent",), _absence, in_head(*FRAVAR), content=True, advice=True),
)
