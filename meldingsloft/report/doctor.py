"""What ``doctor`` prints: one line a fact, its mend below; form ``meldingsloft.check/1``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from meldingsloft.report.text import PLAIN, Terminal

if TYPE_CHECKING:
    from meldingsloft.adapters.checks import Check

_MARKS = {"ok": ("ok", "good"), "warning": ("warning", "warning"), "error": ("error", "error")}


def check_object(check: Check) -> dict[str, Any]:
    """One check; ``mend`` and ``file`` are null where there is nothing to do."""
    return {
        "form": "meldingsloft.check/1",
        "check": check.what,
        "verdict": check.verdict,
        "message": check.text,
        "mend": check.mend or None,
        "file": check.where or None,
    }


def check_lines(checks: Sequence[Check], terminal: Terminal = PLAIN) -> list[str]:
    """All checks for people, and a last line that sums up."""
    lines = [line for check in checks for line in _lines(check, terminal)]
    return [terminal.fitted(line) for line in (*lines, "", _sum(checks))]


def _lines(check: Check, terminal: Terminal) -> list[str]:
    word, style = _MARKS[check.verdict]
    lines = [f"{terminal.style(f'{word:7}', style)}  {check.what}: {check.text}"]
    if check.where:
        lines.append(f"    {terminal.style('-->', 'dim')} {check.where}")
    if check.mend:
        lines.append(f"     = mend: {check.mend}")
    return lines


def _sum(checks: Sequence[Check]) -> str:
    errors = sum(check.verdict == "error" for check in checks)
    warnings = sum(check.verdict == "warning" for check in checks)
    if errors:
        return f"{errors} thing{'s' * (errors != 1)} must be done now" + (f", {warnings} soon" if warnings else "")
    return f"in order; {warnings} thing{'s' * (warnings != 1)} to do soon" if warnings else "everything is in order"
