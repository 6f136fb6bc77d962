"""Whether a patient is sufficiently identified, as a receiver has to judge it (HIS 80415:2012 §3.3.4, AR-071).

A name and one of: fødselsnummer, D-nummer, felles hjelpenummer, or date of birth with sex (rules MH-021, EP-007, HE-003,
SV-006, RE-006). A number that is not eleven digits identifies nobody (ID-001); wrong check digits are no reason to reject
(ID-002).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, children, code, text, value

if TYPE_CHECKING:
    from lxml import etree

OFFICIAL = frozenset({"FNR", "DNR", "FHN"})
"""Types of identity number that identify a patient (kodeverk 8116)."""
_NUMBER = re.compile(r"[0-9]{11}")


def identified_in_head(patient: etree._Element | None, p: str) -> bool:
    """True when ``MsgInfo/Patient`` names and identifies the patient; ``p`` is the prefix of MsgHead."""
    inside = children(patient)
    if patient is None or not (value(inside.get(p + "FamilyName")) and value(inside.get(p + "GivenName"))):
        return False
    for ident in patient.iterchildren(p + "Ident"):
        if _official(text(ident, p + "Id"), code(ident, p + "TypeId")):
            return True
    return bool(value(inside.get(p + "DateOfBirth")) and attribute(inside.get(p + "Sex"), "V"))


def identified_in_body(patient: etree._Element | None, p: str) -> bool:
    """True when the ``Patient`` of a ``Message`` names and identifies the patient; ``p`` is the message's prefix."""
    inside = children(patient)
    if patient is None or not value(inside.get(p + "Name")):
        return False
    if _official(value(inside.get(p + "OffId")), attribute(inside.get(p + "TypeOffId"), "V")):
        return True
    for ident in patient.iterchildren(p + "AdditionalId"):
        if _official(text(ident, p + "Id"), code(ident, p + "Type")):
            return True
    return bool(attribute(inside.get(p + "DateOfBirth"), "V") and attribute(inside.get(p + "Sex"), "V"))


def _official(number: str, kind: str) -> bool:
    return kind in OFFICIAL and _NUMBER.fullmatch(number) is not None
