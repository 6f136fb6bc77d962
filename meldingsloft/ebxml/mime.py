"""A mail taken apart: bytes in, facts out, offsets over the bytes; nothing is rewritten.

Vocabulary: a *mail* is one internet mail (or HTTP body with its headers); its *kind* is told by the top Content-Type; the
*SOAP part* is the one ``start`` names, else the first; the other *parts* carry payloads. Nothing is decoded twice and nothing
nests: a multipart inside a multipart is refused. Sources: ebXML profile §3 (HIS 1037 §4, HITS 1172 §5.2–5.5), RFC 2045–2046,
RFC 2387. Codes ``ML-U020``–``ML-U033``; errors tell part and byte, never content.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from meldingsloft.domain.errors import UnreadableError
from meldingsloft.domain.identifiers import ContentId
from meldingsloft.ebxml import transfer
from meldingsloft.ebxml.headers import Headers, find_end, read_headers, read_parameters, strip_comments
from meldingsloft.ebxml.mail_head import MailHead, read_mail_head
from meldingsloft.ebxml.packaging import write_entity, write_mail

__all__ = [
    "Mail",
    "MailHead",
    "MailKind",
    "MailLimits",
    "MimePart",
    "is_ebxml_mail",
    "read_entity",
    "read_mail",
    "read_mail_head",
    "write_entity",
    "write_mail",
]


@dataclass(frozen=True, slots=True)
class MailLimits:
    """Bounds for one mail."""

    max_bytes: int = 64 * 1024 * 1024
    max_header_bytes: int = 64 * 1024
    """Of one header block."""
    max_headers: int = 400
    """In one header block."""
    max_parts: int = 100


DEFAULT_LIMITS = MailLimits()


class MailKind(enum.StrEnum):
    """By the media type of the whole (HITS 1172 §5)."""

    RELATED = "multipart-related"
    """SOAP part and payloads; or a signal in a superfluous wrapping."""
    XML = "text-xml"
    """A signal or a SOAP Fault."""
    REPORT = "multipart-report"
    """A bounce of a mail server."""


_KINDS = {"multipart/related": MailKind.RELATED, "text/xml": MailKind.XML, "multipart/report": MailKind.REPORT}
_SINGLE = ("content-type", "content-transfer-encoding", "content-id")
_HINTS = re.compile(
    rb"^(?:soapaction[ \t]*:|content-type[ \t]*:[ \t\r\n]*(?:multipart/(?:related|report)|text/xml))",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_START = re.compile(
    rb"(?:>?From [^\n]*\n|[A-Z]+ \S+ HTTP/[^\n]*\n|HTTP/[^\n]*\n)?[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:"
)
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_AFTER_DELIMITER = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_NO_PARAMETERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class MimePart:
    """One part, decoded."""

    headers: Headers
    content_id: ContentId
    """Without ``<>``; empty when the part has none."""
    content_type: str
    """Media type in small letters; ``text/plain`` when none is given (RFC 2045 §5.2)."""
    parameters: Mapping[str, str]
    """Of Content-Type, by small name."""
    transfer_encoding: str
    """Small letters; empty when none is given."""
    content: bytes = field(repr=False)
    """Decoded bytes."""
    offset: int = 0
    """Where the undecoded content starts in the mail, in bytes."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in its parts. ``soap`` is the SOAP part (of a bounce: the first part); ``parts`` are the others, in order."""

    headers: Headers
    kind: MailKind
    parameters: Mapping[str, str]
    """Of the top Content-Type, by small name."""
    soap: MimePart
    parts: tuple[MimePart, ...] = ()


def is_ebxml_mail(head: bytes) -> bool:
    """True when the first bytes are headers that speak of ebXML (SOAPAction, multipart/related, text/xml) or of a bounce.

    A broken ebXML mail gets an answer; a file for which this is False is something else altogether.
    """
    start = head.lstrip(b"\r\n")
    if not _HEADER_START.match(start):
        return False
    end = _EMPTY_LINE.search(start)
    return _HINTS.search(start[: end.start()] if end else start) is not None


def read_mail(raw: bytes, limits: MailLimits = DEFAULT_LIMITS) -> Mail:
    """The mail in its parts, with or without mail headers.

    Does not check what the profile asks of the headers (``ebxml.acceptance``), nor what the parts hold.

    Raises:
        UnreadableError: see the codes in ``data/codes/ebxml.toml``.
    """
    if len(raw) > limits.max_bytes:
        raise UnreadableError(
            "ML-U032", f"the mail is larger than {limits.max_bytes} bytes", hint="raise the size limit if it is meant"
        )
    if not is_ebxml_mail(raw[: limits.max_header_bytes]):
        raise UnreadableError(
            "ML-U020",
            "this is no mail with an ebXML message",
            hint="expected headers with Content-Type multipart/related or text/xml",
        )
    start = len(raw) - len(raw.lstrip(b"\r\n"))
    end, body = find_end(raw, start, len(raw), limits.max_header_bytes, "mail")
    headers = read_headers(raw, start, end, limits.max_headers, "mail")
    _refuse_repeated(headers, "mail")
    media, parameters = read_parameters(headers.get("content-type"), "mail")
    kind = _KINDS.get(media)
    if kind is None:
        raise UnreadableError(
            "ML-U020", "the mail is neither multipart/related nor text/xml", where="mail", hint="EB-023"
        )
    if kind is MailKind.XML:
        return Mail(headers, kind, parameters, _part(raw, headers, body, len(raw), "mail"))
    parts = _parts(raw, body, _boundary(parameters), limits)
    if kind is MailKind.REPORT:
        return Mail(headers, kind, parameters, parts[0], parts[1:])
    return _related(headers, parameters, parts)


