"""Header facts and sealed parts as a signed envelope in one MIME entity; nothing is parsed on the way.

Order: digest the sealed parts, sign the canonical envelope, splice the signature in, base64 into MIME (HIS 1037 §5.5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from meldingsloft.crypto import signing
from meldingsloft.domain.envelopes import Envelope, Enveloped, Sealed
from meldingsloft.domain.identifiers import ContentId, MessageId, is_uuid
from meldingsloft.ebxml.packaging import write_entity
from meldingsloft.ebxml.soap import NAMESPACES, TEST_COMMENT, build_soap, cid, description_of
from meldingsloft.ports import SigningKey


def envelop(
    facts: Envelope,
    sealed: Sequence[Sealed] = (),
    *,
    key: SigningKey,
    software: tuple[str, str] | None = None,
    references: Sequence[bytes] = (),
    hash_name: Literal["sha1", "sha256"] = "sha256",
    test: bool = False,
) -> Enveloped:
    """The signed envelope with its parts. Ids of the MIME parts follow from the MessageId, so a given input repeats.

    ``software`` (name, version) fills eb:Description where the facts have none (HITS 1210); ``references`` are the ds:Reference
    fragments of an Acknowledgment; ``test`` marks it as a test message (EB-204).

    Raises:
        EnvelopeError: ``ML-E001``, ``ML-E002`` a value that mail or XML cannot carry.
        SignatureError: the key cannot sign.
    """
    header = facts.header
    if software is not None and header.description is None:
        header = replace(header, description=description_of(*software))
        facts = replace(facts, header=header)
    comment = TEST_COMMENT if test else ""
    soap = build_soap(facts, references=references, comment=comment)
    signature, digests = signing.signature_xml(
        soap.canonical,
        [(cid(part.content_id), part.content) for part in sealed],
        key=key,
        namespaces=NAMESPACES,
        hash_name=hash_name,
    )
    document = soap.signed(signature)
    token = _token(header.message_id)
    entity = write_entity(document, ContentId(f"soap-{token}"), sealed, boundary=f"=_{token}", preamble=comment)
    return Enveloped(header, entity, document, digests)


def _token(message_id: MessageId) -> str:
    """Something that may stand in a boundary, unique as the MessageId is."""
    return message_id if is_uuid(message_id) else hashlib.sha256(message_id.encode()).hexdigest()[:32]
