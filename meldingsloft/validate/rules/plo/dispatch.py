"""PL-001…PL-004: what InformasjonOmForsendelsen says of the message: new, change or cancellation, and what it answers.

HIS 80704:2014 §5.2; HISD 1154:2018 §3.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.plo.messages import PLO, body_of, first, is_true, own, says

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_STATUSES = frozenset("NMCAHOX")
"""Kodeverk 7309."""


def _status(subject: Subject) -> Iterator[Finding]:
    sent = first(subject, "InformasjonOmForsendelsen")
    status = None if sent is None else own(sent, "Forsendelsesstatus")
    code, row = attribute(status, "V"), subject.message_type
    if status is None or not code:
        place = next(each for each in (status, sent, body_of(subject)) if each is not None)
        yield subject.finding("PL-001", place, detail="absent")
    elif code not in _STATUSES:
        found = shown(code, "Forsendelsesstatus", "V")
        yield subject.finding("PL-001", status, "V", detail="unknown", found=found)
    elif row is not None and row.change_codes and code not in row.change_codes:
        yield subject.finding("PL-002", status, "V", found=code, allowed=", ".join(row.change_codes))


def _unasked_answer(subject: Subject, sent: etree._Element) -> Iterator[Finding]:
    answer = own(sent, "SvarPaaForesporsel")
    if answer is not None and is_true(answer) and own(sent, "Foresporsel") is None:
        yield subject.finding("PL-003", answer)


def _reference(subject: Subject, sent: etree._Element) -> Iterator[Finding]:
    request = own(sent, "Foresporsel")
    if request is not None and not says(request, "RefDokIdForesp"):
        yield subject.finding("PL-004", request, detail="request")
    info = child(subject.root, f"{subject.prefix}MsgInfo")
    if is_true(own(sent, "SvarPaaForesporsel")) and info is not None and subject.head_child("ConversationRef") is None:
        yield subject.finding("PL-004", info, detail="conversation")


_SENT = ("InformasjonOmForsendelsen",)
CHECKS = (
    Check(("PL-001", "PL-002"), "rules", _status, PLO),
    ElementCheck(("PL-003",), "rules", _SENT, _unasked_answer, PLO, content=True),
    ElementCheck(("PL-004",), "rules", _SENT, _reference, PLO, content=True, advice=True),
)
