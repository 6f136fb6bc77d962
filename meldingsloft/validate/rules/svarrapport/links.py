"""SV-016…SV-018: items and samples point at each other inside the report (HIS 80822:2014 §7.5, HIS 1139:2014)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import value
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.svarrapport.identity import SCOPE
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _samples(subject: Subject) -> Iterator[Finding]:
    yield from _unresolved(subject, "SV-016", "RefAnalysedSubject", _sample_ids(subject))


def _items(subject: Subject) -> Iterator[Finding]:
    yield from _unresolved(subject, "SV-017", "RefIdResultItem", subject.by_name.get("IdResultItem", ()))


def _unresolved(subject: Subject, rule: str, name: str, targets: Iterable[etree._Element]) -> Iterator[Finding]:
    links = subject.by_name.get(name, ())
    if not links:
        return
    known = {value(target) for target in targets}
    for link in links:
        if value(link) not in known:
            yield subject.finding(rule, link, found=shown(value(link), name))


def _unique(subject: Subject) -> Iterator[Finding]:
    """SV-018."""
    for ids in (subject.by_name.get("IdResultItem", ()), _sample_ids(subject)):
        seen: set[str] = set()
        for element in ids:
            found = value(element)
            if found in seen:
                name = local_name(element)
                yield subject.finding("SV-018", element, name=name, found=shown(found, name))
            seen.add(found)


def _sample_ids(subject: Subject) -> list[etree._Element]:
    """Requisitions and patients have an IdByServProvider too."""
    return [e for e in subject.by_name.get("IdByServProvider", ()) if _holder(e) == "AnalysedSubject"]


def _holder(element: etree._Element) -> str:
    parent = element.getparent()
    return "" if parent is None else local_name(parent)


CHECKS = (
    Check(("SV-016",), "rules", _samples, SCOPE, content=True),
    Check(("SV-017",), "rules", _items, SCOPE, content=True),
    Check(("SV-018",), "rules", _unique, SCOPE, content=True, advice=True),
)
