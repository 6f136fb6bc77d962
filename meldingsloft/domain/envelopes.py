"""The facts of an ebXML message: header, signals, and what stands in a mail (HIS 1037 §6–7, HITS 1172 §5).

``eb:`` names are those of msg-header-2_0.xsd. Times are kept as the text that was sent beside the instant they mean.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, HerId, MessageId

SIGNAL_SERVICE = "urn:oasis:names:tc:ebxml-msg:service"


class EnvelopeKind(enum.StrEnum):
    """What a mail is, decided by Service and Action (or by its MIME type for faults and bounces)."""

    MESSAGE = "message"
    ACKNOWLEDGMENT = "acknowledgment"
    ERROR = "error"
    PING = "ping"
    PONG = "pong"
    STATUS_REQUEST = "status-request"
    STATUS_RESPONSE = "status-response"
    FAULT = "fault"
    BOUNCE = "bounce"


SIGNAL_ACTIONS: Mapping[str, EnvelopeKind] = {
    "Acknowledgment": EnvelopeKind.ACKNOWLEDGMENT,
    "MessageError": EnvelopeKind.ERROR,
    "Ping": EnvelopeKind.PING,
    "Pong": EnvelopeKind.PONG,
    "StatusRequest": EnvelopeKind.STATUS_REQUEST,
    "StatusResponse": EnvelopeKind.STATUS_RESPONSE,
}


class PartyId(NamedTuple):
    """One eb:PartyId; ``type`` is ``HER``, ``ENH`` or whatever was sent, None when absent."""

    value: str
    type: str | None = "HER"


class Endpoint(NamedTuple):
    """eb:From or eb:To."""

    party_ids: tuple[PartyId, ...]
    role: str | None = None

    @property
    def her_id(self) -> HerId | None:
        """The value of the one PartyId of type HER; None when there is none or more than one."""
        if len(self.party_ids) == 1:
            (party,) = self.party_ids
            return HerId(party.value) if party.type == "HER" else None
        found = [p.value for p in self.party_ids if p.type == "HER"]
        return HerId(found[0]) if len(found) == 1 else None

    @classmethod
    def her(cls, her_id: HerId, role: str | None = None) -> Endpoint:
        """An endpoint known by its HER-id alone."""
        return cls((PartyId(her_id),), role)


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """eb:MessageHeader and eb:MessageData."""

    sender: Endpoint
    receiver: Endpoint
    cpa_id: CpaId
    conversation_id: ConversationId
    service: str
    action: str
    message_id: MessageId
    timestamp: str
    """eb:Timestamp as written; UTC with Z when we write."""
    service_type: str | None = "kithService"
    ref_to_message_id: MessageId | None = None
    time_to_live: str | None = None
    """eb:TimeToLive as written, None when absent."""
    duplicate_elimination: bool = True
    description: str | None = None
    """One-line JSON of HITS 1210 §6.2.2 as written."""

    @property
    def kind(self) -> EnvelopeKind:
        """By Service and Action (HITS 1172 §5.11.3)."""
        if self.service == SIGNAL_SERVICE:
            return SIGNAL_ACTIONS.get(self.action, EnvelopeKind.MESSAGE)
        return EnvelopeKind.MESSAGE


@dataclass(frozen=True, slots=True)
class AckRequested:
    """eb:AckRequested as sent (HIS 1037 §6.2.2)."""

    signed: bool = True


@dataclass(frozen=True, slots=True)
class ManifestReference:
    """One eb:Reference of eb:Manifest; ``content_id`` is percent-decoded, without ``cid:``."""

    content_id: ContentId
    schema_location: str | None = None
    """Namespace of the business document (HITS 1210 req 5)."""
    schema_version: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """eb:Acknowledgment (HIS 1037 §7.2.3)."""

    timestamp: str
    ref_to_message_id: MessageId
    digests: tuple[tuple[str, str], ...] = ()
    """(URI, DigestValue in base64) of every ds:Reference it carries."""


@dataclass(frozen=True, slots=True)
class EbxmlError:
    """One eb:Error (HIS 1037 §7.2.4)."""

    code: str
    severity: str
    """``Error`` or ``Warning``."""
    description: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class ErrorList:
    """eb:ErrorList."""

    errors: tuple[EbxmlError, ...]

    @property
    def highest_severity(self) -> str:
        """``Error`` when any error is one, else ``Warning`` (EB-105)."""
        return "Error" if any(e.severity == "Error" for e in self.errors) else "Warning"


@dataclass(frozen=True, slots=True)
class SoapFault:
    """SOAP 1.1 §4.4: ``code`` is a local name such as ``Client``, ``Server``, ``MustUnderstand``."""

    code: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """All facts of one readable SOAP envelope; says nothing of trust."""

    header: MessageHeader
    ack_requested: AckRequested | None = None
    acknowledgment: Acknowledgment | None = None
    error_list: ErrorList | None = None
    manifest: tuple[ManifestReference, ...] = ()


class SignedReference(NamedTuple):
    """One ds:Reference of a signature that has been looked at."""

    uri: str
    verdict: str
    """``ok``, ``altered``, ``missing`` or ``refused``."""
    digest_algorithm: str = ""
    digest_value: str = ""
    """Base64 as written, white space removed."""


@dataclass(frozen=True, slots=True)
class Enveloped:
    """The end of the way out: a signed envelope with its sealed parts as one MIME entity.

    ``entity`` is the MIME entity from its first own header (MIME-Version) to its last byte, without the mail headers
    (From, To, Message-ID, Date, Subject) that each new sending gets; it never changes once made (EB-184).
    """

    header: MessageHeader
    entity: bytes
    soap: bytes
    digests: tuple[tuple[str, str], ...]
    """(URI, DigestValue) of every signed reference, for the comparison with the Acknowledgment (EB-088)."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A received envelope whose signature holds. Only what is in here may be read afterwards."""

    envelope: Envelope
    soap: bytes
    parts: Mapping[ContentId, bytes]
    """Decoded bytes of each signed part."""
    certificate: bytes
    """DER of the signer's certificate."""
    references: tuple[SignedReference, ...]
    references_xml: tuple[bytes, ...] = field(default=(), repr=False)
    """Each ds:Reference as a self-contained XML fragment, to be copied into the Acknowledgment."""

    @property
    def header(self) -> MessageHeader:
        """The verified MessageHeader."""
        return self.envelope.header


