"""A tolerant reader of BER (X.690 §8): definite and indefinite lengths, strings in pieces; bounded in size, depth and number.

Other systems stream their CMS with indefinite lengths and OCTET STRINGs in pieces of 1000 bytes or so. The reader keeps
offsets into the bytes, copies nothing before it is asked, and works with a stack of its own: no input makes it recurse.
Tags above 30 do not occur in CMS and are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

CONSTRUCTED = 0x20


class BerError(ValueError):
    """The bytes are no BER."""


class BerLimitError(BerError):
    """The bytes are deeper, larger or more fragmented than a message can be."""


@dataclass(frozen=True, slots=True)
class BerLimits:
    """Bounds for one object."""

    max_bytes: int = 96 * 1024 * 1024
    max_depth: int = 40
    """Levels of nesting; a certificate-laden EnvelopedData has about twelve."""
    max_elements: int = 200_000
    """A payload of 64 MB in pieces of 1000 bytes has 64 000."""


DEFAULT_LIMITS = BerLimits()
_NONE: list[Element] = []
"""The children of every primitive element; never written to."""


class Element:
    """One element; offsets count from the start of the bytes that were read.

    A plain class with a list for constructed elements only: some forty are made for every payload.
    """

    __slots__ = ("children", "constructed", "data", "end", "next", "outer", "start", "tag")

    def __init__(self, data: bytes, tag: int, constructed: bool, outer: int, start: int, end: int) -> None:
        self.data = data
        self.tag = tag
        """First octet without the bit that marks constructed ones."""
        self.constructed = constructed
        self.outer = outer
        """Offset of the tag."""
        self.start = start
        """Offset of the content."""
        self.end = end
        """Offset after the content; -1 until it is known."""
        self.next = end
        """Offset after the element (and its end-of-contents octets)."""
        self.children: list[Element] = [] if constructed else _NONE

    @property
    def content(self) -> bytes:
        """The content octets as written."""
        return self.data[self.start : self.end]

    @property
    def whole(self) -> bytes:
        """Tag, length and content as written."""
        return self.data[self.outer : self.next]

    def child(self, index: int, tag: int | None = None) -> Element:
        """A child by place.

        Raises:
            BerError: there is none, or it has another tag.
        """
        if index >= len(self.children):
            raise BerError("an element is missing")
        found = self.children[index]
        if tag is not None and found.tag != tag:
            raise BerError("an element has another tag than expected")
        return found

    def octets(self) -> bytes:
        """The value of a string type, its pieces joined in order."""
        if not self.constructed:
            return self.content
        return b"".join(piece.content for piece in self._pieces())

    def _pieces(self) -> Iterator[Element]:
        waiting = list(reversed(self.children))
        while waiting:
            piece = waiting.pop()
            if piece.tag != 0x04:
                raise BerError("a string holds something else than its pieces")
            if piece.constructed:
                waiting.extend(reversed(piece.children))
            else:
                yield piece


def read(data: bytes, limits: BerLimits = DEFAULT_LIMITS) -> Element:
    """The first element of some bytes with everything inside it; line ends and zeros after it are passed over.

    Raises:
        BerLimitError: beyond the limits.
        BerError: no BER, or other bytes follow.
    """
    if len(data) > limits.max_bytes:
        raise BerLimitError("larger than the limit")
    root = _header(data, 0, len(data))
    stack = [root] if root.constructed else []
    position, count = root.start, 1
    while stack:
        parent = stack[-1]
        stop = parent.end
        if position == stop:
            stack.pop()
            continue
        if stop < 0:
            if data[position : position + 2] == b"\x00\x00":
                parent.end, parent.next = position, position + 2
                position += 2
                stack.pop()
                continue
            stop = len(data)
        element = _header(data, position, stop)
        count += 1
        if count > limits.max_elements:
            raise BerLimitError("more elements than the limit")
        parent.children.append(element)
        if element.constructed:
            stack.append(element)
            if len(stack) > limits.max_depth:
                raise BerLimitError("nested deeper than the limit")
            position = element.start
        else:
            position = element.next
    if data[root.next :].strip(b"\r\n\x00"):
        raise BerError("something follows the object")
    return root


def _header(data: bytes, offset: int, stop: int) -> Element:
    """Tag and length at an offset; the content of a definite length lies before ``stop``."""
    if offset + 2 > stop:
        raise BerError("cut off")
    tag, size, start = data[offset], data[offset + 1], offset + 2
    if tag & 0x1F == 0x1F:
        raise BerError("a tag above 30")
    constructed = tag & CONSTRUCTED != 0
    tag &= ~CONSTRUCTED
    if size == 0x80:
        if not constructed:
            raise BerError("an indefinite length without constructed content")
        return Element(data, tag, constructed, offset, start, -1)
    if size > 0x80:
        octets = size & 0x7F
        if octets > 8 or start + octets > stop:
            raise BerError("a length that cannot be")
        size = int.from_bytes(data[start : start + octets], "big")
        start += octets
    end = start + size
    if end > stop:
        raise BerError("cut off")
    return Element(data, tag, constructed, offset, start, end)
