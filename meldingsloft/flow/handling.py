"""What came of one received mail: everything that will be journalled and carried out, and the line that tells it.

Nothing here is done yet: the pipeline fills a ``Handled`` in, the batch commits it (``flow.receiving``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from meldingsloft.domain.findings import Finding
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.journal import Delivery, Entry, NewEntry
from meldingsloft.domain.states import State
from meldingsloft.flow.dispatch import Outgoing
from meldingsloft.ports import Claim

Verdict = Literal["accepted", "rejected", "refused", "duplicate", "unmatched", "failed", "postponed"]
Answer = Literal["acknowledgment", "error", "fault", "none"]


class Received(NamedTuple):
    """The line that tells what came of one mail."""

    envelope: str
    """Name of the mail."""
    kind: str
    verdict: Verdict
    answer: Answer = "none"
    message_id: str = ""
    msg_id: str = ""
    message_type: str = ""
    error_codes: tuple[str, ...] = ()
    apprec: Literal["ok", "rejected", "partly", "none"] = "none"
    apprec_errors: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    file: str | None = None
    reason: str = ""


class Change(NamedTuple):
    """A state that this mail changes on another entry (a signal or AppRec for something we sent)."""

    entry: Entry
    state: State | None
    event: str
    text: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """Files of one message for one own party's fagsystem; the message itself first."""

    her_id: HerId
    name: str
    files: Mapping[str, bytes] = field(repr=False)


class Handled(NamedTuple):
    """One mail, decided."""

    claim: Claim
    entry: NewEntry
    line: Received
    outgoing: tuple[Outgoing, ...] = ()
    filed: tuple[Filed, ...] = ()
    changes: tuple[Change, ...] = ()
    take_in: tuple[str, str] | None = None
    """(sender, MsgId) that is ours from now on."""
    again: tuple[Entry, Delivery, bytes] | None = None
    """A signal of ours to be sent once more, in this mail."""
    keep_path: str = ""
    failed_reason: Mapping[str, str] | None = None
    """Set when the mail is kept in ``failed/`` with this reason beside it."""

    @property
    def postponed(self) -> bool:
        """The mail stays in the inbox and is taken up again by the next ``receive``."""
        return self.entry.state is State.POSTPONED
