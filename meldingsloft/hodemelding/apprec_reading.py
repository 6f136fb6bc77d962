"""The head of an AppRec 1.0 or 1.1, read tolerantly (HIS 80415; what is met in traffic: no Role, no DN, empty Inst)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.domain.catalogue import MessageType
from meldingsloft.domain.heads import AppRecError, AppRecFacts, Head, ReceiverRole
from meldingsloft.domain.identifiers import MsgId
from meldingsloft.hodemelding.hcp_reading import read_place
from meldingsloft.hodemelding.nodes import attribute, children, code, value

if TYPE_CHECKING:
    from lxml import etree


def read_apprec(root: etree._Element, p: str, message_type: MessageType) -> Head:
    """The head of an AppRec; whatever is missing is left empty. ``p`` is the prefix of its namespace."""
    around = children(root)
    kind = around.get(p + "MsgType")
    sender = around.get(p + "Sender")
    copy = code(sender, p + "Role") == ReceiverRole.COPY
    to = read_place(around.get(p + "Receiver"), p)
    return Head(
        message_type=message_type,
        type_code=attribute(kind, "V"),
        type_name=attribute(kind, "DN"),
        msg_id=MsgId(value(around.get(p + "Id"))),
        generated=value(around.get(p + "GenDate")),
        sender=read_place(sender, p, ReceiverRole.COPY if copy else ReceiverRole.PRIMARY),
        receivers=(to,) if to else (),
        action="APPREC",
        apprec=_facts(around, p),
    )


def read_facts(root: etree._Element, p: str) -> AppRecFacts:
    """What the AppRec says of which message."""
    return _facts(children(root), p)


def _facts(around: dict[str, etree._Element], p: str) -> AppRecFacts:
    original = children(around.get(p + "OriginalMsgId"))
    first = around.get(p + "Error")
    return AppRecFacts(
        status=attribute(around.get(p + "Status"), "V"),
        original_id=value(original.get(p + "Id")),
        original_type=attribute(original.get(p + "MsgType"), "V"),
        original_issued=value(original.get(p + "IssueDate")),
        errors=() if first is None else tuple(_error(each) for each in (first, *first.itersiblings(p + "Error"))),
    )


def _error(element: etree._Element) -> AppRecError:
    return AppRecError(
        code=attribute(element, "V"),
        name=attribute(element, "DN"),
        text=attribute(element, "OT"),
        system=attribute(element, "S"),
    )
