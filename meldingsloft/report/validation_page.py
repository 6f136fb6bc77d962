"""``--format html``: one self-contained page about a run of ``validate``. No script, no network, nothing to load.

A table of all files comes first; then each file with findings, the findings of one kind together: place, what, why (folded), mend.
Everything that comes from outside is escaped and broken anywhere, so that no name is wider than the screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from meldingsloft.adapters.code_texts import CodeTexts
from meldingsloft.domain.code_texts import CodeText, Language
from meldingsloft.domain.findings import Finding, Severity
from meldingsloft.report.documents import Spool
from meldingsloft.report.findings import counts_text, grouped
from meldingsloft.report.outcomes import Outcome
from meldingsloft.report.page_style import STYLE
from meldingsloft.version import __version__

_SHOWN_PLACES = 50
_NO_SIGN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Signs that are none, or that turn the direction of what stands around them."""
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "title": "Validation", "skip": "To the findings", "files": "Files", "findings": "Findings", "file": "File",
        "verdict": "Verdict", "errors": "Errors", "warnings": "Warnings", "infos": "Remarks", "known": "Known",
        "valid": "valid", "invalid": "not valid", "unreadable": "not readable", "unknown": "unknown type",
        "error": "error", "warning": "warning", "info": "remark", "place": "Place", "found": "Found", "why": "Why",
        "mend": "How to mend it", "source": "Source", "more": "and {n} more places", "none": "Nothing was found.",
        "of": "{failed} of {all} files fail", "one": "The file fails", "pass": "All {all} files pass", "one-pass": "The file passes",
        "made": "Made by meldingsloft {version}. The page holds no patient data; places are paths in the message.",
        "refused": "Its schema refuses it.", "line": "line {line}, column {column}", "line-only": "line {line}", "empty": "No files",
    },
    "nb": {
        "title": "Validering", "skip": "Til funnene", "files": "Filer", "findings": "Funn", "file": "Fil",
        "verdict": "Dom", "errors": "Feil", "warnings": "Advarsler", "infos": "Merknader", "known": "Kjente",
        "valid": "gyldig", "invalid": "ikke gyldig", "unreadable": "ikke lesbar", "unknown": "ukjent type",
        "error": "feil", "warning": "advarsel", "info": "merknad", "place": "Sted", "found": "Funnet", "why": "Hvorfor",
        "mend": "Slik retter du", "source": "Kilde", "more": "og {n} steder til", "none": "Ingenting ble funnet.",
        "of": "{failed} av {all} filer feiler", "one": "Filen feiler", "pass": "Alle {all} filer er i orden", "one-pass": "Filen er i orden",
        "made": "Laget av meldingsloft {version}. Siden har ingen pasientopplysninger; steder er stier i meldingen.",
        "refused": "Skjemaet godtar den ikke.", "line": "linje {line}, kolonne {column}", "line-only": "linje {line}", "empty": "Ingen filer",
    },
}  # fmt: skip


