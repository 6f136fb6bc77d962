"""HE-008, HE-009, HE-010, HE-012: a referral 1.x tells diagnosis, problem, what is wanted and the medication.

HIS 80517:2014 §3.2 and Tabell 3-2; HISD 1032. Whether CAVE is known to the sender cannot be seen from the message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.henvisning.scope import MESSAGE
from meldingsloft.validate.rules.professionals import says

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_CHILD_PSYCHIATRY = "BUP-"


def _look(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        p = prefix_of(body)
        headings = _headings(body, p)
        if "DIAG" not in headings and not _diagnosed(body, p):
            yield subject.finding("HE-008", body)
        yield from (
            subject.finding("HE-009", body, detail=detail)
            for heading, detail in (("PROB", "problem"), ("UTRED", "wanted"))
            if heading not in headings
        )
        patient = child(body, f"{p}Patient")
        if patient is not None and not _medicated(patient, p):
            yield subject.finding("HE-010", patient)
        yield from _comments(subject, body, p)


def _headings(body: etree._Element, p: str) -> set[str]:
    """Those with words under them."""
    return {
        code(each, f"{p}Heading")
        for each in body.iterchildren(f"{p}ReasonAsText")
        if says(child(each, f"{p}TextResultValue")) or child(each, f"{p}TextCode") is not None
    }


def _diagnosed(body: etree._Element, p: str) -> bool:
    concepts = (child(each, f"{p}Concept") for each in body.iterchildren(f"{p}Diagnosis"))
    return any(attribute(each, "V") or attribute(each, "OT") for each in concepts)


def _medicated(patient: etree._Element, p: str) -> bool:
    return any(code(each, f"{p}Type") == "MEDB" for each in patient.iterchildren(f"{p}InfItem"))


def _comments(subject: Subject, body: etree._Element, p: str) -> Iterator[Finding]:
    for comment in body.iterchildren(f"{p}Comment"):
        heading = code(comment, f"{p}Heading")
        if not heading.startswith(_CHILD_PSYCHIATRY):
            yield subject.finding("HE-012", comment, found=shown(heading, "Heading", "V"))


CHECK = Check(("HE-008", "HE-009", "HE-010", "HE-012"), "rules", _look, MESSAGE, content=True, advice=True)
