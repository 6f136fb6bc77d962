"""Emptying the inboxes: claim, decide, commit, carry out, batch by batch (HITS 1172 figure 4; EB-190 persist before acknowledging).

For each batch, in this order: originals kept, files for the fagsystem staged, answers kept and staged; one durable commit that
promises it all; then the renames that deliver, the mails taken out of the inbox, and the entries settled. Whatever a crash
interrupts after the commit is carried out again by ``flow.recovery``; what it interrupts before was promised to nobody.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from meldingsloft.domain.errors import AlreadyKnownError, MailboxError, MeldingsloftError, own_fault
from meldingsloft.flow.dispatch import discard, enter, publish, stage
from meldingsloft.flow.handling import Handled, Received
from meldingsloft.flow.msh import Msh
from meldingsloft.flow.overdue import mark_overdue
from meldingsloft.flow.pipeline import handle
from meldingsloft.flow.recovery import finish_mail, recover

_NO_ATTEMPT = contextlib.nullcontext()
_MOST_AT_ONCE = 16 * 1024 * 1024
"""Bytes of mail that are held in memory until they are committed together; a larger mail is committed alone."""


def receive(msh: Msh) -> Iterator[Received]:
    """Handle all that lies in the inboxes of the own parties; a line for each mail once it is durably handled.

    Mails that another process holds are left to it. A mail whose handling fails for our own reasons (a full disk, a locked
    journal, a fault in the program) stays in the inbox and is told with verdict ``failed``; one that cannot be judged yet stays
    there ``postponed``; the others go on.
    """
    recover(msh)
    for address in sorted({party.edi_address for party in msh.own.values()}):
        yield from _empty(msh, address)
    mark_overdue(msh)


@dataclass(slots=True)
class _Round:
    """One look through an inbox."""

    left: set[str] = field(default_factory=set)
    """Mails that our own trouble keeps in the inbox; not tried again in this run."""
    moved: bool = False
    """Something was handled, or has to be looked at again."""

    def leave(self, name: str, trouble: Exception) -> Received:
        """The line for a mail that stays where it lies."""
        self.left.add(name)
        if not isinstance(trouble, MeldingsloftError):
            trouble = own_fault(trouble)
        return Received(
            envelope=name, kind="message", verdict="failed", error_codes=(trouble.code,), reason=trouble.message
        )


def _empty(msh: Msh, address: str) -> Iterator[Received]:
    look = _Round()
    while True:
        look.moved = False
        for names in _batches([n for n in msh.mailboxes.waiting(address) if n not in look.left], msh.settings.batch):
            yield from _batch(msh, address, names, look)
        if not look.moved:
            return


def _batches(names: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


def _batch(msh: Msh, address: str, names: list[str], look: _Round) -> Iterator[Received]:
    claims = [claim for name in names if (claim := msh.mailboxes.claim(address, name)) is not None]
    promised = msh.journal.open_mails(address) if claims else {}  # asked after the claims: who held them before is gone
    handled: list[Handled] = []
    seen: set[tuple[str, str]] = set()
    weight = 0
    for claim in claims:
        before = promised.get(claim.name)
        if before is not None:  # promised by a process that is gone: carry it out
            finish_mail(msh, before, claim)
            continue
        if handled and weight + claim.size > _MOST_AT_ONCE:
            yield from _commit(msh, handled, look)
            handled, seen, weight = [], set(), 0
        weight += claim.size
        try:
            item = handle(msh, address, claim)
        except Exception as trouble:  # noqa: BLE001 - one mail's fate must not be that of all who wait behind it
            claim.release()
            yield look.leave(claim.name, trouble)
            continue
        key = _identity(item)
        if key in seen:  # the second of two equal ones: let the first be committed, then look again
            claim.release()
            look.moved = True
            continue
        seen.add(key)
        handled.append(item)
    yield from _commit(msh, handled, look)


def _identity(item: Handled) -> tuple[str, str]:
    return item.take_in or (item.entry.sender, item.entry.message_id)


def _commit(msh: Msh, handled: list[Handled], look: _Round) -> Iterator[Received]:
    staged: list[Handled] = []
    for item in handled:
        try:
            _stage(msh, item)
            staged.append(item)
        except Exception as trouble:  # noqa: BLE001 - as above
            _drop(msh, item)
            yield look.leave(item.claim.name, trouble)
    if not staged:
        return
    kept: list[tuple[Handled, list[int]]] = []
    try:
        msh.filing.sync()
        with msh.journal.transaction():
            for item in staged:
                try:
                    # without an intake only the first statement can fail, and it undoes itself
                    with msh.journal.attempt() if item.take_in else _NO_ATTEMPT:
                        kept.append((item, _enter(msh, item)))
                except AlreadyKnownError:  # another process was first: the mail is looked at again, as a duplicate
                    _drop(msh, item)
                    look.moved = True
    except MailboxError as trouble:
        for item in staged:
            _drop(msh, item)
            yield look.leave(item.claim.name, trouble)
        return
    except Exception as fault:  # noqa: BLE001 - as above; whose fault it was shows when each is tried alone
        if len(staged) > 1:
            for item in staged:
                yield from _commit(msh, [item], look)
            return
        _drop(msh, staged[0])
        yield look.leave(staged[0].claim.name, fault)
        return
    look.left.update(item.claim.name for item, _ in kept if item.postponed)
    look.moved = look.moved or any(not item.postponed for item, _ in kept)
    _carry_out(msh, kept)
    yield from (item.line for item, _ in kept)


def _stage(msh: Msh, item: Handled) -> None:
    if item.postponed:
        return
    item.claim.keep(item.keep_path)
    if item.failed_reason is not None:
        msh.filing.write_reason(item.keep_path, item.failed_reason)
    for filed in item.filed:
        msh.filing.stage_incoming(filed.her_id, filed.name, filed.files)
    if item.again is not None:
        _, delivery, mail = item.again
        msh.mailboxes.stage(delivery.edi_address, delivery.mail_name, mail)
    for out in item.outgoing:
        stage(msh, out)


def _drop(msh: Msh, item: Handled) -> None:
    discard(msh, item.outgoing)
    if item.again is not None:
        msh.mailboxes.discard(item.again[1].edi_address, item.again[1].mail_name)
    for filed in item.filed:
        msh.filing.discard_incoming(filed.her_id, filed.name)
    item.claim.release()


def _enter(msh: Msh, item: Handled) -> list[int]:
    """Journal one mail and all it promises; the numbers of the entries that are open now, the mail's own first."""
    now = msh.clock.now()
    journal = msh.journal
    own = journal.add(item.entry, now)
    numbers = [own]
    if item.take_in is not None:
        journal.take_in(*item.take_in, own)
    numbers += [enter(msh, out, now) for out in item.outgoing]
    if item.again is not None:
        journal.requeue(item.again[0].id, item.again[1], now)
        numbers.append(item.again[0].id)
    for change in item.changes:
        if change.state is None:
            journal.note(change.entry.id, now, change.event, change.text)
        else:
            journal.move(change.entry.id, change.state, now, event=change.event, text=change.text, reason=change.reason)
    return numbers


def _carry_out(msh: Msh, kept: list[tuple[Handled, list[int]]]) -> None:
    for item, _ in kept:
        for filed in item.filed:
            msh.filing.publish_incoming(filed.her_id, filed.name, tuple(filed.files))
        for out in item.outgoing:
            publish(msh, out.entry)
        if item.again is not None:
            msh.mailboxes.publish(item.again[1].edi_address, item.again[1].mail_name)
    msh.filing.sync()
    msh.mailboxes.sync()
    for item, _ in kept:
        if item.postponed:
            item.claim.release()
        else:
            item.claim.done()
    msh.mailboxes.sync()
    with msh.journal.transaction():
        msh.journal.settle([number for _, numbers in kept for number in numbers], msh.clock.now())
