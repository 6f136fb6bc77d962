"""MH-029…MH-031, MH-037, MH-042: a hodemelding carries one fagmelding, as XML, in its first Document (HIS 80603:2017 §3.2).

Further Documents are attachments, which ``head.attachments`` looks at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from meldingsloft.hodemelding.nodes import child, children, code
from meldingsloft.validate.checks import HEADS, Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.subject import BASE64_CONTAINER, MSGHEAD

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MH = f"{{{MSGHEAD}}}"


def _look(subject: Subject) -> Iterator[Finding]:
    for report in subject.root.iterchildren(f"{_MH}PatientReport"):
        yield subject.finding("MH-037", report)
    carriers = list(ref_docs(subject.root))
    if carriers:
        yield from _first(subject, carriers[0])
    fagmeldinger = 0
    for ref_doc in carriers:
        inside = children(ref_doc)
        content = inside.get(f"{_MH}Content")
        if content is None and f"{_MH}FileReference" not in inside:
            yield subject.finding("MH-030", ref_doc, detail="absent")
        elif content is not None and _elements_in(content) == 0:
            yield subject.finding("MH-030", content, detail="empty")
        fagmeldinger += code(ref_doc, f"{_MH}MsgType") == "XML"
        if fagmeldinger > 1 and code(ref_doc, f"{_MH}MsgType") == "XML":
            yield subject.finding("MH-031", ref_doc)


def _first(subject: Subject, ref_doc: etree._Element) -> Iterator[Finding]:
    kind, content = child(ref_doc, f"{_MH}MsgType"), child(ref_doc, f"{_MH}Content")
    if child(content, BASE64_CONTAINER) is not None:
        yield subject.finding("MH-042", ref_doc)
        return
    said = "" if kind is None else kind.get("V", "")
    if said != "XML":
        place = ref_doc if kind is None else kind
        yield subject.finding("MH-029", place, detail="type", apprec="", found=shown(said, "MsgType", "V"))
    count = 0 if content is None else _elements_in(content)
    if count != 1:
        place = ref_doc if content is None else content
        yield subject.finding("MH-029", place, detail="content", count=str(count))


def ref_docs(root: etree._Element) -> Iterator[etree._Element]:
    """The RefDoc of each Document of a hodemelding."""
    for document in root.iterchildren(f"{_MH}Document"):
        ref_doc = child(document, f"{_MH}RefDoc")
        if ref_doc is not None:
            yield ref_doc


def _elements_in(content: etree._Element) -> int:
    return sum(1 for _ in content.iterchildren(etree.Element))


CHECK = Check(("MH-029", "MH-030", "MH-031", "MH-037", "MH-042"), "rules", _look, HEADS, answer=True)
