"""ID-006, ID-011, ID-018, ID-019: what identifies a patient is known outside the sender's own house, and is one thing.

An H-nummer belongs to the enterprise that made it and a DUF-nummer to the immigration authorities; neither tells a receiver
who it is (HIS 1001:2010 §2.3, §3.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, value
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.identifiers.numbers import Number, numbers_of
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_OFFICIAL = frozenset({"FNR", "DNR", "FHN"})
_DUF = re.compile(r"[0-9]{12}", re.ASCII)


def _look(subject: Subject, patient: etree._Element) -> Iterator[Finding]:
    numbers = numbers_of(patient)
    kinds = {number.kind for number in numbers}
    if not kinds & _OFFICIAL:
        yield from _without_official(subject, patient, numbers)
    for number in numbers:
        if number.kind == "DUF" and not _DUF.fullmatch(number.text):
            yield subject.finding("ID-011", number.element, detail="form")
        if local_name(number.carrier) == "TypeOffId" and number.kind not in _OFFICIAL:
            yield subject.finding("ID-018", number.carrier, "V", found=shown(number.kind, "TypeOffId", "V"))
    yield from _twice(subject, numbers)


def _without_official(subject: Subject, patient: etree._Element, numbers: Sequence[Number]) -> Iterator[Finding]:
    if any(number.kind == "HNR" for number in numbers) and not born_and_sexed(patient):
        yield subject.finding("ID-006", patient)
    if numbers and all(number.kind == "DUF" for number in numbers):
        yield subject.finding("ID-011", numbers[0].element, detail="alone")


def _twice(subject: Subject, numbers: Sequence[Number]) -> Iterator[Finding]:
    """OffId against the others is for XR-026."""
    known: dict[str, str] = {}
    for number in numbers:
        if number.kind not in _OFFICIAL or local_name(number.carrier) == "TypeOffId":
            continue
        if known.setdefault(number.kind, number.text) != number.text:
            yield subject.finding("ID-019", number.element, kind=number.kind)


def born_and_sexed(person: etree._Element) -> bool:
    """Date of birth and sex are there, which identify where there is no number."""
    p = prefix_of(person)
    born = child(person, f"{p}DateOfBirth")
    return bool(attribute(born, "V") or value(born)) and bool(attribute(child(person, f"{p}Sex"), "V"))


CHECK = ElementCheck(("ID-006", "ID-011", "ID-018", "ID-019"), "rules", ("Patient",), _look, advice=True)
