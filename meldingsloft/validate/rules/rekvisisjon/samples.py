"""RE-011…RE-013: samples that are sent along or still to be taken (HIS 80821:2014; HIS 1160:2014)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import children, code, prefix_of
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.rules.rekvisisjon.identity import SCOPE

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_NOT_TAKEN = "2"
"""Kodeverk 1101, of SampleCollInd."""


def _material(subject: Subject, sample: etree._Element) -> Iterator[Finding]:
    """RE-011."""
    p, inside = prefix_of(sample), children(sample)
    if f"{p}Type" not in inside and f"{p}TypeCoded" not in inside:
        yield subject.finding("RE-011", sample)


def _to_be_taken(subject: Subject, sample: etree._Element) -> Iterator[Finding]:
    """RE-012: RequestedSubject and SampleCollInd tell the same; so do CollectedDate and SampleCollInd."""
    p, inside = prefix_of(sample), children(sample)
    taken = code(sample, f"{p}SampleCollInd")
    if f"{p}RequestedSubject" in inside and taken != _NOT_TAKEN:
        yield subject.finding("RE-012", sample, detail="requested")
    elif taken == _NOT_TAKEN and code(inside.get(f"{p}CollectedSample"), f"{p}CollectedDate"):
        yield subject.finding("RE-012", sample, detail="collected")


def _taken_when(subject: Subject, sample: etree._Element) -> Iterator[Finding]:
    """RE-013."""
    p, inside = prefix_of(sample), children(sample)
    collected = inside.get(f"{p}CollectedSample")
    if (
        collected is not None
        and code(sample, f"{p}SampleCollInd") != _NOT_TAKEN
        and not code(collected, f"{p}CollectedDate")
    ):
        yield subject.finding("RE-013", collected)


CHECKS = (
    ElementCheck(("RE-011",), "rules", ("AnalysedSubject",), _material, SCOPE, content=True, advice=True),
    ElementCheck(("RE-012",), "rules", ("AnalysedSubject",), _to_be_taken, SCOPE, content=True, advice=True),
    ElementCheck(("RE-013",), "rules", ("AnalysedSubject",), _taken_when, SCOPE, content=True, advice=True),
)
