"""The few Protocols through which the flows meet the world. Adapters implement them; tests have small honest fakes.

All times are aware and UTC. Every method may raise a ``MeldingsloftError`` (mostly ``MailboxError``); nothing else escapes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from meldingsloft.domain.identifiers import HerId
    from meldingsloft.domain.parties import PartyRecord


class Clock(Protocol):
    """The time now."""

    def now(self) -> dt.datetime:
        """An aware instant in UTC."""


class Ids(Protocol):
    """Chance, so that a test can give it."""

    def uuid(self) -> str:
        """A new UUID in canonical lower-case form."""

    def entropy(self, size: int) -> bytes:
        """``size`` bytes fit for keys."""


class SigningKey(Protocol):
    """A private key that signs, beside its certificate; may live in hardware."""

    @property
    def certificate(self) -> bytes:
        """DER of the certificate that goes with the key."""

    def sign(self, data: bytes, hash_name: str) -> bytes:
        """RSASSA-PKCS1-v1_5 over ``data`` hashed with ``sha1``, ``sha256``, ``sha384`` or ``sha512``."""


class DecryptionKey(Protocol):
    """A private key that opens CMS, beside its certificate."""

    @property
    def certificate(self) -> bytes:
        """DER of the certificate that goes with the key."""

    def unwrap(self, encrypted_key: bytes, *, scheme: str, hash_name: str = "sha1", mgf_hash_name: str = "sha1") -> bytes:
        """The content key; ``scheme`` is ``pkcs1v15`` or ``oaep``. Raises ValueError when it cannot be opened."""


class Keys(Protocol):
    """The private keys of this workspace."""

    def signing_key(self, her_id: HerId) -> SigningKey:
        """The key that signs for a party. Raises ConfigError when there is none."""

    def decryption_keys(self) -> Sequence[DecryptionKey]:
        """All keys that may open incoming payloads, newest first, retired ones included (EB-164)."""


class Register(Protocol):
    """The stand-in for Adresseregisteret."""

    def party(self, her_id: HerId) -> PartyRecord | None:
        """The record of a level-2 party, None when it is not registered."""

    def by_address(self, edi_address: str) -> PartyRecord | None:
        """The first party with this EDI address."""

    def parties(self) -> Iterator[PartyRecord]:
        """All parties, by HER-id."""

    def organisation_name(self, her_id: HerId) -> str | None:
        """Name of the level-1 organisation with this HER-id, None when no party belongs to such a one."""


class Schemas(Protocol):
    """Compiled XML Schemas, each type's made on first use."""

    name: str
    """Which set judges (``shipped`` or a folder)."""

    def for_namespaces(self, namespaces: frozenset[str]) -> Any:
        """A compiled ``lxml.etree.XMLSchema`` that knows these namespaces at once (strict wildcards see the payload).

        Namespaces the set does not define are left out. The same set of namespaces gives the same compiled object.
        """

    def knows(self, namespace: str) -> bool:
        """True when the set defines this namespace."""

    def source(self, namespace: str) -> str:
        """Path of the schema document, for messages and for explaining a violation."""


class CodeLists(Protocol):
    """Kodeverk, read on first use."""

    def display(self, list_number: str, code: str) -> str | None:
        """The Norwegian display text of a code, None when the list has no such code."""

    def has_list(self, list_number: str) -> bool:
        """True when the content of the list is at hand (external giants such as ICD-10 are not)."""

    def name(self, list_number: str) -> str:
        """The list's name, or its number when unknown."""

    def codes(self, list_number: str) -> Sequence[tuple[str, str]]:
        """(code, display) in the order of the list."""
