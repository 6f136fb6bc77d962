"""MIME header blocks: ordered, folded, any case, duplicates kept.

Vocabulary: a *block* is everything up to the first empty line; a *parameter* is ``name=value`` after a ``;`` (RFC 2045 §5.1).
Read as the world writes it (ebXML profile §13): LF or CRLF or both, any case, comments, quoted and bare values, a trailing
``;``, a missing ``;``, continuation lines that lost their indent. Bounded in size and number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from meldingsloft.domain.errors import UnreadableError
from meldingsloft.ebxml.plain_headers import plain_fields, plain_parameters

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:")
_LOST_INDENT = re.compile(rb"[ \t]*[A-Za-z0-9*_-]+[ \t]*=")
_START_LINE = re.compile(rb"(?:>?From |[A-Z]+ \S+ HTTP/|HTTP/[0-9.]+ )")
_PARAMETER = re.compile(r'([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]*)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MEDIA_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+")
_BLANK = re.compile(r"\s+")
_UNFOLD = re.compile(rb"\r?\n")


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of a mail or part in their order; names compare without case, values are unfolded."""

    fields: tuple[tuple[str, str], ...] = ()
    _first: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_first", {name.lower(): value for name, value in reversed(self.fields)})

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    @property
    def repeats(self) -> bool:
        """True when any header stands more than once."""
        return len(self._first) != len(self.fields)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._first

    def get(self, name: str, default: str = "") -> str:
        """The first value of a header, ``default`` when it is absent."""
        return self._first.get(name.lower(), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order."""
        wanted = name.lower()
        return tuple(value for written, value in self.fields if written.lower() == wanted)

    def text(self, name: str) -> str:
        """The first value with its encoded words (RFC 2047) read; as written where they cannot be."""
        value = self.get(name)
        if "=?" not in value:
            return value
        from email.errors import HeaderParseError
        from email.header import decode_header, make_header

        try:
            return str(make_header(decode_header(value)))
        except (HeaderParseError, LookupError, UnicodeError, ValueError):
            return value


def find_end(raw: bytes, start: int, stop: int, max_bytes: int, where: str) -> tuple[int, int]:
    """(end of the header block, start of the body) as byte offsets.

    Raises:
        UnreadableError: ``ML-U021`` when no empty line comes within ``max_bytes``.
    """
    if raw.startswith(b"\r\n", start, stop):
        return start, start + 2
    if raw.startswith(b"\n", start, stop):
        return start, start + 1
    bound = min(stop, start + max_bytes + 4)
    crlf = raw.find(b"\n\r\n", start, bound)
    lf = raw.find(b"\n\n", start, bound if crlf < 0 else crlf)
    if lf >= 0:
        return lf, lf + 2
    if crlf >= 0:
        return crlf, crlf + 3
    if stop - start <= max_bytes:
        return stop, stop
    raise UnreadableError(
        "ML-U021", f"no empty line ends the headers within {max_bytes} bytes", where=where, detail=f"byte {start}"
    )


def read_headers(raw: bytes, start: int, end: int, max_headers: int, where: str) -> Headers:
    """The headers between two offsets.

    Raises:
        UnreadableError: ``ML-U021`` too many; ``ML-U022`` a line that is no header.
    """
    fields = plain_fields(raw[start:end]) or fields_of(raw, start, end, where)
    if len(fields) > max_headers:
        raise UnreadableError("ML-U021", f"more than {max_headers} headers", where=where, detail=f"byte {start}")
    return Headers(tuple(fields))


def fields_of(raw: bytes, start: int, end: int, where: str) -> list[tuple[str, str]]:
    """(name, value) of the headers between two offsets, however they are written.

    Raises:
        UnreadableError: ``ML-U022`` a line that is no header.
    """
    return [_split(line) for line in _logical_lines(raw, start, end, where)]


def _logical_lines(raw: bytes, start: int, end: int, where: str) -> list[bytes]:
    lines: list[bytes] = []
    folds: list[bytes] = []
    offset = start
    for line in raw[start:end].split(b"\n"):
        if line[:1] in {b" ", b"\t"} and lines:
            folds.append(line)
        elif _NAME.match(line) or (b":" in line and not line.isascii()):
            _fold(lines, folds)
            lines.append(line)
        elif lines and _LOST_INDENT.match(line):
            folds.append(b" " + line)
        elif line.strip() and not (not lines and _START_LINE.match(line)):
            raise UnreadableError(
                "ML-U022", "a line among the headers is no header", where=where, detail=f"byte {offset}"
            )
        offset += len(line) + 1
    _fold(lines, folds)
    return lines


def _fold(lines: list[bytes], folds: list[bytes]) -> None:
    """Join the collected continuation lines to the last line, once (a thousand folds stay linear)."""
    if folds:
        lines[-1] = b"\n".join((lines[-1], *folds))
        folds.clear()


def _split(line: bytes) -> tuple[str, str]:
    name, _, value = line.partition(b":")
    if b"\n" in value:
        value = _UNFOLD.sub(b"", value)
    return _decode(name).strip(), _decode(value).strip()


def _decode(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def read_parameters(value: str, where: str = "") -> tuple[str, Mapping[str, str]]:
    """(media type in small letters, parameters by small name) of a Content-Type or similar value.

    Raises:
        UnreadableError: ``ML-U024`` no media type, or one parameter with two values.
    """
    return plain_parameters(value) or parameters_of(value, where)


def parameters_of(value: str, where: str = "") -> tuple[str, Mapping[str, str]]:
    """The same, however the value is written.

    Raises:
        UnreadableError: as ``read_parameters``.
    """
    bare = strip_comments(value) if "(" in value else value
    kind, _, rest = bare.partition(";")
    kind = _BLANK.sub("", kind).lower()
    if not _MEDIA_TYPE.fullmatch(kind):
        raise UnreadableError("ML-U024", "Content-Type does not name a media type", where=where)
    parameters: dict[str, str] = {}
    for name, text in _parameters(rest):
        if parameters.setdefault(name, text) != text:
            raise UnreadableError("ML-U024", f"Content-Type gives its parameter {name[:20]} twice", where=where)
    return kind, _continued(parameters) if "*" in rest else parameters


def _parameters(rest: str) -> Iterator[tuple[str, str]]:
    """(small name, unquoted value) one after the other; what is no parameter is passed over up to the next ``;``."""
    position = 0
    while 0 <= position < len(rest):
        match = _PARAMETER.match(rest, position)
        if match:
            text = match.group(2)
            yield match.group(1).lower(), _ESCAPED.sub(r"\1", text[1:-1]) if text[:1] == '"' else text
            position = match.end()
        elif rest[position] in "; \t\r\n":
            position += 1
        else:
            position = rest.find(";", position)


def _continued(parameters: Mapping[str, str]) -> Mapping[str, str]:
    """Parameters split over ``name*0``, ``name*1`` (RFC 2231) put together by the standard library."""
    from email.message import Message
    from email.utils import collapse_rfc2231_value

    probe = Message()
    probe["Content-Type"] = "x/x; " + "; ".join(
        f'{name}="{text}"' for name, text in parameters.items() if '"' not in text
    )
    found = probe.get_params(failobj=[])
    return {str(name).lower(): collapse_rfc2231_value(text) for name, text in found[1:]}


def strip_comments(value: str) -> str:
    """The value without ``(comments)``, nested ones too; parentheses in quoted strings stay (RFC 822 §3.4.3)."""
    kept: list[str] = []
    depth = 0
    quoted = escaped = False
    for sign in value:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign == '"' and not depth:
            quoted = not quoted
        elif sign == "(" and not quoted:
            depth += 1
            continue
        elif sign == ")" and not quoted and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(sign)
    return "".join(kept)
