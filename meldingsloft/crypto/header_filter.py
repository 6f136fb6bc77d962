"""The XPath transform of the envelope's signature: what is addressed to a next MSH is outside it (HIS 1037:2011 §5.5).

Vendors write the expression with different prefixes and spacing, so its meaning is compared and not its text; this one
meaning is understood and really carried out, any other expression is refused.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from meldingsloft.crypto import canonical
from meldingsloft.crypto.algorithms import SOAP, CanonicalForm
from meldingsloft.domain.errors import SignatureError

NEXT_MSH = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"
NEXT = "http://schemas.xmlsoap.org/soap/actor/next"

_ACTORS = frozenset({NEXT_MSH, NEXT})
_ADDRESSED = tuple(f':actor="{actor}"'.encode() for actor in (NEXT_MSH, NEXT))
_LONGEST_PREFIX = 64
"""Bytes looked back over for the space before an attribute or the ``@`` of an expression; without either there is doubt."""
_ACTOR = f"{{{SOAP}}}actor"
_TOKEN = re.compile(r""""[^"]*"|'[^']*'|[^\s"']+|["']""")
_ARM = r"""ancestor-or-self::(?:node\(\)|\*)\[@([\w.-]+):actor=(?:"([^"]*)"|'([^']*)')\]"""
_EXPRESSION = re.compile(rf"not\({_ARM}\|{_ARM}\)")


def is_his_expression(text: str, namespaces: Mapping[str | None, str]) -> bool:
    """True when an XPath expression means that of HIS 1037 §5.5; ``namespaces`` are those in scope where it stands."""
    found = _EXPRESSION.fullmatch("".join(_TOKEN.findall(text)))
    if found is None:
        return False
    first, one, other_one, second, two, other_two = found.groups()
    return {one or other_one, two or other_two} == _ACTORS and namespaces.get(first) == namespaces.get(second) == SOAP


def mentions_actors(data: bytes) -> bool:
    """False when nothing in canonical bytes can be addressed to a next MSH.

    An Acknowledgment quotes the XPath of what it acknowledges; that is text and no attribute, as the ``@`` shows that no
    name can hold. A canonical attribute has one space before its name, and its value stands in double quotes.
    """
    return any(_may_be_attribute(data, place) for addressed in _ADDRESSED for place in _places(data, addressed))


def _places(data: bytes, sought: bytes) -> Iterator[int]:
    place = data.find(sought)
    while place >= 0:
        yield place
        place = data.find(sought, place + 1)


def _may_be_attribute(data: bytes, end: int) -> bool:
    """Whether a name that ends at an offset may be an attribute's."""
    before = data[max(0, end - _LONGEST_PREFIX) : end]
    return before.rfind(b"@") <= before.rfind(b" ")


def signed_form(envelope: bytes) -> bytes:
    """What is signed of an envelope in C14N 1.0: itself, unless parts are addressed to a next MSH.

    Raises:
        SignatureError: ``ML-K010`` the root element is, so nothing is left.
    """
    if not mentions_actors(envelope):
        return envelope
    root = etree.fromstring(envelope, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    left = without(root, None, filtered=True)
    if left is None:
        raise SignatureError("ML-K010", "the envelope is addressed to a next MSH as a whole: nothing would be signed")
    return canonical.document(left, CanonicalForm())


def without(root: etree._Element, signature: etree._Element | None, *, filtered: bool) -> etree._Element | None:
    """The root of a copy of the document without the signature and, if ``filtered``, what is addressed to a next MSH.

    None when that is the root element itself.
    """
    if filtered and root.get(_ACTOR) in _ACTORS:
        return None
    copied: etree._Element = copy.deepcopy(root.getroottree()).getroot()
    if signature is not None:
        _take_out(_counterpart(signature, copied))
    if filtered:
        for node in [node for node in copied.iter(etree.Element) if node.get(_ACTOR) in _ACTORS]:
            _take_out(node)
    return copied


def _counterpart(node: etree._Element, root: etree._Element) -> etree._Element:
    """The node at the same place below another root."""
    steps: list[int] = []
    parent = node.getparent()
    while parent is not None:
        steps.append(parent.index(node))
        node, parent = parent, parent.getparent()
    for step in reversed(steps):
        root = root[step]
    return root


def _take_out(node: etree._Element) -> None:
    """Remove a node and keep the text after it."""
    parent, before = node.getparent(), node.getprevious()
    assert parent is not None
    if node.tail:
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)
