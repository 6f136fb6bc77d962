"""AK-007, AK-008, AK-010, AK-016, AK-017: what an AppRec says of the message it answers is possible.

Whether it is true is seen beside that message only (``rules.conversation``). Sources: HIS 80415:2012 §4.3.2, §6.3;
HITS 1168:2016 §6, §8.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child
from meldingsloft.validate.checks import Check, of_families
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.identifiers.numbers import numbers_of
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.catalogue import MessageType
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_APPRECS = of_families("apprec")
_OF_PROCESSES = frozenset({"E20", "E30", "E31", "E32", "E53", "E54"})
_GENERAL = "2.16.578.1.12.4.1.1.8221"


def _original_type(subject: Subject) -> Iterator[Finding]:
    kind = _type_element(subject)
    code = attribute(kind, "V")
    if kind is None or subject.message_type is None or code == "APPREC":
        return
    if subject.codes is not None and subject.codes.has_list("8279") and subject.codes.display("8279", code) is None:
        yield subject.finding("AK-007", kind, "V", found=shown(code, "MsgType", "V"))
        return
    versions = {row.apprec for row in _rows(subject, code)}
    if versions and subject.message_type.version not in versions and "" not in versions:
        expected = " / ".join(sorted(versions))
        yield subject.finding("AK-008", kind, "V", found=shown(code, "MsgType", "V"), expected=expected)


def _type_element(subject: Subject) -> etree._Element | None:
    return child(subject.head_child("OriginalMsgId"), f"{subject.prefix}MsgType")


def _rows(subject: Subject, code: str) -> list[MessageType]:
    return [row for row in subject.catalogue if code in row.actions and row.status != "draft"]


def _advice(subject: Subject) -> Iterator[Finding]:
    kind = _type_element(subject)
    code = attribute(kind, "V")
    if kind is not None and code == "APPREC":
        yield subject.finding("AK-017", kind, "V")
    for error in subject.root.iterchildren(f"{subject.prefix}Error"):
        if error.get("V") in _OF_PROCESSES and error.get("S") == _GENERAL:
            yield subject.finding("AK-016", error, "V", found=shown(error.get("V", ""), "Error", "V"))
    rows = _rows(subject, code)
    if rows and all(row.in_msghead for row in rows):
        for inst in subject.by_name.get("Inst", ()):
            yield from _mirrored(subject, inst)


def _mirrored(subject: Subject, inst: etree._Element) -> Iterator[Finding]:
    """Persons beside a service with a HER-id: in a hodemelding only communication parties are mirrored."""
    levels = {name: [e for e in inst.iterchildren() if local_name(e) == name] for name in ("Dept", "HCPerson")}
    if any(_has_her(dept) for dept in levels["Dept"]):
        for person in levels["HCPerson"]:
            if not _has_her(person):
                yield subject.finding("AK-010", person)


def _has_her(level: etree._Element) -> bool:
    return any(number.kind == "HER" and number.text for number in numbers_of(level))


CHECKS = (
    Check(("AK-007", "AK-008"), "rules", _original_type, _APPRECS),
    Check(("AK-010", "AK-016", "AK-017"), "rules", _advice, _APPRECS, advice=True),
)
