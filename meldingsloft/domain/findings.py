"""A finding is data about a message: what was found, where, why by which text, and how to mend it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """Error: the message must not be sent; warning: it should be mended; info: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document. Line and column are 1-based, None where they cannot be told; the path uses local names."""

    line: int | None = None
    column: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check says about one place. Never holds identity numbers, names or free text of the message."""

    code: str
    """Rule id of the standards' digests (``GN-008``) or ``XSD-…``."""
    severity: Severity
    message: str
    """What is wrong, one line, lower case, no full stop."""
    place: Place = Place()
    detail: str = ""
    """Found and expected, only codes, dates and ids (``found "v1.2", the schema says "v1.2 2006-05-24"``)."""
    hint: str = ""
    """How to mend it."""
    source: str = ""
    """Standard and section."""
    apprec: str = ""
    """Code of kodeverk 8221 that a receiver answers with for this; empty: never a reason to reject."""


def has_errors(findings: Iterable[Finding]) -> bool:
    """True when any finding has severity error."""
    return any(f.severity is Severity.ERROR for f in findings)
