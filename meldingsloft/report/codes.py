"""The texts of a code for people, and as ``meldingsloft.explanation/1``."""

from __future__ import annotations

import textwrap
from typing import Any

from meldingsloft.domain.code_texts import CodeText, Language
from meldingsloft.report.text import PLAIN, Terminal

_WIDTH = 100
_WORDS: dict[Language, dict[str, str]] = {
    "en": {"why": "why", "mend": "mend", "source": "source", "apprec": "answer", "legacy": "older"},
    "nb": {"why": "hvorfor", "mend": "rett", "source": "kilde", "apprec": "svar", "legacy": "eldre"},
}
_ANSWERS: dict[Language, str] = {
    "en": "a receiver answers with AppRec code {code} (kodeverk 8221)",
    "nb": "en mottaker svarer med AppRec-kode {code} (kodeverk 8221)",
}
_LEGACY: dict[Language, str] = {
    "en": "{severity} under the profile legacy-1.5 for messages that AppRec 1.0 answers",
    "nb": "{severity} med profilen legacy-1.5 for meldinger som AppRec 1.0 besvarer",
}


def explanation_text(text: CodeText, terminal: Terminal = PLAIN, language: Language = "en") -> str:
    """A heading and a line for each thing there is to know, without a line break at the end."""
    words = _WORDS[language]
    style = text.severity or "error"
    facts = {"why": text.why, "mend": text.mend, "source": text.source}
    if text.apprec:
        facts["apprec"] = _ANSWERS[language].format(code=text.apprec)
    if text.legacy:
        facts["legacy"] = _LEGACY[language].format(severity=text.legacy)
    wide = max(len(words[name]) for name in facts)
    lines = [f"{terminal.style(f'{style}[{text.code}]', style)}: {terminal.style(text.title, 'bold')}"]
    for name, said in facts.items():
        lines.extend(_paragraph(f"{words[name]:>{wide}}", said))
    return terminal.fitted("\n".join(lines))


def _paragraph(name: str, said: str) -> list[str]:
    lines = textwrap.wrap(said, _WIDTH - len(name) - 5, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"   {name if not number else ' ' * len(name)}  {line}" for number, line in enumerate(lines)]


def listing_text(text: CodeText, terminal: Terminal = PLAIN) -> str:
    """Code, severity and title on one line."""
    return terminal.fitted(f"{text.code:<24} {text.severity or 'error':<8} {text.title}")


def explanation_object(text: CodeText) -> dict[str, Any]:
    """``meldingsloft.explanation/1``."""
    made: dict[str, Any] = {"form": "meldingsloft.explanation/1", "code": text.code}
    if text.severity:
        made["severity"] = text.severity
    return made | {
        "title": text.title,
        "why": text.why,
        "mend": text.mend,
        "source": text.source,
        "apprec": text.apprec or None,
    }
