"""MH-016…MH-019: a copy receiver says its role, who it is, and is another than the receiver (HIS 80601:2006 OtherReceiver).

None of it is a reason for the receiver to reject: its own address is whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, text
from meldingsloft.validate.checks import HEADS, ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.addressing.her_addressing import has_her
from meldingsloft.validate.subject import MSGHEAD
from meldingsloft.xmlsafe import nodes_inside

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MH = f"{{{MSGHEAD}}}"
_ROLES = frozenset({"AVS", "COP", "FR", "OR", "PRIM"})
"""Kodeverk 8112."""
_PARTIES = tuple(_MH + name for name in ("Organisation", "Patient", "Person", "HealthcareProfessional"))


def _wrong(subject: Subject, other: etree._Element) -> Iterator[Finding]:
    if not other.tag.startswith(_MH):
        return
    role = child(other, f"{_MH}RoleReceiver")
    said = "" if role is None else role.get("V", "")
    if said not in _ROLES:
        found = shown(said, "RoleReceiver", "V")
        yield subject.finding("MH-016", other if role is None else role, "V" if role is not None else "", found=found)
    if not any(each.tag in _PARTIES for each in nodes_inside(other)):
        yield subject.finding("MH-017", other)
    level1 = child(other, f"{_MH}Organisation")
    if level1 is not None:
        yield from _levels(subject, level1)


def _levels(subject: Subject, level1: etree._Element) -> Iterator[Finding]:
    if not has_her(level1):
        yield subject.finding("MH-018", level1, detail="organisation")
    known = sum(map(has_her, level1.iterchildren(f"{_MH}Organisation", f"{_MH}HealthcareProfessional")))
    if known != 1:
        yield subject.finding("MH-018", level1, detail="party" if known == 0 else "both")


def _same(subject: Subject, other: etree._Element) -> Iterator[Finding]:
    receiver = subject.head_child("Receiver")
    if receiver is None or not other.tag.startswith(_MH):
        return
    address = _address(receiver)
    if all(address) and address == _address(other):
        yield subject.finding("MH-019", other)


def _address(party: etree._Element) -> tuple[str, str]:
    """The HER-ids of both levels, ``""`` where there is none."""
    level1 = child(party, f"{_MH}Organisation")
    level2 = child(level1, f"{_MH}Organisation")
    if level2 is None:
        level2 = child(level1, f"{_MH}HealthcareProfessional")
    return _her(level1), _her(level2)


def _her(level: etree._Element | None) -> str:
    idents = () if level is None else level.iterchildren(f"{_MH}Ident")
    return next((text(ident, f"{_MH}Id") for ident in idents if code(ident, f"{_MH}TypeId") == "HER"), "")


CHECKS = (
    ElementCheck(("MH-016", "MH-017", "MH-018"), "rules", ("OtherReceiver",), _wrong, HEADS),
    ElementCheck(("MH-019",), "rules", ("OtherReceiver",), _same, HEADS, advice=True),
)
