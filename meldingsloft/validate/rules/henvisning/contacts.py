"""HE-019…HE-022: a Henvisning 2.0 names who refers, the fastlege, and whom and where the patient wishes to be treated.

HITS 1174:2017 §3.1. Nothing of it is asked for øyeblikkelig hjelp. Fastlege is asked of referring professionals outside the
dental services, for patients with fødselsnummer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, text
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.henvisning.scope import CARRIED, FK, PO, is_urgent, referral
from meldingsloft.validate.rules.professionals import telephones

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_FASTLEGE = "6"
_WANTED = "23"
_DENTAL = frozenset({"TL", "TP", "TT", "TH"})
_WANTED_PLACE = "ønsket behandlingssted"
_WANTED_PERSON = "ønsket behandler"


def referring(body: etree._Element) -> etree._Element | None:
    """AnsvarligRapport of the referring professional, or the AnsvarForRapport when it is empty; None when there is none."""
    for each in body.iterchildren(f"{PO}AnsvarForRapport"):
        if code(each, f"{PO}TypeRelasjon") == "HHE":
            person = child(each, f"{PO}AnsvarligRapport")
            return each if person is None else person
    return None


def contacts(body: etree._Element) -> Iterator[tuple[str, etree._Element, etree._Element]]:
    """Role to the patient (9034), the KontaktpersonHelsepersonell and the Kontaktperson in it."""
    for each in body.iterchildren(f"{PO}KontaktpersonHelsepersonell"):
        person = child(each, f"{PO}Kontaktperson")
        if person is not None:
            yield code(person, f"{FK}RoleToPatient"), each, person


def _referrer(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    if is_urgent(body):
        return
    person = referring(body)
    if person is None:
        yield subject.finding("HE-019", body, detail="absent")
        return
    missing = [name for name in ("FamilyName", "GivenName") if not text(person, FK + name)]
    if not code(person, f"{FK}TypeHealthcareProfessional"):
        missing.append("TypeHealthcareProfessional")
    if missing:
        yield subject.finding("HE-019", person, detail="incomplete", missing=", ".join(missing))
    if not (_reachable(person) or any(map(_reachable, _units(body)))):
        yield subject.finding("HE-020", person)


def _units(body: etree._Element) -> Iterator[etree._Element]:
    for each in body.iterchildren(f"{PO}TilknyttetEnhet"):
        unit = child(each, f"{PO}Kontaktenhet")
        if unit is not None:
            yield unit


def _reachable(party: etree._Element) -> bool:
    return any(map(telephones, party.iterchildren(f"{FK}TeleCom")))


def _fastlege(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    if is_urgent(body) or any(role == _FASTLEGE for role, _, _ in contacts(body)):
        return
    person = referring(body)
    if person is None or code(person, f"{FK}TypeHealthcareProfessional") in _DENTAL or not _has_fnr(subject):
        return
    yield subject.finding("HE-021", body)


def _has_fnr(subject: Subject) -> bool:
    patient, p = subject.head_child("Patient"), subject.prefix
    return patient is not None and any(code(each, f"{p}TypeId") == "FNR" for each in patient.iterchildren(f"{p}Ident"))


def _wanted(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    for role, contact, person in contacts(body):
        if role != _WANTED and _WANTED_PERSON in text(contact, f"{PO}Merknad").lower():
            yield subject.finding("HE-022", person, detail="person")
    for each in body.iterchildren(f"{PO}TilknyttetEnhet"):
        unit = child(each, f"{PO}Kontaktenhet")
        if _WANTED_PLACE in text(each, f"{PO}Merknad").lower() and not _identified(unit):
            yield subject.finding("HE-022", each if unit is None else unit, detail="place")


def _identified(unit: etree._Element | None) -> bool:
    return unit is not None and any(text(each, f"{FK}Id") for each in unit.iterchildren(f"{FK}Ident"))


CHECKS = (
    Check(("HE-019", "HE-020"), "rules", _referrer, CARRIED, content=True),
    Check(("HE-021",), "rules", _fastlege, CARRIED, content=True, advice=True),
    Check(("HE-022",), "rules", _wanted, CARRIED, content=True, advice=True),
)
