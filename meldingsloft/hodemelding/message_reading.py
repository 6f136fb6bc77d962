"""The head of a message without hodemelding: root ``Message`` of epikrise, henvisning 1.x, svarrapport and rekvisisjon.

Who is who (HIS 1153-2 AD2.9–2.11): answers (epikrise, svarrapport) go from ServProvider to Requester, requests (henvisning,
rekvisisjon) from Requester to ServProvider; CopyDest are copy recipients. The *body* is ServRprt, ServReport or ServReq.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meldingsloft.domain.catalogue import MessageType
from meldingsloft.domain.heads import Address, Head, ReceiverRole
from meldingsloft.domain.identifiers import MsgId
from meldingsloft.hodemelding.hcp_reading import read_place
from meldingsloft.hodemelding.nodes import attribute, child, children, code, text, value
from meldingsloft.hodemelding.patients import identified_in_body

if TYPE_CHECKING:
    from lxml import etree


@dataclass(frozen=True, slots=True)
class _Form:
    """Names in one family."""

    body: str
    document_id: str
    sender: str
    receiver: str


_ANSWER = ("ServProvId", "ServProvider", "Requester")
_REQUEST = ("Id", "Requester", "ServProvider")
_FORMS = {
    "epikrise": _Form("ServRprt", *_ANSWER),
    "svarrapport": _Form("ServReport", *_ANSWER),
    "henvisning": _Form("ServReq", *_REQUEST),
    "rekvisisjon": _Form("ServReq", *_REQUEST),
}
FAMILIES = frozenset(_FORMS)
_DEPARTMENTS = {"CLIN": "KKL", "MBIO": "MBIO", "CYTO": "CYT", "HIST": "HIST", "OBD": "HIST", "LAB": "LAB"}
"""MsgDescr (8202) to the ending of the action; what is missing here is radiology."""
_RADIOLOGY = frozenset({"CT", "MA", "MR", "RTG", "SCI", "UL"})


def read_message(root: etree._Element, p: str, message_type: MessageType) -> Head:
    """The head of a ``Message``; whatever is missing is left empty. ``p`` is the prefix of its namespace."""
    form = _FORMS[message_type.family]
    around = children(root)
    kind = around.get(p + "Type")
    type_code = attribute(kind, "V")
    bodies = list(root.iterchildren(p + form.body))
    body = bodies[0] if bodies else None
    document_ids = [text(each, p + form.document_id) for each in bodies]
    return Head(
        message_type=message_type,
        type_code=type_code,
        type_name=attribute(kind, "DN"),
        msg_id=MsgId(value(around.get(p + "MsgId"))),
        generated=attribute(around.get(p + "GenDate"), "V"),
        sender=read_place(child(body, p + form.sender), p, requester=form.sender == "Requester"),
        receivers=_receivers(bodies, p, form),
        action=_action(message_type, type_code, code(body, p + "MsgDescr")),
        document_id=document_ids[0] if document_ids else "",
        further_document_ids=tuple(number for number in document_ids[1:] if number),
        change_code=code(body, p + "ServType") or "N",
        test=attribute(around.get(p + "Status"), "V") == "TEST",
        urgent=message_type.family == "henvisning" and code(child(body, p + "ReqServ"), p + "Priority") == "0",
        patient_identified=all(_identified(each, p) for each in bodies),
    )


def _identified(body: etree._Element, p: str) -> bool:
    """True when the patient is identified, or the subject is an animal or a material (SV-006, RE-006)."""
    patient = child(body, p + "Patient")
    if patient is None and (child(body, p + "Animal") is not None or child(body, p + "Material") is not None):
        return True
    return identified_in_body(patient, p)


def _receivers(bodies: list[etree._Element], p: str, form: _Form) -> tuple[Address, ...]:
    """The primary recipient of the first body, then every copy recipient once."""
    if not bodies:
        return ()
    primary = read_place(child(bodies[0], p + form.receiver), p, requester=form.receiver == "Requester")
    copies = [read_place(copy, p, ReceiverRole.COPY) for body in bodies for copy in body.iterchildren(p + "CopyDest")]
    found = [address for address in (primary, *copies) if address is not None]
    return tuple(found) if len(bodies) == 1 else tuple(dict.fromkeys(found))


def _action(message_type: MessageType, type_code: str, description: str) -> str:
    """eb:Action (HISD 1209:2018 §3.1): the Type where it is of 8279; E and H by name; S and R by MsgDescr (8202)."""
    if type_code in message_type.type_codes and type_code in message_type.actions:
        return type_code
    if len(message_type.actions) > 1 and not set(message_type.type_codes) & set(message_type.actions):
        return _by_department(message_type, description)
    return type_code if len(type_code) > 1 else message_type.action


def _by_department(message_type: MessageType, description: str) -> str:
    stem = message_type.action.partition("_")[0]
    ending = "RTG" if description in _RADIOLOGY else _DEPARTMENTS.get(description, "")
    action = f"{stem}_{ending}"
    return action if action in message_type.actions else message_type.action
