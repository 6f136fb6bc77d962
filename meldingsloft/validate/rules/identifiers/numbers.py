"""The identifiers of a person or an organisation, in the three ways the messages write them.

``Ident`` with Id and TypeId (hodemelding, felleskomponent); Id and TypeId, or OffId and TypeOffId, of the party itself;
``AdditionalId`` with Id and Type. *Carrier* is the element that leads to the type code: TypeId, TypeOffId or AdditionalId.
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, NamedTuple

from meldingsloft.hodemelding.nodes import child, prefix_of, value
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

CARRIERS = ("TypeId", "TypeOffId", "AdditionalId")
_ID_OF = {"TypeId": "Id", "TypeOffId": "OffId", "AdditionalId": "Id"}
_LEADING = ("{*}Ident", *(f"{{*}}{name}" for name in CARRIERS))
"""What leads from a party to its identifiers."""


class Number(NamedTuple):
    """One identifier."""

    kind: str
    """Its type code, ``FNR``, ``HER`` …"""
    text: str
    element: etree._Element
    """That holds the text."""
    carrier: etree._Element


def number_of(carrier: etree._Element, kinds: Container[str] | None = None) -> Number | None:
    """The identifier a carrier belongs to, None when the type or the identifier is missing, or the type not among ``kinds``."""
    p = prefix_of(carrier)
    name = carrier.tag[len(p) :]
    inside = name == "AdditionalId"
    kind = child(carrier, f"{p}Type") if inside else carrier
    code = "" if kind is None else kind.get("V", "")
    if not code or (kinds is not None and code not in kinds):
        return None
    element = child(carrier if inside else carrier.getparent(), p + _ID_OF[name])
    return None if element is None else Number(code, value(element), element, carrier)


def numbers_of(party: etree._Element) -> list[Number]:
    """All identifiers of one person or organisation, in the order of the document."""
    found: list[Number] = []
    for inside in party.iterchildren(*_LEADING):
        carrier = child(inside, "{*}TypeId") if inside.tag.endswith("}Ident") or inside.tag == "Ident" else inside
        number = None if carrier is None else number_of(carrier)
        if number is not None:
            found.append(number)
    return found


def holder_of(carrier: etree._Element) -> etree._Element | None:
    """The person or organisation that a carrier identifies."""
    parent = carrier.getparent()
    if parent is not None and local_name(parent) == "Ident":
        return parent.getparent()
    return parent
