"""``conversation_findings``: everything that messages of one conversation, given together, say against each other.

What each says by itself is for ``validate.message``. Files may come in any order, receipts among them; what is no message of
the catalogue is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from meldingsloft.validate.rules.conversation.answers import answer_findings
from meldingsloft.validate.rules.conversation.envelopes import envelope_findings
from meldingsloft.validate.rules.conversation.facts import read_member
from meldingsloft.validate.rules.conversation.receipts import receipt_findings
from meldingsloft.validate.rules.conversation.series import series_findings
from meldingsloft.validate.rules.conversation.threads import thread_findings

if TYPE_CHECKING:
    from meldingsloft.domain.envelopes import Envelope
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

IDS = (
    "AK-006",
    "AK-009",
    "MH-003",
    "MH-036",
    "XR-001",
    "XR-008",
    "XR-010",
    "XR-011",
    "XR-013",
    "XR-016",
    "XR-017",
    "XR-018",
    "XR-019",
    "XR-020",
    "XR-024",
    "XR-025",
)
"""Every code it may give."""
_RULES = (thread_findings, series_findings, answer_findings)


def conversation_findings(
    messages: Iterable[tuple[str, Subject]], envelopes: Sequence[Envelope] = ()
) -> Mapping[str, tuple[Finding, ...]]:
    """Findings by name of file, in document order; files without findings have none. Names are told apart by the caller.

    ``envelopes`` are those that the messages travel in, as far as they were given too.
    """
    given = list(messages)
    members = [member for name, subject in given if (member := read_member(name, subject)) is not None]
    found: dict[str, list[Finding]] = {name: [] for name, _ in given}
    for name, finding in (
        *chain.from_iterable(rule(members) for rule in _RULES),
        *receipt_findings(members, given),
        *envelope_findings(members, envelopes),
    ):
        found[name].append(finding)
    return {
        name: tuple(sorted(each, key=lambda finding: (finding.place.line or 0, finding.place.column or 0)))
        for name, each in found.items()
    }
