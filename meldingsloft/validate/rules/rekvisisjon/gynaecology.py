"""RE-018: cytology of the cervix needs what the screening programme reads (HIS 1160:2014)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.coded import is_of
from meldingsloft.validate.rules.disciplines import discipline
from meldingsloft.validate.rules.rekvisisjon.identity import SCOPE
from meldingsloft.validate.rules.rekvisisjon.investigations import kinds

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_EXAMINATION = "D"
"""Vaginal - Cervix cytologi of kodeverk 8219."""
_ORIGINS = frozenset({"CVX", "VAG", "VUL", "ENDM"})
"""Of kodeverk 8216."""
_FACTS = ("8217", "8218")


def _look(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies[:1]:
        samples = subject.by_name.get("AnalysedSubject", ())
        if discipline(body) != "CYTO" or not (
            _EXAMINATION in kinds(body, "8219") or any(map(_gynaecological, samples))
        ):
            continue
        if not any(map(_tells, subject.by_name.get("InfItem", ()))):
            yield subject.finding("RE-018", body, detail="facts")
        for sample in samples:
            p = prefix_of(sample)
            if not is_of(child(sample, f"{p}TypeCoded"), ("8216",)):
                yield subject.finding("RE-018", sample, detail="material")
            collected = child(sample, f"{p}CollectedSample")
            if collected is not None and not is_of(child(collected, f"{p}CollectorsCommentCoded"), ("8275",)):
                yield subject.finding("RE-018", collected, detail="sampling")


def _gynaecological(sample: etree._Element) -> bool:
    material = child(sample, f"{prefix_of(sample)}TypeCoded")
    return is_of(material, ("8216",)) and attribute(material, "V") in _ORIGINS


def _tells(item: etree._Element) -> bool:
    p = prefix_of(item)
    return code(item, f"{p}Type") == "GOPL" and is_of(child(child(item, f"{p}Observation"), f"{p}CodedDescr"), _FACTS)


CHECK = Check(("RE-018",), "rules", _look, SCOPE, content=True, advice=True)
