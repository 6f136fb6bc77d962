"""The usual ways to take a code from a wrong list, and the rule that tells each.

Most come of a standard that changed its list between two versions, or has one list for each place. What is not usual is told by
KV-001 (a code that is no member) and DT-007 (a list that is not allowed).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.ports import CodeLists
    from meldingsloft.validate.rules.kodeverk.bound import Bound
    from meldingsloft.validate.subject import Subject

LANGUAGES = "3303"
RETIRED_LISTS = {"7230": "KV-014", "8350": "KV-014", "7160": "KV-019"}
"""Lists that gave way to others, and the rule that tells it."""
_RETIRED_ON = "2014-10-01"
"""Of NKKKL and NEKLAB (HISD 1101)."""
_CONFUSED = (
    ("KV-003", frozenset({"8268", "9051", "8116", "8327"})),
    ("KV-004", frozenset({"7303", "8115"})),
    ("KV-005", frozenset({"7307", "9101"})),
    ("KV-006", frozenset({"8304", "8306"})),
    ("KV-007", frozenset({"8231", "8311", "8243", "8234", "8232"})),
    ("KV-023", frozenset({"7319", "8254"})),
)
"""Rule, and the lists that are taken for each other under it."""
_OLD_IDENTIFIERS = frozenset({"8268", "8327"})
_DIAGNOSES = frozenset({"7110", "7170", "7171"})
_OF_THE_HEAD = frozenset({"ProcessingStatus", "RequestedPriority"})
"""MH-004, MH-005. What stands in an AppRec is told by AK-001, AK-003, AK-004 and AK-011."""
_OF_THE_DOCUMENT = frozenset({"ServType", "MsgDescr"})
"""EP-001, HE-001, HE-011, HE-017, SV-002, SV-005, RE-001, RE-004."""
FORMS = {
    "7110": (re.compile(r"[A-Z]\d\d(?:\.?[0-9A-Z]{1,2})?[*+†]?"), "I50.1"),
    "7170": (re.compile(r"[A-Z]\d\d"), "K77"),
    "7171": (re.compile(r"[A-Z]\d\d[0-9.A-Z]{0,6}"), "K77.0001"),
    "7180": (re.compile(r"[A-Z](?:\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?)?"), "C03CA01"),
    "7210": (re.compile(r"[A-Z]{3} ?\d\d[A-Z]?"), "FNG02"),
    "7280": (re.compile(r"[A-Z]{3}\d{5}"), "NPU19748"),
}
"""What a code of a list kept by others looks like, and an example."""


def of_list(element: etree._Element, bound: Bound, number: str) -> str:
    """The rule that tells a CV with a code of list ``number``, which is not bound to it; empty when another series tells."""
    name = local_name(element)
    if name == "TypeId" and bound.binding.family == "msghead" and number in ("9051", "8116"):
        return ""  # MH-013, MH-024
    if number in RETIRED_LISTS:
        return RETIRED_LISTS[number]
    if "9121" in bound.lists and number == "9131":
        return "KV-012"
    if "7180" in bound.lists and number in ("9077", "7410"):
        return "KV-013"
    if name in ("Concept", "Diagnosekode") and _DIAGNOSES.issubset(bound.lists) and _of_diagnosis(element):
        return "KV-019"
    if name == "ConsentStatus":
        return "KV-022"
    if name == "TypeId" and (number in _OLD_IDENTIFIERS) != _OLD_IDENTIFIERS.isdisjoint(bound.lists):
        return "DT-007"  # persons and organisations of the same generation
    return next((rule for rule, lists in _CONFUSED if number in lists and not lists.isdisjoint(bound.lists)), "DT-007")


def of_code(lists: CodeLists, bound: Bound, code: str) -> tuple[str, str] | None:
    """The rule that tells a CS with a code that is no member, and the list it is of; an empty rule when another series tells."""
    if LANGUAGES in bound.lists and re.fullmatch(r"[A-Z]{2}", code) is None:
        return "KV-024", ""
    for rule, group in _CONFUSED:
        if group.isdisjoint(bound.lists):
            continue
        others = group.difference(bound.lists)
        if rule == "KV-003":
            if _OLD_IDENTIFIERS.isdisjoint(bound.lists):
                if any(lists.display(number, code) is not None for number in ("9051", "8116")):
                    return "", ""  # a person's type on an organisation or the other way: ID-016
                others = frozenset({"8268"})
            else:
                others = frozenset({"9051", "8116"})
        for number in sorted(others):
            if lists.display(number, code) is not None:
                return rule, number
    return None


def told_by_another_series(element: etree._Element) -> bool:
    """True for elements whose values a rule of their family lists, such as status of AppRec and service type of a document."""
    name, parent = local_name(element), element.getparent()
    around = "" if parent is None else local_name(parent)
    return (
        name in _OF_THE_HEAD
        or around == "AppRec"
        or (name == "Role" and around in ("Sender", "Receiver"))
        or (name in _OF_THE_DOCUMENT and _is_body(parent))
    )


def told_by_form(system: str) -> bool:
    """True for a list named by its number or otherwise than by an OID, which DT-006 tells."""
    return re.fullmatch(r"\d+(?:\.\d+)+", system) is None


def before_retirement(subject: Subject) -> bool:
    """True for a message made before the retired laboratory code systems were withdrawn."""
    made = subject.head_child("GenDate")
    when = "" if made is None else (made.get("V") or made.text or "")
    return when.strip() < _RETIRED_ON


def _of_diagnosis(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and local_name(parent) in ("Diagnosis", "MedisinskDiagnose", "TidligereSykdomFragment")


def _is_body(element: etree._Element | None) -> bool:
    """True for ServRprt, ServReq or ServReport of a Message, and for a Henvisning."""
    above = None if element is None else element.getparent()
    return (
        above is not None
        and element is not None
        and (local_name(above) == "Message" or local_name(element) == "Henvisning")
    )
