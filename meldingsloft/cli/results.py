"""The results of ``validate`` on their way out: shown as they come, or gathered into one report; and what they mean for the exit status."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from meldingsloft.cli import frame
from meldingsloft.domain.code_texts import Language
from meldingsloft.domain.errors import ExitStatus, WrongUsageError
from meldingsloft.report import findings
from meldingsloft.report.documents import Spool
from meldingsloft.report.outcomes import Outcome
from meldingsloft.report.text import Terminal

if TYPE_CHECKING:
    from meldingsloft.report.documents import Document
    from meldingsloft.validate.baseline import Baseline, Collected


@dataclass(frozen=True, slots=True)
class Way:
    """How results are shown."""

    form: str
    """``text``, ``json``, ``junit``, ``sarif`` or ``html``."""
    language: Language
    output: Path | None = None
    strict: bool = False
    alone: bool = False
    """One file is named and no folder: its own trouble is the trouble of the run."""
    baseline: Path | None = None
    write_baseline: Path | None = None


class Results:
    """Takes outcomes one by one and holds none of them.

    Raises:
        MeldingsloftError: the baseline cannot be read, or is in another language (``ML-C131``).
    """

    def __init__(self, session: frame.Session, way: Way) -> None:
        self._session = session
        self._way = way
        self._terminal = Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii")
        self._document = _document(way)
        self._lines = Spool() if way.output is not None and self._document is None else None
        self._baseline = _baseline(way)
        self._written = _collected(way)
        self._seen = self._failed = self._known = 0

    def take(self, outcome: Outcome) -> bool:
        """Show or set down one outcome; True when it fails."""
        if outcome.error is not None and self._way.alone and self._way.form == "text":
            raise outcome.error
        if self._baseline is not None and outcome.error is None:
            new, known = self._baseline.parted(outcome.relative, outcome.findings)
            outcome = replace(outcome, findings=new, known=known, compared=True)
            self._known += len(known)
        if self._written is not None and outcome.error is None:
            self._written.add(outcome.relative, outcome.known + outcome.findings)
        self._show(outcome)
        self._seen += 1
        failed = outcome.failed or (self._way.strict and outcome.warned)
        if self._written is not None and outcome.error is None:
            failed = False
        if failed:
            self._failed += 1
            self._session.fail(_status(outcome, alone=self._way.alone))
        return failed

    def _show(self, outcome: Outcome) -> None:
        if self._document is not None:
            self._document.add(outcome)
        elif self._lines is not None:
            self._lines.write(self._text(outcome))
        elif self._way.form == "json":
            frame.write_bytes(self._text(outcome).encode("utf-8"))
        elif outcome.error is not None:
            frame.report_error(self._session, outcome.error)
        else:
            self._session.line(self._text(outcome).rstrip("\n"))

    def _text(self, outcome: Outcome) -> str:
        if self._way.form == "json":
            return findings.json_line(findings.outcome_object(outcome))
        terminal = self._terminal if self._lines is None else Terminal()
        most = None if self._session.verbose else findings.SHOWN_PLACES
        return (
            findings.validation_text(
                outcome,
                outcome.file,
                terminal=terminal,
                language=self._way.language,
                most=most,
                known=len(outcome.known),
            )
            + "\n"
        )

    def finish(self) -> None:
        """Write what was gathered, and say how it went."""
        gathered = self._document or self._lines
        if gathered is not None:
            frame.write_pieces(gathered.pieces(), self._way.output)
        if self._written is not None and self._way.write_baseline is not None:
            self._keep(self._written, self._way.write_baseline)
        if not self._session.json and (self._seen > 1 or self._known or self._document is not None):
            self._session.say(self.summary())

    def _keep(self, collected: Collected, path: Path) -> None:
        from meldingsloft.adapters.baseline_file import write_baseline
        from meldingsloft.validate.baseline import Baseline

        write_baseline(path, Baseline(collected.entries, self._way.language))
        total = sum(entry.count for entry in collected.entries.values())
        self._session.say(f"{total} findings written to {path}")

    def summary(self) -> str:
        """``12 files, 3 failed``, since the last summary."""
        files = f"{self._seen} file" if self._seen == 1 else f"{self._seen} files"
        said = f"{files}, {self._failed or 'none'} failed"
        if self._baseline is not None:
            said += f"; {self._known} findings known from the baseline"
        self._seen = self._failed = self._known = 0
        return said

    @contextlib.contextmanager
    def progress(self, files: Sequence[str]) -> Iterator[Callable[[bool], None]]:
        """A bar on a terminal's stderr, when it lasts and nothing else is shown there."""
        silent = self._session.quiet or not sys.stderr.isatty()
        if silent or (self._document is None and self._lines is None and sys.stdout.isatty()):
            yield lambda _failed: None
            return
        from meldingsloft.cli.progress import Progress

        bar = Progress(files, colour=self._session.colour(sys.stderr))
        try:
            yield bar.advance
        finally:
            bar.stop()


def _status(outcome: Outcome, *, alone: bool) -> ExitStatus:
    if not alone:
        return ExitStatus.FINDINGS
    if outcome.error is not None:
        return outcome.error.exit_status
    return ExitStatus.UNREADABLE if outcome.verdict == "unreadable" else ExitStatus.FINDINGS


def _document(way: Way) -> Document | None:
    if way.form == "junit":
        from meldingsloft.report.junit import JUnitReport

        return JUnitReport(way.language, strict=way.strict)
    if way.form == "sarif":
        from meldingsloft.report.sarif import SarifReport

        return SarifReport(way.language)
    if way.form == "html":
        from meldingsloft.report.validation_page import ValidationPage

        return ValidationPage(way.language, strict=way.strict)
    return None


def _baseline(way: Way) -> Baseline | None:
    if way.baseline is None:
        return None
    from meldingsloft.adapters.baseline_file import read_baseline

    found = read_baseline(way.baseline)
    if found.language not in ("", way.language):
        raise WrongUsageError(
            "ML-C131",
            f"the baseline was made with --lang {found.language}",
            hint=f"validate with --lang {found.language}, or write the baseline again",
            where=str(way.baseline),
        )
    return found


def _collected(way: Way) -> Collected | None:
    if way.write_baseline is None:
        return None
    from meldingsloft.validate.baseline import Collected

    return Collected()
