"""What is refused, and how its sender is told (HITS 1172 §4.2.2, §5.5–5.10).

Readable parties get a signed ErrorList; what breaks before that gets a SOAP Fault to the mail's sender; what cannot be
answered at all is kept with its reason and answered by nothing. Refused mails are always kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.domain.envelopes import EbxmlError, EnvelopeKind, SoapFault, Verified
from meldingsloft.domain.errors import EnvelopeError, MeldingsloftError, PostponedError, UnreadableError
from meldingsloft.domain.journal import Delivery, NewEntry
from meldingsloft.domain.states import Direction, State
from meldingsloft.ebxml.mime import MailHead, read_mail_head
from meldingsloft.flow.answers import error_list, fault
from meldingsloft.flow.handling import Answer, Handled, Received
from meldingsloft.flow.trusting import digests_of

if TYPE_CHECKING:
    from meldingsloft.flow.dispatch import Outgoing
    from meldingsloft.flow.msh import Msh
    from meldingsloft.flow.pipeline import Mail

_HEAD_BYTES = 64 * 1024


def too_large(msh: Msh, mail: Mail) -> Handled:
    """A mail above the limit: kept unread, its sender told by a Fault when the head tells who that is (EB-201)."""
    error = UnreadableError(
        "ML-U032",
        f"the mail is larger than the {msh.settings.max_mail_bytes} bytes taken here",
        hint="send it in parts, or agree on a larger limit",
    )
    return _faulted(msh, mail, error, read_mail_head(mail.claim.read_head(_HEAD_BYTES)))


def unreadable(msh: Msh, mail: Mail, error: UnreadableError) -> Handled:
    """A mail that is no mail at all is kept; a broken ebXML mail gets a Fault (EB-010, EB-021 … EB-043)."""
    return _faulted(msh, mail, error, read_mail_head(mail.raw[:_HEAD_BYTES]))


def refuse(msh: Msh, mail: Mail, error: MeldingsloftError, *, verified: Verified | None = None) -> Handled:
    """An envelope that is readable and not accepted: ErrorList when the sender is known, else a Fault."""
    code = error.answer if isinstance(error, EnvelopeError) else error.ebxml_error or "OtherXml"
    addresses = mail.addresses
    if code == "fault" or mail.partner is None or mail.own is None or addresses is None or addresses.message_id is None:
        return _faulted(msh, mail, error, read_mail_head(mail.raw[:_HEAD_BYTES]))
    if addresses.kind is not EnvelopeKind.MESSAGE:  # signals are never answered by signals (EB-007)
        return _kept(msh, mail, error, (), "none", (code,), verified)
    location = error.location if isinstance(error, EnvelopeError) else ""
    told = EbxmlError(code, "Error", f"{error.code}: {error.message}", location)
    return _kept(
        msh, mail, error, (error_list(msh, addresses, (told,), mail.own, mail.partner),), "error", (code,), verified
    )


def postpone(msh: Msh, mail: Mail, error: PostponedError) -> Handled:
    """An envelope that cannot be judged now: journalled, answered by nothing, and left in the inbox for the next ``receive``."""
    name, addresses = mail.claim.name, mail.addresses
    message_id = (addresses.message_id if addresses else None) or msh.ids.uuid()
    entry = NewEntry(
        direction=Direction.IN,
        kind=addresses.kind if addresses else EnvelopeKind.MESSAGE,
        message_id=message_id,
        state=State.POSTPONED,
        sender=mail.partner.her_id if mail.partner else "",
        receiver=mail.own.her_id if mail.own else "",
        conversation_id=(addresses.conversation_id if addresses else None) or "",
        reason=f"{error.code}: {error.message}",
        delivery=Delivery(mail.address, name),
    )
    line = Received(
        envelope=name,
        kind=str(entry.kind),
        verdict="postponed",
        message_id=message_id,
        error_codes=(error.code,),
        reason=entry.reason,
    )
    return Handled(mail.claim, entry, line)


def _faulted(msh: Msh, mail: Mail, error: MeldingsloftError, head: MailHead | None) -> Handled:
    address = head.reply_address if head is not None and head.ebxml else ""
    known = msh.register.by_address(address) if address else None
    signal = mail.addresses is not None and mail.addresses.kind is not EnvelopeKind.MESSAGE
    if known is None or mail.own is None or head is None or signal:
        return _kept(msh, mail, error, (), "none", (), None, failed=True)
    what = SoapFault("Client", f"{error.code}: {error.message}", error.hint)
    return _kept(msh, mail, error, (fault(msh, what, mail.own, known.edi_address, head.message_id),), "fault", (), None)


def _kept(
    msh: Msh,
    mail: Mail,
    error: MeldingsloftError,
    outs: tuple[Outgoing, ...],
    answer: Answer,
    codes: tuple[str, ...],
    verified: Verified | None,
    *,
    failed: bool = False,
) -> Handled:
    name = mail.claim.name
    addresses = mail.addresses
    message_id = (addresses.message_id if addresses else None) or msh.ids.uuid()
    reason = f"{error.code}: {error.message}"
    entry = NewEntry(
        direction=Direction.IN,
        kind=addresses.kind if addresses else EnvelopeKind.MESSAGE,
        message_id=message_id,
        state=State.FAILED if failed else State.REFUSED,
        sender=mail.partner.her_id if mail.partner else "",
        receiver=mail.own.her_id if mail.own else "",
        conversation_id=(addresses.conversation_id if addresses else None) or "",
        reason=reason,
        error_codes=codes or (error.code,),
        digests=digests_of(verified) if verified else (),
        envelope_path=(path := msh.filing.failed_path(name)),
        delivery=Delivery(mail.address, name),
        authenticated=verified is not None,
    )
    line = Received(
        envelope=name, kind=str(entry.kind), verdict="failed" if failed else "refused", answer=answer, message_id=(addresses.message_id if addresses else None) or "",
        error_codes=codes or (error.code,), findings=tuple(mail.findings), reason=reason,
    )  # fmt: skip
    why = {
        "code": error.code,
        "reason": error.message,
        "mend": error.hint,
        "answer": answer,
        "at": msh.clock.now().isoformat(),
        "mail": name,
    }
    return Handled(mail.claim, entry, line, outgoing=outs, keep_path=path, failed_reason=why)
