"""MH-012…MH-015, MH-024: identifiers in the head are typed by the right list, and parties are there for addressing alone.

Kodeverk 9051 types identifiers of organisations, 8116 those of persons; a person's HER-id is typed by either in the official
examples (HIS 80601:2006 Ident). Responsible clinicians stand in the fagmelding (HITS 1174:2017 §2.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.identifiers import is_her_id
from meldingsloft.hodemelding.nodes import child, value
from meldingsloft.validate.checks import HEADS, Check, ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.addressing.her_addressing import has_her
from meldingsloft.validate.subject import MSGHEAD
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MH = f"{{{MSGHEAD}}}"
_VOLVEN = "2.16.578.1.12.4.1.1."
_ORGANISATIONS, _PERSONS = f"{_VOLVEN}9051", f"{_VOLVEN}8116"


def _type(subject: Subject, kind: etree._Element) -> Iterator[Finding]:
    ident = kind.getparent()
    party = None if ident is None else ident.getparent()
    if ident is None or party is None or not kind.tag.startswith(_MH):
        return
    code, system, name = kind.get("V", ""), kind.get("S", ""), local_name(party)
    if code == "HER":
        number = child(ident, f"{_MH}Id")
        if number is not None and not is_her_id(value(number)):
            yield subject.finding("MH-012", number)
    if name == "Patient":
        yield from _of_patient(subject, kind, code, system)
    elif system and system not in _allowed(name, code):
        expected = _ORGANISATIONS if name == "Organisation" else _PERSONS
        yield subject.finding("MH-013", kind, "S", found=shown(system, "TypeId", "S"), holder=name, expected=expected)


def _allowed(holder: str, code: str) -> tuple[str, ...]:
    if holder == "Organisation":
        return (_ORGANISATIONS,)
    return (_PERSONS, _ORGANISATIONS) if code == "HER" else (_PERSONS,)


def _of_patient(subject: Subject, kind: etree._Element, code: str, system: str) -> Iterator[Finding]:
    if system and system != _PERSONS:
        yield subject.finding("MH-024", kind, "S", detail="system", found=shown(system, "TypeId", "S"))
    elif code and _is_unknown(subject, code):
        yield subject.finding("MH-024", kind, "V", detail="code", found=shown(code, "TypeId", "V"))


def _is_unknown(subject: Subject, code: str) -> bool:
    codes = subject.codes
    return codes is not None and codes.has_list("8116") and codes.display("8116", code) is None


def _addressing_alone(subject: Subject) -> Iterator[Finding]:
    for name in ("Sender", "Receiver"):
        party = subject.head_child(name)
        if party is None:
            continue
        method = child(party, f"{_MH}ComMethod")
        if method is not None and method.get("V") != "PST":
            yield subject.finding("MH-015", method, party=name)
        level1 = child(party, f"{_MH}Organisation")
        level2 = child(level1, f"{_MH}Organisation")
        for person in _persons(level1, level2):
            if not has_her(person):
                yield subject.finding("MH-014", person, party=name)


def _persons(level1: etree._Element | None, level2: etree._Element | None) -> Iterator[etree._Element]:
    """Persons beside and below the service; one that stands alone is the communication party (MH-009)."""
    if level1 is None or level2 is None:
        return
    if has_her(level2):
        yield from level1.iterchildren(f"{_MH}HealthcareProfessional")
    yield from level2.iterchildren(f"{_MH}HealthcareProfessional")


CHECKS = (
    ElementCheck(("MH-012", "MH-013", "MH-024"), "rules", ("TypeId",), _type, HEADS, advice=True),
    Check(("MH-014", "MH-015"), "rules", _addressing_alone, HEADS, advice=True),
)
