"""XR-023: a text that says "see the attachment" comes with one (HIS 1036:2011 §2.1).

A guess by a few fixed turns of phrase, asked only when the bytes hold one and the message carries no attachment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import Check
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_PROMISED = r"\b(?:se (?:vedlegg|vedlagt)|(?:er|ligger|følger|følger som) vedlagt|vedlagt følger)\b"
_IN_BYTES = (b"edlegg", b"edlagt")
_IN_TEXT = re.compile(_PROMISED, re.IGNORECASE)


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.message_type is None or not any(sign in subject.data for sign in _IN_BYTES) or _carries(subject):
        return
    for elements in subject.by_name.values():
        for element in elements:
            if _IN_TEXT.search(element.text or "") or _IN_TEXT.search(element.tail or ""):
                yield subject.finding("XR-023", element, element=local_name(element))
                return


def _carries(subject: Subject) -> bool:
    """True with anything beside the fagmelding; the first RefDoc of a hodemelding is the fagmelding."""
    index = subject.by_name
    ref_docs = len(index.get("RefDoc", ()))
    return "Base64Container" in index or "FileReference" in index or ref_docs > int(subject.in_head)


CHECK = Check(("XR-023",), "rules", _look, content=True, advice=True)
