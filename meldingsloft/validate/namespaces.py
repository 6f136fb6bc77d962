"""Which namespaces a document speaks of, so that exactly their schemas judge it.

Lax wildcards judge an element only when its schema is loaded, and ``xsi:type`` may name a type of a namespace no element
stands in; so every *declared* namespace counts. The declarations are found in the bytes, which costs a hundredth of
walking the tree; where bytes and characters may differ the tree is walked.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

XML = "http://www.w3.org/XML/1998/namespace"
"""Declared nowhere and always there."""
_DECLARED = re.compile(rb"xmlns(?=(?::[^\s=<>\"']{0,250})?\s*=\s*(?:\"([^\"<]{0,300})|'([^'<]{0,300})))")
"""Bounded, so that text made to look like declarations takes no more than linear time; looked ahead, so that it cannot hide a real one."""
_PLAIN_START = re.compile(rb"(?::[\w.-]{1,250})?=", re.ASCII)
_PLAIN_URI = re.compile(rb"[\w.:/#+-]{0,300}", re.ASCII)
_LONGEST = 300
"""Bytes of a declaration's beginning, or of a URI, in the plain form."""
_LONG_PREFIX = re.compile(rb"xmlns:[^\s=<>\"']{251}")
_ASCII_BASED = re.compile(r"utf-?8|us-ascii|ascii|iso-?8859-\d+|windows-125\d", re.IGNORECASE)
_WIDE_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00", b"\x4c\x6f")


def declared_namespaces(data: bytes, root: etree._Element) -> frozenset[str]:
    """Every namespace URI declared in the document, and perhaps some that only its text mentions."""
    if not _is_ascii_based(data, root):
        return _walked(root)
    names = _plainly_declared(data)
    if names is None:
        names = _declared(data)
    if names is None:
        return _walked(root)
    return names | {XML} if b"xml:" in data else names


def _plainly_declared(data: bytes) -> frozenset[str] | None:
    """The URIs when every ``xmlns`` of the document begins a declaration as nearly everybody writes it, else None."""
    pieces = tuple([tuple(after.split(b'"', 2)[:2]) for after in data.split(b"xmlns")[1:]])
    if any(len(part) > _LONGEST for piece in pieces for part in piece):  # text, which nobody shall remember
        return None
    return _names(pieces)


@lru_cache(maxsize=1024)
def _names(declarations: tuple[tuple[bytes, ...], ...]) -> frozenset[str] | None:
    """The URIs of what stands behind each ``xmlns`` up to a quotation mark, and from there up to the next."""
    plain = all(
        len(declaration) == 2 and _PLAIN_START.fullmatch(declaration[0]) and _PLAIN_URI.fullmatch(declaration[1])
        for declaration in declarations
    )
    return frozenset([uri.decode("ascii") for _, uri in declarations]) if plain else None


def _declared(data: bytes) -> frozenset[str] | None:
    """The URIs of declarations in any form, None when only the tree can tell."""
    found = {quoted or apostrophed for quoted, apostrophed in _DECLARED.findall(data)}
    if any(b"&" in uri for uri in found) or _LONG_PREFIX.search(data):
        return None
    return frozenset([uri.decode("utf-8", "replace") for uri in found])


def _is_ascii_based(data: bytes, root: etree._Element) -> bool:
    """True when ASCII stands for itself in the bytes of the document."""
    encoding = root.getroottree().docinfo.encoding
    return not (data.startswith(_WIDE_STARTS) or (encoding and not _ASCII_BASED.fullmatch(encoding)))


def _walked(root: etree._Element) -> frozenset[str]:
    return frozenset(uri for element in root.iter(etree.Element) for uri in element.nsmap.values()) | {XML}
