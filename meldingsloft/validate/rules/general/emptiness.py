"""GN-016: no element without content and no attribute without value (HISD 1165:2016).

The bytes tell quickly that there is none, which is so for most messages; only then are the elements looked at. Markup of
XHTML and of signatures is empty by nature. An element that only holds empty ones is not told again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import Check
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_EMPTY_ELEMENT = re.compile(rb"<[A-Za-z_][\w:.-]*\s*(?:/>|>\s*</)")
_MARKUP = ("{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/09/xmldsig#}")
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.message_type is None:
        return
    data = subject.data
    attributes = b'=""' in data or b"=''" in data
    if not (attributes or _EMPTY_ELEMENT.search(data)):
        return
    for elements in subject.by_name.values():
        for element in elements:
            if element.keys():
                if attributes and not element.tag.startswith(_MARKUP):
                    yield from _of_attributes(subject, element)
            elif not (len(element) or (element.text or "").strip() or element.tag.startswith(_MARKUP)):
                yield subject.finding("GN-016", element, detail="element", element=local_name(element))


def _of_attributes(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    said = element.items()
    if any(key == _NIL for key, _ in said):
        return
    for key, value in said:
        name = str(key)
        if value == "" and "}" not in name:
            yield subject.finding(
                "GN-016", element, name, detail="attribute", element=local_name(element), attribute=name
            )


CHECK = Check(("GN-016",), "rules", _look, advice=True)
