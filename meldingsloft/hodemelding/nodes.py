"""Steps from an element to its children, by tag and without XPath, for readers that must be fast and never fail.

*Prefix* is a namespace in lxml's form, ``{http://…}``: a tag is prefix + local name. What is missing is ``""`` or None.
"""

from __future__ import annotations

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


def text(element: etree._Element | None, tag: str) -> str:
    """The text of the first child with this tag, without white space around it."""
    if element is None:
        return ""
    found = next(element.iterchildren(tag), None)
    return "" if found is None or found.text is None else found.text.strip()


def code(element: etree._Element | None, tag: str) -> str:
    """``@V`` of the first child with this tag."""
    return attribute(child(element, tag), "V")


def attribute(element: etree._Element | None, name: str) -> str:
    """An attribute without white space around it."""
    if element is None:
        return ""
    value = element.get(name)
    return "" if value is None else value.strip()
