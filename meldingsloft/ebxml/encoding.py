"""What the SOAP part says of its own encoding (EB-040, EB-041; HITS 1171 §8.4).

UTF-8 is the rule. Another encoding that is declared and decodes is taken and answered with a Warning; XML other than 1.0, an
unknown encoding, and a declaration that contradicts the charset of the MIME part are refused.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from meldingsloft.domain.errors import UnreadableError
from meldingsloft.domain.findings import Finding, Severity

_DECLARATION = re.compile(
    r"""\s*<\?xml\s+version\s*=\s*["']([^"']{1,20})["'](?:\s+encoding\s*=\s*["']([^"']{1,60})["'])?(?:\s+standalone\s*=\s*["']\w+["'])?\s*\?>"""
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UTF_8 = frozenset({"utf-8", "UTF-8"})
_SOURCE = "HITS 1171:2017 §8.4; HITS 1172:2017 r68, r78"


@dataclass(frozen=True, slots=True)
class Declared:
    """The XML declaration of a document."""

    present: bool
    version: str = "1.0"
    encoding: str = ""
    """As written; empty when the declaration names none."""
    bom: str = ""
    """The encoding a byte order mark tells, empty without one."""


_USUAL = b'<?xml version="1.0" encoding="UTF-8"?>'
_IN_UTF_8 = Declared(present=True, encoding="UTF-8")


def read_declaration(data: bytes) -> Declared:
    """The declaration at the start of a document, which need not be there."""
    if data.startswith(_USUAL):
        return _IN_UTF_8
    bom = next((name for mark, name in _BOMS if data.startswith(mark)), "")
    head = data[:400]
    text = head.decode("utf-16", "ignore") if bom == "utf-16" else head.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    found = _DECLARATION.match(text)
    if found is None:
        return Declared(present=False, bom=bom)
    return Declared(present=True, version=found.group(1), encoding=found.group(2) or "", bom=bom)


def check_encoding(data: bytes, charset: str, *, where: str = "SOAP part") -> None:
    """Refuse what must not be guessed at; ``charset`` is that of the MIME part, empty when it has none.

    Raises:
        UnreadableError: ``ML-U035`` XML other than 1.0; ``ML-U036`` an encoding nobody knows; ``ML-U037`` contradiction.
    """
    declared = read_declaration(data)
    if declared.version != "1.0":
        raise UnreadableError("ML-U035", "the envelope is XML of another version than 1.0", where=where, hint="EB-041")
    written = _codec(declared.encoding or declared.bom or "utf-8", where)
    if not charset:
        return
    outer = _codec(charset, where)
    if outer != written and not (outer == "ascii" and data.isascii()):
        raise UnreadableError(
            "ML-U037",
            "the XML declaration and the charset of the part contradict each other",
            where=where,
            hint="EB-041",
        )


def encoding_warnings(data: bytes) -> list[Finding]:
    """A Warning for an envelope that is not in UTF-8 and was read all the same (EB-040)."""
    declared = read_declaration(data)
    name = _codec(declared.encoding or declared.bom or "utf-8", "SOAP part")
    if name in {"utf-8", "ascii"}:
        return []
    return [
        Finding(
            "EB-040",
            Severity.WARNING,
            "the envelope is not in UTF-8",
            detail=f"declared encoding {name}",
            hint="write the envelope in UTF-8",
            source=_SOURCE,
        )
    ]


def _codec(name: str, where: str) -> str:
    """One name for one encoding."""
    if name in _UTF_8:
        return "utf-8"
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        raise UnreadableError(
            "ML-U036", "the envelope names an encoding that is not known", where=where, hint="EB-041"
        ) from None
    return "utf-16" if found.startswith("utf-16") else "utf-8" if found == "utf-8-sig" else found
