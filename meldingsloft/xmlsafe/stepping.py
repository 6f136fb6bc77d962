"""From an element to what stands directly inside it, in one step: slicing is the quickest way lxml has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree


def nodes_inside(element: etree._Element) -> list[etree._Element]:
    """Its children in order, comments and processing instructions too: their ``tag`` is no text."""
    sliced: Any = element  # the stubs know single children only
    return sliced[:]  # type: ignore[no-any-return]
