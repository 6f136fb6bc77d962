"""Canonical XML of documents and of elements in their context, without libxml2's trap.

lxml canonicalises whole documents rightly, and single elements wrongly where a default namespace is in scope and siblings
or ancestors exist (false ``xmlns=""``). So an element is serialised, parsed as a document of its own, given the ``xml:``
attributes it inherits, and canonicalised as that document. Where a document's canonical bytes are at hand, an element that is
plainly to be found in them is cut out of them instead, which costs next to nothing. Sources: Canonical XML 1.0, Exclusive
XML Canonicalization 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from meldingsloft.crypto.algorithms import CanonicalForm
from meldingsloft.domain.errors import SignatureError

XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"

_XML = f"{{{XML_NAMESPACE}}}"
_ESCAPED = re.compile(r'[&<"\t\n\r]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, collect_ids=False)


@dataclass(frozen=True, slots=True)
class Cut:
    """An element cut out of canonical bytes."""

    before: bytes
    inside: bytes
    """From its start tag to its end tag."""
    after: bytes

    @property
    def without(self) -> bytes:
        """The canonical form of the document without the element."""
        return self.before + self.after


def document(root: etree._Element, form: CanonicalForm) -> bytes:
    """The canonical form of the whole document ``root`` belongs to, with what stands before and after the root element.

    Raises:
        SignatureError: ``ML-K015`` the document has no canonical form (a relative namespace URI, for example).
    """
    try:
        prefixes = list(form.prefixes) or None
        return etree.tostring(
            root.getroottree(),
            method="c14n",
            exclusive=form.exclusive,
            with_comments=form.comments,
            inclusive_ns_prefixes=prefixes,
        )
    except etree.C14NError as fault:
        hint = "namespace names must be absolute URIs"
        raise SignatureError("ML-K015", "the XML cannot be canonicalised", hint=hint) from fault


def element(node: etree._Element, form: CanonicalForm) -> bytes:
    """The canonical form of one element and what is in it, in its context.

    Raises:
        SignatureError: ``ML-K015``.
    """
    alone = etree.fromstring(etree.tostring(node, with_tail=False, encoding="UTF-8"), _PARSER)
    if not form.exclusive:
        for name, value in inherited(node).items():
            if name not in alone.attrib:
                alone.set(name, value)
    return document(alone, form)


def inherited(node: etree._Element) -> dict[str, str]:
    """The ``xml:`` attributes of the ancestors, nearest first, by full name."""
    found: dict[str, str] = {}
    for ancestor in node.iterancestors():
        for name, value in ancestor.attrib.items():
            if isinstance(name, str) and name.startswith(_XML):
                found.setdefault(name, str(value))
    return found


def start_tag(name: str, namespaces: Iterable[tuple[str | None, str]], attributes: Mapping[str, str]) -> bytes:
    """A canonical start tag: namespaces by prefix (None is the default), then attributes by namespace and name.

    ``attributes`` have plain names or full names in the ``xml:`` namespace.
    """
    pieces = [f"<{name}"]
    for prefix, uri in sorted((prefix or "", uri) for prefix, uri in namespaces):
        pieces.append(f' xmlns:{prefix}="{attribute_text(uri)}"' if prefix else f' xmlns="{attribute_text(uri)}"')
    ordered = sorted(attributes, key=lambda full: (full.startswith(_XML), full))
    pieces += [f' {full.replace(_XML, "xml:")}="{attribute_text(attributes[full])}"' for full in ordered]
    pieces.append(">")
    return "".join(pieces).encode()


def attribute_text(value: str) -> str:
    """An attribute's value in canonical form."""
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], value) if _ESCAPED.search(value) else value


def qualified_name(node: etree._Element) -> str:
    """The tag as written, with its prefix."""
    local = str(node.tag).rpartition("}")[2]
    return f"{node.prefix}:{local}" if node.prefix else local


def cut(canonical: bytes, node: etree._Element) -> Cut | None:
    """An element by its place in the canonical bytes of its document; None where that place is not beyond doubt.

    There is no doubt when the bytes hold no comments or processing instructions and the element's written name starts and
    ends exactly one element: ``<`` is escaped everywhere else.
    """
    if holds_more_than_elements(canonical):
        return None
    bare, spaced, closing = _tags(qualified_name(node))
    bare_ones, spaced_ones = canonical.count(bare), canonical.count(spaced)
    if bare_ones + spaced_ones != 1 or canonical.count(closing) != 1:
        return None
    start, end = canonical.index(bare if bare_ones else spaced), canonical.rindex(closing) + len(closing)
    return Cut(canonical[:start], canonical[start:end], canonical[end:])


def holds_more_than_elements(canonical: bytes) -> bool:
    """True when canonical bytes hold comments or processing instructions; single bytes are looked for first, far faster."""
    return (b"!" in canonical and b"<!" in canonical) or (b"?" in canonical and b"<?" in canonical)


@lru_cache(maxsize=64)
def _tags(name: str) -> tuple[bytes, bytes, bytes]:
    """Start tag without attributes, start of one with, end tag."""
    opening = b"<" + name.encode()
    return opening + b">", opening + b" ", b"</" + name.encode() + b">"


def as_apex(inside: bytes, node: etree._Element) -> bytes | None:
    """The inclusive canonical form of an element from its text inside a larger canonical form; None where in doubt.

    The start tag is written anew with everything that is in scope; nothing below it changes.
    """
    namespaces = node.nsmap
    attributes = {str(name): str(value) for name, value in node.attrib.items()} if len(node.attrib) else {}
    if "" in namespaces.values() or any(">" in value for value in (*namespaces.values(), *attributes.values())):
        return None
    if any(name.startswith("{") for name in attributes) or b'xmlns=""' in inside:
        return None
    attributes = {**inherited(node), **attributes}
    rest = inside[inside.index(b">") + 1 :]
    return start_tag(qualified_name(node), namespaces.items(), attributes) + rest
