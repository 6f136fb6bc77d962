"""An envelope and its sealed parts as one MIME entity, and an entity as one mail (ebXML profile §3).

Everything is base64, so no mail server on the way has a reason to touch it, and no line of a part can be taken for the
boundary: base64 has no ``-``.
"""

from __future__ import annotations

import binascii
import datetime as dt
import re
from collections.abc import Sequence

from meldingsloft.domain.envelopes import Sealed
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.identifiers import ContentId
from meldingsloft.ebxml.transfer import to_base64

_BOUNDARY = re.compile(r"[0-9A-Za-z'+_./:=?-]{1,70}")
_ID = re.compile(r"[!#-'*-;=?-\[\]-~]{1,250}")
_ADDRESS = re.compile(r"[!-~]+@[!-~]+")
_HEAD = b'MIME-Version: 1.0\r\nSOAPAction: "ebXML"\r\n'
_SOAP_HEAD = b'Content-Type: text/xml; charset="UTF-8"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <'
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def write_entity(
    soap: bytes, soap_content_id: ContentId, parts: Sequence[Sealed] = (), *, boundary: str = "", preamble: str = ""
) -> bytes:
    """The MIME entity, from MIME-Version to the last byte: multipart/related with parts, plain text/xml without.

    ``preamble`` is a line for people before the first part (HITS 1172 §5.15.2); it needs parts.

    Raises:
        EnvelopeError: ``ML-E001`` an id or boundary that cannot stand in a header.
    """
    soap_id = _checked(_ID, soap_content_id, "Content-ID")
    if not parts:
        return b"".join((_HEAD, _SOAP_HEAD, soap_id, b">\r\n\r\n", to_base64(soap), b"\r\n"))
    mark = _checked(_BOUNDARY, boundary, "boundary")
    opening = b"".join((b"\r\n--", mark, b"\r\n"))
    pieces = [
        _HEAD,
        b'Content-Type: multipart/related; type="text/xml";\r\n boundary="',
        mark,
        b'";\r\n start="<',
        soap_id,
        b'>"\r\n',
    ]
    if preamble:
        pieces += [b"\r\n", " ".join(preamble.split()).replace("--", "- -").encode()]
    pieces += [opening, _SOAP_HEAD, soap_id, b">\r\n\r\n", to_base64(soap)]
    for part in parts:
        pieces += [
            opening,
            b"Content-Type: ",
            part.content_type.encode("ascii"),
            b"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <",
        ]
        pieces += [_checked(_ID, part.content_id, "Content-ID"), b">\r\n\r\n", to_base64(part.content)]
    pieces += [b"\r\n--", mark, b"--\r\n"]
    return b"".join(pieces)


def write_mail(
    entity: bytes,
    *,
    from_address: str,
    to_address: str,
    message_id: str,
    date: dt.datetime,
    subject: str = "",
    in_reply_to: str = "",
) -> bytes:
    """The entity with mail headers before it; the entity's bytes stay as they are (EB-184).

    ``message_id`` and ``in_reply_to`` are SMTP ids, with or without ``<>``; ``message_id`` is new for each sending, and an
    ``in_reply_to`` of somebody else that cannot stand in a header is left out.

    Raises:
        EnvelopeError: ``ML-E001`` a value that cannot stand in a header.
    """
    lines = [
        b"From: " + _checked(_ADDRESS, from_address, "From"),
        b"To: " + _checked(_ADDRESS, to_address, "To"),
        b"Message-ID: <" + _checked(_ID, _bare(message_id), "Message-ID") + b">",
        b"Date: " + format_date(date).encode("ascii"),
    ]
    if subject:
        lines.append(b"Subject: " + _subject(subject))
    answered = _bare(in_reply_to)
    if _ID.fullmatch(answered):
        lines.append(b"In-Reply-To: <" + answered.encode("ascii") + b">")
    lines.append(entity)
    return b"\r\n".join(lines)


def format_date(when: dt.datetime) -> str:
    """``Mon, 02 Mar 2026 09:31:07 +0000`` (RFC 5322 §3.3), in UTC and in English whatever the locale."""
    utc = when.astimezone(dt.UTC)
    written = utc.isoformat()
    return f"{_DAYS[utc.weekday()]}, {written[8:10]} {_MONTHS[utc.month - 1]} {written[:4]} {written[11:19]} +0000"


def _bare(mail_id: str) -> str:
    return mail_id.removeprefix("<").removesuffix(">")


def _checked(pattern: re.Pattern[str], value: str, name: str) -> bytes:
    if not pattern.fullmatch(value):
        raise EnvelopeError(
            "ML-E001",
            f"the value for {name} cannot stand in a mail header",
            answer="",
            hint="no white space, <>, or line ends",
        )
    return value.encode("ascii")


def _subject(text: str) -> bytes:
    """ASCII as it is, else encoded words of at most 75 signs (RFC 2047 §2)."""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable() and len(line) < 900:
        return line.encode("ascii")
    words = [line[start : start + 10].encode() for start in range(0, min(len(line), 400), 10)]
    return b"\r\n ".join(b"=?UTF-8?B?" + binascii.b2a_base64(word, newline=False) + b"?=" for word in words)
