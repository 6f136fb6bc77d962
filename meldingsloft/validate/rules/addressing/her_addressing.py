"""MH-007…MH-011, EP-004, EP-005, HE-002, RE-005, SV-008: sender and receiver are addressed on two levels by HER-id.

Level 1 is the virksomhet, level 2 its communication party: a service or a person (HIS 1153-2:2016 §4.3). What is wrong with
the receiver's address is a reason to answer E21; what is wrong with the sender's is not, nobody could be answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, children, prefix_of
from meldingsloft.validate.checks import HEADS, Check, of_families
from meldingsloft.validate.subject import MSGHEAD
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MH = f"{{{MSGHEAD}}}"
_HCP_RULES = {
    "epikrise": ("ServRprt", "ServProvider", "EP-004", "Requester", "EP-005"),
    "svarrapport": ("ServReport", "ServProvider", "SV-008", "Requester", "SV-008"),
    "henvisning": ("ServReq", "Requester", "HE-002", "ServProvider", "HE-002"),
    "rekvisisjon": ("ServReq", "Requester", "RE-005", "ServProvider", "RE-005"),
}
"""Family: body, sender and its rule, receiver and its rule."""


def _in_head(subject: Subject) -> Iterator[Finding]:
    for name in ("Sender", "Receiver"):
        party = subject.head_child(name)
        if party is not None:
            yield from _msghead_party(subject, party, None if name == "Receiver" else "")


def _msghead_party(subject: Subject, party: etree._Element, apprec: str | None) -> Iterator[Finding]:
    level1 = child(party, f"{_MH}Organisation")
    inside = children(level1)
    if level1 is None or f"{_MH}Ident" not in inside:
        yield subject.finding("MH-007", party if level1 is None else level1, apprec=apprec, party=local_name(party))
        return
    if not has_her(level1):
        yield subject.finding("MH-008", level1, apprec=apprec, party=local_name(party))
    if not _said(inside.get(f"{_MH}OrganisationName")):
        yield subject.finding("MH-011", level1, detail="organisation", party=local_name(party))
    yield from _msghead_level2(subject, level1, local_name(party), apprec)


def _msghead_level2(subject: Subject, level1: etree._Element, party: str, apprec: str | None) -> Iterator[Finding]:
    known = [e for e in level1.iterchildren(f"{_MH}Organisation", f"{_MH}HealthcareProfessional") if has_her(e)]
    if not known:
        yield subject.finding("MH-009", level1, apprec=apprec, party=party)
    if len(known) > 1:
        yield subject.finding("MH-010", level1, party=party)
    for element in known:
        names = ("OrganisationName",) if local_name(element) == "Organisation" else ("FamilyName", "GivenName")
        for name in names:
            if not _names(element, name):
                yield subject.finding("MH-011", element, detail="party", party=party, missing=name)


def has_her(element: etree._Element) -> bool:
    """True when an organisation or person of a hodemelding has a HER-id."""
    p = prefix_of(element)
    for ident in element.iterchildren(f"{p}Ident"):
        inside = children(ident)
        if _is_her(inside.get(f"{p}TypeId")) and _said(inside.get(f"{p}Id")):
            return True
    return False


def _in_message(subject: Subject) -> Iterator[Finding]:
    row = subject.message_type
    if row is None or row.in_msghead:
        return
    body_name, sender, sender_rule, receiver, receiver_rule = _HCP_RULES[row.family]
    for body in subject.root.iterchildren(subject.prefix + body_name):
        yield from _hcp_party(subject, body, sender, sender_rule, "")
        yield from _hcp_party(subject, body, receiver, receiver_rule, None)


def _hcp_party(subject: Subject, body: etree._Element, name: str, rule: str, apprec: str | None) -> Iterator[Finding]:
    p = prefix_of(body)
    party = child(body, p + name)
    inst = _inst(party, p)
    if inst is None:
        yield subject.finding(rule, body if party is None else party, detail="absent", apprec=apprec, party=name)
        return
    inside = children(inst)
    if not _hcp_her(inst, inside, p):
        yield subject.finding(rule, inst, detail="organisation", apprec=apprec, party=name)
    if not _said(inside.get(f"{p}Name")):
        yield subject.finding(rule, inst, detail="name", apprec="", party=name, level="Inst")
    below = [(e, children(e)) for e in inst.iterchildren(f"{p}Dept", f"{p}HCPerson")]
    level2 = [(e, around) for e, around in below if _hcp_her(e, around, p)]
    if not level2:
        yield subject.finding(rule, inst, detail="party", apprec=apprec, party=name)
    for element, around in level2:
        if not _said(around.get(f"{p}Name")):
            yield subject.finding(rule, element, detail="name", apprec="", party=name, level=local_name(element))


def _inst(party: etree._Element | None, p: str) -> etree._Element | None:
    """The first HCP/Inst."""
    if party is None:
        return None
    found = (child(hcp, f"{p}Inst") for hcp in party.iterchildren(f"{p}HCP"))
    return next((inst for inst in found if inst is not None), None)


def _hcp_her(element: etree._Element, inside: dict[str, etree._Element], p: str) -> bool:
    """A HER-id in Id/TypeId or in one of the AdditionalIds; ``inside`` are the element's children."""
    if _is_her(inside.get(f"{p}TypeId")) and _said(inside.get(f"{p}Id")):
        return True
    if f"{p}AdditionalId" not in inside:
        return False
    further = (children(each) for each in element.iterchildren(f"{p}AdditionalId"))
    return any(_is_her(each.get(f"{p}Type")) and _said(each.get(f"{p}Id")) for each in further)


def _is_her(kind: etree._Element | None) -> bool:
    return kind is not None and kind.get("V") == "HER"


def _said(element: etree._Element | None) -> bool:
    """True when there is text in it."""
    return element is not None and bool((element.text or "").strip())


def _names(element: etree._Element, name: str) -> bool:
    """True when a child of this name says something."""
    return _said(child(element, prefix_of(element) + name))


CHECKS = (
    Check(("MH-007", "MH-008", "MH-009", "MH-010", "MH-011"), "rules", _in_head, HEADS, answer=True),
    Check(
        ("EP-004", "EP-005", "HE-002", "RE-005", "SV-008"),
        "rules",
        _in_message,
        of_families("epikrise", "svarrapport", "henvisning", "rekvisisjon"),
        answer=True,
    ),
)
