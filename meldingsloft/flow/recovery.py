"""After a crash: what the journal promised and nobody knows to be done is carried out, each step harmless to repeat.

A staged mail or file that is still there has not been delivered; one that is gone has been. An open incoming entry whose
mail still lies in the inbox has it taken out. Two processes may do this at once.
"""

from __future__ import annotations

from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.journal import Entry
from meldingsloft.domain.states import Direction
from meldingsloft.flow.dispatch import publish
from meldingsloft.flow.msh import Msh
from meldingsloft.ports import Claim


def recover(msh: Msh) -> int:
    """Carry out all open promises; gives how many entries were settled."""
    entries = [entry for entry in msh.journal.open_entries() if _carry_out(msh, entry)]
    if not entries:
        return 0
    msh.filing.sync()
    msh.mailboxes.sync()
    with msh.journal.transaction():
        msh.journal.settle([entry.id for entry in entries], msh.clock.now())
    return len(entries)


def finish_mail(msh: Msh, entry: Entry, claim: Claim) -> None:
    """Carry out the promises of an incoming entry whose mail we hold, and take the mail out of the inbox."""
    _file(msh, entry)
    claim.done()
    msh.filing.sync()
    msh.mailboxes.sync()
    with msh.journal.transaction():
        msh.journal.settle([entry.id], msh.clock.now())


def _carry_out(msh: Msh, entry: Entry) -> bool:
    if entry.direction is Direction.OUT:
        publish(msh, entry)
        return True
    _file(msh, entry)
    if entry.delivery is None or entry.delivery.mail_name not in msh.mailboxes.waiting(entry.delivery.edi_address):
        return True
    claim = msh.mailboxes.claim(entry.delivery.edi_address, entry.delivery.mail_name)
    if claim is None:  # its own process is still at it
        return False
    claim.done()
    return True


def _file(msh: Msh, entry: Entry) -> None:
    for her_id, name, files in entry.incoming:
        msh.filing.publish_incoming(HerId(her_id), name, files)
