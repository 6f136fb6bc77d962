"""Outcomes to report on, plain and hostile."""

from __future__ import annotations

from typing import Any

from meldingsloft.domain.errors import MailboxError
from meldingsloft.domain.findings import Finding, Place, Severity
from meldingsloft.report.outcomes import Outcome, unopened

HOSTILE = "a&b/<script>alert(1)</script>\"'\x00\x1b[31m\ufffe\udc80]]>-->` |æ.xml"


def finding(code: str = "GN-008", severity: str = "error", **more: Any) -> Finding:
    facts: dict[str, Any] = {
        "message": "MIGversion has another value than its namespace asks",
        "place": Place(7, 5, "/Message/MIGversion"),
        "detail": 'found "v1.2"',
        "hint": "copy the value exactly",
        "source": "HIS 80601:2006",
    }
    return Finding(code, Severity(severity), **(facts | more))


def outcome(file: str = "a.xml", *findings: Finding, **more: Any) -> Outcome:
    broken = any(each.severity is Severity.ERROR for each in findings)
    facts: dict[str, Any] = {
        "message_type": "epikrise-1.2",
        "verdict": "invalid" if broken else "valid",
        "schema_valid": True,
    }
    return Outcome(file, findings=findings, **(facts | more))


def hostile() -> Outcome:
    place = Place(1, None, f"/{HOSTILE}/@{HOSTILE}")
    return outcome(HOSTILE, finding(message=HOSTILE, detail=HOSTILE, hint=HOSTILE, place=place), message_type=HOSTILE)


def some() -> list[Outcome]:
    """One of each kind."""
    return [
        outcome("right.xml"),
        outcome("messages/wrong.xml", finding(), finding(), finding("GN-014", "warning", detail="", place=Place())),
        outcome("warned.xml", finding("GN-014", "warning")),
        outcome("known.xml", compared=True, known=(finding(),), verdict="invalid"),
        outcome(
            "cut.xml",
            finding("GN-001", place=Place(3, 1)),
            message_type="unknown",
            verdict="unreadable",
            schema_valid=False,
        ),
        unopened("gone.xml", MailboxError("ML-P001", "cannot read: the file or folder is not there")),
        outcome("refused.xml", verdict="invalid", schema_valid=False),
        hostile(),
    ]
