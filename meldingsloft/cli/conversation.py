"""``validate --conversation``: the files are messages of one conversation, and are judged against each other too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.findings import has_errors
from meldingsloft.ebxml.reading import read_envelope
from meldingsloft.validate.rules.conversation.findings import conversation_findings

if TYPE_CHECKING:
    from meldingsloft.domain.envelopes import Envelope
    from meldingsloft.domain.findings import Finding
    from meldingsloft.report.outcomes import Outcome
    from meldingsloft.validate.message import ValidationResult


def together(judged: Iterable[tuple[Outcome, ValidationResult | None]]) -> Iterator[Outcome]:
    """What each file says by itself and what the others say of it, in the order of the files.

    All messages are held in memory until the last is read.
    """
    given = list(judged)
    messages = [(outcome.file, r.subject) for outcome, r in given if r is not None and r.subject is not None]
    found = conversation_findings(messages, list(_envelopes(result for _, result in given)))
    for outcome, _ in given:
        yield _with(outcome, found.get(outcome.file, ()))


def _envelopes(results: Iterable[ValidationResult | None]) -> Iterator[Envelope]:
    for result in results:
        if result is not None and result.message_type == "ebxml" and result.root is not None:
            with suppress(EnvelopeError):
                yield read_envelope(result.root)


def _with(outcome: Outcome, more: tuple[Finding, ...]) -> Outcome:
    if not more:
        return outcome
    findings = sorted((*outcome.findings, *more), key=lambda f: (f.place.line or 0, f.place.column or 0))
    verdict = "invalid" if has_errors(more) and outcome.verdict == "valid" else outcome.verdict
    return replace(outcome, findings=tuple(findings), verdict=verdict)
