"""GN-008: MIGversion is the one that belongs to the namespace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MSGHEAD = "v1.2 2006-05-24"


def _look(subject: Subject) -> Iterator[Finding]:
    row = subject.message_type
    expected = _MSGHEAD if subject.in_head else row.mig_version if row else ""
    element = subject.head_child("MIGversion")
    if element is not None and expected and (element.text or "") != expected:
        yield subject.finding("GN-008", element, found=shown(element.text or "", "MIGversion"), expected=expected)


CHECK = Check(("GN-008",), "rules", _look)
