"""The journal: uniqueness, states, promises, searches, migrations."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from meldingsloft.adapters.journal import SqliteJournal
from meldingsloft.domain.envelopes import EnvelopeKind
from meldingsloft.domain.errors import AlreadyKnownError, ConfigError, MailboxError
from meldingsloft.domain.journal import Delivery, NewEntry, Search
from meldingsloft.domain.states import Direction, State

NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    made = SqliteJournal(tmp_path / "journal.sqlite")
    yield made
    made.close()


def out(message_id: str, **facts: object) -> NewEntry:
    given: dict[str, object] = {
        "direction": Direction.OUT, "kind": EnvelopeKind.MESSAGE, "message_id": message_id, "state": State.QUEUED, "sender": "1", "receiver": "2",
        "msg_id": f"m-{message_id}", "original_id": f"m-{message_id}", "message_type": "epikrise-1.2", "attempts": 1, "delivery": Delivery("a@b", f"n-{message_id}"),
        "generated": NOW,
    }  # fmt: skip
    return NewEntry(**(given | facts))  # type: ignore[arg-type]


def incoming(message_id: str, **facts: object) -> NewEntry:
    given = {"direction": Direction.IN, "state": State.RECEIVED, "settles_as": State.FILED, "authenticated": True}
    return out(message_id, **(given | facts))


def enter(journal: SqliteJournal, *entries: NewEntry) -> list[int]:
    with journal.transaction():
        return [journal.add(entry, NOW) for entry in entries]


def test_what_was_added_is_found_again_in_full(journal: SqliteJournal) -> None:
    entry = out(
        "e1", digests=(("", "abc="), ("cid:x", "def=")), error_codes=("T02",), next_attempt=NOW + dt.timedelta(hours=12)
    )
    (number,) = enter(journal, entry)
    found = journal.outgoing("e1")
    assert found is not None
    assert (found.id, found.state, found.digests, found.error_codes) == (number, State.QUEUED, entry.digests, ("T02",))
    assert (found.generated, found.next_attempt, found.delivery) == (NOW, entry.next_attempt, entry.delivery)
    assert found.created == found.updated == NOW


def test_one_outgoing_envelope_a_message_id(journal: SqliteJournal) -> None:
    enter(journal, out("e1"))
    with pytest.raises(AlreadyKnownError), journal.transaction():
        journal.add(out("e1"), NOW)


def test_an_authenticated_envelope_comes_once_from_one_sender(journal: SqliteJournal) -> None:
    enter(
        journal,
        incoming("e1"),
        incoming("e1", sender="9"),
        incoming("e1", authenticated=False, state=State.REFUSED),
        incoming("e1", state=State.DUPLICATE),
    )
    with pytest.raises(AlreadyKnownError), journal.transaction():
        journal.add(incoming("e1"), NOW)
    first = journal.authenticated("1", "e1")
    assert first is not None
    assert first.state is State.RECEIVED


def test_an_attempt_that_fails_leaves_the_rest_of_the_transaction(journal: SqliteJournal) -> None:
    with journal.transaction():
        journal.add(out("e1"), NOW)
        with pytest.raises(AlreadyKnownError), journal.attempt():  # noqa: PT012 - the first is undone with the second
            journal.add(out("e2"), NOW)
            journal.add(out("e1"), NOW)
        journal.add(out("e3"), NOW)
    assert [entry.message_id for entry in journal.search(Search())] == ["e1", "e3"]


def test_a_message_is_taken_in_once(journal: SqliteJournal) -> None:
    (number,) = enter(journal, incoming("e1"))
    with journal.transaction():
        journal.take_in("1", "m", number)
    assert journal.taken_in("1", "m")
    assert not journal.taken_in("2", "m")
    with pytest.raises(AlreadyKnownError), journal.transaction():
        journal.take_in("1", "m", number)


def test_settling_carries_out_what_the_state_promised(journal: SqliteJournal) -> None:
    numbers = enter(
        journal, out("e1"), incoming("e2"), incoming("e3", state=State.REFUSED, settles_as=None, authenticated=False)
    )
    assert [entry.id for entry in journal.open_entries()] == numbers
    with journal.transaction():
        for number in numbers:
            journal.settle([number], NOW)
            journal.settle([number], NOW)
    assert not journal.open_entries()
    assert [entry.state for entry in journal.search(Search())] == [State.SENT, State.FILED, State.REFUSED]
    assert [event.what for event in journal.events(numbers[0])] == ["queued", "sent"]


def test_settling_does_not_undo_a_receipt_that_came_first(journal: SqliteJournal) -> None:
    (number,) = enter(journal, out("e1"))
    with journal.transaction():
        assert journal.move(number, State.ACKED, NOW, event="acknowledged")
        journal.settle([number], NOW)
    found = journal.outgoing("e1")
    assert found is not None
    assert found.state is State.ACKED


def test_a_move_the_table_forbids_is_told_and_not_made(journal: SqliteJournal) -> None:
    (number,) = enter(journal, out("e1"))
    with journal.transaction():
        assert journal.move(number, State.APPREC_OK, NOW, event="apprec-ok")
        assert not journal.move(number, State.APPREC_REJECTED, NOW, event="apprec-rejected", reason="late")
    found = journal.outgoing("e1")
    assert found is not None
    assert (found.state, found.reason) == (State.APPREC_OK, "")
    assert [event.what for event in journal.events(number)][-1] == "apprec-rejected"


def test_a_signal_sent_again_is_open_again(journal: SqliteJournal) -> None:
    (number,) = enter(journal, out("ack", kind=EnvelopeKind.ACKNOWLEDGMENT, ref_message_id="e9"))
    with journal.transaction():
        journal.settle([number], NOW)
        journal.requeue(number, Delivery("a@b", "new"), NOW)
    (entry,) = journal.open_entries()
    assert (entry.attempts, entry.delivery) == (2, Delivery("a@b", "new"))
    assert [signal.message_id for signal in journal.answers_to("e9")] == ["ack"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (Search(), ["a", "b", "c"]),
        (Search(signals=True), ["a", "b", "c", "s"]),
        (Search(direction=Direction.IN), ["c"]),
        (Search(states=frozenset({State.QUEUED})), ["a", "b"]),
        (Search(party="7"), ["b"]),
        (Search(message_type="dialog-helsefaglig-1.1"), ["b"]),
        (Search(ids=("m-a", "c")), ["a", "c"]),
        (Search(since=NOW + dt.timedelta(seconds=1)), []),
        (Search(until=NOW), ["a", "b", "c"]),
    ],
)
def test_search(journal: SqliteJournal, search: Search, expected: list[str]) -> None:
    enter(
        journal, out("a"), out("b", receiver="7", message_type="dialog-helsefaglig-1.1"), incoming("c"), out("s", kind=EnvelopeKind.ERROR, msg_id="")
    )  # fmt: skip
    assert [entry.message_id for entry in journal.search(search)] == expected


def test_what_awaits_an_apprec_past_its_time(journal: SqliteJournal) -> None:
    numbers = enter(
        journal, out("old"), out("none", original_id=""), out("young", generated=NOW + dt.timedelta(days=9))
    )
    with journal.transaction():
        for number in numbers:
            journal.move(number, State.ACKED, NOW, event="acknowledged")
    assert [entry.message_id for entry in journal.awaiting_apprec(NOW + dt.timedelta(days=5))] == ["old"]


def test_related_entries_both_ways(journal: SqliteJournal) -> None:
    enter(
        journal, out("e1"), incoming("ack", kind=EnvelopeKind.ACKNOWLEDGMENT, ref_message_id="e1", msg_id=""), incoming("ar", original_id="m-e1", msg_id="x"), out("other"),
    )  # fmt: skip
    first = journal.outgoing("e1")
    assert first is not None
    assert {entry.message_id for entry in journal.related(first)} == {"ack", "ar"}


def test_the_file_is_private_and_newer_databases_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    SqliteJournal(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(ConfigError, match="ML-J005"):
        SqliteJournal(path)


def test_a_file_that_is_no_database_is_an_error_with_a_code(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(MailboxError, match="ML-J001"):
        SqliteJournal(path)


def test_a_journal_held_by_another_process_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    one, two = SqliteJournal(path), SqliteJournal(path, wait_seconds=0.05)
    with one.transaction(), pytest.raises(MailboxError, match="ML-J003"), two.transaction():
        pass
    one.close()
    two.close()


def test_two_writers_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    SqliteJournal(path).close()

    def write(letter: str) -> None:
        own = SqliteJournal(path)
        for number in range(20):
            with own.transaction():
                own.add(out(f"{letter}{number}"), NOW)
        own.close()

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal = SqliteJournal(path)
    assert len(list(journal.search(Search()))) == 40
    journal.close()
