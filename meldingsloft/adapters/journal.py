"""The journal in SQLite: write-ahead log, full synchronisation, one connection kept open.

Times are stored as microseconds since 1970 UTC, lists as JSON. Entries are never deleted.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from meldingsloft.adapters.durable import checkpoint
from meldingsloft.adapters.journal_schema import migrate
from meldingsloft.domain.envelopes import EnvelopeKind
from meldingsloft.domain.errors import AlreadyKnownError, MailboxError
from meldingsloft.domain.journal import Delivery, Entry, Event, NewEntry, Search
from meldingsloft.domain.states import Direction, State, may_move

_DIRECTIONS = {str(direction): direction for direction in Direction}
_KINDS = {str(kind): kind for kind in EnvelopeKind}
_STATES = {str(state): state for state in State}
_json = json.JSONEncoder(separators=(",", ":")).encode
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_COLUMNS = (
    "id, direction, kind, message_id, state, sender, receiver, conversation_id, cpa_id, service, action, msg_id, message_type, "
    "original_id, ref_message_id, generated, attempts, next_attempt, reason, error_codes, digests, envelope_path, edi_address, "
    "mail_name, incoming, settles_as, created, updated"
)
_SELECT = f"SELECT {_COLUMNS} FROM entry "  # noqa: S608 - column names of our own
_NEW = (
    "direction, kind, message_id, state, sender, receiver, conversation_id, cpa_id, service, action, msg_id, message_type, "
    "original_id, ref_message_id, generated, attempts, next_attempt, reason, error_codes, digests, envelope_path, edi_address, "
    "mail_name, incoming, settles_as, authenticated, open, created, updated"
)
_INSERT = f"INSERT INTO entry ({_NEW}) VALUES ({','.join('?' * 29)})"  # noqa: S608 - names and marks of our own
_TAKE_UP = f"UPDATE entry SET {', '.join(f'{name}=?' for name in _NEW.replace(' created,', '').split(', '))} WHERE id=?"  # noqa: S608 - as above
_SETTLE = """UPDATE entry SET open=0,
    settled=CASE WHEN state IN ('queued', 'received') OR settled IS NULL THEN ?1 ELSE settled END,
    updated=CASE WHEN state IN ('queued', 'received') THEN ?1 ELSE updated END,
    state=CASE state WHEN 'queued' THEN 'sent' WHEN 'received' THEN settles_as ELSE state END
    WHERE open=1 AND id=?2"""


_WITH_IDS = (
    "SELECT id FROM entry WHERE message_id IN ({0}) UNION SELECT id FROM entry WHERE msg_id IN ({0}) AND msg_id<>''"
)
_RELATED = (
    "SELECT id FROM entry WHERE ref_message_id=?1 AND ref_message_id<>'' "
    "UNION SELECT id FROM entry WHERE message_id=?2 AND ?2<>'' "
    "UNION SELECT id FROM entry WHERE original_id=?3 AND original_id<>'' AND direction='in'"
)


class SqliteJournal:
    """``ports.Journal`` over one database file."""

    def __init__(self, path: Path, *, wait_seconds: float = 30.0) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None, cached_statements=256)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA foreign_keys=ON")
            migrate(self._db)
            path.chmod(0o600)
        except sqlite3.Error as fault:
            raise _trouble(fault) from None

    def close(self) -> None:
        """Close the database; the journal is not used afterwards."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """``BEGIN IMMEDIATE`` … ``COMMIT`` with the log synchronised to disk."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as fault:
            raise _trouble(fault) from None
        try:
            yield
            checkpoint("journal.commit")
            self._db.execute("COMMIT")
        except sqlite3.Error as fault:
            self._undo()
            raise _trouble(fault) from None
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """A savepoint."""
        self._db.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO attempt")
            self._db.execute("RELEASE attempt")
            raise
        self._db.execute("RELEASE attempt")

    def add(self, entry: NewEntry, at: dt.datetime, *, envelope_path: str = "", mail: bytes | None = None) -> int:
        """See ``ports.Journal``."""
        delivery = entry.delivery
        promises = entry.state in (State.QUEUED, State.RECEIVED) or (
            entry.direction is Direction.IN and delivery is not None and entry.state is not State.POSTPONED
        )
        stamp = _micros(at)
        values = (
            entry.direction, entry.kind, entry.message_id, entry.state, entry.sender, entry.receiver, entry.conversation_id,
            entry.cpa_id, entry.service, entry.action, entry.msg_id, entry.message_type, entry.original_id, entry.ref_message_id,
            _micros(entry.generated), entry.attempts, _micros(entry.next_attempt), entry.reason, _pack(entry.error_codes),
            _pack(entry.digests), envelope_path or entry.envelope_path, delivery.edi_address if delivery else None,
            _stored_name(delivery), _pack(entry.incoming), entry.settles_as, entry.authenticated, promises,
            stamp, stamp,
        )  # fmt: skip
        waiting = self._postponed(delivery) if entry.direction is Direction.IN and delivery else None
        try:
            if waiting is not None:
                return self._take_up(waiting, entry, values, at)
            number = self._db.execute(_INSERT, values).lastrowid
        except sqlite3.IntegrityError:
            raise AlreadyKnownError("ML-J002", "an envelope with this MessageId is in the journal already") from None
        assert number is not None
        if entry.state is State.POSTPONED:
            self.note(number, at, "postponed", entry.reason)
        if mail is not None:
            self._db.execute("INSERT INTO signal (entry, mail) VALUES (?, ?)", (number, mail))
        return number

    def _postponed(self, delivery: Delivery) -> int | None:
        """The entry of a mail that was left in its inbox before."""
        row = self._db.execute(
            "SELECT id FROM entry WHERE state='postponed' AND edi_address=? AND mail_name=?",
            (delivery.edi_address, _stored_name(delivery)),
        ).fetchone()
        return row[0] if row else None

    def _take_up(self, number: int, entry: NewEntry, values: tuple[object, ...], at: dt.datetime) -> int:
        """The postponed entry as it is now; it keeps its number and beginning, and its attempts are counted."""
        attempts = self._db.execute("SELECT attempts FROM entry WHERE id=?", (number,)).fetchone()[0]
        self._db.execute(_TAKE_UP, (*values[:-2], values[-1], number))
        self._db.execute("UPDATE entry SET attempts=? WHERE id=?", (attempts + 1, number))
        if entry.state is not State.POSTPONED:
            self.note(number, at, "taken-up", "after having been postponed")
        return number

    def take_in(self, sender: str, msg_id: str, entry_id: int) -> None:
        """See ``ports.Journal``."""
        try:
            self._db.execute("INSERT INTO intake (sender, msg_id, entry) VALUES (?, ?, ?)", (sender, msg_id, entry_id))
        except sqlite3.IntegrityError:
            raise AlreadyKnownError("ML-J002", "a message with this MsgId was taken in already") from None

    def taken_in(self, sender: str, msg_id: str) -> bool:
        """See ``ports.Journal``."""
        return (
            self._db.execute("SELECT 1 FROM intake WHERE sender=? AND msg_id=?", (sender, msg_id)).fetchone()
            is not None
        )

    def move(
        self, entry_id: int, state: State, at: dt.datetime, *, event: str, text: str = "", reason: str | None = None
    ) -> bool:
        """See ``ports.Journal``."""
        moved = self._db.execute(_move(state), (state, _micros(at), reason, entry_id))
        self.note(entry_id, at, event, text)
        return moved.rowcount == 1

    def note(self, entry_id: int, at: dt.datetime, event: str, text: str = "") -> None:
        """See ``ports.Journal``."""
        self._db.execute(
            "INSERT INTO event (entry, at, what, text) VALUES (?, ?, ?, ?)", (entry_id, _micros(at), event, text)
        )

    def requeue(self, entry_id: int, delivery: Delivery, at: dt.datetime) -> None:
        """See ``ports.Journal``."""
        self._db.execute(
            "UPDATE entry SET attempts=attempts+1, edi_address=?, mail_name=?, open=1, updated=? WHERE id=?",
            (delivery.edi_address, delivery.mail_name, _micros(at), entry_id),
        )
        self.note(entry_id, at, "again", "the same signal in a new mail")

    def settle(self, entry_ids: Sequence[int], at: dt.datetime) -> None:
        """See ``ports.Journal``."""
        stamp = _micros(at)
        self._db.executemany(_SETTLE, [(stamp, number) for number in entry_ids])

    def signal_mail(self, entry_id: int) -> bytes | None:
        """See ``ports.Journal``."""
        row = self._db.execute("SELECT mail FROM signal WHERE entry=?", (entry_id,)).fetchone()
        return row[0] if row else None

    def open_entries(self) -> Sequence[Entry]:
        """See ``ports.Journal``."""
        return self._entries("WHERE open=1 ORDER BY id")

    def open_mails(self, edi_address: str) -> Mapping[str, Entry]:
        """See ``ports.Journal``."""
        found = self._entries("WHERE open=1 AND direction='in' AND edi_address=?", edi_address)
        return {entry.delivery.mail_name: entry for entry in found if entry.delivery is not None}

    def outgoing(self, message_id: str) -> Entry | None:
        """See ``ports.Journal``."""
        return self._entry("WHERE direction='out' AND message_id=?", message_id)

    def authenticated(self, sender: str, message_id: str) -> Entry | None:
        """See ``ports.Journal``."""
        return self._entry(
            "WHERE authenticated=1 AND direction='in' AND message_id=? AND sender=? AND state<>'duplicate'",
            message_id,
            sender,
        )

    def answers_to(self, message_id: str) -> Sequence[Entry]:
        """See ``ports.Journal``."""
        return self._entries(
            "WHERE ref_message_id=? AND ref_message_id<>'' AND direction='out' AND kind<>'message' ORDER BY id",
            message_id,
        )

    def sent_as(self, original_id: str) -> Sequence[Entry]:
        """See ``ports.Journal``."""
        forms = tuple(dict.fromkeys((original_id, original_id.lower(), original_id.upper())))
        marks = ",".join("?" * len(forms))
        for column in ("original_id", "msg_id"):  # each has its own index; nearly always the first tells
            where = f"WHERE {column} IN ({marks}) AND {column}<>'' AND direction='out' AND kind='message' ORDER BY id"
            found = self._entries(where, *forms)
            if found:
                return found
        return []

    def sent_with(self, msg_id: str) -> Sequence[Entry]:
        """See ``ports.Journal``."""
        return self._entries("WHERE direction='out' AND kind='message' AND msg_id=? AND msg_id<>'' ORDER BY id", msg_id)

    def awaiting_apprec(self, generated_before: dt.datetime) -> Sequence[Entry]:
        """See ``ports.Journal``."""
        where = (
            "WHERE direction='out' AND kind='message' AND state='acked' AND original_id<>'' AND generated<? ORDER BY id"
        )
        return self._entries(where, _micros(generated_before))

    def related(self, entry: Entry) -> Sequence[Entry]:
        """See ``ports.Journal``."""
        outwards = entry.direction is Direction.OUT
        where = f"WHERE id IN ({_RELATED}) ORDER BY id"
        return self._entries(where, entry.message_id, entry.ref_message_id, entry.original_id if outwards else "")

    def search(self, search: Search) -> Iterator[Entry]:
        """See ``ports.Journal``."""
        conditions, values = _conditions(search)
        rows = self._db.execute(f"{_SELECT} WHERE {' AND '.join(conditions) or '1'} ORDER BY id", values)
        for row in rows:
            yield _entry(row)

    def events(self, entry_id: int) -> Sequence[Event]:
        """See ``ports.Journal``. Beginning and settling are told from the entry itself, the rest from the table of events."""
        facts = self._db.execute(
            "SELECT direction, created, settled, settles_as, state, reason FROM entry WHERE id=?", (entry_id,)
        ).fetchone()
        if facts is None:
            return []
        direction, created, settled, settles_as, state, reason = facts
        outwards = direction == Direction.OUT
        told = [Event(_instant(created), "queued" if outwards else "arrived", "" if outwards else reason)]
        if settled is not None:
            told.append(Event(_instant(settled), "sent" if outwards else settles_as or state))
        rows = self._db.execute("SELECT at, what, text FROM event WHERE entry=? ORDER BY id", (entry_id,))
        told += [Event(_instant(at), what, text) for at, what, text in rows]
        return sorted(told, key=lambda event: event.at)

    def _entries(self, where: str, *values: object) -> list[Entry]:
        return [_entry(row) for row in self._db.execute(_SELECT + where, values)]

    def _entry(self, where: str, *values: object) -> Entry | None:
        row = self._db.execute(f"{_SELECT}{where} LIMIT 1", values).fetchone()
        return _entry(row) if row else None