class ValidationPage:
    """The page in the making: rows and findings are kept aside as they come."""

    def __init__(self, language: Language = "en", *, strict: bool = False) -> None:
        self._language = language
        self._words = _WORDS[language]
        self._strict = strict
        self._texts = CodeTexts()
        self._rows = Spool()
        self._articles = Spool()
        self._files = self._failed = self._told = 0
        self._compared = False

    def add(self, outcome: Outcome) -> None:
        """A row of the table, and a section of its own when there is something to say."""
        self._files += 1
        self._compared |= outcome.compared
        failed = outcome.failed or (self._strict and outcome.warned)
        self._failed += failed
        tell = bool(outcome.findings) or failed
        self._rows.write(self._row(outcome, failed=failed, number=self._files if tell else 0))
        if tell:
            self._told += 1
            self._articles.write(self._article(outcome))

    def _row(self, outcome: Outcome, *, failed: bool, number: int) -> str:
        words = self._words
        name = _shown(outcome.file)
        linked = f'<a href="#file-{number}">{name}</a>' if number else name
        kind = words["unknown"] if outcome.message_type == "unknown" else outcome.message_type
        mark = "fail" if failed else "pass"
        counts = {f"{each}s": sum(f.severity is each for f in outcome.findings) for each in Severity}
        cells = "".join(self._count(name, count) for name, count in counts.items())
        known = self._count("known", len(outcome.known)) if outcome.compared else ""
        return (
            f'<tr role="row"><th role="rowheader" scope="row">{linked}<small>{_shown(kind)}</small></th>'
            f'<td role="cell"><span class="verdict {mark}">{words[outcome.verdict]}</span></td>{cells}{known}</tr>\n'
        )

    def _count(self, name: str, count: int) -> str:
        return f'<td role="cell" class="count{" some" if count else ""}" data-head="{self._words[name]}">{count}</td>'

    def _article(self, outcome: Outcome) -> str:
        words = self._words
        groups = "".join(self._group(group) for group in grouped(outcome.findings))
        counts = counts_text(outcome.findings, self._language) or words["refused"]
        return (
            f'<article id="file-{self._files}" aria-labelledby="name-{self._files}">\n'
            f'<h3 id="name-{self._files}">{_shown(outcome.file)}</h3>\n<p class="counts">{counts}</p>\n{groups}</article>\n'
        )

    def _group(self, group: Sequence[Finding]) -> str:
        first, words = group[0], self._words
        text = self._texts.find(first.code, self._language)
        told = [place for finding in group[:_SHOWN_PLACES] if (place := self._place(finding))]
        places = '<ul class="places">\n' + "".join(f"<li>{place}</li>\n" for place in told) + "</ul>\n" if told else ""
        rest = len(group) - _SHOWN_PLACES
        more = f'<p class="more">{words["more"].format(n=rest)}</p>\n' if rest > 0 else ""
        mend = first.hint or (text.mend if text else "")
        mended = f'<p class="mend"><strong>{words["mend"]}:</strong> {_prose(mend)}</p>\n' if mend else ""
        return (
            f'<section class="finding {first.severity}">\n<h4><span class="severity">{words[first.severity]}</span> '
            f"<code>{_shown(first.code)}</code> {_prose(first.message)}</h4>\n"
            f"{places}{more}{self._why(text)}{mended}</section>\n"
        )

    def _place(self, finding: Finding) -> str:
        place, words = finding.place, self._words
        parts = []
        if place.line is not None:
            form = words["line-only"] if place.column is None else words["line"]
            parts.append(f'<span class="line">{form.format(line=place.line, column=place.column)}</span>')
        if place.path:
            parts.append(f'<code class="path">{_shown(place.path)}</code>')
        if finding.detail:
            parts.append(f'<span class="detail">{_shown(finding.detail)}</span>')
        return " ".join(parts)

    def _why(self, text: CodeText | None) -> str:
        if text is None:
            return ""
        words = self._words
        return (
            f"<details><summary>{words['why']}</summary>\n<p>{_prose(text.why)}</p>\n"
            f'<p class="source">{words["source"]}: {_shown(text.source)}</p>\n</details>\n'
        )

    def pieces(self) -> Iterator[bytes]:
        """The document."""
        words = self._words
        yield self._opening().encode()
        yield from self._rows.pieces()
        yield b"</tbody>\n</table>\n</div>\n</section>\n"
        yield f'<section id="findings" aria-labelledby="findings-head">\n<h2 id="findings-head">{words["findings"]}</h2>\n'.encode()
        if not self._told:
            yield f"<p>{words['none']}</p>\n".encode()
        yield from self._articles.pieces()
        made = words["made"].format(version=escape(__version__))
        yield f"</section>\n</main>\n<footer><p>{made}</p></footer>\n</body>\n</html>\n".encode()

    def _opening(self) -> str:
        words, verdict = self._words, self._verdict()
        heads = [words[name] for name in ("errors", "warnings", "infos")] + ([words["known"]] if self._compared else [])
        counts = "".join(f'<th role="columnheader" scope="col" class="count">{head}</th>' for head in heads)
        return f"""<!doctype html>
<html lang="{self._language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{words["title"]}: {verdict}</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#findings">{words["skip"]}</a>
<header>
<h1>{words["title"]}</h1>
<p class="sum {"fail" if self._failed else "pass"}">{verdict}</p>
</header>
<main>
<section aria-labelledby="files-head">
<h2 id="files-head">{words["files"]}</h2>
<div class="wide" role="region" aria-labelledby="files-head" tabindex="0">
<table role="table">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{words["file"]}</th><th role="columnheader" scope="col">{words["verdict"]}</th>{counts}</tr></thead>
<tbody role="rowgroup">
"""

    def _verdict(self) -> str:
        words = self._words
        if not self._files:
            return words["empty"]
        if self._files == 1:
            return words["one"] if self._failed else words["one-pass"]
        return words["of" if self._failed else "pass"].format(failed=self._failed, all=self._files)


def _shown(text: str) -> str:
    """Outside text in a page: nothing in it is markup, and what is no sign is a question mark."""
    return escape(_NO_SIGN.sub("?", text))


def _prose(text: str) -> str:
    """Text of the catalogue, with code between back-ticks."""
    parts = _shown(text).split("`")
    return "".join(
        f"<code>{part}</code>" if number % 2 and number < len(parts) - 1 else part for number, part in enumerate(parts)
    )
