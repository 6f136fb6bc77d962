"""``as_receiver``: the verdict of validation with what one receiver would say more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from meldingsloft.domain.errors import UnreadableError
from meldingsloft.domain.findings import has_errors
from meldingsloft.validate.receivers.checks import Case, Receiver
from meldingsloft.validate.receivers.registry import CHECKS

if TYPE_CHECKING:
    from meldingsloft.ebxml.mime import Mail
    from meldingsloft.validate.message import ValidationResult
    from meldingsloft.validate.rulebook import RuleBook


def as_receiver(result: ValidationResult, data: bytes, receiver: Receiver, rules: RuleBook) -> ValidationResult:
    """The result with the receiver's findings last; what is unreadable is so for everybody. ``data`` are the bytes that were judged."""
    if result.root is None:
        return result
    case = Case(result.root, rules, _mail(data) if result.subject is None else None, result.subject)
    found = tuple(finding for check in CHECKS if receiver in check.receivers for finding in check.look(case))
    verdict = "invalid" if has_errors(found) else result.verdict
    return replace(result, findings=result.findings + found, verdict=verdict)


def _mail(data: bytes) -> Mail | None:
    from meldingsloft.ebxml.mime import read_mail

    try:
        return read_mail(data)
    except UnreadableError:
        return None