def read_entity(raw: bytes, limits: MailLimits = DEFAULT_LIMITS) -> MimePart:
    """A single MIME entity, headers and body, such as stands inside a CMS object (HITS 1172 §5.15.1).

    Raises:
        UnreadableError: its headers cannot be read, or it does not decode.
    """
    end, body = find_end(raw, 0, len(raw), limits.max_header_bytes, "inner part")
    headers = read_headers(raw, 0, end, limits.max_headers, "inner part")
    _refuse_repeated(headers, "inner part")
    return _part(raw, headers, body, len(raw), "inner part")


def _related(headers: Headers, parameters: Mapping[str, str], parts: tuple[MimePart, ...]) -> Mail:
    start = strip_id(parameters.get("start", ""))
    chosen = 0
    if start:
        found = [index for index, part in enumerate(parts) if part.content_id == start]
        if not found:
            raise UnreadableError("ML-U031", "the start parameter names no part", where="mail", hint="EB-024")
        chosen = found[0]
    _refuse_same_ids(parts)
    return Mail(headers, MailKind.RELATED, parameters, parts[chosen], parts[:chosen] + parts[chosen + 1 :])


def _refuse_same_ids(parts: tuple[MimePart, ...]) -> None:
    seen: set[str] = set()
    for number, part in enumerate(parts, 1):
        if part.content_id and part.content_id in seen:
            raise UnreadableError(
                "ML-U028", "two parts have the same Content-ID", where=f"part {number}", detail=f"byte {part.offset}"
            )
        seen.add(part.content_id)


def _refuse_repeated(headers: Headers, where: str) -> None:
    if not headers.repeats:
        return
    names = [name.lower() for name, _ in headers if name[:1] in "cC"]
    for single in _SINGLE:
        if names.count(single) > 1:
            raise UnreadableError("ML-U023", f"the header {single} stands more than once", where=where)


def _boundary(parameters: Mapping[str, str]) -> bytes:
    boundary = parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    if not boundary or len(boundary) > 250:
        raise UnreadableError("ML-U024", "the multipart names no usable boundary", where="mail")
    return b"--" + boundary


def _parts(raw: bytes, body: int, delimiter: bytes, limits: MailLimits) -> tuple[MimePart, ...]:
    """All parts between the delimiter lines; what stands before the first and after the closing one is no part."""
    parts: list[MimePart] = []
    start = -1
    line = b"\n" + delimiter
    position = body - 1  # the line end before a delimiter may be that of the headers or of another delimiter
    while True:
        found = raw.find(line, position) + 1
        if not found:
            raise UnreadableError(
                "ML-U025",
                "the multipart is cut off: no closing delimiter",
                where=f"part {len(parts) + 1}",
                detail=f"byte {len(raw)}",
            )
        position = found + len(delimiter)
        after = _AFTER_DELIMITER.match(raw, position)
        if after is None:
            continue
        if start >= 0:
            parts.append(_read_part(raw, start, _before(raw, found, start), len(parts) + 1, limits))
        if after.group(1):
            break
        start = after.end()
        position = start - 1
    if not parts:
        raise UnreadableError("ML-U033", "the multipart has no parts", where="mail", detail=f"byte {body}")
    return tuple(parts)


def _before(raw: bytes, found: int, start: int) -> int:
    """The end of a part: the line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1)."""
    end = found
    if end > start and raw[end - 1] == 10:
        end -= 1
        if end > start and raw[end - 1] == 13:
            end -= 1
    return end


def _read_part(raw: bytes, start: int, stop: int, number: int, limits: MailLimits) -> MimePart:
    where = f"part {number}"
    if number > limits.max_parts:
        raise UnreadableError(
            "ML-U026", f"the multipart has more than {limits.max_parts} parts", where=where, detail=f"byte {start}"
        )
    end, body = find_end(raw, start, stop, limits.max_header_bytes, where)
    headers = read_headers(raw, start, end, limits.max_headers, where)
    _refuse_repeated(headers, where)
    return _part(raw, headers, body, stop, where)


def _part(raw: bytes, headers: Headers, start: int, stop: int, where: str) -> MimePart:
    written = headers.get("content-type")
    media, parameters = read_parameters(written, where) if written else ("text/plain", _NO_PARAMETERS)
    if media.startswith("multipart/"):
        raise UnreadableError("ML-U027", "a multipart stands inside another", where=where, detail=f"byte {start}")
    encoding = headers.get("content-transfer-encoding").lower()
    if encoding and encoding not in transfer.AS_IS and encoding != "base64":
        encoding = strip_comments(encoding).strip(' \t;"')
    content = transfer.decode(raw[start:stop], encoding, where=where, offset=start)
    return MimePart(headers, strip_id(headers.get("content-id")), media, parameters, encoding, content, start)


def strip_id(text: str) -> ContentId:
    """An id without ``<>``, comments and white space round it."""
    bare = strip_comments(text) if "(" in text else text
    return ContentId(bare.strip().removeprefix("<").removesuffix(">").strip())
