"""What stands about a code in the catalogue of texts: title, why it matters, how to mend it, source; bokmål and English.

The catalogue is TOML, one table a code (``[GN-008]``), keys in English with a ``_nb`` twin. One code is read without
parsing the rest of a file, so that one finding does not pay for all rules.

Vocabulary: *detail* is a sentence with blanks that a check fills in (``found {found}, …``); a rule that can be broken in
several ways has several, by name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Language = Literal["en", "nb"]
LANGUAGES: tuple[Language, ...] = ("en", "nb")

_HEADING = re.compile(r"^\[([A-Z]{2,3}-[A-Z0-9-]+)\][ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CodeText:
    """The texts of one code in one language."""

    code: str
    title: str
    why: str
    mend: str
    source: str
    severity: str = ""
    """``error``, ``warning`` or ``info`` for rules; empty for errors of the tool's own work."""
    legacy: str = ""
    """Severity for messages of the generation that AppRec 1.0 answers, where it differs."""
    apprec: str = ""
    """Code of kodeverk 8221 a receiver answers with; empty: no reason to reject."""
    details: Mapping[str, str] = field(default_factory=dict)
    """By name; ``""`` is the only or ordinary one."""
    implied: tuple[str, ...] = ()
    """Codes that necessarily come along when this rule is broken the ordinary way."""
    undecided: str = ""
    """What deciding it takes besides messages; empty for rules that are decided."""
    no_sample: str = ""
    """Why no message in ``samples/bad`` shows it; empty where one does or should."""


class CodeFile:
    """One file of the catalogue; tables are parsed when asked for."""

    def __init__(self, text: str) -> None:
        found = list(_HEADING.finditer(text))
        ends = [match.start() for match in found[1:]] + [len(text)] * bool(found)
        self._text = text
        self._spans = {match.group(1): (match.end(), end) for match, end in zip(found, ends, strict=True)}

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes of the file, in its order."""
        return tuple(self._spans)

    def entry(self, code: str) -> dict[str, Any] | None:
        """The table of one code as written, None when the file has no such code."""
        span = self._spans.get(code)
        return tomllib.loads(self._text[slice(*span)]) if span else None

    def read(self, code: str, language: Language = "en") -> CodeText | None:
        """The texts of one code, None when the file has no such code."""
        entry = self.entry(code)
        return None if entry is None else code_text(code, entry, language)


def code_text(code: str, entry: Mapping[str, Any], language: Language = "en") -> CodeText:
    """The texts of a table; a missing Norwegian text falls back to the English one."""

    def said(key: str) -> Any:
        return entry.get(f"{key}_nb", entry.get(key, "")) if language == "nb" else entry.get(key, "")

    detail = said("detail")
    return CodeText(
        code=code,
        title=said("title"),
        why=said("why"),
        mend=said("mend"),
        source=entry.get("source", ""),
        severity=entry.get("severity", ""),
        legacy=entry.get("legacy", ""),
        apprec=entry.get("apprec", ""),
        details=detail if isinstance(detail, dict) else {"": detail},
        implied=tuple(entry.get("implied", ())),
        undecided=said("undecided"),
        no_sample=said("no_sample"),
    )
