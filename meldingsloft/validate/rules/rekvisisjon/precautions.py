"""RE-016, RE-017: what makes MR or contrast media dangerous is told as coded facts (HIS 80821:2014; HIS 1175:2014)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.coded import list_number
from meldingsloft.validate.rules.disciplines import discipline, is_radiology
from meldingsloft.validate.rules.rekvisisjon.identity import SCOPE
from meldingsloft.validate.rules.rekvisisjon.investigations import kinds

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_CONTRAINDICATIONS, _OTHER_SAFETY = "8210", "8209"
_MISPLACED = {_OTHER_SAFETY: frozenset({"ANN"})}
"""Contraindications that an official example has under the list of other safety information."""
_INTRAVENOUS_CONTRAST = "ZTX0EA"
_CREATININE = ("kreatinin", "creatinin", "egfr")


def _magnetic(subject: Subject) -> Iterator[Finding]:
    """RE-016."""
    for body in subject.bodies[:1]:
        if discipline(body) != "MR":
            continue
        told = False
        for item, coded in _coded(subject):
            number = list_number(coded)
            if number not in (_CONTRAINDICATIONS, _OTHER_SAFETY):
                continue
            if code(item, f"{prefix_of(item)}Type") != "NB":
                yield subject.finding("RE-016", item, detail="type")
            if attribute(coded, "V") in _MISPLACED.get(number, ()):
                yield subject.finding(
                    "RE-016", coded, "S", detail="list", found=shown(attribute(coded, "V"), "CodedDescr", "V")
                )
            told = told or number == _CONTRAINDICATIONS
        if not told:
            yield subject.finding("RE-016", body, detail="absent")


def _contrast(subject: Subject) -> Iterator[Finding]:
    """RE-017."""
    for body in subject.bodies[:1]:
        if not is_radiology(subject, body) or _INTRAVENOUS_CONTRAST not in kinds(body, "7270"):
            continue
        told = [item for item in subject.by_name.get("InfItem", ()) if _about_creatinine(item)]
        if not told:
            yield subject.finding("RE-017", body, detail="absent")
        for item in told:
            p = prefix_of(item)
            if code(item, f"{p}Type") != "FUNN" or not code(item, f"{p}OrgDate"):
                yield subject.finding("RE-017", item, detail="form")


def _coded(subject: Subject) -> Iterator[tuple[etree._Element, etree._Element]]:
    """The InfItems with a coded description, and it."""
    for item in subject.by_name.get("InfItem", ()):
        p = prefix_of(item)
        coded = child(child(item, f"{p}Observation"), f"{p}CodedDescr")
        if coded is not None:
            yield item, coded


def _about_creatinine(item: etree._Element) -> bool:
    observation = child(item, f"{prefix_of(item)}Observation")
    if observation is None:
        return False
    coded = child(observation, f"{prefix_of(observation)}CodedDescr")
    said = " ".join(map(str, (*observation.itertext(), attribute(coded, "DN")))).lower()
    return any(word in said for word in _CREATININE)


CHECKS = (
    Check(("RE-016",), "rules", _magnetic, SCOPE, content=True, advice=True),
    Check(("RE-017",), "rules", _contrast, SCOPE, content=True, advice=True),
)