@functools.cache
def _move(state: State) -> str:
    """The statement that changes an entry to a state from those states, and no others, that the table of states allows."""
    allowed = " OR ".join(
        f"direction='{direction}' AND state IN ({','.join(repr(str(before)) for before in State if may_move(direction, before, state))})"
        for direction in Direction
    )
    waits = state in (State.SENT, State.RETRYING, State.QUEUED)
    kept = "" if waits else ", next_attempt=NULL"
    return f"UPDATE entry SET state=?, updated=?, reason=coalesce(?, reason){kept} WHERE id=? AND ({allowed})"  # noqa: S608 - words of our own


def _conditions(search: Search) -> tuple[list[str], list[object]]:
    conditions: list[str] = [] if search.signals else ["kind='message'"]
    values: list[object] = []
    if search.ids:
        marks = ",".join("?" * len(search.ids))
        conditions.append(f"id IN ({_WITH_IDS.format(marks)})")
        values += [*search.ids, *search.ids]
    if search.direction:
        conditions.append("direction=?")
        values.append(search.direction)
    if search.states:
        conditions.append(f"state IN ({','.join('?' * len(search.states))})")
        values += sorted(search.states)
    if search.party:
        conditions.append("(sender=? OR receiver=?)")
        values += [search.party, search.party]
    if search.message_type:
        conditions.append("message_type=?")
        values.append(search.message_type)
    for operator, when in ((">=", search.since), ("<=", search.until)):
        if when:
            conditions.append(f"updated{operator}?")
            values.append(_micros(when))
    return conditions, values


