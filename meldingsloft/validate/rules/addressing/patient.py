"""MH-020, MH-021, EP-007, HE-003, RE-006, SV-006: who the message is about can be told.

What a receiver must be able to read is name and FNR, DNR or FHN, or name, date of birth and sex; else it answers E36
(HIS 80415:2012 §3.3.4). Referrals of øyeblikkelig hjelp are never rejected for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, children, prefix_of
from meldingsloft.validate.checks import HEADS, Check, of_families
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_OFFICIAL = frozenset({"FNR", "DNR", "FHN"})
_NUMBER = re.compile(r"[0-9]{11}")
_BODY_RULES = {
    "epikrise": ("ServRprt", "EP-007"),
    "svarrapport": ("ServReport", "SV-006"),
    "henvisning": ("ServReq", "HE-003"),
    "rekvisisjon": ("ServReq", "RE-006"),
}
_NUMBER_ASKED = frozenset({"SV-006", "RE-006"})
"""These ask for the number; date of birth and sex only keep the receiver from rejecting."""


def _in_head(subject: Subject) -> Iterator[Finding]:
    row = subject.message_type
    if row is None or not row.in_msghead:
        return
    patient = subject.head_child("Patient")
    urgent = row.family == "henvisning" and _urgent(subject.contents[0])
    if patient is None:
        info = child(subject.root, f"{subject.prefix}MsgInfo")
        if info is not None:
            yield subject.finding("MH-020", info, apprec="" if urgent else None)
        return
    if urgent:
        return
    inside, p = children(patient), prefix_of(patient)
    if not (_text(inside.get(f"{p}FamilyName")) and _text(inside.get(f"{p}GivenName"))):
        yield subject.finding("MH-021", patient, detail="name")
    if not (_identified(patient, p) or _born_and_sexed(inside, p)):
        yield subject.finding("MH-021", patient, detail="number")


def _identified(patient: etree._Element, p: str) -> bool:
    return any(
        _is_official(child(ident, f"{p}TypeId"), _text(child(ident, f"{p}Id")))
        for ident in patient.iterchildren(f"{p}Ident")
    )


def _in_message(subject: Subject) -> Iterator[Finding]:
    row = subject.message_type
    if row is None or row.in_msghead:
        return
    body_name, rule = _BODY_RULES[row.family]
    for body in subject.root.iterchildren(subject.prefix + body_name):
        if not (rule == "HE-003" and _urgent(body)):
            yield from _body(subject, body, rule)


def _body(subject: Subject, body: etree._Element, rule: str) -> Iterator[Finding]:
    p = prefix_of(body)
    patient = child(body, f"{p}Patient")
    inside = children(patient)
    named = bool(_text(inside.get(f"{p}Name")))
    number = _is_official(inside.get(f"{p}TypeOffId"), _text(inside.get(f"{p}OffId")))
    if named and number:
        return
    if rule in _NUMBER_ASKED and next(body.iter(f"{p}Animal", f"{p}Material"), None) is not None:
        return
    if patient is None:
        yield subject.finding(rule, body, detail="absent")
        return
    if not named:
        yield subject.finding(rule, patient, detail="name")
    otherwise = _born_and_sexed(inside, p)
    if not number and not (otherwise and rule not in _NUMBER_ASKED):
        yield subject.finding(rule, patient, detail="number", apprec="" if otherwise and named else None)


def _is_official(kind: etree._Element | None, number: str) -> bool:
    return kind is not None and kind.get("V") in _OFFICIAL and _NUMBER.fullmatch(number) is not None


def _born_and_sexed(patient: dict[str, etree._Element], p: str) -> bool:
    """``patient``: the children of the element."""
    born, sex = patient.get(f"{p}DateOfBirth"), patient.get(f"{p}Sex")
    return (
        born is not None and bool((born.get("V") or born.text or "").strip()) and sex is not None and bool(sex.get("V"))
    )


def _urgent(referral: etree._Element) -> bool:
    """Priority 0 of 8304 and 8306 (øyeblikkelig hjelp)."""
    if local_name(referral) not in ("ServReq", "Henvisning"):
        return False
    p = prefix_of(referral)
    return any(e.get("V") == "0" for e in referral.iterfind(f"{p}ReqServ/{p}Priority"))


def _text(element: etree._Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


CHECKS = (
    Check(("MH-020", "MH-021"), "rules", _in_head, HEADS, answer=True),
    Check(
        ("EP-007", "HE-003", "RE-006", "SV-006"),
        "rules",
        _in_message,
        of_families("epikrise", "svarrapport", "henvisning", "rekvisisjon"),
        answer=True,
    ),
)
