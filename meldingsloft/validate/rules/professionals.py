"""Reading names and telephones of the professionals and units that a message names (HITS 1174:2017 asks for both)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, text

if TYPE_CHECKING:
    from lxml import etree


def names(hcp: etree._Element | None) -> bool:
    """True when an HCP says who it is: the person, or the virksomhet or a part of it."""
    if hcp is None:
        return False
    p = prefix_of(hcp)
    person, inst = child(hcp, f"{p}HCProf"), child(hcp, f"{p}Inst")
    if person is not None:
        return bool(text(person, f"{p}Name"))
    if inst is None:
        return False
    return any(text(each, f"{p}Name") for each in (inst, *inst.iterchildren(f"{p}Dept", f"{p}HCPerson")))


def has_telephone(hcp: etree._Element | None) -> bool:
    """True when the Address of an HCP has a telephone number."""
    if hcp is None:
        return False
    return telephones(child(hcp, f"{prefix_of(hcp)}Address"))


def telephones(holder: etree._Element | None) -> bool:
    """True when there is a TeleAddress ``tel:…`` in an Address or a TeleCom."""
    if holder is None:
        return False
    p = prefix_of(holder)
    return any(_is_number(attribute(each, "V")) for each in holder.iterchildren(f"{p}TeleAddress"))


def _is_number(url: str) -> bool:
    scheme, _, number = url.partition(":")
    return scheme.lower() == "tel" and bool(number.strip())


def says(element: etree._Element | None) -> bool:
    """True when there are words in it, plain or inside XHTML."""
    return element is not None and any(str(words).strip() for words in element.itertext())
