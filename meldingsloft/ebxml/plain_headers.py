"""Header blocks and Content-Types in the form that nearly every mail has, read in few steps.

What is written in any other way is left to ``ebxml.headers``, which reads everything and is the measure: whatever is told here
is what it would tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_FIELD = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$", re.MULTILINE)
"""One line that is a header."""
_USUAL_TYPES = frozenset(
    {"multipart/related", "text/xml", "application/pkcs7-mime", "application/xml", "multipart/report"}
)
_SHORT = 100
"""Characters of a value without a boundary, which is another one in every mail."""
_PARAMETER = re.compile(r'[ \t\r\n]*([^\s=;"]+)=(?:"([^"\\]*)"|([^\s;"]*))[ \t\r\n]*')


def plain_fields(block: bytes) -> list[tuple[str, str]] | None:
    """The fields of a block in ASCII whose every line is a header or an indented continuation; None for any other block."""
    if not block.isascii():
        return None
    text = block.decode("ascii")
    if "\n " in text or "\n\t" in text:
        text = text.replace("\r\n ", " ").replace("\r\n\t", "\t").replace("\n ", " ").replace("\n\t", "\t")
    found = _FIELD.findall(text)
    return [(name, value.strip()) for name, value in found] if len(found) == text.count("\n") + 1 else None


def plain_parameters(value: str) -> tuple[str, Mapping[str, str]] | None:
    """Media type and parameters of a value without comments, escapes and continuations; None for any other value."""
    return _remembered(value) if len(value) <= _SHORT else _read(value)


def _read(value: str) -> tuple[str, Mapping[str, str]] | None:
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
    return (kind, MappingProxyType(parameters)) if len(parameters) == len(pieces) else None


_remembered = lru_cache(maxsize=64)(_read)
"""Parts say the same of themselves from mail to mail; what is remembered stays small whatever arrives."""
