"""EP-018, EP-019, EP-025, EP-026: coded diagnoses, drugs and the referral's diagnosis can be read by a machine.

HIS 80226:2014 classes Kompleks kode, Moderator and Medisinering, Tabell 1; HITS 1218:2019 §3.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of, text
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.rules.epikrise.scope import EPIKRISE
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_ICD_10 = ".7110"
_ATC = (".7180", ".9077", ".7410")
"""The last two are wrong numbers for ATC, which KV-013 tells."""
_HOLDERS = frozenset({"Diagnosis", "CodedComment", "DiagComment"})
_DIAGNOSES = frozenset({"H", "B"})


def _coded(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    if local_name(element) == "Modifier":
        yield from _modifier(subject, element)
        return
    if not _is_diagnosis(element):
        return
    missing = [name for name in ("V", "DN", "S") if not attribute(element, name)]
    if missing:
        yield subject.finding("EP-018", element, missing=", ".join(missing))
    if "*" in attribute(element, "V"):
        yield subject.finding("EP-019", element, "V", detail="concept")


def _is_diagnosis(concept: etree._Element) -> bool:
    holder = concept.getparent()
    if holder is None or local_name(holder) != "CodedDescr":
        return holder is not None and local_name(holder) in _HOLDERS
    item = next(holder.iterancestors(f"{prefix_of(holder)}InfItem"), None)
    return item is not None and code(item, f"{prefix_of(item)}Type") in _DIAGNOSES


def _modifier(subject: Subject, modifier: etree._Element) -> Iterator[Finding]:
    p = prefix_of(modifier)
    if code(modifier, f"{p}Name") == "S":
        for star in modifier.iterchildren(f"{p}Value"):
            if not attribute(star, "S").endswith(_ICD_10):
                yield subject.finding("EP-019", star, "S", detail="list")


def _medication(subject: Subject, medication: etree._Element) -> Iterator[Finding]:
    p = prefix_of(medication)
    drug = child(medication, f"{p}DrugId")
    coded = attribute(drug, "V") and attribute(drug, "S").endswith(_ATC)
    if not (coded or attribute(drug, "OT")):
        yield subject.finding("EP-025", medication if drug is None else drug, detail="drug")
    if not code(medication, f"{p}Status"):
        yield subject.finding("EP-025", medication, detail="status")


def _referral(subject: Subject, referral: etree._Element) -> Iterator[Finding]:
    p = prefix_of(referral)
    if not text(referral, f"{p}Id"):
        yield subject.finding("EP-026", referral, detail="id")
    concepts = (child(each, f"{p}Concept") for each in referral.iterchildren(f"{p}Diagnosis"))
    if not any(attribute(each, "V") or attribute(each, "OT") for each in concepts):
        yield subject.finding("EP-026", referral, detail="diagnosis")


CHECKS = (
    ElementCheck(("EP-018", "EP-019"), "rules", ("Concept", "Modifier"), _coded, EPIKRISE, content=True, advice=True),
    ElementCheck(("EP-025",), "rules", ("Medication",), _medication, EPIKRISE, content=True, advice=True),
    ElementCheck(("EP-026",), "rules", ("ServReq",), _referral, EPIKRISE, content=True, advice=True),
)
