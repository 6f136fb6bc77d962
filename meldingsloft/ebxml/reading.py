"""An envelope's tree as facts, tolerant as the world needs it and never guessing (ebXML profile §13).

``read_addresses`` gives what is needed to answer, also from a half-broken header; ``read_envelope`` gives everything or
raises with the eb:errorCode and the place to answer with. Comments inside a value are passed over as C14N does, so that what
is read is what was signed. Source: msg-header-2_0.xsd; HIS 1037 §6–7; rules EB-042–EB-072, EB-080–EB-123.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from meldingsloft.domain.envelopes import (
    SIGNAL_ACTIONS,
    SIGNAL_SERVICE,
    Acknowledgment,
    AckRequested,
    EbxmlError,
    Endpoint,
    Envelope,
    EnvelopeKind,
    ErrorList,
    ManifestReference,
    MessageHeader,
    PartyId,
    parse_instant,
)
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, MessageId
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.ebxml.blocks import ACTOR, FAULT, HEADER, Blocks, elements, is_true, read_blocks

if TYPE_CHECKING:
    from lxml import etree

_EB = f"{{{ns.EB}}}"
_DS = f"{{{ns.DS}}}"
_HREF = f"{{{ns.XLINK}}}href"
_HEADER_PATH = "/SOAP:Envelope/SOAP:Header"
_MESSAGE_HEADER = f"{_HEADER_PATH}/eb:MessageHeader"
_ORDER = (
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
_DATA_ORDER = ("MessageId", "Timestamp", "RefToMessageId", "TimeToLive")


@dataclass(frozen=True, slots=True)
class Addresses:
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

    With several MessageHeaders, or one that a signature would not cover, nothing is read: an answer could go astray.
    """
    holder = root.find(HEADER)
    headers = [] if holder is None else holder.findall(f"{_EB}MessageHeader")
    if len(headers) != 1 or (headers[0].get(ACTOR) or "").strip() in ns.UNSIGNED_ACTORS:
        return Addresses()
    header = headers[0]
    data = _only(header, "MessageData")
    message_id = _only_text(data, "MessageId") if data is not None else ""
    return Addresses(
        sender=_readable_endpoint(_only(header, "From")),
        receiver=_readable_endpoint(_only(header, "To")),
        message_id=MessageId(message_id) if message_id else None,
        cpa_id=CpaId(found) if (found := _only_text(header, "CPAId")) else None,
        conversation_id=ConversationId(found) if (found := _only_text(header, "ConversationId")) else None,
        service=_only_text(header, "Service"),
        action=_only_text(header, "Action"),
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
        ack_requested=_ack_requested(blocks.header.get("AckRequested")),
        acknowledgment=_acknowledgment(blocks.header.get("Acknowledgment")),
        error_list=_error_list(blocks.header.get("ErrorList")),
        manifest=_manifest(blocks.body.get("Manifest")),
    )


def read_header(header: etree._Element) -> MessageHeader:
    """The facts of an eb:MessageHeader element.

    Raises:
        EnvelopeError: ``ML-E009`` an element missing, empty, repeated or out of order; ``ML-E010`` not version 2.0;
            ``ML-E011`` a time that is none.
    """
    _check_version(header, _MESSAGE_HEADER)
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
        service_type=_attribute(service, "type"),
        ref_to_message_id=MessageId(ref) if (ref := text_of(data.get("RefToMessageId"))) else None,
        time_to_live=_instant(time_to_live, f"{data_path}/eb:TimeToLive") if time_to_live is not None else None,
        duplicate_elimination="DuplicateElimination" in children,
        description=text_of(children["Description"]) if "Description" in children else None,
    )


def text_of(element: etree._Element | None) -> str:
    """The text of an element without the white space round it; comments inside are passed over, as C14N does.

    Empty where elements stand inside: a value has none.
    """
    if element is None:
        return ""
    if not len(element):
        return (element.text or "").strip()
    if next(elements(element), None) is not None:
        return ""
    return ((element.text or "") + "".join(child.tail or "" for child in element)).strip()


def content_id_of(href: str) -> ContentId | None:
    """The Content-ID that a ``cid:`` URI names, percent-decoded; None for another URI (RFC 2392)."""
    scheme, colon, rest = href.strip().partition(":")
    return ContentId(unquote(rest)) if colon and scheme.lower() == "cid" and rest else None


def _children(parent: etree._Element, order: tuple[str, ...], path: str) -> dict[str, etree._Element]:
    """eb: children by name, checked against the order of the schema; elements of other namespaces may stand last."""
    found: dict[str, etree._Element] = {}
    position = 0
    for child in elements(parent):
        tag = child.tag
        if not tag.startswith(_EB):
            continue
        name = tag[len(_EB) :]
        if name not in order:
            raise EnvelopeError(
                "ML-E009", f"eb:{name[:40]} does not belong there", answer="OtherXml", location=path, hint="EB-042"
            )
        place = order.index(name)
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


