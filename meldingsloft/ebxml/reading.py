"""An envelope's tree as facts, tolerant as the world needs it and never guessing (ebXML profile §13).

``read_addresses`` gives what is needed to answer, also from a half-broken header; ``read_envelope`` gives everything or
raises with the eb:errorCode and the place to answer with. Comments inside a value are passed over as C14N does, so that what
is read is what was signed. Source: msg-header-2_0.xsd; HIS 1037 §6–7; rules EB-042–EB-072, EB-080–EB-123.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from meldingsloft.domain.envelopes import (
    SIGNAL_ACTIONS,
    SIGNAL_SERVICE,
    Endpoint,
    Envelope,
    EnvelopeKind,
    MessageHeader,
    PartyId,
    parse_instant,
)
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.identifiers import ConversationId, CpaId, MessageId
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.ebxml.block_reading import read_ack_requested, read_acknowledgment, read_error_list, read_manifest
from meldingsloft.ebxml.blocks import ACTOR, FAULT, HEADER, Blocks, elements, read_blocks
from meldingsloft.ebxml.values import EB, attribute_of, check_version, only, only_text, text_of
from meldingsloft.xmlsafe import nodes_inside

if TYPE_CHECKING:
    from lxml import etree

_LONGEST_ID = 1000
_HEADER_PATH = "/SOAP:Envelope/SOAP:Header"
_MESSAGE_HEADER = f"{_HEADER_PATH}/eb:MessageHeader"
_HEADER_CHILDREN = (
    "From",
    "To",
    "CPAId",
    "ConversationId",
    "Service",
    "Action",
    "MessageData",
    "DuplicateElimination",
    "Description",
)
_ORDER = {EB + name: (place, name) for place, name in enumerate(_HEADER_CHILDREN)}
_DATA_ORDER = {
    EB + name: (place, name) for place, name in enumerate(("MessageId", "Timestamp", "RefToMessageId", "TimeToLive"))
}
"""Tag: place in the order of the schema, local name."""
_PARTY_ID, _ROLE = f"{EB}PartyId", f"{EB}Role"


class Addresses(NamedTuple):
    """What an answer needs, as far as it can be read: None where it cannot."""

    sender: Endpoint | None = None
    receiver: Endpoint | None = None
    message_id: MessageId | None = None
    cpa_id: CpaId | None = None
    conversation_id: ConversationId | None = None
    service: str = ""
    action: str = ""

    @property
    def kind(self) -> EnvelopeKind:
        """By Service and Action (HITS 1172 §5.11.3), as far as they can be read."""
        return (
            SIGNAL_ACTIONS.get(self.action, EnvelopeKind.MESSAGE)
            if self.service == SIGNAL_SERVICE
            else EnvelopeKind.MESSAGE
        )


def read_addresses(root: etree._Element) -> Addresses:
    """The addresses of an envelope, however broken the rest of it is; raises nothing.

    With several MessageHeaders, or one that a signature would not cover, nothing is read: an answer could go astray. Nobody
    answers for these bytes yet, so an id as long as a book is none.
    """
    holder = root.find(HEADER)
    headers = [] if holder is None else holder.findall(f"{EB}MessageHeader")
    if len(headers) != 1 or (headers[0].get(ACTOR) or "").strip() in ns.UNSIGNED_ACTORS:
        return Addresses()
    header = headers[0]
    data = only(header, "MessageData")
    message_id = _bearable(only_text(data, "MessageId")) if data is not None else ""
    return Addresses(
        sender=_readable_endpoint(only(header, "From")),
        receiver=_readable_endpoint(only(header, "To")),
        message_id=MessageId(message_id) if message_id else None,
        cpa_id=CpaId(found) if (found := _bearable(only_text(header, "CPAId"))) else None,
        conversation_id=ConversationId(found) if (found := _bearable(only_text(header, "ConversationId"))) else None,
        service=_bearable(only_text(header, "Service")),
        action=_bearable(only_text(header, "Action")),
    )


def _bearable(value: str) -> str:
    return value if len(value) <= _LONGEST_ID else ""


def addresses_of(header: MessageHeader) -> Addresses:
    """The addresses of a header that could be read: what ``read_addresses`` makes of it."""
    return Addresses(
        header.sender,
        header.receiver,
        MessageId(_bearable(header.message_id)) or None,
        CpaId(_bearable(header.cpa_id)) or None,
        ConversationId(_bearable(header.conversation_id)) or None,
        _bearable(header.service),
        _bearable(header.action),
    )


def read_envelope(root: etree._Element, *, synchronous: bool = False) -> Envelope:
    """All facts of a SOAP envelope; says nothing of trust, of registers or of the clock.

    Raises:
        EnvelopeError: ``ML-E003``–``ML-E012``; ``answer`` is an eb:errorCode or ``fault``.
    """
    return envelope_of(read_blocks(root, synchronous=synchronous))


def envelope_of(blocks: Blocks) -> Envelope:
    """The facts of blocks that have been looked at.

    Raises:
        EnvelopeError: ``ML-E008``–``ML-E012``.
    """
    found = blocks.header.get("MessageHeader")
    if found is None:
        raise EnvelopeError(
            "ML-E008", "the envelope has no eb:MessageHeader", answer=FAULT, location=_HEADER_PATH, hint="EB-001"
        )
    header = read_header(found)
    return Envelope(
        header,
        ack_requested=read_ack_requested(blocks.header.get("AckRequested")),
        acknowledgment=read_acknowledgment(blocks.header.get("Acknowledgment")),
        error_list=read_error_list(blocks.header.get("ErrorList")),
        manifest=read_manifest(blocks.body.get("Manifest")),
    )


def read_header(header: etree._Element) -> MessageHeader:
    """The facts of an eb:MessageHeader element.

    Raises:
        EnvelopeError: ``ML-E009`` an element missing, empty, repeated or out of order; ``ML-E010`` not version 2.0;
            ``ML-E011`` a time that is none.
    """
    check_version(header, _MESSAGE_HEADER)
    children = _children(header, _ORDER, _MESSAGE_HEADER)
    data_path = f"{_MESSAGE_HEADER}/eb:MessageData"
    data = _children(_required(children, "MessageData", _MESSAGE_HEADER), _DATA_ORDER, data_path)
    service = _required(children, "Service", _MESSAGE_HEADER)
    time_to_live = text_of(data["TimeToLive"]) if "TimeToLive" in data else None
    return MessageHeader(
        sender=_endpoint(_required(children, "From", _MESSAGE_HEADER), "From"),
        receiver=_endpoint(_required(children, "To", _MESSAGE_HEADER), "To"),
        cpa_id=CpaId(_value(children, "CPAId", _MESSAGE_HEADER, answer="ValueNotRecognized")),
        conversation_id=ConversationId(_value(children, "ConversationId", _MESSAGE_HEADER)),
        service=_value(children, "Service", _MESSAGE_HEADER),
        action=_value(children, "Action", _MESSAGE_HEADER, answer="ValueNotRecognized"),
        message_id=MessageId(_value(data, "MessageId", data_path)),
        timestamp=_instant(_value(data, "Timestamp", data_path), f"{data_path}/eb:Timestamp"),
        service_type=attribute_of(service, "type"),
        ref_to_message_id=MessageId(ref) if (ref := text_of(data.get("RefToMessageId"))) else None,
        time_to_live=_instant(time_to_live, f"{data_path}/eb:TimeToLive") if time_to_live is not None else None,
        duplicate_elimination="DuplicateElimination" in children,
        description=text_of(children["Description"]) if "Description" in children else None,
    )


def _children(parent: etree._Element, order: dict[str, tuple[int, str]], path: str) -> dict[str, etree._Element]:
    """eb: children by name, checked against the order of the schema; elements of other namespaces may stand last."""
    found: dict[str, etree._Element] = {}
    position = 0
    for child in nodes_inside(parent):
        tag = child.tag
        known = order.get(tag)
        if known is None:
            _refuse_stranger(tag, path)
            continue
        place, name = known
        if place < position or (name in found and name != "Description"):
            raise EnvelopeError(
                "ML-E009",
                f"eb:{name} is repeated or out of order",
                answer="OtherXml",
                location=f"{path}/eb:{name}",
                hint="EB-042",
            )
        position = place
        found.setdefault(name, child)
    return found


def _refuse_stranger(tag: object, path: str) -> None:
    """An eb: element that does not belong; comments and elements of other namespaces may stand anywhere."""
    if isinstance(tag, str) and tag.startswith(EB):
        name = tag[len(EB) :][:40]
        raise EnvelopeError(
            "ML-E009", f"eb:{name} does not belong there", answer="OtherXml", location=path, hint="EB-042"
        )


def _required(children: dict[str, etree._Element], name: str, path: str) -> etree._Element:
    found = children.get(name)
    if found is None:
        raise EnvelopeError(
            "ML-E009", f"eb:{name} is missing", answer="OtherXml", location=f"{path}/eb:{name}", hint="EB-042"
        )
    return found


def _value(children: dict[str, etree._Element], name: str, path: str, answer: str = "OtherXml") -> str:
    value = text_of(_required(children, name, path))
    if not value:
        raise EnvelopeError(
            "ML-E009", f"eb:{name} is empty", answer=answer, location=f"{path}/eb:{name}", hint="EB-042"
        )
    return value


def _instant(value: str, location: str) -> str:
    if parse_instant(value) is None:
        raise EnvelopeError(
            "ML-E011", "a time in the envelope is no xs:dateTime", answer="OtherXml", location=location, hint="EB-067"
        )
    return value


def _endpoint(element: etree._Element, name: str) -> Endpoint:
    path = f"{_MESSAGE_HEADER}/eb:{name}"
    endpoint = _readable_endpoint(element)
    if endpoint is None or any(not party.value for party in endpoint.party_ids):
        raise EnvelopeError(
            "ML-E009",
            f"eb:{name} has no eb:PartyId, or an empty one",
            answer="OtherXml",
            location=f"{path}/eb:PartyId",
            hint="EB-052",
        )
    if len(element) == len(endpoint.party_ids) + (endpoint.role is not None):
        return endpoint
    tags = [child.tag for child in elements(element)]
    roles = tags.count(_ROLE)
    if tags.count(_PARTY_ID) + roles != len(tags):
        raise EnvelopeError(
            "ML-E009",
            f"eb:{name} holds an element that does not belong there",
            answer="OtherXml",
            location=path,
            hint="EB-042",
        )
    if roles > 1:
        raise EnvelopeError(
            "ML-E009",
            f"eb:{name} has more than one eb:Role",
            answer="OtherXml",
            location=f"{path}/eb:Role",
            hint="EB-042",
        )
    return endpoint


def _readable_endpoint(element: etree._Element | None) -> Endpoint | None:
    if element is None:
        return None
    ids: list[PartyId] = []
    role: etree._Element | None = None
    for child in nodes_inside(element):
        tag = child.tag
        if tag == _PARTY_ID:
            ids.append(PartyId(text_of(child), attribute_of(child, "type")))
        elif tag == _ROLE and role is None:
            role = child
    return Endpoint(tuple(ids), text_of(role) or None) if ids else None
