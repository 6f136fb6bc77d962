"""The rules as their texts say them: severity, title, mend, source and what a receiver answers.

Checks know only ids; everything a person reads comes from ``data/codes``. Nothing is read before the first finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal

from meldingsloft import data
from meldingsloft.domain.code_texts import CodeFile, CodeText, Language
from meldingsloft.domain.findings import Finding, Place, Severity

Profile = Literal["current", "legacy-1.5"]
"""``legacy-1.5`` lowers rules that came after the AppRec 1.0 generation of messages to warnings for that generation."""

PROFILES: tuple[Profile, ...] = ("current", "legacy-1.5")
SERIES = ("gn", "mh", "id", "dt", "kv", "ep", "he", "sv", "re", "pl", "di", "ak", "xr", "rx", "xsd")
"""The series of rule ids; each has a file of texts in ``data/codes``."""


class RuleBook:
    """Makes findings of rule ids, in one language."""

    def __init__(
        self,
        find: Callable[[str, Language], CodeText | None] | None = None,
        language: Language = "en",
        profile: Profile = "current",
    ) -> None:
        self._find = find or shipped_text
        self._language = language
        self._profile = profile

    def finding(
        self,
        code: str,
        place: Place,
        facts: Mapping[str, str],
        *,
        detail: str = "",
        apprec: str | None = None,
        old_generation: bool = False,
    ) -> Finding:
        """A finding with the texts of its rule; ``facts`` fill the blanks of the detail of that name.

        ``apprec`` None takes the rule's own answer. Raises KeyError for an id without texts (a fault of ours).
        """
        text = self._find(code, self._language)
        if text is None:
            raise KeyError(code)
        lowered = old_generation and self._profile == "legacy-1.5" and bool(text.legacy)
        return Finding(
            code=code,
            severity=Severity(text.legacy if lowered else text.severity),
            message=text.title,
            place=place,
            detail=text.details[detail].format_map(facts) if detail or "" in text.details else "",
            hint=text.mend,
            source=text.source,
            apprec=text.apprec if apprec is None else apprec,
        )


@cache
def _shipped_file(name: str) -> CodeFile:
    return CodeFile(data.read_text(name))


@cache
def shipped_text(code: str, language: Language = "en") -> CodeText | None:
    """The shipped texts of a rule, None when no rule has this id."""
    series = code.partition("-")[0].lower()
    return _shipped_file(f"codes/{series}.toml").read(code, language) if series in SERIES else None
