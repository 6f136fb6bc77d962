"""The head of a mail for those who must answer or correlate it, also when the rest is broken or too large to be read.

Source: HITS 1172 §4.2.2.3 and §4.2.3 (a Fault goes to MAIL From unless Reply-To is set; In-Reply-To ties it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from meldingsloft.ebxml.headers import Headers

_MANY = 400
_FOLDED = re.compile(rb"\r?\n[ \t]+")
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:([^\r\n]*)")
_ID = re.compile(r"<([^<>\s]+)>|([^<>\s,;]+)")
_ADDRESS = re.compile(r"<([^<>]*)>")
_BARE_ADDRESS = re.compile(r"(?<![^\s,;<>()\"])[^\s,;<>()\"@]+@[^\s,;<>()\"]+")
"""Looked for where a word begins only: a header of 64 KB without any ``@`` takes no longer than it is long."""
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_HINT_HEADERS = ("multipart/related", "text/xml", "multipart/report")


@dataclass(frozen=True, slots=True)
class MailHead:
    """What a mail's headers say of who sent it and what it answers; ids without ``<>``, empty where absent."""

    ebxml: bool
    """Speaks of ebXML (SOAPAction) or is of a type that ebXML mails have."""
    reply_address: str
    """Reply-To, else Return-Path, Sender or From; empty for mails that must not be answered (``Return-Path: <>``)."""
    from_address: str
    to_address: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...] = ()


def read_mail_head(head: bytes) -> MailHead | None:
    """The head of a mail from its first bytes, lines that are no headers passed over; None when there is no header at all."""
    start = head.lstrip(b"\r\n")
    end = _EMPTY_LINE.search(start)
    block = _FOLDED.sub(b" ", start[: end.start()] if end else start)
    fields = []
    for line in block.split(b"\n", _MANY)[:_MANY]:
        match = _LINE.match(line)
        if match:
            fields.append((match.group(1).decode("ascii"), match.group(2).decode("utf-8", "replace").strip()))
    return head_of(Headers(tuple(fields))) if fields else None


def head_of(headers: Headers) -> MailHead:
    """The same from headers that have been read."""
    kind = headers.get("content-type").lower()
    return MailHead(
        ebxml="soapaction" in headers or any(hint in kind for hint in _HINT_HEADERS),
        reply_address=_reply_address(headers),
        from_address=address_of(headers.get("from")),
        to_address=address_of(headers.get("to")),
        message_id=first_id(headers.get("message-id")),
        in_reply_to=first_id(headers.get("in-reply-to")),
        references=ids_of(headers.get("references")),
    )


def address_of(value: str) -> str:
    """The address of a From or similar header: what stands in ``<…>``, else what has an ``@``; ``mailto:`` is taken away."""
    found = next((inside for inside in _ADDRESS.findall(value) if len(inside.split()) < 2), None)
    text = (found or "").strip()
    if found is None:
        bare = _BARE_ADDRESS.search(value)
        text = bare.group(0) if bare else ""
    return text.removeprefix("mailto:").removeprefix("//")


def ids_of(value: str) -> tuple[str, ...]:
    """All message ids of a header, without ``<>``."""
    return tuple(match.group(1) or match.group(2) for match in _ID.finditer(value))


def first_id(value: str) -> str:
    """The first message id of a header, without ``<>``; empty when there is none."""
    return next(iter(ids_of(value)), "")


def _reply_address(headers: Headers) -> str:
    if "reply-to" in headers and (address := address_of(headers.get("reply-to"))):
        return address
    if "".join(headers.get("return-path").split()) == "<>":
        return ""
    return next(
        (address for name in ("return-path", "sender", "from") if (address := address_of(headers.get(name)))), ""
    )
