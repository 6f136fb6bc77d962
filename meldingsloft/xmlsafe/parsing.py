"""Parsing of outside XML (house rule: bytes in, a tree or a coded error out).

Entities are neither loaded nor expanded, no network, no DTD; documents are bounded in size, depth and number of nodes. Codes:
``ML-U001`` not well-formed, ``ML-U002`` encoding, ``ML-U003`` document type declaration, ``ML-U004`` too deep,
``ML-U005`` too large, ``ML-U006`` empty.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from meldingsloft.domain.errors import UnreadableError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one document."""

    max_bytes: int = 64 * 1024 * 1024
    max_depth: int = 250
    """Deepest nesting of elements in documents of 10 MB and more; below that libxml2's own bound (256) holds. The deepest
    official example has 20."""
    max_nodes: int = 1_000_000
    """Elements and attributes, counted by their ``<`` and ``=``. A tree takes some 100 bytes for each: a document of 64 MB that is
    nothing but tags would take gigabytes. The largest official example has 6 000."""


DEFAULT_LIMITS = Limits()
_LIBXML2_TEXT_LIMIT = 10_000_000
"""Bytes of one text node above which libxml2 wants ``huge_tree``, which also lifts its own bound on nesting."""


def _parser(*, huge: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=huge,
        collect_ids=False,
    )


_ORDINARY = _parser(huge=False)
_HUGE = _parser(huge=True)
_ENCODING_FAULTS = frozenset(
    {
        etree.ErrorTypes.ERR_INVALID_CHAR,
        etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
        etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
        etree.ErrorTypes.ERR_INVALID_ENCODING,
        etree.ErrorTypes.I18N_CONV_FAILED,
    }
)
_DECLARED = re.compile(rb"""\s{0,99}<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"'>]{1,99})["']""")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_EBCDIC = b"\x4c\x6f\xa7\x94"
"""``<?xm`` in the encodings of IBM mainframes."""
_PRINTABLE = bytes(range(0x20, 0x7F))
_ELEMENT = re.compile(rb"<[A-Za-z_:\x80-\xff]")


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS) -> etree._Element:
    """The root element of a well-formed document.

    Raises:
        UnreadableError: see the module's codes; ``where`` is left to the caller, ``detail`` holds line and column.
    """
    if len(data) > limits.max_bytes:
        raise UnreadableError(
            "ML-U005",
            f"the document is larger than {limits.max_bytes} bytes",
            hint="raise the size limit if it is meant",
        )
    if not data or data.isspace():
        raise UnreadableError("ML-U006", "the document is empty")
    _check_encoding(data)
    if len(data) > limits.max_nodes and data.count(b"<") + data.count(b"=") > limits.max_nodes:
        raise UnreadableError(
            "ML-U005",
            f"the document has more than {limits.max_nodes} elements and attributes",
            hint="no message type has so many",
        )
    huge = len(data) >= _LIBXML2_TEXT_LIMIT
    if huge:
        _check_depth(data, limits.max_depth)
    try:
        root = etree.fromstring(data, _HUGE if huge else _ORDINARY)
    except etree.XMLSyntaxError as fault:
        raise (_doctype() if _has_doctype(data) else _unreadable(fault)) from None
    except (LookupError, ValueError) as fault:
        raise UnreadableError("ML-U002", "the declared encoding is not known", detail=type(fault).__name__) from None
    if (b"DOCTYPE" in data or b"\x00" in data) and root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    return root


def _check_encoding(data: bytes) -> None:
    """Refuse encodings that write markup otherwise than ASCII does (UTF-7, EBCDIC): nobody who looks at the bytes sees what they say.

    With a byte order mark, or in UTF-16, the bytes themselves tell the encoding.
    """
    if b"\x00" in data[:4] or data.startswith(_MARKS):
        return
    found = _DECLARED.match(data)
    if data.startswith(_EBCDIC) or (found is not None and not _keeps_ascii(found[1])):
        raise UnreadableError(
            "ML-U002", "the declared encoding is not one that is read here", hint="write the document in UTF-8"
        )


@lru_cache(maxsize=64)
def _keeps_ascii(encoding: bytes) -> bool:
    """True for an encoding that is known and in which ASCII stands for itself."""
    try:
        return _PRINTABLE.decode(encoding.decode("ascii").strip()) == _PRINTABLE.decode("ascii")
    except (LookupError, ValueError, Warning):
        return False


def _has_doctype(data: bytes) -> bool:
    """Whether a document type declaration stands before the root element."""
    at = data.find(b"<!DOCTYPE")
    return at >= 0 and _ELEMENT.search(data, 0, at) is None


def _doctype() -> UnreadableError:
    return UnreadableError(
        "ML-U003", "the document has a document type declaration", hint="health messages have none: take it out"
    )


def _check_depth(data: bytes, deepest: int) -> None:
    """Count nesting before the tree is built."""
    depth = 0
    target = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    for start in range(0, len(data), 65536):
        try:
            target.feed(data[start : start + 65536])
        except etree.XMLSyntaxError:
            return  # the real parse tells what is wrong
        for event, element in target.read_events():
            if event == "start":
                depth += 1
                if depth > deepest:
                    raise UnreadableError(
                        "ML-U004", f"elements nest deeper than {deepest}", hint="no message type nests so deep"
                    )
            else:
                depth -= 1
                if not isinstance(element, tuple | None):
                    element.clear()


def _unreadable(fault: etree.XMLSyntaxError) -> UnreadableError:
    line, column = fault.position
    number: int | None = getattr(fault, "code", None)
    if number == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return UnreadableError(
            "ML-U004",
            "elements nest too deep or a value is too long",
            hint="no message type nests so deep",
            detail=f"line {line}",
        )
    code = "ML-U002" if number in _ENCODING_FAULTS else "ML-U001"
    what = (
        "the bytes do not decode as the document declares"
        if code == "ML-U002"
        else "the document is not well-formed XML"
    )
    kind = next(
        (name for name, value in vars(etree.ErrorTypes).items() if value == number and name.startswith("ERR_")), ""
    )
    return UnreadableError(
        code, what, detail=f"line {line}, column {column}: {kind.removeprefix('ERR_').lower().replace('_', ' ')}"
    )


def local_name(element: etree._Element) -> str:
    """The tag without its namespace; ``""`` for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""  # type: ignore[redundant-expr] # comments have a function for a tag


def namespace_of(element: etree._Element) -> str:
    """The namespace of the tag, ``""`` when there is none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""  # type: ignore[redundant-expr] # as above
