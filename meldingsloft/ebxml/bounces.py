"""Bounces of mail servers: which of our mails never arrived (RFC 3464; HITS 1172 §4.2.3.2, EB-203)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meldingsloft.ebxml.mail_head import first_id, ids_of, read_mail_head
from meldingsloft.ebxml.mime import Mail, MailKind, MimePart

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_FIELD = re.compile(rb"^(original-envelope-id|status|action)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"})
_HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report. Ids are without ``<>``; texts of mail servers are left out, they may quote anything."""

    references: tuple[str, ...]
    """Everything that may name our mail, the surest first: Original-Envelope-Id, the returned mail's Message-ID, In-Reply-To."""
    status: str = ""
    """Enhanced status code such as ``5.1.1``; empty when none is given."""
    action: str = ""
    """``failed``, ``delayed`` …; empty when none is given."""

    @property
    def permanent(self) -> bool:
        """Nothing more will be tried by the mail server."""
        return self.action not in {"delayed", "delivered", "relayed", "expanded"} and not self.status.startswith(
            ("2.", "4.")
        )


def read_bounce(mail: Mail) -> Bounce | None:
    """The facts of a multipart/report mail; None for any other mail."""
    if mail.kind is not MailKind.REPORT:
        return None
    parts = (mail.soap, *mail.parts)
    fields = _delivery_status(parts)
    status = _STATUS.search(fields.get("status", ""))
    references = (
        first_id(fields.get("original-envelope-id", "")),
        *_returned_ids(parts),
        *ids_of(mail.headers.get("in-reply-to")),
        *ids_of(mail.headers.get("references")),
    )
    known = tuple(dict.fromkeys(reference for reference in references if reference))
    return Bounce(known, status.group(0) if status else "", fields.get("action", "").lower()[:20])


def _delivery_status(parts: tuple[MimePart, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        if part.content_type == "message/delivery-status":
            for name, value in _FIELD.findall(part.content[:_HEAD_BYTES]):
                found.setdefault(name.decode().lower(), value.decode("latin-1").strip())
    return found


def _returned_ids(parts: tuple[MimePart, ...]) -> tuple[str, ...]:
    for part in parts:
        if part.content_type in _RETURNED:
            head = read_mail_head(part.content[:_HEAD_BYTES])
            if head is not None and head.message_id:
                return (head.message_id,)
    return ()
