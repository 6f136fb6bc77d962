"""XR-010, XR-011, XR-013, XR-024: a change or cancellation is of the same document, patient and parties as what it changes.

What is changed is found by ConversationRef, else by the document's id (HISD 1154:2018 §4.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meldingsloft.validate.moments import is_before
from meldingsloft.validate.rules.conversation.facts import her_ids

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.domain.heads import Head
    from meldingsloft.validate.rules.conversation.facts import Member


def series_findings(members: Sequence[Member]) -> Iterator[tuple[str, Finding]]:
    """Name of the file, and what is to be said of it beside the message that it changes."""
    for member in members:
        if not member.changes:
            continue
        original = _original(member, members)
        if original is not None:
            for finding in _against(member, original):
                yield member.name, finding
    yield from _same_id(members)


def _original(member: Member, members: Sequence[Member]) -> Member | None:
    """The message before it; among those of the same type where there is no reference, the one of the same document."""
    others = [other for other in members if other is not member and other.msg_id != member.msg_id]
    if member.parent:
        return next((other for other in others if member.parent in other.own_ids), None)
    alike = [other for other in others if other.short_name == member.short_name and not other.changes]
    same = [other for other in alike if other.document_id == member.document_id]
    if same or any(other.document_id == member.document_id for other in others):
        return same[0] if same else None
    return alike[0] if len(alike) == 1 else None


def _against(member: Member, original: Member) -> Iterator[Finding]:
    subject = member.subject
    if member.document_id and original.document_id and member.document_id != original.document_id:
        name = next(name for name in ("DocumentId", "ServProvId", "Id") if member.said(name))
        yield subject.finding("XR-010", member.place(name))
    one, other = member.said("IssueDate"), original.said("IssueDate")
    if is_before(one, other) or is_before(other, one):
        yield subject.finding("XR-011", member.place("IssueDate"))
    for party in _moved(member.head, original.head):
        yield subject.finding("XR-013", subject.root, detail=party)
    if member.patient and original.patient and not member.patient & original.patient:
        yield subject.finding("XR-013", _patient(member), detail="patient")


def _moved(head: Head, original: Head) -> Iterator[str]:
    """Where the HER-ids are others; the order of the receivers says nothing."""
    if her_ids(head.sender) != her_ids(original.sender):
        yield "sender"
    if set(map(her_ids, head.receivers)) != set(map(her_ids, original.receivers)):
        yield "receivers"


def _same_id(members: Sequence[Member]) -> Iterator[tuple[str, Finding]]:
    first: dict[str, Member] = {}
    for member in members:
        known = first.setdefault(member.msg_id, member)
        if member.msg_id and known.subject.data != member.subject.data:
            place = member.subject.head_child("MsgId")
            yield member.name, member.subject.finding("XR-024", member.subject.root if place is None else place)


def _patient(member: Member) -> etree._Element:
    holder = member.subject.head_child("Patient")
    return member.place("Patient") if holder is None else holder
