"""PL-005…PL-008: who answers for the message, health personnel, the GP, and children of the patient.

HITS 1174:2017 §5.1; HIS 80704:2014 §5.2. Name and telephone of a responsible unit or person are always asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, text, value
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.rules.plo.messages import FK1, PLO, body_of, list_of, telephone
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_NAMES = ("FamilyName", "GivenName")
_CODES = ("RoleToPatient", "TypeHealthcareProfessional")
_PROFESSIONALS = ("Kontaktperson", "AnsvarligRapport", "InformasjonGittAv", "VideresendtTil", "AnsvarligTjenesteyter")
_GP = "6"
"""Fastlege in 9034."""
_OF_AGE = 18


def _responsible(subject: Subject) -> Iterator[Finding]:
    people = [e for e in subject.by_name.get("AnsvarligRapport", ()) if _inside(e, "AnsvarForRapport")]
    units = [e for e in subject.by_name.get("Kontaktenhet", ()) if _inside(e, "TilknyttetEnhet")]
    lacking = [(each, _lacks_person(each)) for each in people] + [(each, _lacks_unit(each)) for each in units]
    if not lacking:
        yield subject.finding("PL-005", body_of(subject), detail="absent")
    elif all(missing for _, missing in lacking):
        element, missing = lacking[0]
        yield subject.finding("PL-005", element, detail="incomplete", missing=", ".join(missing))


def _inside(element: etree._Element, name: str) -> bool:
    parent = element.getparent()
    return parent is not None and local_name(parent) == name


def _lacks_person(person: etree._Element) -> list[str]:
    missing = [name for name in _NAMES if not text(person, FK1 + name)]
    missing += [name for name in _CODES if not code(person, FK1 + name)]
    return missing + ([] if telephone(person) else ["TeleCom"])


def _lacks_unit(unit: etree._Element) -> list[str]:
    named = bool(text(unit, f"{FK1}OrganisationName"))
    return ([] if named else ["OrganisationName"]) + ([] if telephone(unit) else ["TeleCom"])


def _profession(subject: Subject, person: etree._Element) -> Iterator[Finding]:
    if not code(person, f"{FK1}TypeHealthcareProfessional"):
        yield subject.finding("PL-006", person)


def _gp(subject: Subject, person: etree._Element) -> Iterator[Finding]:
    role = child(person, f"{FK1}RoleToPatient")
    if role is None or role.get("V") != _GP or list_of(role) != "9034" or not _sent_by_person(subject):
        return
    numbers = (code(ident, f"{FK1}TypeId") for ident in person.iterchildren(f"{FK1}Ident"))
    if "HPR" not in numbers:
        yield subject.finding("PL-007", person, detail="number")
    if not telephone(person):
        yield subject.finding("PL-007", person, detail="telephone")


def _sent_by_person(subject: Subject) -> bool:
    sender = child(subject.head_child("Sender"), f"{subject.prefix}Organisation")
    return child(sender, f"{subject.prefix}HealthcareProfessional") is not None


def _born(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    born, generated = value(element)[:4], value(subject.head_child("GenDate"))[:4]
    if born.isdecimal() and generated.isdecimal() and int(born) < int(generated) - _OF_AGE:
        yield subject.finding("PL-008", element)


CHECKS = (
    Check(("PL-005",), "rules", _responsible, PLO, content=True),
    ElementCheck(("PL-006",), "rules", _PROFESSIONALS, _profession, PLO, content=True, advice=True),
    ElementCheck(("PL-007",), "rules", ("Kontaktperson", "AnsvarligRapport"), _gp, PLO, content=True, advice=True),
    ElementCheck(("PL-008",), "rules", ("FodselsarMindrearigParorende",), _born, PLO, content=True, advice=True),
)
