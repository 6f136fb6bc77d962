"""What became of one file under ``validate``, in the form that every output is made from."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from functools import cached_property

from meldingsloft.domain.errors import MeldingsloftError
from meldingsloft.domain.findings import Finding, Place, Severity


@dataclass(frozen=True)
class Outcome:
    """One file, judged; crosses from other processes."""

    file: str
    """As it was named or found."""
    message_type: str
    verdict: str
    schema_valid: bool
    findings: tuple[Finding, ...] = ()
    """New ones, where there is a baseline; in document order."""
    known: tuple[Finding, ...] = ()
    """Those in the baseline."""
    compared: bool = False
    """There is a baseline."""
    error: MeldingsloftError | None = None
    """Why the file could not be opened at all."""

    @property
    def failed(self) -> bool:
        """It has an error that no baseline knows, or the schemas refuse it and no finding says so."""
        if any(finding.severity is Severity.ERROR for finding in self.findings):
            return True
        return self.verdict != "valid" and not any(finding.severity is Severity.ERROR for finding in self.known)

    @property
    def warned(self) -> bool:
        """It has a warning that no baseline knows."""
        return any(finding.severity is Severity.WARNING for finding in self.findings)

    @cached_property
    def relative(self) -> str:
        """The file as seen from the working folder, with ``/`` between; absolute where it lies elsewhere."""
        return relative_name(self.file)


def unopened(file: str, error: MeldingsloftError) -> Outcome:
    """The outcome of a file that could not be opened: the error as its one finding."""
    finding = Finding(error.code, Severity.ERROR, error.message, Place(), hint=error.hint)
    return Outcome(file, "unknown", "unreadable", schema_valid=False, findings=(finding,), error=error)


def relative_name(file: str) -> str:
    """``./a/b.xml`` and ``/home/kari/a/b.xml`` in the folder ``/home/kari`` are both ``a/b.xml``; stdin is ``stdin``."""
    if file == "-":
        return "stdin"
    name = posixpath.normpath(file)
    here = _here() + "/"
    return name.removeprefix(here)


def _here() -> str:
    try:
        return os.getcwd().rstrip("/")  # noqa: PTH109 - a text is wanted
    except OSError:  # the folder was removed meanwhile
        return "\x00"
