"""Whether a patient is sufficiently identified, as a receiver has to judge it (HIS 80415:2012 §3.3.4, AR-071).

A name and one of: fødselsnummer, D-nummer, felles hjelpenummer, or date of birth with sex (rules MH-021, EP-007, HE-003,
SV-006, RE-006). A number that is not eleven digits identifies nobody (ID-001); wrong check digits are no reason to reject
(ID-002).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, text

if TYPE_CHECKING:
    from lxml import etree

OFFICIAL = frozenset({"FNR", "DNR", "FHN"})
"""Types of identity number that identify a patient (kodeverk 8116)."""
_NUMBER = re.compile(r"[0-9]{11}")


def identified_in_head(patient: etree._Element | None, p: str) -> bool:
    """True when ``MsgInfo/Patient`` names and identifies the patient; ``p`` is the prefix of MsgHead."""
    if patient is None or not (text(patient, p + "FamilyName") and text(patient, p + "GivenName")):
        return False
    for ident in patient.iterchildren(p + "Ident"):
        if _official(text(ident, p + "Id"), code(ident, p + "TypeId")):
            return True
    return bool(text(patient, p + "DateOfBirth") and code(patient, p + "Sex"))


def identified_in_body(patient: etree._Element | None, p: str) -> bool:
    """True when the ``Patient`` of a ``Message`` names and identifies the patient; ``p`` is the message's prefix."""
    if patient is None or not text(patient, p + "Name"):
        return False
    if _official(text(patient, p + "OffId"), code(patient, p + "TypeOffId")):
        return True
    for ident in patient.iterchildren(p + "AdditionalId"):
        if _official(text(ident, p + "Id"), code(ident, p + "Type")):
            return True
    return bool(attribute(child(patient, p + "DateOfBirth"), "V") and code(patient, p + "Sex"))


def _official(number: str, kind: str) -> bool:
    return kind in OFFICIAL and _NUMBER.fullmatch(number) is not None
