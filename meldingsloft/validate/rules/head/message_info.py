"""MH-002, MH-004, MH-005, MH-006: what MsgInfo says of the message is said in codes that receivers know (HIS 80601:2006 MsgInfo)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import HEADS, Check
from meldingsloft.validate.discretion import shown

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_TYPE = re.compile(r"[A-Z0-9_]+", re.ASCII)
_CODES = {"ProcessingStatus": ("MH-004", frozenset("PTD")), "RequestedPriority": ("MH-005", frozenset("LNH"))}


def _look(subject: Subject) -> Iterator[Finding]:
    kind = subject.type_element
    code = "" if kind is None else kind.get("V", "")
    if kind is not None and code and not _TYPE.fullmatch(code):
        yield subject.finding("MH-002", kind, "V", found=shown(code, "Type", "V"))
    for name, (rule, known) in _CODES.items():
        element = subject.head_child(name)
        if element is not None and element.get("V", "") not in known:
            yield subject.finding(rule, element, "V", found=shown(element.get("V", ""), name, "V"))
    ack = subject.head_child("Ack")
    if ack is not None:
        yield subject.finding("MH-006", ack)


CHECK = Check(("MH-002", "MH-004", "MH-005", "MH-006"), "rules", _look, HEADS, advice=True)
