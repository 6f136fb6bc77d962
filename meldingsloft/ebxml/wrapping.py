"""A message in its envelope in one step, its header facts taken from its own head (HISD 1209:2018 §3; HIS 1037 §6.2).

What the message does not say, or says otherwise than the partner expects, the caller says in a ``Wish``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from meldingsloft.crypto.cms import CipherName
from meldingsloft.domain.catalogue import Catalogue
from meldingsloft.domain.envelopes import (
    AckRequested,
    Endpoint,
    Envelope,
    Enveloped,
    ManifestReference,
    MessageHeader,
    Sealed,
    format_instant,
)
from meldingsloft.domain.errors import InvalidMessageError, WrongUsageError
from meldingsloft.domain.heads import Head
from meldingsloft.domain.identifiers import (
    ContentId,
    ConversationId,
    CpaId,
    HerId,
    MessageId,
    default_cpa_id,
    is_her_id,
)
from meldingsloft.ebxml.envelope import envelop
from meldingsloft.ebxml.plaintext import Plaintext
from meldingsloft.ebxml.sealing import leave_plain, seal
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.ports import Ids, SigningKey
from meldingsloft.xmlsafe import namespace_of, parse


@dataclass(frozen=True, slots=True)
class Wish:
    """Header facts that shall be other than the message says; empty: as it says."""

    sender: str = ""
    """HER-id."""
    receiver: str = ""
    """HER-id."""
    service: str = ""
    service_type: str = "kithService"
    action: str = ""
    from_role: str = ""
    to_role: str = ""
    cpa_id: str = ""
    conversation_id: str = ""
    message_id: str = ""
    ref_to_message_id: str = ""
    time_to_live: str = ""
    namespace: str = ""
    """Of the business document, for eb:Schema."""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """How the envelope is made."""

    recipients: tuple[bytes, ...] = ()
    """Certificates in DER to encrypt to; none leaves the payload unencrypted."""
    cipher: CipherName = "aes-256-cbc"
    plaintext: Plaintext = "mime"
    compress: bool = False
    hash_name: Literal["sha1", "sha256"] = "sha256"
    test: bool = False


def wrap(
    payload: bytes,
    wish: Wish,
    making: Making,
    *,
    catalogue: Catalogue,
    key: SigningKey,
    ids: Ids,
    now: dt.datetime,
    software: tuple[str, str],
) -> Enveloped:
    """The signed envelope round a message, whose bytes stay exactly as they are.

    Raises:
        UnreadableError: the message is not XML.
        InvalidMessageError: its type is not known and the wish does not name Service and Action.
        WrongUsageError: ``ML-E023`` neither message nor wish names the parties.
        CertificateError, SignatureError: it cannot be encrypted or signed.
    """
    header, namespace, version = _facts(payload, wish, catalogue, ids, now)
    sealed = _sealed(payload, making, ids, namespace, version)
    manifest = (ManifestReference(sealed.content_id, namespace or None, version or None),)
    facts = Envelope(header, AckRequested(), manifest=manifest)
    return envelop(facts, (sealed,), key=key, software=software, hash_name=making.hash_name, test=making.test)


def _sealed(payload: bytes, making: Making, ids: Ids, namespace: str, version: str) -> Sealed:
    content_id = ContentId(ids.uuid())
    if not making.recipients:
        return leave_plain(payload, content_id=content_id, namespace=namespace, version=version)
    return seal(
        payload,
        recipients=making.recipients,
        content_id=content_id,
        entropy=ids.entropy,
        namespace=namespace,
        version=version,
        plaintext=making.plaintext,
        cipher=making.cipher,
        compress=making.compress,
    )


def _facts(
    payload: bytes, wish: Wish, catalogue: Catalogue, ids: Ids, now: dt.datetime
) -> tuple[MessageHeader, str, str]:
    root = parse(payload)
    try:
        head: Head | None = read_head(root, catalogue)
    except InvalidMessageError:
        if not (wish.service and wish.action):
            raise
        head = None
    message_type = head.message_type if head else None
    header = _header(head, wish, ids, now)
    namespace = wish.namespace or (message_type.namespace if message_type else namespace_of(root))
    return header, namespace, wish.version or (message_type.version if message_type else "")


def _header(head: Head | None, wish: Wish, ids: Ids, now: dt.datetime) -> MessageHeader:
    sender = _party(wish.sender, head.sender.her_id if head and head.sender else None, "sender", "--from")
    receiver = _party(
        wish.receiver,
        next((address.her_id for address in head.receivers if address.her_id), None) if head else None,
        "receiver",
        "--to",
    )
    service, action, roles = _words(head, wish)
    return MessageHeader(
        sender=Endpoint.her(sender, roles[0]),
        receiver=Endpoint.her(receiver, roles[1]),
        cpa_id=CpaId(wish.cpa_id) if wish.cpa_id else default_cpa_id(sender, receiver),
        conversation_id=ConversationId(wish.conversation_id or ids.uuid()),
        service=service,
        service_type=wish.service_type or None,
        action=action,
        message_id=MessageId(wish.message_id or ids.uuid()),
        timestamp=format_instant(now),
        ref_to_message_id=MessageId(wish.ref_to_message_id) if wish.ref_to_message_id else None,
        time_to_live=wish.time_to_live or None,
    )


def _words(head: Head | None, wish: Wish) -> tuple[str, str, tuple[str, str]]:
    """Service, Action and Roles; those of an AppRec are the original's, with the roles exchanged (HISD 1209:2018 §3.3)."""
    action = wish.action or (head.action if head else "")
    service = wish.service or (head.service if head else "")
    basis = action
    sides: Sequence[str] = ("sender", "receiver")
    if head is not None and head.apprec is not None:
        basis, sides = head.apprec.original_action, ("receiver", "sender")
    return service, action, (wish.from_role or basis + sides[0], wish.to_role or basis + sides[1])


def _party(wished: str, found: HerId | None, what: str, option: str) -> HerId:
    her_id = wished or found or ""
    if not is_her_id(her_id):
        raise WrongUsageError(
            "ML-E023", f"the HER-id of the {what} is not known", hint=f"name it with {option}: digits only"
        )
    return HerId(her_id)
