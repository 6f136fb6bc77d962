"""The states of a message and their legal moves, one table for each direction.

Outgoing: HIS 1037 §5.2 (reliable messaging), HIS 80415:2012 §3.3 (AppRec, 96 hours).
Incoming: HITS 1172 figure 4 (receiver pipeline), HIS 80415:2012 §3.3.4 (held for a person).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import timedelta

APPREC_LIMIT = timedelta(hours=96)
"""From GenDate to the AppRec; then it counts as missing (HIS 80415:2012 §3.3.4, AR-062)."""


class Direction(enum.StrEnum):
    """Seen from the workspace."""

    OUT = "out"
    IN = "in"


class State(enum.StrEnum):
    """Every state a journal entry can be in."""

    QUEUED = "queued"
    SENT = "sent"
    ACKED = "acked"
    APPREC_OK = "apprec-ok"
    APPREC_PARTLY = "apprec-partly"
    APPREC_REJECTED = "apprec-rejected"
    APPREC_OVERDUE = "apprec-overdue"
    RETRYING = "retrying"
    UNDELIVERED = "undelivered"
    ERROR_SIGNALLED = "error-signalled"
    FAULTED = "faulted"
    BOUNCED = "bounced"

    RECEIVED = "received"
    FILED = "filed"
    HELD = "held"
    REJECTED = "rejected"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    POSTPONED = "postponed"
    UNMATCHED = "unmatched"
    FAILED = "failed"
    """Kept with its reason because nobody could be answered (HITS 1172 ch. 5)."""


S = State
_APPREC = frozenset({S.APPREC_OK, S.APPREC_PARTLY, S.APPREC_REJECTED})
_FAILURES = frozenset({S.UNDELIVERED, S.ERROR_SIGNALLED, S.FAULTED, S.BOUNCED})

OUTGOING: Mapping[State, frozenset[State]] = {
    S.QUEUED: frozenset({S.SENT, S.UNDELIVERED}) | _APPREC | {S.ACKED},
    S.SENT: frozenset({S.ACKED, S.RETRYING, S.APPREC_OVERDUE}) | _APPREC | _FAILURES,
    S.RETRYING: frozenset({S.SENT, S.ACKED, S.APPREC_OVERDUE}) | _APPREC | _FAILURES,
    S.ACKED: frozenset({S.ERROR_SIGNALLED, S.APPREC_OVERDUE}) | _APPREC,
    S.APPREC_OVERDUE: frozenset({S.ACKED, S.ERROR_SIGNALLED}) | _APPREC,
    S.UNDELIVERED: frozenset({S.ACKED, S.ERROR_SIGNALLED, S.SENT}) | _APPREC,
    S.ERROR_SIGNALLED: _APPREC,
    S.FAULTED: frozenset({S.ACKED, S.SENT}) | _APPREC,
    S.BOUNCED: frozenset({S.ACKED, S.SENT}) | _APPREC,
    S.APPREC_OK: frozenset(),
    S.APPREC_PARTLY: frozenset(),
    S.APPREC_REJECTED: frozenset(),
}
"""An AppRec shows that the message arrived, whatever was believed before; the first AppRec is final (AR-061)."""

INCOMING: Mapping[State, frozenset[State]] = {
    S.RECEIVED: frozenset({S.FILED, S.HELD, S.REJECTED}),
    S.POSTPONED: frozenset({S.RECEIVED, S.REFUSED, S.FILED, S.HELD, S.REJECTED, S.DUPLICATE, S.UNMATCHED, S.FAILED}),
    S.HELD: frozenset({S.FILED, S.REJECTED}),
    S.FILED: frozenset(),
    S.REJECTED: frozenset(),
    S.REFUSED: frozenset(),
    S.DUPLICATE: frozenset(),
    S.UNMATCHED: frozenset(),
    S.FAILED: frozenset(),
}

FAILED_STATES = frozenset(_FAILURES | {S.APPREC_REJECTED, S.APPREC_OVERDUE, S.REFUSED, S.FAILED, S.UNMATCHED})
"""What ``status --failed`` means."""
WAITING_STATES = frozenset({S.QUEUED, S.SENT, S.RETRYING, S.ACKED, S.HELD, S.POSTPONED, S.RECEIVED})
"""What ``status --waiting`` means: somebody still owes an answer."""
STILL_RETRYING = frozenset({S.QUEUED, S.SENT, S.RETRYING})
"""A transport receipt is still awaited."""


def may_move(direction: Direction, before: State, after: State) -> bool:
    """True when the table allows the move; staying is no move and is allowed."""
    table = OUTGOING if direction is Direction.OUT else INCOMING
    return before == after or after in table.get(before, frozenset())
