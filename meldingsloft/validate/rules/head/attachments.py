"""MH-039…MH-041, MH-043: an attachment says what it is and can be opened (HIS 1036:2011 §4).

An attachment is every Document after the first that is no second fagmelding (MH-031) and no mere reference.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.identifiers import is_uuid
from meldingsloft.hodemelding.nodes import child, children, code, text
from meldingsloft.validate.checks import HEADS, Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.head.documents import ref_docs
from meldingsloft.validate.subject import BASE64_CONTAINER, MSGHEAD

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MH = f"{{{MSGHEAD}}}"
_XML_TYPES = frozenset({"text/xml", "application/xml"})
_BLANKS = b" \t\r\n"


def attachments_in(subject: Subject) -> Iterator[etree._Element]:
    """The RefDocs of the attachments of a hodemelding."""
    for number, ref_doc in enumerate(ref_docs(subject.root)):
        if number and code(ref_doc, f"{_MH}MsgType") not in ("XML", "REF"):
            yield ref_doc


def _look(subject: Subject) -> Iterator[Finding]:
    for ref_doc in attachments_in(subject):
        inside = children(ref_doc)
        kind = code(ref_doc, f"{_MH}MsgType")
        if kind != "A":
            found = shown(kind, "MsgType", "V")
            yield subject.finding("MH-039", inside.get(f"{_MH}MsgType", ref_doc), detail="type", found=found)
        for name in ("MimeType", "IssueDate"):
            element = inside.get(_MH + name)
            if element is None or not (element.get("V") or (element.text or "").strip()):
                yield subject.finding("MH-039", ref_doc, detail="absent", missing=name)
        content = inside.get(f"{_MH}Content")
        if content is not None and len(content):
            yield from _content(subject, content)


def _content(subject: Subject, content: etree._Element) -> Iterator[Finding]:
    container = child(content, BASE64_CONTAINER)
    if container is None:
        yield subject.finding("MH-041", content, detail="other", apprec="")
    elif not _decodes(container.text or ""):
        yield subject.finding("MH-041", container, detail="broken")


def _decodes(written: str) -> bool:
    """True for base64 of something; line breaks and blanks may stand anywhere."""
    try:
        octets = written.encode("ascii").translate(None, _BLANKS)
        return bool(binascii.a2b_base64(octets, strict_mode=True))
    except ValueError:
        return False


def _told(subject: Subject) -> Iterator[Finding]:
    for ref_doc in attachments_in(subject):
        if not text(ref_doc, f"{_MH}Description"):
            yield subject.finding("MH-040", ref_doc)
        media_type = text(ref_doc, f"{_MH}MimeType").lower()
        if media_type in _XML_TYPES:
            if media_type != "text/xml":
                yield subject.finding("MH-043", children(ref_doc).get(f"{_MH}MimeType", ref_doc), detail="type")
            if not is_uuid(text(ref_doc, f"{_MH}Id")):
                yield subject.finding("MH-043", ref_doc, detail="id")


CHECKS = (
    Check(("MH-039", "MH-041"), "rules", _look, HEADS, answer=True),
    Check(("MH-040", "MH-043"), "rules", _told, HEADS, advice=True),
)