@dataclass(frozen=True, slots=True)
class Sealed:
    """A payload ready for its envelope: CMS EnvelopedData, or plain bytes where the message standard exempts it."""

    content_id: ContentId
    content: bytes
    encrypted: bool
    namespace: str = ""
    """Namespace of the business document inside, for eb:Schema (HITS 1210)."""
    version: str = ""

    @property
    def content_type(self) -> str:
        """Media type of the MIME part (HIS 1037 §5.5)."""
        return "application/pkcs7-mime; smime-type=enveloped-data" if self.encrypted else "application/xml"


@dataclass(frozen=True, slots=True)
class Opened:
    """The end of the way in: verified, decrypted payload bytes, exactly as the sender's system made them."""

    verified: Verified
    payload: bytes = field(repr=False)
    encrypted: bool = True

    @property
    def header(self) -> MessageHeader:
        """The verified MessageHeader."""
        return self.verified.header


def parse_instant(text: str) -> dt.datetime | None:
    """An aware UTC instant from an xs:dateTime as envelopes write it; untagged time is UTC (HIS 1037 §6.2.1); None if not one."""
    try:
        value = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=dt.UTC)
    return value.astimezone(dt.UTC)


def format_instant(when: dt.datetime) -> str:
    """``CCYY-MM-DDThh:mm:ssZ`` (HIS 1037 §6.2.1, EB-067)."""
    return when.astimezone(dt.UTC).isoformat(timespec="seconds")[:19] + "Z"
