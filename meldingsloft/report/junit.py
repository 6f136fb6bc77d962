"""``--format junit``: one testsuite, one testcase a file, for the test reports of Jenkins, GitLab and their like.

The document is valid to both schemas in use (Ant's and Jenkins'), which is why it has no ``testsuites`` around, ``properties`` and empty
``system-err``. Times are fixed: the same messages give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from meldingsloft.domain.code_texts import Language
from meldingsloft.report.documents import Spool
from meldingsloft.report.findings import counts_text, group_text, grouped
from meldingsloft.report.outcomes import Outcome
from meldingsloft.version import __version__

_NEVER = "1970-01-01T00:00:00"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


class JUnitReport:
    """A file is a failure with a new error (or, with ``strict``, a new warning), an error when it cannot be read."""

    def __init__(self, language: Language = "en", *, strict: bool = False) -> None:
        self._language = language
        self._strict = strict
        self._cases = Spool()
        self._notes = Spool()
        self._tests = self._failures = self._errors = 0

    def add(self, outcome: Outcome) -> None:
        """One testcase."""
        self._tests += 1
        head = f'  <testcase name="{_attribute(outcome.file)}" classname="{_attribute(outcome.message_type)}" time="0"'
        if outcome.failed or (self._strict and outcome.warned):
            kind = "error" if outcome.verdict == "unreadable" else "failure"
            self._errors += kind == "error"
            self._failures += kind == "failure"
            self._cases.write(f"{head}>\n{self._failure(outcome, kind)}  </testcase>\n")
        else:
            self._cases.write(f"{head}/>\n")
            if outcome.findings:
                self._note(outcome)
        if outcome.known:
            known = counts_text(outcome.known, self._language)
            self._notes.write(_text(f"{outcome.file}: {known} in the baseline\n"))

    def _failure(self, outcome: Outcome, kind: str) -> str:
        errors = [finding for finding in outcome.findings if finding.severity == "error"] or outcome.findings
        code = errors[0].code if errors else "XSD"
        counts = counts_text(outcome.findings, self._language) or "not valid to its schema"
        message = f"{code}: {errors[0].message} ({counts})" if errors else counts
        return f'    <{kind} message="{_attribute(message)}" type="{_attribute(code)}">{self._said(outcome)}</{kind}>\n'

    def _note(self, outcome: Outcome) -> None:
        self._notes.write(self._said(outcome) + "\n")

    def _said(self, outcome: Outcome) -> str:
        blocks = (
            group_text(group, outcome.file, language=self._language, most=None) for group in grouped(outcome.findings)
        )
        return _text("\n".join(blocks))

    def pieces(self) -> Iterator[bytes]:
        """The document."""
        yield (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<testsuite name="meldingsloft validate" tests="{self._tests}" failures="{self._failures}" errors="{self._errors}"'
            f' skipped="0" time="0" timestamp="{_NEVER}" hostname="localhost">\n'
            f'  <properties>\n    <property name="meldingsloft" value="{_attribute(__version__)}"/>\n  </properties>\n'
        ).encode()
        yield from self._cases.pieces()
        yield b"  <system-out>"
        yield from self._notes.pieces()
        yield b"</system-out>\n  <system-err/>\n</testsuite>\n"


def _text(value: str) -> str:
    return escape(_NO_XML.sub("?", value))


def _attribute(value: str) -> str:
    return escape(_NO_XML.sub("?", value), _IN_ATTRIBUTE)
