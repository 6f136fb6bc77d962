"""What the rules over several messages need to know of each, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, text, value
from meldingsloft.validate.rules.identifiers.numbers import numbers_of

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.heads import Address, Head
    from meldingsloft.validate.subject import Subject

_OFFICIAL = frozenset({"FNR", "DNR", "FHN"})
_DOCUMENT_IDS = ("DocumentId", "ServProvId", "Id")


@dataclass(frozen=True, slots=True)
class Member:
    """One message of the conversation."""

    name: str
    """Of the file."""
    subject: Subject = field(repr=False)
    head: Head = field(repr=False)
    msg_id: str
    """In small letters, as all ids here."""
    parent: str
    conversation: str
    document_id: str
    patient: frozenset[tuple[str, str]] = field(repr=False)
    """Kind and text of the patient's official numbers."""

    @property
    def body(self) -> etree._Element | None:
        """What the message is about."""
        return self.subject.bodies[0] if self.subject.bodies else None

    @property
    def short_name(self) -> str:
        """Of the message type."""
        return self.head.message_type.short_name

    @property
    def family(self) -> str:
        """Of the message type."""
        return self.head.message_type.family

    @property
    def changes(self) -> bool:
        """True for a change or a cancellation."""
        return self.head.change_code in ("M", "C")

    @property
    def forwards(self) -> bool:
        """True for a viderehenvisning."""
        return self.short_name.startswith("viderehenvisning")

    @property
    def own_ids(self) -> tuple[str, ...]:
        """By which later messages may refer to it: its MsgId, and the document's id of those without hodemelding."""
        return (self.msg_id,) if self.subject.in_head else (self.msg_id, self.document_id)

    def referring(self, name: str) -> etree._Element:
        """RefToParent or RefToConversation, else the ConversationRef or the root."""
        subject = self.subject
        reference = subject.head_child("ConversationRef")
        element = child(reference, subject.prefix + name)
        return next((each for each in (element, reference) if each is not None), subject.root)

    def place(self, name: str) -> etree._Element:
        """A child of the body, else the body or the root."""
        body = self.body
        element = None if body is None else child(body, prefix_of(body) + name)
        return next((each for each in (element, body) if each is not None), self.subject.root)

    def said(self, name: str) -> str:
        """Text or V of a child of the body."""
        body = self.body
        element = None if body is None else child(body, prefix_of(body) + name)
        return attribute(element, "V") or value(element)

    def requested_id(self) -> str:
        """ServReq/Id in the body: the request or referral that is answered."""
        body = self.body
        if body is None:
            return ""
        p = prefix_of(body)
        return text(child(body, f"{p}ServReq"), f"{p}Id").lower() if child(body, f"{p}ServReq") is not None else ""


def read_member(name: str, subject: Subject) -> Member | None:
    """The facts of a message, None for an AppRec and for what is no message."""
    head = subject.head
    if head is None or head.message_type.family in ("apprec", "msghead"):
        return None
    reference, p = subject.head_child("ConversationRef"), subject.prefix
    body = subject.bodies[0] if subject.bodies else None
    holder = subject.head_child("Patient") if subject.in_head else child(body, f"{p}Patient")
    return Member(
        name=name,
        subject=subject,
        head=head,
        msg_id=head.msg_id.lower(),
        parent="" if reference is None else text(reference, f"{p}RefToParent").lower(),
        conversation="" if reference is None else text(reference, f"{p}RefToConversation").lower(),
        document_id="" if body is None else _document_id(body),
        patient=frozenset(() if holder is None else official_numbers(holder)),
    )


def official_numbers(patient: etree._Element) -> Sequence[tuple[str, str]]:
    """Kind and text of the numbers that tell who it is everywhere."""
    return [(number.kind, number.text) for number in numbers_of(patient) if number.kind in _OFFICIAL]


def her_ids(address: Address | None) -> tuple[str, str]:
    """Of both levels, ``""`` where there is none."""
    if address is None:
        return "", ""
    return address.organisation.her_id or "", (address.party.her_id or "") if address.party else ""


def _document_id(body: etree._Element) -> str:
    p = prefix_of(body)
    return next((found.lower() for name in _DOCUMENT_IDS if (found := text(body, p + name))), "")
