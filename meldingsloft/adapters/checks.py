"""The form of one fact that ``doctor`` tells: what was looked at, the verdict, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Check:
    """One fact."""

    what: str
    """``certificates``, ``mailboxes`` …"""
    verdict: Verdict
    text: str
    mend: str = ""
    where: str = ""


def error(text: str, mend: str, where: object = "") -> Check:
    """Something must be done now; the caller names what was looked at."""
    return Check("", "error", text, mend, str(where))


def warning(text: str, mend: str, where: object = "") -> Check:
    """Something should be done soon; the caller names what was looked at."""
    return Check("", "warning", text, mend, str(where))
