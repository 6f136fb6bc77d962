"""How single values of an envelope's elements are read: text, attributes, ``cid:`` URIs, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.identifiers import ContentId
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.ebxml.blocks import elements
from meldingsloft.xmlsafe import nodes_inside

if TYPE_CHECKING:
    from lxml import etree

EB = f"{{{ns.EB}}}"


def text_of(element: etree._Element | None) -> str:
    """The text of an element without the white space round it; comments inside are passed over, as C14N does.

    Empty where elements stand inside: a value has none.
    """
    if element is None:
        return ""
    if not len(element):
        return (element.text or "").strip()
    if next(elements(element), None) is not None:
        return ""
    return ((element.text or "") + "".join(child.tail or "" for child in element)).strip()


def content_id_of(href: str) -> ContentId | None:
    """The Content-ID that a ``cid:`` URI names, percent-decoded; None for another URI (RFC 2392)."""
    scheme, colon, rest = href.strip().partition(":")
    return ContentId(unquote(rest)) if colon and scheme.lower() == "cid" and rest else None


def check_version(element: etree._Element, path: str) -> None:
    """Refuse a block that is not of ebMS 2.0.

    Raises:
        EnvelopeError: ``ML-E010`` (EB-050).
    """
    if (attribute_of(element, "version") or "") != ns.VERSION:
        raise EnvelopeError(
            "ML-E010",
            f"{path.rpartition('/')[2]} is not of version 2.0",
            answer="NotSupported",
            location=f"{path}/@eb:version",
            hint="EB-050",
        )


def attribute_of(element: etree._Element, name: str) -> str | None:
    """An eb: attribute without the white space round it; None when it is absent."""
    value = element.get(EB + name)
    return value.strip() if value is not None else None


def only(parent: etree._Element, name: str) -> etree._Element | None:
    """The eb: child of a name; None when there is none or more than one."""
    tag = EB + name
    found = [child for child in nodes_inside(parent) if child.tag == tag]
    return found[0] if len(found) == 1 else None


def only_text(parent: etree._Element, name: str) -> str:
    """The text of the one eb: child of a name; empty when there is none or more than one."""
    return text_of(only(parent, name))
