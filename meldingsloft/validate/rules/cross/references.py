"""XR-006, XR-007, XR-009: a message refers to earlier ones when it changes, cancels or answers, and only then.

Hodemeldinger with a change code (kodeverk 7309) are those of PLO and Henvisning 2.0; dialogues have rules of their own. The
other families change by the id of the document (HISD 1154:2018 §4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.identifiers import is_uuid
from meldingsloft.hodemelding.nodes import child, value
from meldingsloft.validate.checks import HEADS, Check
from meldingsloft.validate.discretion import shown

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_ANSWERING = ("SvarPaaForesporsel", "Foresporsel")


def _look(subject: Subject) -> Iterator[Finding]:
    reference = subject.head_child("ConversationRef")
    if reference is None:
        if subject.change_code in ("M", "C"):
            info = child(subject.root, f"{subject.prefix}MsgInfo")
            yield subject.finding("XR-006", subject.root if info is None else info, change=subject.change_code)
        return
    for name in ("RefToParent", "RefToConversation"):
        element = child(reference, subject.prefix + name)
        if element is not None and not is_uuid(value(element)):
            yield subject.finding("XR-009", element, element=name, found=shown(value(element), name))


def _new(subject: Subject) -> Iterator[Finding]:
    reference = subject.head_child("ConversationRef")
    row = subject.message_type
    if reference is None or row is None or subject.change_code != "N" or row.short_name.startswith("viderehenvisning"):
        return
    if not any(name in subject.by_name for name in _ANSWERING):
        yield subject.finding("XR-007", reference)


CHECKS = (
    Check(("XR-006", "XR-009"), "rules", _look, HEADS),
    Check(("XR-007",), "rules", _new, HEADS, advice=True),
)
