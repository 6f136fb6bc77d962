"""TOML as people write it and as we write it back: every problem of a file is told at once, with the path of its key.

*key path*: table and key joined by dots, ``organisation.her_id``; the n-th table of an array is ``party[n]``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from meldingsloft.adapters.durable import read_file
from meldingsloft.domain.errors import ConfigError

_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in (*map(chr, range(32)), "\x7f")} | {
    ord("\\"): "\\\\",
    ord('"'): '\\"',
    ord("\n"): "\\n",
    ord("\t"): "\\t",
    ord("\r"): "\\r",
}
Scalar = str | int | float | bool
_ENDLESS_KEY = re.compile(r"""(?<![\w.-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){200}""")
"""Keys of so many parts cost tomllib the square of their number, in time and in memory."""


class NotTomlError(ValueError):
    """A text that tomllib does not take, for whatever reason."""


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises:
        NotTomlError: not TOML, or nested, dotted or counted beyond all measure.
    """
    if text.count(".") >= 200 and _ENDLESS_KEY.search(text):
        raise NotTomlError("a key has more than 200 parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise NotTomlError(str(fault)) from None
    except RecursionError:
        raise NotTomlError("it nests too deep") from None
    except (ValueError, OverflowError):  # Python reads no number of more than 4300 digits
        raise NotTomlError("a number is too long") from None


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file.

    Raises:
        ConfigError: ``ML-C101``, not TOML or not UTF-8; says in which line.
        MailboxError: ``ML-P0…`` when it cannot be read.
    """
    data = read_file(path)
    try:
        return parse_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise ConfigError(
            "ML-C101", f"line {line} is not UTF-8", hint="save the file as UTF-8", where=str(path)
        ) from None
    except NotTomlError as fault:
        raise ConfigError(
            "ML-C101",
            f"the file is not TOML: {_said(fault)}",
            hint="strings stand in quotes, one key a line",
            where=str(path),
        ) from None


def _said(fault: NotTomlError) -> str:
    text = str(fault)
    return text[:1].lower() + text[1:]


class TableReader:
    """Reads typed values from one table and notes what is wrong instead of stopping at the first fault."""

    def __init__(self, table: object, path: str, problems: list[str]) -> None:
        self._path = path
        self.problems = problems
        self._table: Mapping[str, Any] = {}
        self._seen: set[str] = set()
        if isinstance(table, Mapping):
            self._table = table
        else:
            problems.append(f"{path} must be a table")

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """True when the key is given."""
        return key in self._table

    def value(self, key: str) -> Any:
        """The raw value; None when absent."""
        self._seen.add(key)
        return self._table.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A string; without ``default`` it must be there and not be empty."""
        value = self.value(key)
        if value is None:
            if default is None:
                self.problems.append(f"{self._name(key)} is missing")
            return default or ""
        if isinstance(value, int) and not isinstance(value, bool):  # 123 for "123": an identifier without quotes
            value = str(value)
        if not isinstance(value, str):
            self.problems.append(f"{self._name(key)} must be text in quotes")
            return default or ""
        if default is None and not value.strip():
            self.problems.append(f"{self._name(key)} is empty")
        return value

    def choice(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """A string out of ``allowed``, else ``default``, else the first that is allowed."""
        names = tuple(allowed)
        value = self.text(key, default)
        if value and value not in names:
            self.problems.append(f"{self._name(key)} must be one of {', '.join(names)}")
        return value if value in names else default or names[0]

    def table(self, key: str) -> TableReader:
        """A table below; empty when absent."""
        value = self.value(key)
        return TableReader({} if value is None else value, self._name(key), self.problems)

    def tables(self, key: str) -> list[TableReader]:
        """An array of tables; empty when absent."""
        value = self.value(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.problems.append(f"{self._name(key)} must be written [[{self._name(key)}]]")
            return []
        return [TableReader(entry, f"{self._name(key)}[{n}]", self.problems) for n, entry in enumerate(value, 1)]

    def no_more(self) -> None:
        """Every key that nobody asked for is a problem."""
        self.problems.extend(f"{self._name(key)} is not known" for key in self._table if key not in self._seen)


def report(problems: Sequence[str], where: str, *, hint: str = "") -> None:
    """Nothing when there are no problems.

    Raises:
        ConfigError: ``ML-C102`` with all of them.
    """
    if len(problems) == 1:
        raise ConfigError("ML-C102", problems[0], hint=hint or "mend it in the file", where=where)
    if problems:
        message = f"{len(problems)} things in the configuration are not as they should be"
        raise ConfigError(
            "ML-C102", message, hint=hint or "mend them in the file", where=where, problems=tuple(problems)
        )


def quoted(text: str) -> str:
    """A basic string (TOML 1.0)."""
    return f'"{text.translate(_ESCAPES)}"'


def written(value: Scalar | Iterable[Scalar]) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return "[" + ", ".join(written(item) for item in value) + "]"


def lines_of(values: Mapping[str, Scalar | Iterable[Scalar]]) -> list[str]:
    """``key = value`` lines; keys are our own bare words."""
    return [f"{key} = {written(value)}" for key, value in values.items()]
