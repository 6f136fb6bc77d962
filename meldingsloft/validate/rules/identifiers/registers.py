"""ID-014…ID-017: identifiers from registers have the form of the register, stand on the right kind of party, and are whole.

ENH organisasjonsnummer (Enhetsregisteret, nine digits with a check digit); HPR-nummer (Helsepersonellregisteret). A HER-id
may belong to organisations and persons; local and foreign types to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import mul
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import children, prefix_of
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.rules.identifiers.numbers import CARRIERS, holder_of, number_of
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_OF_PERSONS = frozenset({"FNR", "DNR", "HNR", "FHN", "DUF", "HPR"})
_OF_ORGANISATIONS = frozenset({"ENH", "RSH", "NPR", "AVD", "LAV", "LIN", "AKO", "APO", "SYS"})
_KINDS = _OF_PERSONS | _OF_ORGANISATIONS
_PERSONS = frozenset({"Patient", "Person", "HealthcareProfessional", "HCPerson", "HCProf"})
_ORGANISATIONS = frozenset({"Organisation", "Inst", "Dept"})
_ENH = re.compile(r"[0-9]{9}", re.ASCII)
_ENH_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_HPR = re.compile(r"[0-9]{6,9}", re.ASCII)
_PAIRS = {"Patient": ("OffId", "TypeOffId")}


def _form(subject: Subject, carrier: etree._Element) -> Iterator[Finding]:
    number = number_of(carrier, _KINDS)
    if number is None:
        return
    kind = number.kind
    if kind == "ENH":
        if not _ENH.fullmatch(number.text):
            yield subject.finding("ID-014", number.element, detail="form")
        elif not _has_check_digit(number.text):
            yield subject.finding("ID-014", number.element, detail="digit")
    elif kind == "HPR" and not _HPR.fullmatch(number.text):
        yield subject.finding("ID-015", number.element)
    holder = holder_of(carrier)
    name = "" if holder is None else local_name(holder)
    of_person = kind in _OF_PERSONS
    if name in (_ORGANISATIONS if of_person else _PERSONS):
        detail = "person" if of_person else "organisation"
        yield subject.finding("ID-016", carrier, detail=detail, kind=kind, holder=name)


def _has_check_digit(number: str) -> bool:
    digits = [int(digit) for digit in number]
    rest = sum(map(mul, digits, _ENH_WEIGHTS)) % 11
    return digits[8] == (0 if rest == 0 else 11 - rest)


def _pair(subject: Subject, party: etree._Element) -> Iterator[Finding]:
    inside, p = children(party), prefix_of(party)
    name, kind = _PAIRS.get(party.tag[len(p) :], ("Id", "TypeId"))
    there, typed = inside.get(p + name), inside.get(p + kind)
    if there is not None and typed is None:
        yield subject.finding("ID-017", there, present=name, missing=kind)
    elif typed is not None and there is None:
        yield subject.finding("ID-017", typed, present=kind, missing=name)


CHECKS = (
    ElementCheck(("ID-014", "ID-015", "ID-016"), "rules", CARRIERS, _form, advice=True),
    ElementCheck(("ID-017",), "rules", ("Inst", "Dept", "HCPerson", "HCProf", "Patient"), _pair),
)
