"""The whole history of one message: every attempt, signal and receipt about it."""

from __future__ import annotations

from collections.abc import Sequence

from meldingsloft.domain.envelopes import EnvelopeKind
from meldingsloft.domain.errors import NothingMatchedError
from meldingsloft.domain.journal import Entry, Event, Search
from meldingsloft.ports import Journal

History = tuple[Entry, Sequence[Event], Sequence[tuple[Entry, Sequence[Event]]]]
"""An entry, its events, and the related entries with theirs."""


def trace(journal: Journal, identifier: str) -> list[History]:
    """The histories of the messages with this MessageId or MsgId (one for each recipient), oldest first.

    Raises:
        NothingMatchedError: ``ML-N001``, the journal knows no such id.
    """
    found = list(journal.search(Search(ids=(identifier,), signals=True)))
    messages = [entry for entry in found if entry.kind is EnvelopeKind.MESSAGE] or found
    if not messages:
        raise NothingMatchedError(
            "ML-N001", f"the journal knows no message {identifier}", hint="`meldingsloft status` lists what it knows"
        )
    return [(entry, journal.events(entry.id), _related(journal, entry)) for entry in messages]


def _related(journal: Journal, entry: Entry) -> list[tuple[Entry, Sequence[Event]]]:
    return [(other, journal.events(other.id)) for other in journal.related(entry) if other.id != entry.id]
