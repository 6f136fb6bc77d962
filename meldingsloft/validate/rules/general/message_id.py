"""GN-005: the message id is a UUID."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.identifiers import is_uuid
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _look(subject: Subject) -> Iterator[Finding]:
    element = subject.head_child("MsgId")
    if element is not None and not is_uuid(element.text or ""):
        yield subject.finding("GN-005", element, found=shown(element.text or "", "MsgId"))


CHECK = Check(("GN-005",), "rules", _look, answer=True)
