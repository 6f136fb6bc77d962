"""The few Protocols through which the flows meet the world. Adapters implement them; tests have small honest fakes.

All times are aware and UTC. Every method may raise a ``MeldingsloftError`` (mostly ``MailboxError``); nothing else escapes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from meldingsloft.domain.code_lists import Binding
    from meldingsloft.domain.identifiers import HerId
    from meldingsloft.domain.journal import Delivery, Entry, Event, NewEntry, Search
    from meldingsloft.domain.parties import PartyRecord
    from meldingsloft.domain.states import State


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

    def unwrap(
        self, encrypted_key: bytes, *, scheme: str, hash_name: str = "sha1", mgf_hash_name: str = "sha1"
    ) -> bytes:
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


class Revocations(Protocol):
    """What issuers have said of certificates they took back, as far as it lies here."""

    def statements(self) -> Sequence[bytes]:
        """DER of every CRL and OCSP response at hand, believable or not; empty when there are none."""


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

    def note(self, list_number: str, code: str) -> str:
        """A remark on when a code is used, empty for most; says ``older`` of one that is used no more."""

    def nearest(self, list_number: str, code: str, count: int = 3) -> Sequence[str]:
        """Codes of the list that somebody who wrote ``code`` may have meant, best first."""

    def bindings(self, family: str, version: str = "") -> Sequence[Binding]:
        """Which elements of a family, or of a component, take their codes from which lists."""


class Claim(Protocol):
    """One mail in our inbox that this process, and no other, is handling.

    The claim is an advisory lock on the file itself: it ends with the process, so a killed one leaves nothing behind.
    """

    name: str
    size: int
    """Bytes."""

    def read(self) -> bytes:
        """The whole mail."""

    def read_head(self, size: int) -> bytes:
        """The first ``size`` bytes."""

    def keep(self, path: str) -> None:
        """Put the untouched original at ``path`` in the workspace, durably (a hard link where that is possible, else a copy).

        Parent folders are made. Keeping the same mail at the same path again changes nothing.
        """

    def done(self) -> None:
        """Take the mail out of the inbox and end the claim."""

    def release(self) -> None:
        """End the claim and leave the mail where it lies."""


class Mailboxes(Protocol):
    """The Maildirs of the network, by EDI address. Delivery is two steps so that a crash between them shows.

    ``stage`` makes ``tmp/NAME`` durable; ``publish`` is one rename to ``new/NAME``. After a crash a staged name that still
    lies in ``tmp`` has not been delivered, and one that does not has been.
    """

    def stage(self, edi_address: str, name: str, data: bytes) -> None:
        """Write ``tmp/NAME`` and make its bytes durable. Raises MailboxError when there is no such mailbox or no room."""

    def publish(self, edi_address: str, name: str) -> bool:
        """Rename ``tmp/NAME`` to ``new/NAME``; False when it no longer lies in ``tmp`` (somebody published it already)."""

    def discard(self, edi_address: str, name: str) -> None:
        """Take back a staged mail that nobody will publish; nothing happens when it is gone."""

    def sync(self) -> None:
        """Make all renames and removals since the last call durable (one fsync for each folder touched)."""

    def waiting(self, edi_address: str) -> Sequence[str]:
        """Names of the mails that lie in ``new`` and ``cur``, in order of name."""

    def claim(self, edi_address: str, name: str) -> Claim | None:
        """The mail for this process alone; None when another has it or it is gone."""


class Filing(Protocol):
    """The files of one workspace. Paths given back are relative to the workspace, with ``/``."""

    def archive_sent(self, message_id: str, mail: bytes) -> str:
        """Keep an outgoing mail durably; gives its path. The same id and bytes again change nothing."""

    def read(self, path: str) -> bytes:
        """The bytes of a kept file. Raises MailboxError when it is gone."""

    def received_path(self, message_id: str, mail_name: str) -> str:
        """Where the original of a received envelope is to be kept: unique for the mail, no patient data in it."""

    def failed_path(self, mail_name: str) -> str:
        """Where a mail that could not be handled is to be kept (``failed/``)."""

    def write_reason(self, failed_path: str, reason: Mapping[str, str]) -> None:
        """Put ``reason`` as JSON beside a kept mail (``<failed_path>.reason.json``), durably."""

    def absolute(self, path: str) -> str:
        """The absolute path of a relative one."""

    def stage_incoming(self, her_id: HerId, name: str, files: Mapping[str, bytes]) -> None:
        """Make the files of one received message durable in ``fagsystem/<her-id>/.staged/`` under ``name``.

        ``files`` maps file names (``<msg_id>.xml``, ``<msg_id>-1.pdf`` …) to bytes. Staging the same name again replaces it.
        """

    def publish_incoming(self, her_id: HerId, name: str, files: Sequence[str]) -> bool:
        """Rename each staged file into ``fagsystem/<her-id>/inn/``, the message (first of ``files``) last.

        A file that is no longer staged has been published before. False when the message itself had been.
        """

    def discard_incoming(self, her_id: HerId, name: str) -> None:
        """Take back what was staged; nothing happens when it is gone."""

    def sync(self) -> None:
        """Make all renames since the last call durable."""


class Journal(Protocol):
    """The memory of one workspace: entries, their states and what happened to them.

    Writes happen inside ``transaction``; a committed transaction is durable. An entry is *open* until ``settle`` says that
    what it promised (a mail delivered, a message filed, an inbox emptied) has been carried out; what is open after a crash
    is carried out again, and each step of it may be repeated without harm.
    """

    def transaction(self) -> AbstractContextManager[None]:
        """One durable transaction; an exception undoes it."""

    def attempt(self) -> AbstractContextManager[None]:
        """A part of a transaction that an exception undoes alone."""

    def add(self, entry: NewEntry, at: dt.datetime, *, envelope_path: str = "", mail: bytes | None = None) -> int:
        """Enter an envelope; gives its number.

        An incoming one whose mail was postponed before becomes what that entry is from now on.

        ``envelope_path`` is where its mail is kept, when the entry does not say; ``mail`` is the mail of a signal, kept here
        so that the same can be sent again.

        Raises:
            AlreadyKnownError: an authenticated envelope with this sender and MessageId has come before, or an outgoing
                one with this MessageId was made before.
        """

    def take_in(self, sender: str, msg_id: str, entry_id: int) -> None:
        """Remember that the message is ours now.

        Raises:
            AlreadyKnownError: a message with this sender and MsgId was taken in before (AR-050).
        """

    def taken_in(self, sender: str, msg_id: str) -> bool:
        """True when a message with this sender and MsgId was taken in before."""

    def move(
        self, entry_id: int, state: State, at: dt.datetime, *, event: str, text: str = "", reason: str | None = None
    ) -> bool:
        """Change a state as the table of states allows, and tell the event; False (and only the event) where it does not."""

    def note(self, entry_id: int, at: dt.datetime, event: str, text: str = "") -> None:
        """Tell an event without changing the state."""

    def requeue(self, entry_id: int, delivery: Delivery, at: dt.datetime) -> None:
        """Send a signal again: the same envelope in a new mail; the entry is open until settled."""

    def settle(self, entry_ids: Sequence[int], at: dt.datetime) -> None:
        """What the entries promised is done: ``queued`` becomes ``sent``, ``received`` becomes what it settles as."""

    def signal_mail(self, entry_id: int) -> bytes | None:
        """The mail of an outgoing signal, as it was first sent."""

    def open_entries(self) -> Sequence[Entry]:
        """All entries that promise something not yet known to be done, oldest first."""

    def open_mails(self, edi_address: str) -> Mapping[str, Entry]:
        """The open incoming entries by name of the mail that lies, or lay, in an inbox of ours."""

    def outgoing(self, message_id: str) -> Entry | None:
        """The outgoing envelope with this MessageId."""

    def authenticated(self, sender: str, message_id: str) -> Entry | None:
        """The first authenticated incoming envelope of this sender with this MessageId."""

    def answers_to(self, message_id: str) -> Sequence[Entry]:
        """Outgoing signals that answer an incoming envelope, oldest first."""

    def sent_as(self, original_id: str) -> Sequence[Entry]:
        """Outgoing messages that an AppRec quoting this id may mean, by MsgId or document id in either case; oldest first."""

    def sent_with(self, msg_id: str) -> Sequence[Entry]:
        """Outgoing messages with this MsgId, oldest first."""

    def awaiting_apprec(self, generated_before: dt.datetime) -> Sequence[Entry]:
        """Acknowledged outgoing messages that await an AppRec and were generated before an instant."""

    def related(self, entry: Entry) -> Sequence[Entry]:
        """Signals and AppRecs that answer this envelope, both ways, and the one it answers; oldest first."""

    def search(self, search: Search) -> Iterator[Entry]:
        """Entries that match, oldest first."""

    def events(self, entry_id: int) -> Sequence[Event]:
        """What happened to an entry, oldest first."""
