"""XR-008, XR-019, XR-020: ConversationRef leads to the message before and to the first one (HISD 1154:2018 §4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.rules.conversation.facts import Member


def thread_findings(members: Sequence[Member]) -> Iterator[tuple[str, Finding]]:
    """Name of the file, and what is to be said of its references."""
    by_id = {own: member for member in members for own in member.own_ids if own}
    documents = {member.document_id for member in members} - {""}
    for member in members:
        if not (member.parent or member.conversation):
            continue
        known = list(_unknown(member, by_id, documents))
        for finding in known or _first(member, by_id):
            yield member.name, finding


def _unknown(member: Member, by_id: Mapping[str, Member], documents: set[str]) -> Iterator[Finding]:
    for name, reference in (("RefToParent", member.parent), ("RefToConversation", member.conversation)):
        if reference and reference not in by_id:
            detail = "document" if reference in documents else "unknown"
            yield member.subject.finding("XR-008", member.referring(name), detail=detail, element=name)


def _first(member: Member, by_id: Mapping[str, Member]) -> Iterator[Finding]:
    parent = by_id.get(member.parent)
    if parent is None or not member.conversation:
        return
    place = member.referring("RefToConversation")
    status = member.short_name.startswith("dialog-status-henvisning")
    if status and not (parent.family == "henvisning" or parent.short_name == member.short_name):
        yield member.subject.finding("XR-020", member.referring("RefToParent"), detail="kind")
    first = by_id.get(parent.conversation, parent)
    if member.conversation in first.own_ids:
        return
    if status:
        yield member.subject.finding("XR-020", place, detail="first")
    elif member.forwards:
        yield member.subject.finding("XR-019", place)
    else:
        yield member.subject.finding("XR-008", place, detail="first")
