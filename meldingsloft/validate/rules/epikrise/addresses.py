"""EP-027, EP-028: addresses fit whom they are of, and recipients of copies are marked as such.

HIS 80226:2014 class Adresse and class Kopimottakerrolle. H is the home of a patient, PST and WP are for organisations and
people at work; what is asked is that the two are not mistaken for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.epikrise.scope import EPIKRISE
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_WORK = frozenset({"WP", "RES", "INV"})
_HOME = frozenset({"H", "HP", "HV"})
_WRONG = {"Patient": ("patient", _WORK), "HCP": ("provider", _HOME), "Inst": ("provider", _HOME)}


def _address(subject: Subject, address: etree._Element) -> Iterator[Finding]:
    kind = child(address, f"{prefix_of(address)}Type")
    found = attribute(kind, "V")
    if kind is None or not found:
        yield subject.finding("EP-027", address, detail="absent")
        return
    parent = address.getparent()
    detail, wrong = _WRONG.get("" if parent is None else local_name(parent), ("", frozenset()))
    if found in wrong:
        yield subject.finding("EP-027", kind, "V", detail=detail, found=shown(found, "Type", "V"))


def _copy(subject: Subject, copy: etree._Element) -> Iterator[Finding]:
    p = prefix_of(copy)
    role = child(copy, f"{p}Role")
    if role is not None and attribute(role, "V") != "COP":
        yield subject.finding("EP-028", role, "V", detail="role", found=shown(role.get("V", ""), "Role", "V"))
    sent = attribute(subject.type_element, "V")
    for copied in copy.iterchildren(f"{p}CopyDestRole"):
        kind = child(copied, f"{p}MsgType")
        if kind is not None and code(copied, f"{p}MsgType") != sent:
            facts = {"found": shown(kind.get("V", ""), "MsgType", "V"), "expected": shown(sent, "Type", "V")}
            yield subject.finding("EP-028", kind, "V", detail="type", **facts)


CHECKS = (
    ElementCheck(("EP-027",), "rules", ("Address",), _address, EPIKRISE, advice=True),
    ElementCheck(("EP-028",), "rules", ("CopyDest",), _copy, EPIKRISE, advice=True),
)
