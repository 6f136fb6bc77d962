"""What a registered sender can send who means ill, or whose system is broken: properly signed, whatever is inside."""

from __future__ import annotations

import uuid

from meldingsloft.crypto import cms
from meldingsloft.domain.envelopes import AckRequested, Endpoint, Envelope, ManifestReference, MessageHeader, Sealed
from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, HerId, MessageId
from meldingsloft.ebxml.envelope import envelop
from meldingsloft.ebxml.packaging import write_mail
from tests.road.town import HOSPITAL, MUNICIPALITY, Town

MIME_HEAD = b"Content-Type: application/xml\r\nContent-Transfer-Encoding: binary\r\n\r\n"


def sealed(town: Town, inside: bytes) -> bytes:
    """CMS that the municipality can open."""
    record = town.servers["hospital"].register.party(HerId(MUNICIPALITY))
    assert record is not None
    return cms.encrypt(inside, record.encryption_certificates[:1], entropy=town.servers["hospital"].ids.entropy)


def signed(
    town: Town, *contents: bytes, message_id: str = "", conversation_id: str = "", receiver: str = MUNICIPALITY, role: str = "DIALOG_HELSEFAGLIG", content_id: str = "",
) -> bytes:  # fmt: skip
    """A mail from the hospital with these parts, signed with its key."""
    hospital = town.servers["hospital"]
    parts = [Sealed(ContentId(content_id or str(uuid.uuid4())), content, encrypted=True) for content in contents]
    header = MessageHeader(
        sender=Endpoint.her(HerId(HOSPITAL), f"{role}sender"), receiver=Endpoint.her(HerId(receiver), f"{role}receiver"), cpa_id=CpaId("8800110_8800210"),
        conversation_id=ConversationId(conversation_id or str(uuid.uuid4())), service="HenvendelseHelsefaglig", action=role,
        message_id=MessageId(message_id or str(uuid.uuid4())), timestamp="2026-03-02T10:31:07Z",
    )  # fmt: skip
    facts = Envelope(
        header, ack_requested=AckRequested(), manifest=tuple(ManifestReference(part.content_id) for part in parts)
    )
    enveloped = envelop(facts, parts, key=hospital.keys.signing_key(HerId(HOSPITAL)), software=hospital.software)
    addresses = {"from_address": "8800110@edi.example", "to_address": "8800210@edi.example"}
    return write_mail(enveloped.entity, **addresses, message_id=f"{uuid.uuid4()}@edi.example", date=town.clock.now())
