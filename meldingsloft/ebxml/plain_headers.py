"""Header blocks and Content-Types in the form that nearly every mail has, read in few steps.

What is written in any other way is left to ``ebxml.headers``, which reads everything and is the measure: whatever is told here
is what it would tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_USUAL_NAMES = frozenset(
    {
        "From", "To", "Message-ID", "Date", "Subject", "In-Reply-To", "Reply-To", "Return-Path", "Received", "MIME-Version", "SOAPAction",
        "Content-Type", "Content-Transfer-Encoding", "Content-ID", "Content-Length", "Content-Description", "Content-Disposition",
    }
)  # fmt: skip
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_USUAL_TYPES = frozenset(
    {"multipart/related", "text/xml", "application/pkcs7-mime", "application/xml", "multipart/report"}
)
_PARAMETER = re.compile(r'[ \t\r\n]*([^\s=;"]+)=(?:"([^"\\]*)"|([^\s;"]*))[ \t\r\n]*')


def plain_fields(block: bytes) -> list[tuple[str, str]] | None:
    """The fields of a block in ASCII whose every line is a header or an indented continuation; None for any other block."""
    if not block.isascii():
        return None
    text = block.decode("ascii")
    if "\n " in text or "\n\t" in text:
        text = text.replace("\r\n ", " ").replace("\r\n\t", "\t").replace("\n ", " ").replace("\n\t", "\t")
    fields = []
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if not colon or (name not in _USUAL_NAMES and not _NAME.fullmatch(name)):
            return None
        fields.append((name, value.strip()))
    return fields


def plain_parameters(value: str) -> tuple[str, Mapping[str, str]] | None:
    """Media type and parameters of a value without comments, escapes and continuations; None for any other value."""
    kind, _, rest = value.partition(";")
    if kind not in _USUAL_TYPES or "(" in rest or "*" in rest:
        return None
    parameters: dict[str, str] = {}
    pieces = rest.split(";") if rest else []
    for piece in pieces:
        found = _PARAMETER.fullmatch(piece)
        if found is None:
            return None
        name, quoted, bare = found.groups()
        parameters[name.lower()] = bare if quoted is None else quoted
    return (kind, parameters) if len(parameters) == len(pieces) else None
