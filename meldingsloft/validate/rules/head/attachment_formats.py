"""MH-044…MH-046: an attachment has a format that the receiver can show, named by its registered name, and is what it says.

Formats every receiver must support: HIS 1207:2018 §5.1.2, HIS 1208:2018 §5.1.2, HIS 1077:2017 §5.3, HIS 1206:2018. Other
message types leave it to agreement.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, value
from meldingsloft.validate.checks import HEADS, Check
from meldingsloft.validate.rules.head.attachments import attachments_in
from meldingsloft.validate.subject import BASE64_CONTAINER, MSGHEAD

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MH = f"{{{MSGHEAD}}}"
_IMAGES = ("application/pdf", "image/jpeg", "image/png")
_SUPPORTED = {
    "henvisning-ny-tilstand-2.0": _IMAGES,
    "viderehenvisning-2.0": _IMAGES,
    "dialog-helsefaglig-1.1": _IMAGES,
    "dialog-status-henvisning-1.1": ("application/pdf",),
}
_MEANT = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/tif": "image/tiff",
    "image/x-png": "image/png",
    "application/x-pdf": "application/pdf",
    "application/jpeg": "image/jpeg",
    "application/jpg": "image/jpeg",
    "application/png": "image/png",
    "text/pdf": "application/pdf",
    "text/txt": "text/plain",
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
"""Names that are in use and not registered."""
_MEDIA_TYPE = re.compile(
    r"(?:application|audio|font|image|message|model|multipart|text|video)/[a-z0-9][a-z0-9!#$&^_.+-]*", re.ASCII
)
_SIGNS = {"application/pdf": b"%PDF", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG"}
_ENOUGH = 16
"""Characters of base64 for the first twelve bytes."""


def _look(subject: Subject) -> Iterator[Finding]:
    row = subject.message_type
    supported = _SUPPORTED.get(row.short_name, ()) if row is not None else ()
    for ref_doc in attachments_in(subject):
        element = child(ref_doc, f"{_MH}MimeType")
        said = value(element).lower().partition(";")[0].strip()
        if element is None or not said:
            continue
        meant = _MEANT.get(said, said)
        if meant != said:
            yield subject.finding("MH-046", element, detail="near", expected=meant)
        elif not _MEDIA_TYPE.fullmatch(said):
            yield subject.finding("MH-046", element, detail="form")
        if supported and meant not in supported:
            yield subject.finding("MH-044", element, expected=", ".join(supported))
        sign = _SIGNS.get(meant)
        if sign is not None and not _begins_with(ref_doc, sign):
            yield subject.finding("MH-045", element, expected=meant)


def _begins_with(ref_doc: etree._Element, sign: bytes) -> bool:
    """True when the content begins so, and where that cannot be told (none, compressed, no base64)."""
    container = child(child(ref_doc, f"{_MH}Content"), BASE64_CONTAINER)
    written = "" if container is None else (container.text or "").lstrip()[: 2 * _ENOUGH]
    first = "".join(written.split())[:_ENOUGH]
    if len(first) < _ENOUGH or child(ref_doc, f"{_MH}Compression") is not None:
        return True
    try:
        return binascii.a2b_base64(first).startswith(sign)
    except ValueError:
        return True


CHECK = Check(("MH-044", "MH-045", "MH-046"), "rules", _look, HEADS, advice=True)
