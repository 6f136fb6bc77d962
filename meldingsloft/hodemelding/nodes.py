"""Steps from an element to its children, by tag and without XPath, for readers that must be fast and never fail.

*Prefix* is a namespace in lxml's form, ``{http://…}``: a tag is prefix + local name. What is missing is ``""`` or None.
"""

from __future__ import annotations

from typing import Any

from lxml import etree


def prefix_of(element: etree._Element) -> str:
    """``{namespace}`` of an element, ``""`` when it has none."""
    tag: str = element.tag
    end = tag.find("}")
    return tag[: end + 1]


def child(element: etree._Element | None, tag: str) -> etree._Element | None:
    """The first child with this tag."""
    if element is None:
        return None
    return next(element.iterchildren(tag), None)


def first_element(element: etree._Element | None) -> etree._Element | None:
    """The first child that is an element."""
    if element is None:
        return None
    return next(element.iterchildren(etree.Element), None)


def children(element: etree._Element | None) -> dict[str, etree._Element]:
    """The first child with each tag: one walk instead of a search for each name."""
    if element is None:
        return {}
    sliced: Any = element  # the stubs know single children only; slicing is the quickest way lxml has
    return {each.tag: each for each in sliced[::-1]}


def value(element: etree._Element | None) -> str:
    """The text of an element without white space around it; comments inside do not cut it off."""
    if element is None:
        return ""
    whole = element.text or ""
    if len(element):
        whole += "".join(inside.tail or "" for inside in element)
    return whole.strip()


def text(element: etree._Element | None, tag: str) -> str:
    """The text of the first child with this tag."""
    return value(child(element, tag))


def code(element: etree._Element | None, tag: str) -> str:
    """``@V`` of the first child with this tag."""
    return attribute(child(element, tag), "V")


def attribute(element: etree._Element | None, name: str) -> str:
    """An attribute without white space around it."""
    if element is None:
        return ""
    value = element.get(name)
    return "" if value is None else value.strip()
