"""Content-Transfer-Encoding, both ways: strict in what decodes, exact in what is written (RFC 2045 §6)."""

from __future__ import annotations

import binascii
import re
import struct

from meldingsloft.domain.errors import UnreadableError

LINE = 76
"""Longest line of base64 (RFC 2045 §6.8)."""
AS_IS = frozenset({"", "7bit", "8bit", "binary"})
_WHITE = b" \t\r\n"
_QP_BROKEN = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\Z))|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]")
_QP_TRAILING = re.compile(rb"(?<![ \t])[ \t]+(?=\r?\n|\Z)")
"""From the beginning of a run of blanks only: a run of a million is looked at once."""


def decode(data: bytes, encoding: str, *, where: str, offset: int) -> bytes:
    """The decoded bytes of a part; ``7bit``, ``8bit``, ``binary`` and no encoding at all give the bytes as they are.

    Raises:
        UnreadableError: ``ML-U029`` the bytes are not what the header says; ``ML-U030`` an encoding nobody knows.
    """
    if encoding == "base64":
        return _from_base64(data, where, offset)
    if encoding in AS_IS:
        return data
    if encoding == "quoted-printable":
        return _from_quoted_printable(data, where, offset)
    raise UnreadableError(
        "ML-U030", "the Content-Transfer-Encoding is not a known one", where=where, detail=f"byte {offset}"
    )


def _from_base64(data: bytes, where: str, offset: int) -> bytes:
    packed = data.translate(None, _WHITE)
    if len(packed) % 4:
        raise _broken("base64", where, offset)
    try:
        return binascii.a2b_base64(packed, strict_mode=True)
    except binascii.Error:
        raise _broken("base64", where, offset) from None


def _from_quoted_printable(data: bytes, where: str, offset: int) -> bytes:
    broken = _QP_BROKEN.search(data)
    if broken:
        raise _broken("quoted-printable", where, offset + broken.start())
    return binascii.a2b_qp(_QP_TRAILING.sub(b"", data))


def _broken(encoding: str, where: str, offset: int) -> UnreadableError:
    return UnreadableError(
        "ML-U029", f"the part does not decode as the {encoding} it declares", where=where, detail=f"byte {offset}"
    )


def to_base64(data: bytes) -> bytes:
    """Base64 in lines of 76 signs with CRLF between them, none after the last."""
    packed = binascii.b2a_base64(data, newline=False)
    whole = len(packed) // LINE
    lines = struct.Struct(f"{LINE}s" * whole).unpack_from(packed)
    rest = packed[whole * LINE :]
    return b"\r\n".join((*lines, rest) if rest else lines)
