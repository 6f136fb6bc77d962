"""Envelopes on their way out: kept and staged first, journalled next, published last.

Staged mail lies in ``tmp`` of the receiver's Maildir. The journal's commit is the promise to deliver it, the rename to
``new`` is the delivery. A crash before the commit leaves nothing promised, one after it leaves something to carry out again
(``flow.recovery``); neither delivers twice (EB-180, EB-190).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from meldingsloft.domain.envelopes import Enveloped, EnvelopeKind
from meldingsloft.domain.journal import Delivery, Entry, NewEntry
from meldingsloft.domain.parties import PartyRecord
from meldingsloft.domain.states import Direction, State
from meldingsloft.ebxml.mime import write_mail
from meldingsloft.flow.msh import RETRY_INTERVAL, Msh

_UNSAFE = re.compile(r"[^A-Za-z0-9-]")


class About(NamedTuple):
    """What an outgoing envelope is about, beside what its header tells."""

    msg_id: str = ""
    message_type: str = ""
    original_id: str = ""
    """The id that an AppRec will quote; empty when none is awaited."""
    ref_message_id: str = ""
    generated: dt.datetime | None = None


@dataclass(slots=True)
class Outgoing:
    """One envelope ready to go: its journal entry and the mail that carries it."""

    entry: NewEntry
    mail: bytes = field(repr=False)
    path: str = ""
    """Where the mail is kept, once it is staged."""

    @property
    def delivery(self) -> Delivery:
        """Where it goes."""
        assert self.entry.delivery is not None
        return self.entry.delivery


def outgoing(msh: Msh, enveloped: Enveloped, sender: PartyRecord, receiver: PartyRecord, about: About) -> Outgoing:
    """An envelope as a mail, with its journal entry."""
    header = enveloped.header
    now = msh.clock.now()
    mail = write_mail(
        enveloped.entity,
        from_address=sender.edi_address,
        to_address=receiver.edi_address,
        message_id=mail_message_id(header.message_id, 1, sender.edi_address),
        date=now,
        subject=header.action,
    )
    entry = NewEntry(
        direction=Direction.OUT,
        kind=header.kind,
        message_id=header.message_id,
        state=State.QUEUED,
        sender=sender.her_id,
        receiver=receiver.her_id,
        conversation_id=header.conversation_id,
        cpa_id=header.cpa_id,
        service=header.service,
        action=header.action,
        msg_id=about.msg_id,
        message_type=about.message_type,
        original_id=about.original_id,
        ref_message_id=about.ref_message_id,
        generated=about.generated,
        attempts=1,
        next_attempt=now + RETRY_INTERVAL if header.kind is EnvelopeKind.MESSAGE else None,
        digests=enveloped.digests,
        delivery=delivery_of(receiver.edi_address, header.message_id, 1, now),
    )
    return Outgoing(entry, mail)


def delivery_of(edi_address: str, message_id: str, attempt: int, when: dt.datetime) -> Delivery:
    """A mail name that is the same for the same attempt at the same envelope, and sorts by time."""
    return Delivery(
        edi_address,
        f"{int(when.timestamp())}.M{when.microsecond:06}_{_UNSAFE.sub('_', message_id)}_{attempt}.meldingsloft",
    )


def mail_message_id(message_id: str, attempt: int, edi_address: str) -> str:
    """Message-ID of a mail: new for each sending of the same envelope (HITS 1172 §4.2.3.2)."""
    return f"<{message_id}.{attempt}@{edi_address.rpartition('@')[2] or 'localhost'}>"


def entity_of(mail: bytes) -> bytes:
    """The MIME entity of a mail that ``write_mail`` made: everything from its own first header, byte for byte (EB-184)."""
    return mail[mail.index(b"\r\nMIME-Version:") + 2 :]


_OURS = re.compile(r"<?(?P<message_id>[^<>@]+)\.\d+@[^<>@]*>?")


def message_id_of_mail(mail_message_id: str) -> str | None:
    """The eb:MessageId inside a Message-ID that ``mail_message_id`` made, None for others'."""
    found = _OURS.fullmatch(mail_message_id.strip())
    return found["message_id"] if found else None


def stage(msh: Msh, out: Outgoing) -> None:
    """Put the mail durably beside the receiver's inbox and keep it: messages in the archive, signals in the journal."""
    msh.mailboxes.stage(out.delivery.edi_address, out.delivery.mail_name, out.mail)
    if out.entry.kind is EnvelopeKind.MESSAGE:
        out.path = msh.filing.archive_sent(out.entry.message_id, out.mail)


def enter(msh: Msh, out: Outgoing, now: dt.datetime) -> int:
    """Journal what is staged; gives the number of the entry.

    Raises:
        AlreadyKnownError: the MessageId has been used before.
    """
    kept_here = out.entry.kind is not EnvelopeKind.MESSAGE
    return msh.journal.add(out.entry, now, envelope_path=out.path, mail=out.mail if kept_here else None)


def discard(msh: Msh, outs: Iterable[Outgoing]) -> None:
    """Take back what was staged and will not be journalled."""
    for out in outs:
        msh.mailboxes.discard(out.delivery.edi_address, out.delivery.mail_name)


def publish(msh: Msh, entry: NewEntry | Entry) -> None:
    """Carry out what a committed outgoing entry promised; repeating it does nothing."""
    if entry.delivery is not None:
        msh.mailboxes.publish(entry.delivery.edi_address, entry.delivery.mail_name)
