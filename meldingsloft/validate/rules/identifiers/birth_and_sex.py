"""ID-009, ID-010: sex and date of birth beside an identity number are those that the number tells (HIS 1001:2010 §4.1).

Numbers with wrong check digits are not asked: what is wrong there is the number. A D-nummer may have another date than the
true one, and numbers of the series from 2032 (ID-013) tell no sex.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.person_numbers import PersonNumber, read_person_number
from meldingsloft.hodemelding.nodes import attribute, value
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.rules.identifiers.numbers import numbers_of

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_TELL_SEX = frozenset({"FNR", "DNR", "HNR"})
_LONGEST = 10
"""Characters of a whole date."""


def _sex(subject: Subject, sex: etree._Element) -> Iterator[Finding]:
    said = sex.get("V")
    if said not in ("1", "2"):
        return
    for kind, number in _facts(sex):
        if kind in _TELL_SEX and number.sex and number.sex != said:
            yield subject.finding("ID-009", sex, "V", kind=kind)


def _born(subject: Subject, born: etree._Element) -> Iterator[Finding]:
    said = (attribute(born, "V") or value(born))[:_LONGEST]
    if not said:
        return
    for kind, number in _facts(born):
        if kind == "FNR" and number.born is not None and not number.born.isoformat().startswith(said):
            yield subject.finding("ID-010", born, "V" if "V" in born.attrib else "")


def _facts(beside: etree._Element) -> Iterator[tuple[str, PersonNumber]]:
    """Declared kind and facts of the person's numbers that are numbers."""
    person = beside.getparent()
    if person is None:
        return
    for number in numbers_of(person):
        facts = read_person_number(number.text) if number.kind in _TELL_SEX else None
        if facts is not None and facts.check_digits:
            yield number.kind, facts


CHECKS = (
    ElementCheck(("ID-009",), "rules", ("Sex",), _sex, advice=True),
    ElementCheck(("ID-010",), "rules", ("DateOfBirth",), _born, advice=True),
)
