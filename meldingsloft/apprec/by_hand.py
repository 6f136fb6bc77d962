"""An AppRec that somebody asks for by hand: the ``apprec`` command and its library function.

Errors are written ``CODE`` or ``CODE:text``; the text becomes OT.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from meldingsloft.apprec.answering import SOFTWARE, answer
from meldingsloft.apprec.codes import ERRORS, general_error
from meldingsloft.domain.catalogue import Catalogue
from meldingsloft.domain.errors import InvalidMessageError, PartnerError, UnreadableError, WrongUsageError
from meldingsloft.domain.heads import Address, AppRecError, Head
from meldingsloft.domain.identifiers import HerId, MsgId
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.hodemelding.recovering import recover_head
from meldingsloft.xmlsafe import parse


@dataclass(frozen=True, slots=True)
class HandMade:
    """The AppRec, and what its maker should know about it."""

    apprec: bytes
    head: Head
    """Of the message answered."""
    remarks: tuple[str, ...] = ()


def answer_message(
    message: bytes,
    catalogue: Catalogue,
    *,
    errors: Sequence[AppRecError] = (),
    recipient: HerId | None = None,
    report: int = 1,
    partly: bool = False,
    msg_id: MsgId,
    now: dt.datetime,
    software: tuple[str, str] = SOFTWARE,
) -> HandMade:
    """The AppRec that answers a received message: positive without errors, else a rejection.

    ``recipient`` chooses who speaks, by default the primary recipient; ``report`` which ServReport of a svarrapport 1.3 is
    answered, counted from 1; ``partly`` gives status 3, each error naming a faulty part. A message that is not well-formed can be answered with T01 when its sender can be made out.

    Raises:
        UnreadableError: the message is not XML, and T01 is not among the errors or the sender cannot be made out.
        InvalidMessageError: ``ML-V010``/``ML-V011`` no message type; ``ML-V013`` no sender or recipient can be read.
        WrongUsageError: ``ML-C061`` an AppRec is not answered; ``ML-C062`` there is no such ServReport; ``ML-C064`` partly without
            errors.
        PartnerError: ``ML-C063`` the recipient asked for is not one of the message's.
    """
    if partly and not errors:
        raise WrongUsageError("ML-C064", "status 3 needs an error for each faulty part", hint="add --error CODE:PART")
    head = _head(message, catalogue, errors)
    if head.apprec is not None:
        raise WrongUsageError(
            "ML-C061", "an AppRec is not answered with an AppRec", hint="name the message that was received"
        )
    if head.sender is None or not head.receivers:
        raise InvalidMessageError(
            "ML-V013", "the message names no sender or no recipient", hint="without them nobody can be answered"
        )
    if not 1 <= report <= len(head.quoted_ids):
        raise WrongUsageError(
            "ML-C062", f"the message has {len(head.quoted_ids)} reports, not {report}", hint="count from 1"
        )
    made = answer(
        head,
        choose(head.receivers, recipient),
        errors=errors,
        msg_id=msg_id,
        now=now,
        software=software,
        partly=partly,
        quoted_id=head.quoted_ids[report - 1],
    )
    return HandMade(made, head, remarks(head, errors))


def _head(message: bytes, catalogue: Catalogue, errors: Sequence[AppRecError]) -> Head:
    try:
        return read_head(parse(message), catalogue)
    except UnreadableError:
        head = recover_head(message, catalogue) if any(error.code == "T01" for error in errors) else None
        if head is None:
            raise
        return head


def choose(receivers: Sequence[Address], recipient: HerId | None) -> Address:
    """The recipient with this HER-id, at level 2 before level 1; the first when none is asked for."""
    if recipient is None:
        return receivers[0]
    for address in receivers:
        if address.her_id == recipient:
            return address
    for address in receivers:
        if address.organisation.her_id == recipient:
            return address
    known = ", ".join(a.her_id or a.organisation.her_id or "?" for a in receivers)
    raise PartnerError(
        "ML-C063", f"the message has no recipient with HER-id {recipient}", hint=f"its recipients are {known}"
    )


def parse_error(text: str) -> AppRecError:
    """An error of kodeverk 8221 written ``CODE`` or ``CODE:text``.

    Raises:
        WrongUsageError: ``ML-C060``, the list has no such code; names the nearest.
    """
    code, _, said = text.partition(":")
    code = code.strip()
    if code.upper() in ERRORS:
        return general_error(code.upper(), said.strip())
    near = difflib.get_close_matches(code.upper(), ERRORS, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"the codes are {', '.join(ERRORS)}"
    raise WrongUsageError("ML-C060", f"kodeverk 8221 has no error code {code!r}", hint=hint)


def remarks(head: Head, errors: Sequence[AppRecError]) -> tuple[str, ...]:
    """What the standard says about these errors and this message, one line each (AR-012, AR-014, AR-020)."""
    found = []
    for error in errors:
        known = ERRORS.get(error.code)
        if known is None:
            continue
        if known.use == "withdrawn":
            found.append(f"{error.code} is withdrawn and should not be sent (AR-014)")
        elif known.use == "process":
            found.append(f"{error.code} is for messages whose process documents it (AR-014)")
        if known.unspecific and not error.text:
            found.append(f"{error.code} should come with a text: {error.code}:TEXT (AR-012)")
    if not head.message_type.apprec:
        found.append(f"{head.message_type.short_name} is normally not answered by AppRec (HITS 1168 §8.3)")
    if len(head.quoted_ids) > 1:
        found.append(
            f"each of the {len(head.quoted_ids)} reports is answered by an AppRec of its own (AR-020): --report N"
        )
    return tuple(found)
