"""Messages whose AppRec has not come within 96 hours of GenDate (HIS 80415:2012 §3.3.4, AR-062)."""

from __future__ import annotations

from meldingsloft.domain.journal import Entry
from meldingsloft.domain.states import APPREC_LIMIT, State
from meldingsloft.flow.msh import Msh


def mark_overdue(msh: Msh) -> list[Entry]:
    """Move what is acknowledged and past the limit to ``apprec-overdue``; gives those moved. A later AppRec takes its place."""
    now = msh.clock.now()
    late = list(msh.journal.awaiting_apprec(now - APPREC_LIMIT))
    if late:
        with msh.journal.transaction():
            for entry in late:
                msh.journal.move(
                    entry.id,
                    State.APPREC_OVERDUE,
                    now,
                    event="apprec-overdue",
                    reason="no AppRec within 96 hours of GenDate",
                )
    return late
