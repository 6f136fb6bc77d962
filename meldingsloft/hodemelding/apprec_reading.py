"""The head of an AppRec 1.0 or 1.1, read tolerantly (HIS 80415; what is met in traffic: no Role, no DN, empty Inst)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.domain.catalogue import MessageType
from meldingsloft.domain.heads import AppRecError, AppRecFacts, Head, ReceiverRole
from meldingsloft.domain.identifiers import MsgId
from meldingsloft.hodemelding.hcp_reading import read_place
from meldingsloft.hodemelding.nodes import attribute, child, code, text

if TYPE_CHECKING:
    from lxml import etree


def read_apprec(root: etree._Element, p: str, message_type: MessageType) -> Head:
    """The head of an AppRec; whatever is missing is left empty. ``p`` is the prefix of its namespace."""
    kind = child(root, p + "MsgType")
    sender, receiver = child(root, p + "Sender"), child(root, p + "Receiver")
    copy = code(sender, p + "Role") == ReceiverRole.COPY
    to = read_place(receiver, p)
    return Head(
        message_type=message_type,
        type_code=attribute(kind, "V"),
        type_name=attribute(kind, "DN"),
        msg_id=MsgId(text(root, p + "Id")),
        generated=text(root, p + "GenDate"),
        sender=read_place(sender, p, ReceiverRole.COPY if copy else ReceiverRole.PRIMARY),
        receivers=(to,) if to else (),
        action="APPREC",
        apprec=read_facts(root, p),
    )


def read_facts(root: etree._Element, p: str) -> AppRecFacts:
    """What the AppRec says of which message."""
    original = child(root, p + "OriginalMsgId")
    return AppRecFacts(
        status=code(root, p + "Status"),
        original_id=text(original, p + "Id"),
        original_type=code(original, p + "MsgType"),
        original_issued=text(original, p + "IssueDate"),
        errors=tuple(_error(element) for element in root.iterchildren(p + "Error")),
    )


def _error(element: etree._Element) -> AppRecError:
    return AppRecError(
        code=attribute(element, "V"),
        name=attribute(element, "DN"),
        text=attribute(element, "OT"),
        system=attribute(element, "S"),
    )
