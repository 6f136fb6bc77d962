"""What is going to break on which date: certificates, issuers and CRLs seen from a time on, as facts in order of time.

*milestone*: an instant at which something changes by itself. A certificate that has a successor ends without harm. Sources: HITS
1177 §5.3 (register 108 hours before the end, old keys 84 hours after a change), EB-164, EB-165.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from meldingsloft.crypto.certificates import read_certificate

Severity = Literal["error", "warning", "info"]
Kind = Literal["expires", "begins", "register-by", "stale", "revoked", "register", "sign-from", "old-key"]
RENEW_BEFORE = dt.timedelta(hours=108)
"""How long before its end a certificate must have a successor in the register."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One instant and what changes then."""

    at: dt.datetime
    kind: Kind
    severity: Severity
    """``error``: messages stop; ``warning``: something must be done before; ``info``: it is as planned."""
    message: str
    mend: str = ""
    whose: str = ""
    """HER-id of the party, empty for issuers and CRLs."""
    serial: str = ""
    """Decimal, of a certificate."""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """Certificates of one party for one purpose."""

    whose: str
    what: str
    """``signing certificate`` or ``encryption certificate``."""
    certificates: tuple[bytes, ...]
    """Those that others know, newest first."""
    own: bool
    breaks: str
    """What stops when none of them is in force."""
    file: str = ""


def of_party(watched: Watched, now: dt.datetime) -> Iterator[Milestone]:
    """The ends of a party's certificates, and for one's own the last moments to register a new one.

    Partners encrypt to the newest alone, so an older one that is still in force does not help.
    """
    if not watched.certificates:
        return
    newest = read_certificate(watched.certificates[0])
    said = f"{watched.what} of party {watched.whose}"
    if newest.not_before > now:
        yield Milestone(newest.not_before, "begins", "info", f"the newest {said} comes into force", "", watched.whose, newest.serial, watched.file)  # fmt: skip
    mend = (
        "`meldingsloft party renew`" if watched.own else "ask the partner for the new one: `meldingsloft register add`"
    )
    if watched.own:
        yield Milestone(
            newest.not_after - RENEW_BEFORE,
            "register-by",
            "warning",
            f"the last moment to register a new {said}: 108 hours before it ends",
            mend,
            watched.whose,
            newest.serial,
            watched.file,
        )
    yield Milestone(
        newest.not_after, "expires", "error", f"the {said} expires: {watched.breaks}", mend, watched.whose, newest.serial, watched.file
    )  # fmt: skip
    for older in watched.certificates[1:]:
        facts = read_certificate(older)
        message = f"an older {said} expires; a newer one is registered"
        yield Milestone(facts.not_after, "expires", "info", message, "", watched.whose, facts.serial, watched.file)


def of_issuers(issuers: Iterable[bytes]) -> Iterator[Milestone]:
    """The ends of the issuers that are trusted."""
    for der in dict.fromkeys(issuers):
        facts = read_certificate(der)
        if facts.is_ca:
            message = f"the trusted issuer {facts.subject} expires: nothing it issued is trusted any more"
            mend = "trust its successor in `[receive] trust`; certificates it issued must be replaced"
            yield Milestone(facts.not_after, "expires", "error", message, mend, serial=facts.serial)


def between(
    milestones: Iterable[Milestone], now: dt.datetime, until: dt.datetime, *, past: Sequence[Kind] = ("expires", "register-by", "stale", "revoked")
) -> list[Milestone]:  # fmt: skip
    """Those up to a date, in order of time; of what lies behind us, the kinds that still stop something."""
    wanted = {
        one
        for one in milestones
        if one.at <= until and (one.at >= now or (one.kind in past and one.severity != "info"))
    }
    expired = {(one.whose, one.serial) for one in wanted if one.kind == "expires" and one.at < now}
    kept = (one for one in wanted if one.kind != "register-by" or (one.whose, one.serial) not in expired)
    return sorted(kept, key=lambda one: (one.at, one.whose, one.kind, one.serial, one.message))
