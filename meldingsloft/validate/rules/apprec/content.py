"""AK-001…AK-004, AK-011: an AppRec says what it is, its own id, a status that fits its errors, and who answers whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.identifiers import is_uuid
from meldingsloft.hodemelding.nodes import child
from meldingsloft.validate.checks import Check, of_families
from meldingsloft.validate.discretion import shown
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_GENERAL = "2.16.578.1.12.4.1.1.8221"
_OF_PROCESSES = frozenset(f"2.16.578.1.12.4.1.1.{number}" for number in ("8124", "8222", "8223", "8233"))
"""Codebooks that a documented process brings along (AppRec digest §4.3)."""
_ROLES = {
    "apprec-1.0": {"Sender": ("REQ", "SPR", "COP"), "Receiver": ("RECEIVER",)},
    "apprec-1.1": {"Sender": ("PRIM", "COP"), "Receiver": ("AVS",)},
}


def _look(subject: Subject) -> Iterator[Finding]:
    yield from _own_words(subject)
    yield from _status(subject)
    for error in subject.root.iterchildren(f"{subject.prefix}Error"):
        yield from _error(subject, error)
    yield from _roles(subject)


def _own_words(subject: Subject) -> Iterator[Finding]:
    kind, own_id = subject.type_element, subject.head_child("Id")
    if kind is not None and kind.get("V") != "APPREC":
        yield subject.finding("AK-001", kind, "V", found=shown(kind.get("V", ""), "MsgType", "V"))
    if own_id is not None and not is_uuid(own_id.text or ""):
        yield subject.finding("AK-002", own_id, found=shown(own_id.text or "", "MsgId"))


def _status(subject: Subject) -> Iterator[Finding]:
    status = subject.head_child("Status")
    if status is None:
        return
    code, has_error = status.get("V", ""), subject.head_child("Error") is not None
    if code not in ("1", "2", "3"):
        yield subject.finding("AK-003", status, "V", detail="unknown", found=shown(code, "Status", "V"))
    elif code == "1" and has_error:
        yield subject.finding("AK-003", status, detail="needless")
    elif code != "1" and not has_error:
        yield subject.finding("AK-003", status, detail="unexplained", found=code)


def _error(subject: Subject, error: etree._Element) -> Iterator[Finding]:
    system, code = error.get("S", ""), error.get("V", "")
    if system in _OF_PROCESSES:
        return
    if system != _GENERAL:
        yield subject.finding("AK-004", error, "S", detail="system", found=shown(system, "Error", "S"))
    elif not code or not error.get("DN"):
        yield subject.finding("AK-004", error, detail="incomplete")
    elif subject.codes is not None and subject.codes.has_list("8221") and subject.codes.display("8221", code) is None:
        yield subject.finding("AK-004", error, "V", detail="code", found=shown(code, "Error", "V"))


def _roles(subject: Subject) -> Iterator[Finding]:
    assert subject.message_type is not None
    for name, allowed in _ROLES.get(subject.message_type.short_name, {}).items():
        party = subject.head_child(name)
        if party is None:
            continue
        role = child(party, f"{subject.prefix}Role")
        code = role.get("V", "") if role is not None else ""
        if code not in allowed:
            detail = "absent" if role is None else "wrong"
            found = shown(code, "Role", "V")
            yield subject.finding(
                "AK-011",
                party if role is None else role,
                detail=detail,
                party=local_name(party),
                found=found,
                expected=", ".join(allowed),
            )


CHECK = Check(("AK-001", "AK-002", "AK-003", "AK-004", "AK-011"), "rules", _look, of_families("apprec"))
