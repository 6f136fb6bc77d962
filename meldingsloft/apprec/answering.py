"""The AppRec for one received message and one recipient of it (HIS 80415:2012 §3.5, HITS 1168 §6, §8).

Addresses are mirrored as they came, right or wrong; the version is the one the message's standard asks for; the id quoted
is the MsgId, or for AppRec 1.0 the document's id.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from meldingsloft.apprec.codes import OK, PARTLY, REJECTED, Version
from meldingsloft.apprec.document import AppRecDocument, write
from meldingsloft.domain.heads import Address, AppRecError, Head, ReceiverRole
from meldingsloft.domain.identifiers import MsgId
from meldingsloft.version import __version__

SOFTWARE = ("meldingsloft", __version__)
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def answer(
    head: Head,
    recipient: Address,
    *,
    errors: Sequence[AppRecError] = (),
    msg_id: MsgId,
    now: dt.datetime,
    software: tuple[str, str] = SOFTWARE,
    partly: bool = False,
    quoted_id: str | None = None,
) -> bytes:
    """The AppRec as exact bytes: positive without errors, else a rejection, or status 3 when ``partly``.

    ``now`` is aware; ``quoted_id`` is one of ``head.quoted_ids``, by default the first.
    """
    document = document_for(
        head, recipient, errors=errors, msg_id=msg_id, now=now, software=software, partly=partly, quoted_id=quoted_id
    )  # fmt: skip
    return write(document)


def document_for(
    head: Head,
    recipient: Address,
    *,
    errors: Sequence[AppRecError],
    msg_id: MsgId,
    now: dt.datetime,
    software: tuple[str, str],
    partly: bool = False,
    quoted_id: str | None = None,
) -> AppRecDocument:
    """The facts of that AppRec."""
    version = version_for(head)
    generated = _instant(now)
    status = OK if not errors else PARTLY if partly else REJECTED
    return AppRecDocument(
        version=version,
        id=msg_id,
        generated=generated,
        sender=recipient,
        sender_role=sender_role(recipient, version),
        receiver=head.sender or Address(),
        receiver_role="RECEIVER" if version == "1.0" else "AVS",
        status=status,
        errors=tuple(errors),
        original_type=head.action,
        original_type_name=head.message_type.action_name(head.action) or head.type_name,
        original_issued=issue_date(head.generated, generated),
        original_id=quoted_id if quoted_id is not None else head.quoted_ids[0],
        software_name=software[0],
        software_version=software[1],
    )


def version_for(head: Head) -> Version:
    """The AppRec version that the message's standard asks for; 1.1 where it asks for none (HITS 1168 §8.3)."""
    return "1.0" if head.message_type.apprec == "1.0" else "1.1"


def sender_role(recipient: Address, version: Version) -> str:
    """The role of the one who answers (AR-035): COP for copies, else PRIM in 1.1, REQ or SPR in 1.0."""
    if recipient.role is ReceiverRole.COPY:
        return "COP"
    if version == "1.1":
        return "PRIM"
    return "REQ" if recipient.requester else "SPR"


def issue_date(generated: str, otherwise: str) -> str:
    """The GenDate of a message as xs:dateTime, text as written where it is one (AR-017).

    A date alone becomes its midnight; what is no time at all becomes ``otherwise``, so that the AppRec stays valid.
    """
    text = f"{generated}T00:00:00" if _DATE.fullmatch(generated) else generated
    if not _DATE_TIME.fullmatch(text):
        return otherwise
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return text


def _instant(now: dt.datetime) -> str:
    text = now.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
