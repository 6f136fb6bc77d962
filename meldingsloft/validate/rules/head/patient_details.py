"""MH-022, MH-023, MH-025: what the head says of the patient is of use to a receiver (HIS 80601:2006 with addendum 2017)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import code, text
from meldingsloft.validate.checks import HEADS, Check, ElementCheck
from meldingsloft.validate.rules.identifiers.numbers import numbers_of
from meldingsloft.validate.subject import MSGHEAD

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MH = f"{{{MSGHEAD}}}"
_OFFICIAL = frozenset({"FNR", "DNR", "FHN"})


def _patient(subject: Subject) -> Iterator[Finding]:
    patient = subject.head_child("Patient")
    if patient is None or not text(patient, f"{_MH}DateOfBirth"):
        return
    kinds = {number.kind for number in numbers_of(patient)}
    if not code(patient, f"{_MH}Sex"):
        yield subject.finding("MH-022", patient)
    elif not kinds & _OFFICIAL and "HNR" not in kinds:
        yield subject.finding("MH-023", patient)


def _nationality(subject: Subject, nationality: etree._Element) -> Iterator[Finding]:
    if nationality.get("V") == "NO" and nationality.tag.startswith(_MH):
        yield subject.finding("MH-025", nationality, "V")


CHECKS = (
    Check(("MH-022", "MH-023"), "rules", _patient, HEADS, advice=True),
    ElementCheck(("MH-025",), "rules", ("Nationality",), _nationality, HEADS, advice=True),
)
