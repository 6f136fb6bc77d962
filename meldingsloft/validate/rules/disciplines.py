"""Which discipline a rekvisisjon or svarrapport is about: MsgDescr (kodeverk 8202) and the type of the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import code, prefix_of

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.validate.subject import Subject

RADIOLOGY = frozenset({"CT", "MA", "MR", "RTG", "SCI", "UL"})
PATHOLOGY = frozenset({"HIST", "CYTO", "OBD"})
LABORATORY = frozenset({"CLIN", "MBIO", "LAB"}) | PATHOLOGY
OTHER = "AN"
_OF_TYPE = {
    "SVAR_LAB": LABORATORY,
    "SVAR_RTG": RADIOLOGY,
    "REQ_LAB": LABORATORY,
    "REQ_RTG": RADIOLOGY | {OTHER},
}
"""Message type and the disciplines it may be about (HIS 1138…1142, 1160 and 1175:2014)."""
_ALL = LABORATORY | RADIOLOGY | {OTHER}


def discipline(body: etree._Element) -> str:
    """MsgDescr of ServReq or ServReport."""
    return code(body, f"{prefix_of(body)}MsgDescr")


def misfit(subject: Subject, of: str) -> str:
    """What is wrong with a discipline: ``absent``, ``unknown``, ``type`` (of another message type), or ``""``."""
    if not of:
        return "absent"
    if of not in _ALL:
        return "unknown"
    return "" if of in _OF_TYPE.get(type_code(subject), _ALL) else "type"


def is_radiology(subject: Subject, body: etree._Element) -> bool:
    """True for messages about images."""
    return discipline(body) in RADIOLOGY or type_code(subject).endswith("_RTG")


def type_code(subject: Subject) -> str:
    """Message/Type."""
    element = subject.type_element
    return "" if element is None else element.get("V", "").strip()
