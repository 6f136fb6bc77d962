"""``--format sarif``: SARIF 2.1.0, as code scanning and editors read it.

Rules are described where a finding names them, with the texts of ``explain``. A file is told by its path from the working folder,
percent-encoded; fingerprints are those of baselines, with a number where several findings share one.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from meldingsloft.adapters.code_texts import CodeTexts
from meldingsloft.domain.code_texts import Language
from meldingsloft.domain.findings import Finding
from meldingsloft.report.documents import Spool
from meldingsloft.report.outcomes import Outcome
from meldingsloft.validate.baseline import fingerprint
from meldingsloft.version import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_HEADINGS = {"en": ("Why", "How to mend it", "Source"), "nb": ("Hvorfor", "Slik retter du", "Kilde")}


class SarifReport:
    """One run; results are set down as they come, rules are collected."""

    def __init__(self, language: Language = "en") -> None:
        self._language = language
        self._texts = CodeTexts()
        self._rules: dict[str, tuple[int, dict[str, Any]]] = {}
        self._results = Spool()
        self._any = False

    def add(self, outcome: Outcome) -> None:
        """One result a finding; with a baseline also the known ones, as unchanged."""
        seen: Counter[str] = Counter()
        state = "new" if outcome.compared else ""
        for finding in outcome.known:
            self._add(outcome, finding, seen, "unchanged")
        for finding in outcome.findings:
            self._add(outcome, finding, seen, state)

    def _add(self, outcome: Outcome, finding: Finding, seen: Counter[str], state: str) -> None:
        mark = fingerprint(outcome.relative, finding)
        seen[mark] += 1
        result = {
            "ruleId": finding.code,
            "ruleIndex": self._rule(finding),
            "level": _LEVELS[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [_location(outcome, finding)],
            "partialFingerprints": {"meldingsloft/v1": f"{mark}:{seen[mark]}"},
        }
        if state:
            result["baselineState"] = state
        self._results.write((",\n" if self._any else "") + _json(result))
        self._any = True

    def _rule(self, finding: Finding) -> int:
        known = self._rules.get(finding.code)
        if known is None:
            known = self._rules[finding.code] = (len(self._rules), self._description(finding))
        return known[0]

    def _description(self, finding: Finding) -> dict[str, Any]:
        text = self._texts.find(finding.code, self._language)
        rule: dict[str, Any] = {"id": finding.code}
        if text is None:
            return rule | {"shortDescription": {"text": finding.message}}
        why, mend, source = _HEADINGS[self._language]
        markdown = f"**{why}.** {text.why}\n\n**{mend}.** {text.mend}\n\n**{source}.** {text.source}"
        plain = f"{why}: {text.why}\n{mend}: {text.mend}\n{source}: {text.source}"
        return rule | {
            "shortDescription": {"text": text.title},
            "fullDescription": {"text": text.why},
            "help": {"text": plain, "markdown": markdown},
            "defaultConfiguration": {"level": _LEVELS.get(text.severity, "error")},
        }

    def pieces(self) -> Iterator[bytes]:
        """The document."""
        driver = {
            "name": "meldingsloft",
            "semanticVersion": __version__,
            "language": self._language,
            "rules": [rule for _, rule in self._rules.values()],
        }
        opening = {"$schema": SCHEMA, "version": "2.1.0"}
        run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints"}
        yield f'{_json(opening)[:-1]},"runs":[{_json(run)[:-1]},"results":[\n'.encode()
        yield from self._results.pieces()
        yield b"\n]}]}\n"


def _message(finding: Finding) -> str:
    said = f"{finding.message}: {finding.detail}" if finding.detail else finding.message
    return f"{said}. {finding.hint}" if finding.hint else said


def _location(outcome: Outcome, finding: Finding) -> dict[str, Any]:
    place = finding.place
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri_of(outcome.relative)}}
    if place.line:
        physical["region"] = {"startLine": place.line} | ({"startColumn": place.column} if place.column else {})
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.path:
        kind = "attribute" if place.path.rpartition("/")[2].startswith("@") else "element"
        location["logicalLocations"] = [{"fullyQualifiedName": place.path, "kind": kind}]
    return location


def uri_of(name: str) -> str:
    """``a b.xml`` is ``a%20b.xml``; an absolute path becomes a ``file:`` URI."""
    encoded = quote(os.fsencode(name), safe="/!")
    return f"file://{encoded}" if name.startswith("/") else encoded


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