def _check_version(element: etree._Element, path: str) -> None:
    if (_attribute(element, "version") or "") != ns.VERSION:
        raise EnvelopeError(
            "ML-E010",
            f"{path.rpartition('/')[2]} is not of version 2.0",
            answer="NotSupported",
            location=f"{path}/@eb:version",
            hint="EB-050",
        )


def _attribute(element: etree._Element, name: str) -> str | None:
    value = element.get(_EB + name)
    return value.strip() if value is not None else None


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
    if any(child.tag not in {f"{_EB}PartyId", f"{_EB}Role"} for child in elements(element)):
        raise EnvelopeError(
            "ML-E009",
            f"eb:{name} holds an element that does not belong there",
            answer="OtherXml",
            location=path,
            hint="EB-042",
        )
    if len(element.findall(f"{_EB}Role")) > 1:
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
    ids = tuple(PartyId(text_of(party), _attribute(party, "type")) for party in element.findall(f"{_EB}PartyId"))
    return Endpoint(ids, text_of(element.find(f"{_EB}Role")) or None) if ids else None


def _only(parent: etree._Element, name: str) -> etree._Element | None:
    found = parent.findall(_EB + name)
    return found[0] if len(found) == 1 else None


def _only_text(parent: etree._Element, name: str) -> str:
    return text_of(_only(parent, name))


def _ack_requested(element: etree._Element | None) -> AckRequested | None:
    if element is None:
        return None
    _check_version(element, f"{_HEADER_PATH}/eb:AckRequested")
    return AckRequested(signed=is_true(_attribute(element, "signed")))


def _acknowledgment(element: etree._Element | None) -> Acknowledgment | None:
    if element is None:
        return None
    path = f"{_HEADER_PATH}/eb:Acknowledgment"
    _check_version(element, path)
    reference = _only_text(element, "RefToMessageId")
    if not reference:
        raise EnvelopeError(
            "ML-E009",
            "eb:Acknowledgment does not say what it acknowledges",
            answer="OtherXml",
            location=f"{path}/eb:RefToMessageId",
            hint="EB-086",
        )
    digests = tuple(
        (ref.get("URI") or "", "".join(text_of(ref.find(f"{_DS}DigestValue")).split()))
        for ref in element.findall(f"{_DS}Reference")
    )
    return Acknowledgment(_only_text(element, "Timestamp"), MessageId(reference), digests)


def _error_list(element: etree._Element | None) -> ErrorList | None:
    if element is None:
        return None
    path = f"{_HEADER_PATH}/eb:ErrorList"
    _check_version(element, path)
    errors = tuple(_errors(element))
    if not errors:
        raise EnvelopeError(
            "ML-E009", "eb:ErrorList has no eb:Error", answer="OtherXml", location=f"{path}/eb:Error", hint="EB-042"
        )
    return ErrorList(errors)


def _errors(element: etree._Element) -> Iterator[EbxmlError]:
    for error in element.findall(f"{_EB}Error"):
        severity = _attribute(error, "severity") or ""
        yield EbxmlError(
            code=_attribute(error, "errorCode") or "Unknown",
            severity="Warning" if severity == "Warning" else "Error",
            description=text_of(error.find(f"{_EB}Description")),
            location=_attribute(error, "location") or "",
        )


def _manifest(element: etree._Element | None) -> tuple[ManifestReference, ...]:
    if element is None:
        return ()
    path = "/SOAP:Envelope/SOAP:Body/eb:Manifest"
    _check_version(element, path)
    references = tuple(_manifest_reference(reference, path) for reference in element.findall(f"{_EB}Reference"))
    if not references:
        raise EnvelopeError(
            "ML-E009",
            "eb:Manifest has no eb:Reference",
            answer="OtherXml",
            location=f"{path}/eb:Reference",
            hint="EB-120",
        )
    return references


def _manifest_reference(element: etree._Element, path: str) -> ManifestReference:
    content_id = content_id_of(element.get(_HREF) or "")
    if content_id is None:
        raise EnvelopeError(
            "ML-E012",
            "a reference of the manifest does not name a MIME part",
            answer="MimeProblem",
            location=f"{path}/eb:Reference/@xlink:href",
            hint="EB-121",
        )
    schema = element.find(f"{_EB}Schema")
    if schema is None:
        return ManifestReference(content_id)
    return ManifestReference(content_id, _attribute(schema, "location"), _attribute(schema, "version"))
