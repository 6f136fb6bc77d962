"""SV-028, SV-029: findings, groups and susceptibility in microbiology (HIS 1139:2014)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, children, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.coded import is_of
from meldingsloft.validate.rules.disciplines import discipline
from meldingsloft.validate.rules.svarrapport.identity import SCOPE
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_SUSCEPTIBILITY = ("8271",)


def _look(subject: Subject) -> Iterator[Finding]:
    for item in _items(subject):
        yield from _susceptibility(subject, item)
        yield from _headings(subject, item)


def _susceptibility(subject: Subject, item: etree._Element) -> Iterator[Finding]:
    """SV-028."""
    p = prefix_of(item)
    inside = children(item)
    result = inside.get(f"{p}TextResult")
    if result is None:
        return
    coded = any(is_of(each, _SUSCEPTIBILITY) for each in result.iterchildren(f"{p}TextCode"))
    marked = code(result, f"{p}Heading") == "RSB"
    if coded and not marked:
        yield subject.finding("SV-028", item, detail="heading")
    if not marked:
        return
    if not coded:
        yield subject.finding("SV-028", result, detail="code")
    if f"{p}RefIdResultItem" not in inside and _around(item) is None:
        yield subject.finding("SV-028", item, detail="link")


def _headings(subject: Subject, item: etree._Element) -> Iterator[Finding]:
    """SV-029."""
    outer = _around(item)
    result = child(item, f"{prefix_of(item)}TextResult")
    if result is None:
        return
    heading = _heading(item)
    if outer is None and not heading:
        yield subject.finding("SV-029", item, detail="finding")
    if outer is not None and heading == "LR" and _heading(outer) == "LR":
        yield subject.finding("SV-029", item, detail="quantity")
    if outer is not None and heading == "LR" and _heading(outer) not in ("", "LR", "GR"):
        yield subject.finding("SV-029", item, detail="group")


def _items(subject: Subject) -> Sequence[etree._Element]:
    microbiology = subject.bodies and discipline(subject.bodies[0]) == "MBIO"
    return subject.by_name.get("ResultItem", ()) if microbiology else ()


def _heading(item: etree._Element) -> str:
    p = prefix_of(item)
    return code(child(item, f"{p}TextResult"), f"{p}Heading")


def _around(item: etree._Element) -> etree._Element | None:
    """The item it stands in."""
    parent = item.getparent()
    return parent if parent is not None and local_name(parent) == "ResultItem" else None


CHECKS = (Check(("SV-028", "SV-029"), "rules", _look, SCOPE, content=True, advice=True),)
