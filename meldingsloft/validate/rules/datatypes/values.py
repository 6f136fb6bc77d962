"""DT-001…DT-006, DT-008, DT-010, DT-012, DT-015, DT-018, DT-019, DT-021: the attributes of a value are those of its datatype.

HIS 80117:2002 §4; HISD 1165. The schemas leave every attribute optional. One pass over the names that a document has; errors and advice apart,
since message servers ask for errors alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from meldingsloft.domain.code_lists import OID_PREFIX
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.datatypes import kinds
from meldingsloft.validate.rules.kodeverk.doubtful import doubtful
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

Judge = Callable[[Any, Any, str], "Iterator[Finding]"]
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9]\d{0,38})){2,}", re.ASCII)
_TIME = re.compile(
    r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?)?)?)?(?:Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_SCHEMES = ("tel:", "fax:", "mailto:", "http://", "https://")
_CALLED = re.compile(r"(?:tel|fax):\+?[0-9/-]+", re.ASCII)
_NATIONAL = len(OID_PREFIX) + 4
_TEXTUAL = ("V", "DN", "OT")


def _errors(subject: Subject) -> Iterator[Finding]:
    for element, name, _ in doubtful(subject):
        if name in kinds.SIMPLE:
            yield from _simple(subject, element, name)
        elif name in kinds.CODED or name in kinds.BY_PLACE:
            yield from _coded(subject, element, name)
    for name, elements in subject.by_name.items():
        judge = _OTHERS.get(name)
        if judge is not None:
            for element in elements:
                yield from judge(subject, element, name)


def _simple(subject: Subject, element: etree._Element, name: str) -> Iterator[Finding]:
    if not (element.get("V") or "").strip() and not len(element) and not (element.text or "").strip():
        yield subject.finding("DT-001", element, name=name)


def _coded(subject: Subject, element: etree._Element, name: str) -> Iterator[Finding]:
    """What is not plainly a code with the OID of a national list."""
    code, system = (element.get("V") or "").strip(), element.get("S", "")
    if name in kinds.BY_PLACE and not kinds.is_coded(element, name):
        if not code and name in ("Heading", "Type", "TypeId"):
            yield from _simple(subject, element, name)
        return
    if code:
        if not system.strip():
            yield subject.finding("DT-003", element, name=name)
    elif not (element.get("OT") or "").strip() and not len(element):
        yield subject.finding("DT-004", element, name=name)
    if system.strip() and not _is_oid(system):
        yield subject.finding("DT-006", element, "S", found=shown(system, name, "S"))


def _is_oid(system: str) -> bool:
    if system.startswith(OID_PREFIX):
        return len(system) == _NATIONAL and system[-4:].isdecimal()
    return len(system) < 200 and _OID.fullmatch(system) is not None


def _time(subject: Subject, element: etree._Element, name: str) -> Iterator[Finding]:
    value = element.get("V")
    if value is not None and _TIME.fullmatch(value.strip()) is None:
        yield subject.finding("DT-008", element, "V", found=shown(value, name))


def _boolean(subject: Subject, element: etree._Element, name: str) -> Iterator[Finding]:
    value = element.get("V")
    if value is not None and value not in ("true", "false"):
        yield subject.finding("DT-010", element, "V", found=shown(value, name, "V"))


def _quantity(subject: Subject, element: etree._Element, name: str) -> Iterator[Finding]:
    number, unit = element.get("V"), element.get("U")
    if number is None and (unit is None or len(element)):
        return
    if not number or _NUMBER.fullmatch(number.strip()) is None:
        yield subject.finding("DT-012", element, detail="number", name=name)
    if not unit or not unit.strip():
        yield subject.finding("DT-012", element, detail="unit", name=name)


def _address(subject: Subject, element: etree._Element, _name: str) -> Iterator[Finding]:
    value = (element.get("V") or "").strip()
    if value and not value.lower().startswith(_SCHEMES):
        yield subject.finding("DT-018", element, "V")


_OTHERS: dict[str, Judge] = (
    dict.fromkeys(kinds.TIMES, _time)
    | dict.fromkeys(kinds.BOOLEANS, _boolean)
    | dict.fromkeys(kinds.QUANTITIES, _quantity)
    | dict.fromkeys(kinds.ADDRESSES, _address)
)


def _advice(subject: Subject) -> Iterator[Finding]:
    for element, name, _ in doubtful(subject):
        if (name in kinds.CODED or name in kinds.BY_PLACE) and element.get("DN") is None:
            yield from _undisplayed(subject, element, name)
        yield from _edges(subject, element)


def _called(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    value = (element.get("V") or "").strip()
    if value.startswith(("tel:", "fax:")) and _CALLED.fullmatch(value) is None:
        yield subject.finding("DT-019", element, "V")


def _undisplayed(subject: Subject, element: etree._Element, name: str) -> Iterator[Finding]:
    if (element.get("V") or "").strip() and kinds.is_coded(element, name):
        yield subject.finding("DT-005", element, name=name)


def _edges(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """DT-015 and DT-021."""
    for name in _TEXTUAL:
        value = element.get(name)
        if not value:
            continue
        if value != value.strip():
            yield subject.finding("DT-015", element, name, name=name)
        if "\n" in value.strip() or "\r" in value.strip():
            yield subject.finding("DT-021", element, name, name=name)


def _shown_texts(subject: Subject) -> Iterator[Finding]:
    """DT-002: headings and the type of the message are shown to the reader."""
    elements = [each for each in subject.by_name.get("Heading", ()) if each.get("DN") is None]
    kind = subject.type_element
    if kind is not None and kind.get("DN") is None and local_name(kind) == "Type":
        elements.append(kind)
    for element in elements:
        name = local_name(element)
        if element.get("V") and not (name == "Heading" and kinds.is_coded(element, name)):
            yield subject.finding("DT-002", element, name=name)


CHECKS = (
    Check(("DT-001", "DT-003", "DT-004", "DT-006", "DT-008", "DT-010", "DT-012", "DT-018"), "rules", _errors),
    Check(("DT-005", "DT-015", "DT-021"), "rules", _advice, advice=True),
    ElementCheck(("DT-019",), "rules", tuple(sorted(kinds.ADDRESSES)), _called, advice=True),
    Check(("DT-002",), "rules", _shown_texts, advice=True),
)
