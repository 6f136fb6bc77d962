"""Whether a person or unit of an HCP message is named and can be telephoned (HITS 1174:2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, text

if TYPE_CHECKING:
    from lxml import etree

_NO_TELEPHONE = ("fax:", "mailto:", "http:", "https:")


def is_named(holder: etree._Element) -> bool:
    """The HCP inside names a person, a unit or a virksomhet."""
    p = prefix_of(holder)
    hcp = child(holder, f"{p}HCP")
    if hcp is None:
        return False
    for known in hcp.iterchildren(f"{p}Inst", f"{p}HCProf"):
        if text(known, f"{p}Name"):
            return True
        if any(text(below, f"{p}Name") for below in known.iterchildren(f"{p}Dept", f"{p}HCPerson")):
            return True
    return False


def has_telephone(holder: etree._Element) -> bool:
    """The HCP inside has a telephone number in its address."""
    p = prefix_of(holder)
    address = child(child(holder, f"{p}HCP"), f"{p}Address")
    if address is None:
        return False
    numbers = (attribute(each, "V") for each in address.iterchildren(f"{p}TeleAddress"))
    return any(number and not number.lower().startswith(_NO_TELEPHONE) for number in numbers)
