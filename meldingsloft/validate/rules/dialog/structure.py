"""DI-001…DI-003, DI-010, DI-016, DI-020, DI-023: what a dialogmelding is made of, and the thread it stands in.

HIS 80603:2017 §3.2, §3.4.1; HIS 1152:2006; HIS 1077:2017 §5.2.1; HIS 1206:2018 §4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code
from meldingsloft.validate.checks import HEADS, Check
from meldingsloft.validate.rules.dialog.messages import (
    DIALOG,
    FORESPORSEL,
    HELSEFAGLIG,
    STATUS,
    SVAR,
    in_head,
    own,
    says,
    top,
)
from meldingsloft.validate.subject import BASE64_CONTAINER
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _one_document(subject: Subject) -> Iterator[Finding]:
    body, notes, requests = subject.contents[0], top(subject, "Notat"), top(subject, "Foresporsel")
    further = [each for each in subject.contents[1:] if local_name(each) == "Dialogmelding"]
    if further:
        yield subject.finding("DI-001", further[0], detail="second")
    if not notes and not requests:
        yield subject.finding("DI-001", body, detail="empty")
    elif notes and requests:
        yield subject.finding("DI-001", body, detail="both")


def _request(subject: Subject) -> Iterator[Finding]:
    for note in top(subject, "Notat")[:1]:
        yield subject.finding("DI-002", note)


def _answer(subject: Subject) -> Iterator[Finding]:
    for request in top(subject, "Foresporsel")[:1]:
        yield subject.finding("DI-003", request, detail="request")
    for note in top(subject, "Notat"):
        if own(note, "Foresporsel") is None:
            yield subject.finding("DI-003", note, detail="original")


def _theme(subject: Subject) -> Iterator[Finding]:
    for note in top(subject, "Notat"):
        if not says(note, "Tema"):
            yield subject.finding("DI-010", note)


def _thread(rule: str) -> Callable[[Subject], Iterator[Finding]]:
    def look(subject: Subject) -> Iterator[Finding]:
        info = child(subject.root, f"{subject.prefix}MsgInfo")
        if info is not None and subject.head_child("ConversationRef") is None:
            yield subject.finding(rule, info)

    return look


def _attachments(subject: Subject) -> Iterator[Finding]:
    """Also of a message whose first document is an attachment, and which is therefore known by its type code alone."""
    if not attribute(subject.type_element, "V").startswith("DIALOG_"):
        return
    p = subject.prefix
    documents = [(each, child(each, f"{p}RefDoc")) for each in subject.root.iterchildren(f"{p}Document")]
    attached = any(code(doc, f"{p}MsgType") == "A" for _, doc in documents) or any(
        each.tag == BASE64_CONTAINER for each in subject.contents
    )
    if attached and len(documents) == 1:
        yield subject.finding("DI-023", documents[0][0], detail="one")
    elif attached and code(documents[0][1], f"{p}MsgType") != "XML":
        yield subject.finding("DI-023", documents[0][0], detail="order")


CHECKS = (
    Check(("DI-001",), "rules", _one_document, DIALOG),
    Check(("DI-002",), "rules", _request, in_head(FORESPORSEL)),
    Check(("DI-003",), "rules", _answer, in_head(SVAR)),
    Check(("DI-010",), "rules", _theme, in_head(HELSEFAGLIG)),
    Check(("DI-016",), "rules", _thread("DI-016"), in_head(STATUS)),
    Check(("DI-020",), "rules", _thread("DI-020"), in_head(SVAR)),
    Check(("DI-023",), "rules", _attachments, HEADS),
)
