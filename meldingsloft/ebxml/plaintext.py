"""What stands inside the CMS object: a MIME entity, the bare document, or either of them gzipped (conflict C12).

Source: HITS 1172 §5.15.1 (MIME entity), HIS 1037 §5.5 (the document), CPP-T packages (gzip).
"""

from __future__ import annotations

import zlib
from typing import Literal

from meldingsloft.domain.errors import UnreadableError
from meldingsloft.ebxml.mime import read_entity

Plaintext = Literal["mime", "bare"]

_INNER_HEAD = b"Content-Type: application/xml\r\nContent-Transfer-Encoding: binary\r\n\r\n"
_XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_GZIP = b"\x1f\x8b"
_LAYERS = 3
MAX_PAYLOAD = 64 * 1024 * 1024
"""Bytes of one payload when all is unpacked."""


def write_plaintext(payload: bytes, form: Plaintext) -> bytes:
    """The bytes to encrypt; the payload's own bytes are never changed."""
    return _INNER_HEAD + payload if form == "mime" else payload


def read_plaintext(data: bytes, max_bytes: int = MAX_PAYLOAD) -> bytes:
    """The document inside, told by its first bytes.

    Raises:
        UnreadableError: ``ML-U034`` it does not unpack, or to too much; codes of the inner MIME entity.
    """
    for _ in range(_LAYERS):
        if data.startswith(_GZIP):
            data = _unzip(data, max_bytes)
        elif _is_xml(data):
            return data
        else:
            data = read_entity(data).content
            if not data.startswith(_GZIP):
                return data
    raise UnreadableError("ML-U034", "the payload is packed in too many layers", where="payload")


def _is_xml(data: bytes) -> bool:
    return data.startswith(_XML_STARTS) or data[:200].lstrip()[:1] == b"<"


def _unzip(data: bytes, max_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, max_bytes + 1)
    except zlib.error:
        raise UnreadableError("ML-U034", "the payload does not unpack", where="payload") from None
    if len(unpacked) > max_bytes:
        raise UnreadableError("ML-U034", f"the payload unpacks to more than {max_bytes} bytes", where="payload")
    if not unpacker.eof:
        raise UnreadableError("ML-U034", "the packed payload is cut off", where="payload")
    return unpacked
