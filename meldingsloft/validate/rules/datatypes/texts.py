"""DT-016, DT-017, DT-020: how text stands in elements, plain or as XHTML (HISD 1165, HISD 1155:2008)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from meldingsloft.validate.checks import Check, ElementCheck, of_families
from meldingsloft.validate.rules.datatypes import kinds
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_XHTML = "{http://www.w3.org/1999/xhtml}"
_PERMITTED = frozenset(
    {
        "body", "div", "span", "p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "address", "abbr",
        "acronym", "cite", "code", "dfn", "em", "kbd", "q", "samp", "strong", "var", "ul", "ol", "li", "dl", "dt",
        "dd", "table", "caption", "tr", "td", "th", "thead", "tbody", "tfoot", "col", "colgroup", "b", "i", "big",
        "small", "sub", "sup", "tt", "hr",
    }
)  # fmt: skip
"""Modules text, list, tables and presentation of XHTML."""
_PERMITTED_TAGS = frozenset(_XHTML + name for name in _PERMITTED)
_LAYOUT = re.compile(r"\S {0,3}(?:\t| {4})[ \t]{0,200}[^\s]")
"""A gap inside a line, which only looks right in one font; indentation of whole lines does no harm."""
_CLINICAL = of_families("epikrise", "svarrapport", "henvisning", "rekvisisjon", "dialog", "plo")


def _layout(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    text = element.text
    if text and ("    " in text or "\t" in text) and not len(element) and _LAYOUT.search(text):
        yield subject.finding("DT-016", element)


def _markup(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """DT-017: one finding for each text, at the first element that does not belong there."""
    if not len(element):
        return
    for inside in element.iterdescendants(etree.Element):
        if inside.tag in _PERMITTED_TAGS:
            continue
        if inside.tag.startswith(_XHTML):
            yield subject.finding("DT-017", inside, detail="element", name=local_name(inside)[:30])
        else:
            yield subject.finding("DT-017", inside, detail="namespace")
        return


def _misplaced(subject: Subject) -> Iterator[Finding]:
    """DT-020: one finding for each element of the message that has XHTML in it."""
    told: set[etree._Element] = set()
    for name in _PERMITTED & subject.by_name.keys():
        for element in subject.by_name[name]:
            parent = element.getparent()
            if parent is None or parent.tag.startswith(_XHTML) or not element.tag.startswith(_XHTML):
                continue
            holder = local_name(parent)
            if holder not in kinds.TEXTS and holder != "Content" and parent not in told:
                told.add(parent)
                yield subject.finding("DT-020", parent, name=holder)


CHECKS = (
    ElementCheck(("DT-016",), "rules", tuple(sorted(kinds.TEXTS)), _layout, _CLINICAL, advice=True),
    ElementCheck(("DT-017",), "rules", tuple(sorted(kinds.TEXTS)), _markup, _CLINICAL, advice=True),
    Check(("DT-020",), "rules", _misplaced),
)
