"""Questions to one coded value (CV): whether it says what it means, and in which list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute

if TYPE_CHECKING:
    from collections.abc import Collection

    from lxml import etree


def says_what(coded: etree._Element) -> bool:
    """A code system, and code with display text or a text of its own (HIS 80117:2002 §4.3.3)."""
    if not attribute(coded, "S"):
        return False
    return bool(attribute(coded, "OT") or (attribute(coded, "V") and attribute(coded, "DN")))


def is_of(coded: etree._Element | None, lists: Collection[str]) -> bool:
    """True when ``S`` names one of these national lists, by number."""
    return list_number(coded) in lists


def list_number(coded: etree._Element | None) -> str:
    """The last arc of ``S``: the number of a national list."""
    return attribute(coded, "S").rpartition(".")[2]
