"""XR-004, XR-005, XR-026: the parts of a message speak of the same patient and the same clinicians."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import prefix_of, text
from meldingsloft.validate.checks import HEADS, Check, ElementCheck
from meldingsloft.validate.rules.identifiers.numbers import Number, number_of, numbers_of
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_OFFICIAL = frozenset({"FNR", "DNR", "FHN"})


def _one_patient(subject: Subject) -> Iterator[Finding]:
    patient = subject.head_child("Patient")
    others = subject.by_name.get("Patient", ())
    if patient is None or len(others) < 2:
        return
    known = {number.kind: number.text for number in numbers_of(patient) if number.kind in _OFFICIAL}
    for other in others:
        if other is not patient:
            for number in numbers_of(other):
                if known.get(number.kind, number.text) != number.text:
                    yield subject.finding("XR-004", number.element, kind=number.kind)


def _clinicians(subject: Subject) -> Iterator[Finding]:
    """Persons with an HPR-nummer in the fagmelding against those in the address."""
    in_head: dict[str, str] = {}
    for carrier in subject.by_name.get("TypeId", ()):
        if carrier.get("V") != "HPR":
            continue
        number = number_of(carrier)
        ident = carrier.getparent()
        person = None if ident is None else ident.getparent()
        if number is None or not number.text or person is None:
            continue
        name = _family_name(person)
        if carrier.tag.startswith(subject.prefix):
            in_head[number.text] = name
        elif name and in_head.get(number.text, name) not in ("", name):
            yield subject.finding("XR-005", person, element=local_name(person))


def _family_name(person: etree._Element) -> str:
    return text(person, f"{prefix_of(person)}FamilyName").casefold()


def _off_id(subject: Subject, patient: etree._Element) -> Iterator[Finding]:
    numbers = numbers_of(patient)
    official = next((each for each in numbers if local_name(each.carrier) == "TypeOffId"), None)
    for number in numbers:
        if official is not None and _contradict(official, number):
            yield subject.finding("XR-026", number.element, kind=number.kind)


def _contradict(official: Number, number: Number) -> bool:
    return number.kind in _OFFICIAL and number.kind == official.kind and number.text != official.text


CHECKS = (
    Check(("XR-004",), "rules", _one_patient, HEADS),
    Check(("XR-005",), "rules", _clinicians, HEADS, advice=True),
    ElementCheck(("XR-026",), "rules", ("Patient",), _off_id, advice=True),
)
