"""What breaks on which date, for people and for programs: forms rehearsal/1 and encrypting/1."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from meldingsloft.report.pki import instant
from meldingsloft.report.text import PLAIN, Terminal

if TYPE_CHECKING:
    from meldingsloft.adapters.rehearsing import Encrypting, Rehearsal
    from meldingsloft.crypto.rehearsal import Milestone

_STYLES = {"error": "error", "warning": "warning", "info": "good"}


def milestone_object(one: Milestone, now: dt.datetime) -> dict[str, Any]:
    """``meldingsloft.rehearsal/1``."""
    return {
        "form": "meldingsloft.rehearsal/1",
        "at": instant(one.at),
        "days": (one.at - now).days,
        "kind": one.kind,
        "severity": one.severity,
        "her_id": one.whose or None,
        "serial": one.serial or None,
        "message": one.message,
        "mend": one.mend or None,
        "file": one.file or None,
    }


def encrypting_object(one: Encrypting) -> dict[str, Any]:
    """``meldingsloft.encrypting/1``: a partner that encrypted to a certificate of ours."""
    return {
        "form": "meldingsloft.encrypting/1",
        "from": one.sender,
        "to": one.party,
        "serial": one.serial,
        "newest": one.newest,
        "count": one.count,
        "last": instant(one.last),
    }


def rehearsal_lines(
    found: Rehearsal, now: dt.datetime, until: dt.datetime, terminal: Terminal = PLAIN
) -> Iterator[str]:
    """In order of time, then who still encrypts to old certificates."""
    for one in found.milestones:
        days = (one.at - now).days
        when = f"{one.at:%Y-%m-%d %H:%M}  {'past' if one.at < now else f'{days} days':>9}"
        yield f"{when}  {terminal.style(f'{one.severity:<7}', _STYLES[one.severity])}  {one.message}"
        if one.mend and one.severity != "info":
            yield f"{'':27}   = mend: {one.mend}"
    if not found.milestones:
        yield f"nothing changes by itself until {until:%Y-%m-%d}"
    old = [one for one in found.encrypting if not one.newest]
    if old:
        yield ""
    for party in old:
        yield (
            f"party {party.sender} still encrypts to the old certificate {party.serial} of party {party.party}: "
            f"{party.count} of the last {found.mails} mails, last {party.last:%Y-%m-%d}"
        )
