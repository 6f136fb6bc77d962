"""What the journal remembers: one entry for each envelope, out or in, and one event for each thing that happened to it.

Nothing of a message's content is remembered: identifiers, types, parties, times, states, digests and paths only. Rows are
named tuples: a dozen are made for every message, and a frozen dataclass of thirty fields takes three times as long to fill.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

from meldingsloft.domain.envelopes import EnvelopeKind
from meldingsloft.domain.states import Direction, State


class Delivery(NamedTuple):
    """A mail on its way into a mailbox: ``tmp/NAME`` of an EDI address, published by a rename."""

    edi_address: str
    mail_name: str


class NewEntry(NamedTuple):
    """Facts of an envelope at the moment it enters the journal."""

    direction: Direction
    kind: EnvelopeKind
    message_id: str
    state: State
    sender: str = ""
    """Level-2 HER-id, empty when it could not be read."""
    receiver: str = ""
    conversation_id: str = ""
    cpa_id: str = ""
    service: str = ""
    action: str = ""
    msg_id: str = ""
    """Identifier of the payload (MsgId, or Id of an AppRec); empty for signals."""
    message_type: str = ""
    original_id: str = ""
    """Out: the id an AppRec will quote (HIS 80415:2004 §6.5). In, AppRec: OriginalMsgId/Id."""
    ref_message_id: str = ""
    """Signals: MessageId of the envelope they answer. AppRec on its way out: that of the message it answers."""
    generated: dt.datetime | None = None
    """GenDate of the payload, UTC."""
    attempts: int = 0
    next_attempt: dt.datetime | None = None
    reason: str = ""
    error_codes: tuple[str, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    """(URI, DigestValue) of every signed reference."""
    envelope_path: str = ""
    """Kept mail, relative to the workspace."""
    delivery: Delivery | None = None
    """Out: where it goes. In: where it lay."""
    incoming: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """In: what is staged for the fagsystem: (HER-id, staged name, file names)."""
    authenticated: bool = False
    """In: the signature held and the certificate was trusted; only such entries make later ones duplicates."""
    settles_as: State | None = None
    """In: the state once everything committed has been carried out (``filed``, ``rejected`` …)."""


class Entry(NamedTuple):
    """A journal entry as it stands."""

    id: int
    direction: Direction
    kind: EnvelopeKind
    message_id: str
    state: State
    sender: str
    receiver: str
    conversation_id: str
    cpa_id: str
    service: str
    action: str
    msg_id: str
    message_type: str
    original_id: str
    ref_message_id: str
    generated: dt.datetime | None
    attempts: int
    next_attempt: dt.datetime | None
    reason: str
    error_codes: tuple[str, ...]
    digests: tuple[tuple[str, str], ...]
    envelope_path: str
    delivery: Delivery | None
    incoming: tuple[tuple[str, str, tuple[str, ...]], ...]
    settles_as: State | None
    created: dt.datetime
    updated: dt.datetime


class Event(NamedTuple):
    """One thing that happened to an entry: a stable word, when, and a line for people."""

    at: dt.datetime
    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """Filters of ``status``; an empty field filters nothing."""

    ids: tuple[str, ...] = ()
    """MessageIds or MsgIds."""
    direction: Direction | None = None
    states: frozenset[State] = field(default_factory=frozenset)
    party: str = ""
    message_type: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    signals: bool = False
    """Signals too; else messages alone."""
