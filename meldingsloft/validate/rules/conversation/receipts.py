"""AK-006, AK-009: an AppRec beside the message it answers quotes its time and mirrors its parties (HIS 80415:2012 §3.5, §4.3.2).

The message is found by the id that the AppRec quotes; where none has it, nothing can be said (AK-005). Parties are compared
by their HER-ids on both levels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child
from meldingsloft.validate.moments import is_before
from meldingsloft.validate.rules.conversation.facts import her_ids

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.domain.heads import Head
    from meldingsloft.validate.rules.conversation.facts import Member
    from meldingsloft.validate.subject import Subject


def receipt_findings(members: Sequence[Member], given: Sequence[tuple[str, Subject]]) -> Iterator[tuple[str, Finding]]:
    """Name of the file, and what is to be said of each AppRec among those given."""
    by_quoted = {quoted.lower(): member.head for member in members for quoted in member.head.quoted_ids if quoted}
    for name, subject in given:
        for finding in _receipt(subject, by_quoted):
            yield name, finding


def _receipt(subject: Subject, by_quoted: Mapping[str, Head]) -> Iterator[Finding]:
    head = subject.head
    facts = None if head is None else head.apprec
    original = None if facts is None else by_quoted.get(facts.original_id.strip().lower())
    if head is None or facts is None or original is None:
        return
    quoted, generated = facts.original_issued.strip(), original.generated.strip()
    if is_before(quoted, generated) or is_before(generated, quoted):
        yield subject.finding("AK-006", _quoted_time(subject))
    if her_ids(head.sender) not in set(map(her_ids, original.receivers)):
        yield subject.finding("AK-009", _party(subject, "Sender"), detail="sender")
    if her_ids(original.sender) not in set(map(her_ids, head.receivers)):
        yield subject.finding("AK-009", _party(subject, "Receiver"), detail="receiver")


def _quoted_time(subject: Subject) -> etree._Element:
    quoted = child(subject.head_child("OriginalMsgId"), f"{subject.prefix}IssueDate")
    return subject.root if quoted is None else quoted


def _party(subject: Subject, name: str) -> etree._Element:
    party = subject.head_child(name)
    return subject.root if party is None else party
