"""KV-015, KV-017, KV-018: single code values that ask for something more, or do not fit the message.

KV-015 HIS 80822:2014 §6.5, HIS 80821:2014 §4.4; KV-017 HISD 1154:2018 §2; KV-018 HIS 1138–1142, 1160 and 1175:2014. The service type of
the document itself (EP-001, HE-001, HE-017, SV-002, RE-001) and the description of the message (SV-005, RE-004) are told there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute
from meldingsloft.validate.checks import ElementCheck, of_families
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.kodeverk.mistakes import told_by_another_series
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_LOCAL = "2.16.578.1.12.4.1.1.8212"
_NEVER = frozenset({"O", "X"})
_OF_SERIES = frozenset({"A", "H"})
_ITEM_CODES = frozenset({"svarrapport", "rekvisisjon"})
"""Families whose single items may be added (A) or history (H)."""
_LABORATORY = frozenset({"CLIN", "MBIO", "CYTO", "HIST", "LAB", "OBD"})
_RADIOLOGY = frozenset({"CT", "MA", "MR", "RTG", "SCI", "UL"})
_DESCRIPTIONS = {"SVAR_LAB": _LABORATORY, "SVAR_RTG": _RADIOLOGY}


def _local_text(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    if element.get("S") == _LOCAL and element.get("V") and not attribute(element, "OT"):
        yield subject.finding("KV-015", element)


def _service_type(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    code, row = attribute(element, "V"), subject.message_type
    if code not in _NEVER and code not in _OF_SERIES:
        return
    if local_name(element) == "Forsendelsesstatus":
        wrong = row is None or code not in row.change_codes
    elif told_by_another_series(element):
        return
    else:
        wrong = code in _NEVER or row is None or row.family not in _ITEM_CODES
    if wrong:
        yield subject.finding("KV-017", element, "V", found=shown(code, local_name(element), "V"))


def _requested(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """What was requested, as a svarrapport repeats it."""
    kind, code = subject.type_element, attribute(element, "V")
    allowed = _DESCRIPTIONS.get("" if kind is None else kind.get("V", ""))
    known = _LABORATORY | _RADIOLOGY
    if allowed is None or code not in known or code in allowed or told_by_another_series(element):
        return
    facts = {"found": shown(code, "MsgDescr", "V"), "expected": ", ".join(sorted(allowed))}
    yield subject.finding("KV-018", element, "V", **facts)


CHECKS = (
    ElementCheck(
        ("KV-015",),
        "codes",
        ("Id", "Spec", "TextCode", "TypeCoded"),
        _local_text,
        of_families("svarrapport", "rekvisisjon"),
        advice=True,
    ),
    ElementCheck(("KV-017",), "codes", ("ServType", "Forsendelsesstatus"), _service_type, advice=True),
    ElementCheck(("KV-018",), "codes", ("MsgDescr",), _requested, of_families("svarrapport"), advice=True),
)
