"""Which namespaces a document speaks of, so that exactly their schemas judge it.

Lax wildcards judge an element only when its schema is loaded, and ``xsi:type`` may name a type of a namespace no element
stands in; so every *declared* namespace counts. The declarations are found in the bytes, which costs a hundredth of
walking the tree; where bytes and characters may differ the tree is walked.
"""

from __future__ import annotations

import re

from lxml import etree

XML = "http://www.w3.org/XML/1998/namespace"
"""Declared nowhere and always there."""
_DECLARED = re.compile(rb"xmlns(?::[^\s=<>\"']{0,250})?\s*=\s*(?:\"([^\"<]{0,300})|'([^'<]{0,300}))")
"""Bounded, so that text made to look like declarations takes no more than linear time."""
_LONG_PREFIX = re.compile(rb"xmlns:[^\s=<>\"']{251}")
_ASCII_BASED = re.compile(r"utf-?8|us-ascii|ascii|iso-?8859-\d+|windows-125\d", re.IGNORECASE)
_WIDE_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00", b"\x4c\x6f")


def declared_namespaces(data: bytes, root: etree._Element) -> frozenset[str]:
    """Every namespace URI declared in the document, and perhaps some that only its text mentions."""
    if not _is_ascii_based(data, root):
        return _walked(root)
    found: set[bytes] = set()
    at = data.find(b"xmlns")
    while at >= 0:
        declared = _DECLARED.match(data, at)
        if declared is not None:
            found.add(declared[1] or declared[2] or b"")
        elif _LONG_PREFIX.match(data, at):
            return _walked(root)
        at = data.find(
            b"xmlns", at + 5
        )  # not behind the URI: text that looks like a declaration cannot hide a real one
    if any(b"&" in uri for uri in found):
        return _walked(root)
    names = frozenset([uri.decode("utf-8", "replace") for uri in found])
    return names | {XML} if b"xml:" in data else names


def _is_ascii_based(data: bytes, root: etree._Element) -> bool:
    """True when ASCII stands for itself in the bytes of the document."""
    encoding = root.getroottree().docinfo.encoding
    return not (data.startswith(_WIDE_STARTS) or (encoding and not _ASCII_BASED.fullmatch(encoding)))


def _walked(root: etree._Element) -> frozenset[str]:
    return frozenset(uri for element in root.iter(etree.Element) for uri in element.nsmap.values()) | {XML}
