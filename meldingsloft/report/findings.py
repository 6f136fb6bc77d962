"""Findings for people and for programs: the form of an error, and ``meldingsloft.validation/1``.

What, where, why, how to mend, in that order; the mending last, where the eye rests. Findings of one kind in one file are
grouped, with a count last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from meldingsloft.report.text import PLAIN, Terminal, json_text

if TYPE_CHECKING:
    from meldingsloft.domain.code_texts import Language
    from meldingsloft.domain.findings import Finding
    from meldingsloft.report.outcomes import Outcome


class Judgement(Protocol):
    """What is shown of one document."""

    @property
    def message_type(self) -> str:
        """Short name, or ``unknown``."""

    @property
    def verdict(self) -> str:
        """``valid``, ``invalid`` or ``unreadable``."""

    @property
    def schema_valid(self) -> bool:
        """The verdict of the schemas alone."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In document order."""


SHOWN_PLACES = 5
"""Places of one kind that are shown before only the count is."""

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "mend": "mend", "more": "more with `meldingsloft explain {code}`", "count": "{count} of this kind",
        "valid": "valid", "invalid": "not valid", "unreadable": "not readable", "unknown": "unknown type",
        "error": "{n} error", "warning": "{n} warning", "info": "{n} remark",
        "errors": "{n} errors", "warnings": "{n} warnings", "infos": "{n} remarks",
        "known": "{n} known from the baseline",
    },
    "nb": {
        "mend": "rett", "more": "mer med `meldingsloft explain {code}`", "count": "{count} av dette slaget",
        "valid": "gyldig", "invalid": "ikke gyldig", "unreadable": "ikke lesbar", "unknown": "ukjent type",
        "error": "{n} feil", "warning": "{n} advarsel", "info": "{n} merknad",
        "errors": "{n} feil", "warnings": "{n} advarsler", "infos": "{n} merknader",
        "known": "{n} kjent fra grunnlinjen",
    },
}  # fmt: skip


def finding_text(finding: Finding, file: str = "", *, terminal: Terminal = PLAIN, language: Language = "en") -> str:
    """One finding as a block of lines, without a line break at the end."""
    return group_text((finding,), file, terminal=terminal, language=language)


def group_text(
    group: Sequence[Finding],
    file: str = "",
    *,
    terminal: Terminal = PLAIN,
    language: Language = "en",
    most: int | None = SHOWN_PLACES,
) -> str:
    """Findings of one kind (same code and message) as one block; ``most`` None shows every place."""
    first, words = group[0], _WORDS[language]
    lines = [
        f"{terminal.style(f'{first.severity}[{first.code}]', first.severity)}: {terminal.style(first.message, 'bold')}"
    ]
    for finding in group[:most]:
        lines.extend(_place_lines(finding, file, terminal))
    more = words["more"].format(code=first.code)
    lines.append(f"   = {words['mend']}: {first.hint}; {more}" if first.hint else f"   = {more}")
    if len(group) > 1:
        lines.append(f"   = {words['count'].format(count=len(group))}")
    return terminal.fitted("\n".join(lines))


def _place_lines(finding: Finding, file: str, terminal: Terminal) -> Iterator[str]:
    place = finding.place
    numbers = [str(number) for number in (place.line, place.column) if number is not None]
    where = ":".join([file, *numbers]) if file else ":".join(numbers)
    spot = "   ".join(part for part in (where, place.path) if part)
    if spot:
        yield f"  {terminal.style('-->', 'dim')} {spot}"
    if finding.detail:
        yield f"   {terminal.style('|', 'dim')}  {finding.detail}"


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings of one kind together, kinds in the order of their first finding."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.code, finding.severity, finding.message), []).append(finding)
    return list(groups.values())


def validation_text(
    result: Judgement,
    file: str,
    *,
    terminal: Terminal = PLAIN,
    language: Language = "en",
    most: int | None = SHOWN_PLACES,
    known: int = 0,
) -> str:
    """All findings of one file and a last line with its verdict; ``known`` more stand in a baseline and are only counted."""
    blocks = [
        group_text(group, file, terminal=terminal, language=language, most=most) for group in grouped(result.findings)
    ]
    return "\n".join([*blocks, terminal.fitted(_verdict_line(result, file, terminal, language, known))])


def _verdict_line(result: Judgement, file: str, terminal: Terminal, language: Language, known: int) -> str:
    words = _WORDS[language]
    kind = words["unknown"] if result.message_type == "unknown" else result.message_type
    verdict = terminal.style(words[result.verdict], "good" if result.verdict == "valid" else "error")
    counts = "; ".join(
        said
        for said in (counts_text(result.findings, language), words["known"].format(n=known) if known else "")
        if said
    )
    about = f"{verdict}, {kind}" if result.verdict != "unreadable" else verdict
    return f"{file}: {about}" + (f" ({counts})" if counts else "")


def counts_text(findings: Iterable[Finding], language: Language) -> str:
    """``2 errors, 1 warning``; empty when there are none."""
    said = []
    severities = [finding.severity for finding in findings]
    for name in ("error", "warning", "info"):
        count = sum(severity == name for severity in severities)
        if count:
            said.append(_WORDS[language][name if count == 1 else f"{name}s"].format(n=count))
    return ", ".join(said)


def finding_object(finding: Finding) -> dict[str, Any]:
    """One entry of ``findings``; a line or column that cannot be told is left out."""
    place = finding.place
    made: dict[str, Any] = {"code": finding.code, "severity": str(finding.severity)}
    made |= {name: number for name, number in (("line", place.line), ("column", place.column)) if number is not None}
    made |= {"path": place.path, "message": finding.message}
    if finding.detail:
        made["detail"] = finding.detail
    made |= {"hint": finding.hint, "source": finding.source}
    if finding.apprec:
        made["apprec"] = finding.apprec
    return made


def validation_object(result: Judgement, file: str) -> dict[str, Any]:
    """``meldingsloft.validation/1``."""
    return {
        "form": "meldingsloft.validation/1",
        "file": file,
        "message_type": result.message_type,
        "verdict": result.verdict,
        "schema_valid": result.schema_valid,
        "findings": [finding_object(finding) for finding in result.findings],
    }


def outcome_object(outcome: Outcome) -> dict[str, Any]:
    """``meldingsloft.validation/1`` of one file; with a baseline it holds all findings, and ``known`` tells those it knows."""
    made = validation_object(outcome, outcome.file)
    if outcome.compared:
        listed = [(finding, False) for finding in outcome.findings] + [(finding, True) for finding in outcome.known]
        listed.sort(key=lambda pair: (pair[0].place.line or 0, pair[0].place.column or 0))
        made["findings"] = [finding_object(finding) | {"known": known} for finding, known in listed]
        made["known"] = len(outcome.known)
    return made


def json_line(values: Mapping[str, Any]) -> str:
    """One object as one line, with its line break; meant for UTF-8."""
    return json_text(values)
