"""Attachments of a message as files: base64 containers in MsgHead documents and in the RefDoc of HCP messages (HIS 1036 §4)."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

CONTAINER = "{http://www.kith.no/xmlstds/base64container}Base64Container"
_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/tiff": "tif",
    "text/plain": "txt",
    "text/xml": "xml",
    "application/xml": "xml",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment: its decoded bytes and the media type its sender gave it."""

    mime_type: str
    content: bytes = field(repr=False)

    @property
    def extension(self) -> str:
        """A file name extension fit for the media type, ``bin`` when it is unknown."""
        return _EXTENSIONS.get(self.mime_type.strip().lower(), "bin")


def attachments_of(root: etree._Element) -> Iterator[Attachment]:
    """Every base64 container of the message in document order; one that does not decode is left out."""
    for container in root.iter(CONTAINER):
        try:
            content = binascii.a2b_base64(container.text or "")
        except (binascii.Error, ValueError):
            continue
        yield Attachment(_mime_type(container), content)


def _mime_type(container: etree._Element) -> str:
    content = container.getparent()
    ref_doc = content.getparent() if content is not None else None
    if ref_doc is None:
        return ""
    namespace = etree.QName(ref_doc).namespace
    return ref_doc.findtext(f"{{{namespace}}}MimeType") or ""
