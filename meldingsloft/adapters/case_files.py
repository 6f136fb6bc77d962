"""Case files: TOML or JSON, told apart by content, with the line on which each key stands.

The standard parsers keep no lines, so a second look at the text, which they have found to be well-formed, finds them: one
scanner for both, since an inline table and a JSON object differ only in the sign between key and value.
"""

from __future__ import annotations

import contextlib
import json
import re
import stat
import tomllib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from meldingsloft.adapters.durable import read_file, trouble
from meldingsloft.adapters.toml_files import NotTomlError, parse_toml
from meldingsloft.domain.errors import CaseError, MailboxError

Key = tuple[str | int, ...]
_LARGEST_CASE = 16 * 1024 * 1024
_LARGEST_ATTACHMENT = 16 * 1024 * 1024
"""Bytes; what is larger is read so far only, and too large for any message."""
_PLACE = re.compile(r"\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as it was read."""

    name: str
    values: dict[str, Any] = field(repr=False)
    folder: Path
    """Attachments are named from here."""
    text: str = field(default="", repr=False)
    lines: dict[Key, int] = field(default_factory=dict, repr=False)
    """Filled when a line is first asked for."""

    def locate(self, path: Key) -> str:
        """``name:line`` of a key, or of the nearest table around it that the file has."""
        if not self.lines:
            self.lines[()] = 1
            with contextlib.suppress(ValueError, RecursionError):  # a place is a help, never a reason to stop
                self.lines.update(lines_of(self.text))
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return f"{self.name}:{self.lines[path[:length]]}"
        return self.name

    def load_attachment(self, name: str) -> bytes:
        """The bytes of an ordinary file named in the case, no more than a message can hold.

        Raises:
            MailboxError: it cannot be read, or is a device or pipe, which might never end.
        """
        path = self.folder / name
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise MailboxError("ML-P005", "cannot read: not an ordinary file", hint="name a file", where=str(path))
        except OSError as fault:
            raise trouble(fault, path, "read") from None
        except ValueError:  # a name with a zero byte
            raise MailboxError(
                "ML-P001", "cannot read: there is no file of such a name", hint="check the name"
            ) from None
        return read_file(path, _LARGEST_ATTACHMENT)


def read_case_file(name: str, data: bytes | None = None) -> CaseFile:
    """A case file; ``data`` are its bytes when they come from elsewhere (stdin), attachments then lie in the working folder.

    Raises:
        CaseError: ``ML-C041``, not UTF-8, not TOML or JSON, or no table at the top.
        MailboxError: the file cannot be read.
    """
    folder = Path(name).parent if data is None else Path()
    return parse_case(read_file(Path(name), _LARGEST_CASE + 1) if data is None else data, name, folder)


def parse_case(data: bytes, name: str, folder: Path) -> CaseFile:
    """A case from its bytes. Raises CaseError as ``read_case_file``."""
    if len(data) > _LARGEST_CASE:
        raise CaseError(
            "ML-C041",
            f"the case is larger than {_LARGEST_CASE} bytes",
            where=name,
            hint="attachments lie in files beside it",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise CaseError(
            "ML-C041", "the case is not UTF-8 text", where=f"{name}:{line}", hint="save it as UTF-8"
        ) from None
    text = text.replace("\r\n", "\n")
    values = _json(text, name) if text.lstrip()[:1] in ("{", "[") and _is_json(text) else _toml(text, name)
    return CaseFile(name, values, folder, text)


def _is_json(text: str) -> bool:
    """A TOML file may begin with a table heading, so a bracket alone does not tell."""
    return text.lstrip().startswith("{") or re.match(r"\s*\[\s*[{\]]", text) is not None


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return parse_toml(text)
    except NotTomlError as fault:
        found = _PLACE.search(str(fault))
        line = found["line"] if found and found["line"] else text.count("\n") + 1
        told = _PLACE.sub("", str(fault).splitlines()[0]).strip()
        raise _unreadable(f"the case is not well-formed TOML: {told[:1].lower()}{told[1:]}", name, line) from None


def _json(text: str, name: str) -> dict[str, Any]:
    try:
        values = json.loads(text, object_pairs_hook=partial(_without_doubles, name))
    except json.JSONDecodeError as fault:
        raise _unreadable(
            f"the case is not well-formed JSON: {fault.msg[:1].lower()}{fault.msg[1:]}", name, fault.lineno
        ) from None
    except RecursionError:
        raise _unreadable("the case nests too deep", name, 1) from None
    except (ValueError, OverflowError):  # Python reads no number of more than 4300 digits
        raise _unreadable("a number in the case is too long", name, 1) from None
    if not isinstance(values, dict):
        raise _unreadable("the case is a list", name, 1)
    return values


def _without_doubles(name: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise CaseError(
            "ML-C041", f"the key {double!r} stands twice in one object", where=name, hint="keep one of them"
        )
    return made


def _unreadable(what: str, name: str, line: str | int) -> CaseError:
    hint = "mend that line; `meldingsloft build TYPE --example` prints a case that builds"
    return CaseError("ML-C041", what, where=f"{name}:{line}", hint=hint)


def _unescaped(key: str) -> str:
    """A key between double quotes; the escapes of JSON and TOML are the same but for a few."""
    if "\\" not in key:
        return key
    try:
        return str(json.loads(f'"{key}"'))
    except json.JSONDecodeError:
        return str(tomllib.loads(f'key = "{key}"')["key"])


_BLANK = re.compile(r"(?:[\s,]+|#[^\n]*)*")
_KEY = re.compile(r"\s*(?:\"(?P<basic>(?:\\.|[^\"\\])*)\"|'(?P<literal>[^']*)'|(?P<bare>[\w-]+))\s*(?P<sign>[.=:\]])")
_PLAIN_VALUE = re.compile(r"[^\s,\[\]{}#]+(?: \d[^\s,\[\]{}#]*)?")
_QUOTES = ('"""', "'''", '"', "'")
_TURN = {
    '"""': re.compile(r'"""|\\'),
    "'''": re.compile(r"'''"),
    '"': re.compile(r'["\\]'),
    "'": re.compile(r"'"),
}
"""Where a string of each kind ends or goes on after an escape; looked for one after the other, since one pattern for a whole
string would keep a way back for each escape of it."""


def _end_of_string(text: str, start: int) -> int:
    """The index behind a string of TOML or JSON that begins at ``start``."""
    quote = next(quote for quote in _QUOTES if text.startswith(quote, start))
    turn = _TURN[quote].search(text, start + len(quote))
    while turn is not None and turn.group() == "\\":
        turn = _TURN[quote].search(text, turn.end() + 1)
    end = len(text) if turn is None else turn.end()
    further = 2 if len(quote) == 3 else 0  # quotation marks may stand before the closing three
    while further and text.startswith(quote[0], end):
        end, further = end + 1, further - 1
    return end


def lines_of(text: str) -> dict[Key, int]:
    """The line (from 1) of every key and list item of well-formed TOML or JSON.

    Raises:
        ValueError: the text is neither.
    """
    return _Lines(text).found


class _Lines:
    def __init__(self, text: str) -> None:
        self.found: dict[Key, int] = {}
        self._text = text
        self._at = 0
        self._counted_to = 0
        self._line = 1
        self._items: dict[Key, int] = {}
        self._blank()
        if text.startswith("{", self._at):
            self._value(())
            return
        table: Key = ()
        while self._at < len(text):
            if text.startswith("[", self._at):
                table = self._heading()
            else:
                self._pair(table)
            self._blank()

    def _blank(self) -> None:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _mark(self, path: Key) -> None:
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        self.found.setdefault(path, self._line)

    def _heading(self) -> Key:
        """A table heading; a list of tables counts its items."""
        many = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 2 if many else 1
        keys, _ = self._keys()
        path = self._resolved(keys[:-1])
        path = (*path, keys[-1])
        self._at, end = start, self._at
        self._mark(path)
        if many:
            number = self._items.get(path, 0)
            self._items[path] = number + 1
            path = (*path, number)
            self._mark(path)
        self._at = end + (1 if many else 0)
        return path

    def _resolved(self, keys: Key) -> Key:
        """A path with the index of the last item of each list of tables on the way."""
        path: Key = ()
        for key in keys:
            path = (*path, key)
            if path in self._items:
                path = (*path, self._items[path] - 1)
        return path

    def _keys(self) -> tuple[Key, str]:
        """A dotted key and the sign after it."""
        keys: list[str] = []
        while True:
            found = _KEY.match(self._text, self._at)
            if found is None:
                raise ValueError(self._at)
            keys.append(_unescaped(found["basic"]) if found["basic"] else found["literal"] or found["bare"] or "")
            self._at = found.end()
            if found["sign"] != ".":
                return tuple(keys), found["sign"]

    def _pair(self, table: Key) -> None:
        start = self._at
        keys, _ = self._keys()
        self._at, end = start, self._at
        for length in range(1, len(keys) + 1):
            self._mark((*table, *keys[:length]))
        self._at = end
        self._blank()
        self._value((*table, *keys))

    def _value(self, path: Key) -> None:
        opening = self._text[self._at : self._at + 1]
        if opening not in ("[", "{"):
            if opening in ('"', "'"):
                self._at = _end_of_string(self._text, self._at)
            else:
                found = _PLAIN_VALUE.match(self._text, self._at)
                self._at = found.end() if found else self._at + 1
            return
        self._at += 1
        self._blank()
        number = 0
        while not self._text.startswith("]" if opening == "[" else "}", self._at):
            if opening == "[":
                self._mark((*path, number))
                self._value((*path, number))
                number += 1
            else:
                self._pair(path)
            self._blank()
        self._at += 1