def _micros(when: dt.datetime | None) -> int | None:
    return None if when is None else (when - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=micros)


def _pack(values: Any) -> str | None:
    return _json(values) if values else None


def _entry(row: Any) -> Entry:
    (number, direction, kind, message_id, state, sender, receiver, conversation_id, cpa_id, service, action, msg_id, message_type,
     original_id, ref_message_id, generated, attempts, next_attempt, reason, error_codes, digests, envelope_path, edi_address,
     mail_name, incoming, settles_as, created, updated) = row  # fmt: skip
    return Entry(
        number, _DIRECTIONS[direction], _KINDS[kind], message_id, _STATES[state], sender, receiver, conversation_id, cpa_id,
        service, action, msg_id, message_type, original_id, ref_message_id, None if generated is None else _instant(generated),
        attempts, None if next_attempt is None else _instant(next_attempt), reason, tuple(json.loads(error_codes)) if error_codes else (),
        tuple((uri, value) for uri, value in json.loads(digests)) if digests else (), envelope_path,
        Delivery(edi_address, os.fsdecode(mail_name)) if edi_address is not None else None,
        tuple((her, name, tuple(files)) for her, name, files in json.loads(incoming)) if incoming else (),
        _STATES[settles_as] if settles_as else None, _instant(created), _instant(updated),
    )  # fmt: skip


def _stored_name(delivery: Delivery | None) -> str | bytes | None:
    """The name of a mail; one that is no UTF-8, which only a foreign file in an inbox can have, as its bytes."""
    if delivery is None:
        return None
    try:
        delivery.mail_name.encode()
    except UnicodeEncodeError:
        return os.fsencode(delivery.mail_name)
    return delivery.mail_name


def _trouble(fault: sqlite3.Error) -> MailboxError:
    text = str(fault).lower()
    if "locked" in text or "busy" in text:
        return MailboxError(
            "ML-J003", "the journal is held by another process", hint="try again; another run is writing"
        )
    if "full" in text:
        return MailboxError(
            "ML-J004",
            "the disk is full: the journal cannot be written",
            hint="make room, then run again; nothing is lost",
        )
    return MailboxError(
        "ML-J001",
        "the journal cannot be read or written",
        hint="`meldingsloft doctor` tells what is wrong",
        detail=fault.sqlite_errorname if hasattr(fault, "sqlite_errorname") else "",
    )
