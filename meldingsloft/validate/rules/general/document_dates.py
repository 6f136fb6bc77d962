"""GN-012: a message is not generated before the document in it was issued or approved (class texts of HIS 80226, HIS 80822)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, children, prefix_of, value
from meldingsloft.validate.checks import Check
from meldingsloft.validate.moments import is_before
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _look(subject: Subject) -> Iterator[Finding]:
    generated = subject.head_child("GenDate")
    if generated is None:
        return
    moment = _moment(generated)
    for element in _dates(subject):
        if is_before(moment, _moment(element)):
            yield subject.finding("GN-012", element, element=local_name(element))


def _dates(subject: Subject) -> Iterator[etree._Element]:
    """IssueDate and ApprDate of the documents, and of the first RefDoc of a hodemelding."""
    holders = list(subject.bodies)
    if subject.in_head:
        ref_doc = child(child(subject.root, f"{subject.prefix}Document"), f"{subject.prefix}RefDoc")
        holders += [] if ref_doc is None else [ref_doc]
    for holder in holders:
        inside, p = children(holder), prefix_of(holder)
        for name in ("IssueDate", "ApprDate"):
            element = inside.get(p + name)
            if element is not None:
                yield element


def _moment(element: etree._Element) -> str:
    return (element.get("V") or value(element)).strip()


CHECK = Check(("GN-012",), "rules", _look, advice=True)
