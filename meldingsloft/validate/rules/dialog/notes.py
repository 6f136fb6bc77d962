"""DI-008, DI-009, DI-015, DI-018, DI-021: a note says what kind it is, and no more than its message is for.

HIS 80603:2017 §5.1.3; HIS 1077:2017 §5.2.1; HIS 1151:2006 §4.2–4.3; HIS 1206:2018 §4.2.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from meldingsloft.hodemelding.nodes import attribute, child, code, text
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.dialog.messages import AVVIK, HELSEFAGLIG, NOTAT, STATUS, SVAR, in_head, own, says, top
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_THEMES = {
    SVAR: ("9069",),
    NOTAT: ("7321", "9155"),
    AVVIK: ("8117",),
    HELSEFAGLIG: ("7322",),
    STATUS: ("9148",),
}
"""The lists that Notat/TemaKodet comes from."""
_ONLY = frozenset({"TemaKodet", "TekstNotatInnhold", "RollerRelatertNotat"})


def _theme(subject: Subject) -> Iterator[Finding]:
    row = subject.message_type
    lists = _THEMES[row.short_name] if row is not None else ()
    for note in top(subject, "Notat"):
        theme = own(note, "TemaKodet")
        system = attribute(theme, "S")
        if theme is None or not attribute(theme, "V"):
            yield subject.finding("DI-008", note if theme is None else theme, detail="absent")
        elif system and system.rpartition(".")[2] not in lists:
            found, expected = shown(system, "TemaKodet", "S"), ", ".join(lists)
            yield subject.finding("DI-008", theme, "S", detail="list", found=found, expected=expected)


def _text(subject: Subject) -> Iterator[Finding]:
    for note in top(subject, "Notat"):
        if not says(note, "TekstNotatInnhold"):
            yield subject.finding("DI-009", note)


def _further(subject: Subject, rule: str) -> Iterator[Finding]:
    """What a note of this kind must not have."""
    for note in top(subject, "Notat"):
        for each in note.iterchildren(etree.Element):
            if local_name(each) not in _ONLY:
                yield subject.finding(rule, each, detail="further", found=local_name(each))


def _status(subject: Subject) -> Iterator[Finding]:
    yield from _further(subject, "DI-015")


def _fault(subject: Subject) -> Iterator[Finding]:
    info = child(subject.root, f"{subject.prefix}MsgInfo")
    if info is not None:
        if subject.head_child("ConversationRef") is None:
            yield subject.finding("DI-018", info, detail="thread")
        patient = subject.head_child("Patient")
        if patient is None or not _known(patient, subject.prefix):
            yield subject.finding("DI-018", info if patient is None else patient, detail="patient")
    yield from _further(subject, "DI-018")


def _known(patient: etree._Element, p: str) -> bool:
    named = text(patient, f"{p}FamilyName") and text(patient, f"{p}GivenName")
    return bool(named) and bool(text(child(patient, f"{p}Ident"), f"{p}Id"))


def _date(subject: Subject) -> Iterator[Finding]:
    """The day of the note is known all the same where RefDoc has the issue date of the document, as in every example."""
    notes = [note for note in top(subject, "Notat") if not says(note, "DatoNotat")]
    document = child(subject.root, f"{subject.prefix}Document")
    if notes and not code(child(document, f"{subject.prefix}RefDoc"), f"{subject.prefix}IssueDate"):
        yield subject.finding("DI-021", notes[0])


CHECKS = (
    Check(("DI-008",), "rules", _theme, in_head(*_THEMES)),
    Check(("DI-009",), "rules", _text, in_head(NOTAT, AVVIK, HELSEFAGLIG, STATUS)),
    Check(("DI-015",), "rules", _status, in_head(STATUS)),
    Check(("DI-018",), "rules", _fault, in_head(AVVIK)),
    Check(("DI-021",), "rules", _date, in_head(SVAR, NOTAT, HELSEFAGLIG), advice=True),
)
