"""A small writer of DER (X.690 §10): tag, definite length in its shortest form, value."""

from __future__ import annotations

SEQUENCE = 0x30
SET = 0x31
INTEGER = 0x02
OCTET_STRING = 0x04
NULL = b"\x05\x00"


def tlv(tag: int, *values: bytes) -> bytes:
    """One element with a one-octet tag; its content is the values, one after the other."""
    content = b"".join(values)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*values: bytes) -> bytes:
    """SEQUENCE."""
    return tlv(SEQUENCE, *values)


def integer(value: int) -> bytes:
    """INTEGER, zero or positive."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octet_string(value: bytes) -> bytes:
    """OCTET STRING, primitive."""
    return tlv(OCTET_STRING, value)


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(0x06, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))
