"""GN-011: the time of generation has date and time of day to the second."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_TO_THE_SECOND = re.compile(r"T\d\d:\d\d:\d\d", re.ASCII)


def _look(subject: Subject) -> Iterator[Finding]:
    element = subject.head_child("GenDate")
    if element is None:
        return
    attribute = "V" if local_name(subject.root) == "Message" else ""
    value = element.get("V", "") if attribute else element.text or ""
    if not _TO_THE_SECOND.search(value):
        yield subject.finding("GN-011", element, attribute, found=shown(value, "GenDate", attribute))


CHECK = Check(("GN-011",), "rules", _look)
