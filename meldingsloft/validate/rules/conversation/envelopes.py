"""MH-003, MH-036, XR-001, XR-025: an envelope given beside the message that goes in it says the same as the message.

An encrypted payload cannot be looked into, so the message is told by its type; where there is only one of each, they belong
together whatever they say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meldingsloft.domain.envelopes import EnvelopeKind
from meldingsloft.hodemelding.nodes import value
from meldingsloft.validate.discretion import shown

if TYPE_CHECKING:
    from meldingsloft.domain.envelopes import Envelope, MessageHeader
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.rules.conversation.facts import Member


def envelope_findings(members: Sequence[Member], envelopes: Sequence[Envelope]) -> Iterator[tuple[str, Finding]]:
    """Findings at the messages, with the names of their files."""
    carrying = [envelope for envelope in envelopes if envelope.header.kind is EnvelopeKind.MESSAGE]
    for envelope in carrying:
        fitting = [member for member in members if envelope.header.action in member.head.message_type.actions]
        alone = len(carrying) == len(members) == 1
        for member in members if alone else fitting[:1]:
            yield from ((member.name, finding) for finding in _of_pair(member, envelope))


def _of_pair(member: Member, envelope: Envelope) -> Iterator[Finding]:
    yield from _dispatch(member, envelope.header)
    yield from _parties(member, envelope.header)
    yield from _files(member, envelope)


def _dispatch(member: Member, header: MessageHeader) -> Iterator[Finding]:
    """HIS 80601 MsgInfo; HISD 1209:2018 §3."""
    subject, row = member.subject, member.head.message_type
    rule = "MH-003" if subject.in_head else "XR-001"
    at = subject.type_element if subject.type_element is not None else subject.root
    if header.action != member.head.action:
        facts = {"found": shown(header.action, "Action"), "expected": member.head.action}
        yield subject.finding(rule, at, "V", detail="action", **facts)
    elif row.family != "apprec" and header.service != member.head.service:
        facts = {"found": shown(header.service, "Service"), "expected": member.head.service}
        yield subject.finding(rule, at, "V", detail="service", **facts)


def _parties(member: Member, header: MessageHeader) -> Iterator[Finding]:
    """HIS 1153-2:2016 §4.2."""
    subject, head = member.subject, member.head
    senders = [] if head.sender is None else [head.sender]
    for end, addresses in ((header.sender, senders), (header.receiver, head.receivers)):
        levels = [level for a in addresses for level in (a.organisation, *([a.party] if a.party else []), *a.also)]
        known = {str(level.her_id) for level in levels if level.her_id is not None}
        if known and end.her_id is not None and str(end.her_id) not in known:
            detail = "from" if end is header.sender else "to"
            yield subject.finding("XR-025", subject.root, detail=detail, found=str(end.her_id))


def _files(member: Member, envelope: Envelope) -> Iterator[Finding]:
    """HIS 80601 RefDoc."""
    parts = {str(reference.content_id) for reference in envelope.manifest}
    for reference in member.subject.by_name.get("FileReference", ()):
        address = value(reference)
        if address.startswith("cid:") and address.removeprefix("cid:") not in parts:
            yield member.subject.finding("MH-036", reference)
