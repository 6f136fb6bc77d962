"""XR-016…XR-018: an epikrise names the referral, a svarrapport the request, that it answers (HITS 1218:2019 §3.1, §3.2).

Asked only where such a referral or request is among the messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meldingsloft.validate.discretion import shown

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.rules.conversation.facts import Member


_LABORATORY = frozenset({"CLIN", "CYTO", "HIST", "LAB", "MBIO", "OBD"})
"""Of kodeverk 8202; the others are of radiology."""


def answer_findings(members: Sequence[Member]) -> Iterator[tuple[str, Finding]]:
    """Name of the file, and what is to be said of what it answers."""
    referrals = {
        each.msg_id if each.subject.in_head else each.document_id for each in members if each.family == "henvisning"
    }
    requests = {each.document_id: each for each in members if each.family == "rekvisisjon"}
    for member in members:
        asked = member.requested_id()
        if member.family == "epikrise" and referrals and asked and asked not in referrals:
            yield member.name, member.subject.finding("XR-016", member.place("ServReq"))
        elif member.family == "svarrapport" and requests and asked:
            for finding in _report(member, requests.get(asked)):
                yield member.name, finding


def _report(member: Member, request: Member | None) -> Iterator[Finding]:
    if request is None:
        yield member.subject.finding("XR-017", member.place("ServReq"))
    elif _of_laboratory(member) != _of_laboratory(request):
        found, expected = (shown(each.said("MsgDescr"), "MsgDescr", "V") for each in (member, request))
        yield member.subject.finding("XR-018", member.place("MsgDescr"), found=found, expected=expected)


def _of_laboratory(member: Member) -> bool:
    return member.said("MsgDescr") in _LABORATORY
