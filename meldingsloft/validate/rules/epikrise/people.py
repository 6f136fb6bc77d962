"""EP-006, EP-009, EP-013, EP-014, EP-015: who the epikrise names: sender, patient and the professionals around the patient.

HIS 80226:2014 Tabell 1 and class Pasient; HITS 1174:2017 §4.3. Fastlege is asked for patients with fødselsnummer, the
referring professional when the epikrise carries the referral.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, prefix_of, value
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.epikrise.scope import EPIKRISE
from meldingsloft.validate.rules.professionals import has_telephone, names

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_RESPONSIBLE = frozenset({"AHP", "ARP"})


def _responsible(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        p = prefix_of(body)
        known = [
            child(related, f"{p}HCP")
            for related in body.iterchildren(f"{p}RelServProvider")
            if code(related, f"{p}Relation") in _RESPONSIBLE
        ]
        if not known:
            yield subject.finding("EP-013", body, detail="absent")
        elif not any(names(hcp) and has_telephone(hcp) for hcp in known):
            place = body if known[0] is None else known[0]
            yield subject.finding("EP-013", place, detail="telephone" if names(known[0]) else "name")


def _patient(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        p = prefix_of(body)
        patient = child(body, f"{p}Patient")
        if patient is None:
            continue
        name = child(patient, f"{p}Name")
        if name is not None and value(name) and not _family_name_first(value(name)):
            yield subject.finding("EP-009", name)


def _family_name_first(name: str) -> bool:
    family, comma, given = name.partition(",")
    return bool(comma and family.strip() and given.strip())


def _around_the_patient(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        p = prefix_of(body)
        patient = child(body, f"{p}Patient")
        if patient is None:
            continue
        known = {code(each, f"{p}Relation") for each in patient.iterchildren(f"{p}PatRelHCP")}
        if "FLE" not in known and code(patient, f"{p}TypeOffId") == "FNR":
            yield subject.finding("EP-014", patient)
        if "HHE" not in known and child(body, f"{p}ServReq") is not None:
            yield subject.finding("EP-015", patient)


def _organisation_number(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        p = prefix_of(body)
        inst = child(child(child(body, f"{p}ServProvider"), f"{p}HCP"), f"{p}Inst")
        if inst is not None and not _has_number(inst, p):
            yield subject.finding("EP-006", inst)


def _has_number(inst: etree._Element, p: str) -> bool:
    if code(inst, f"{p}TypeId") == "ENH":
        return True
    return any(code(each, f"{p}Type") == "ENH" for each in inst.iterchildren(f"{p}AdditionalId"))


CHECKS = (
    Check(("EP-006",), "rules", _organisation_number, EPIKRISE, advice=True),
    Check(("EP-009",), "rules", _patient, EPIKRISE, advice=True),
    Check(("EP-013",), "rules", _responsible, EPIKRISE, content=True),
    Check(("EP-014", "EP-015"), "rules", _around_the_patient, EPIKRISE, content=True, advice=True),
)
