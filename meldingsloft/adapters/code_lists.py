"""The code lists (kodeverk): data on disk, each list read when first asked for.

``data/kodeverk/NUMBER.csv`` holds code, Norwegian display text and a note; ``index.csv`` names every list and says how
much of it is here; ``bindings.csv`` says which element takes its codes from which list. A folder of newer lists, in the
same form, may be put over the shipped ones.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from meldingsloft.data import read_text
from meldingsloft.domain.code_lists import Binding, ListFacts
from meldingsloft.domain.errors import ConfigError, NothingMatchedError

_COLUMNS = ("code", "display_nb", "valid_note")
Rows = Mapping[str, tuple[str, str]]
"""Code to display text and note, in the order of the list."""


class PackagedCodeLists:
    """``ports.CodeLists`` over the shipped data, and over newer lists of a folder where there are such."""

    def __init__(self, newer: Mapping[str, Rows] | None = None, folder: str = "") -> None:
        self._newer = newer or {}
        self._folder = folder

    @classmethod
    def with_folder(cls, folder: Path) -> PackagedCodeLists:
        """The shipped lists with those of a folder (``NUMBER.csv``) in place of them; each is whole.

        Raises:
            ConfigError: ``ML-C083`` when the folder or a list in it cannot be read, ``ML-C084`` for a number that is of
                no list.
        """
        return cls(dict(_newer_lists(folder)), str(folder))

    def display(self, list_number: str, code: str) -> str | None:
        """The Norwegian display text of a code, None when the list has no such code."""
        row = self._rows(list_number).get(code)
        return None if row is None else row[0]

    def has_list(self, list_number: str) -> bool:
        """True when the whole list is at hand, so that an unknown code is a wrong one."""
        facts = self.facts(list_number)
        return facts is not None and facts.status == "complete"

    def name(self, list_number: str) -> str:
        """The list's name, or its number when unknown."""
        facts = _index().get(list_number)
        return facts.name if facts else list_number

    def codes(self, list_number: str) -> Sequence[tuple[str, str]]:
        """(code, display) in the order of the list; empty when none is at hand."""
        return tuple((code, row[0]) for code, row in self._rows(list_number).items())

    def facts(self, list_number: str) -> ListFacts | None:
        """What the index says of a list, None when it does not know it."""
        facts = _index().get(list_number)
        if facts is None or list_number not in self._newer:
            return facts
        return replace(facts, source=self._folder, status="complete")

    def lists(self) -> tuple[ListFacts, ...]:
        """All lists, by number."""
        return tuple(facts for number in _index() if (facts := self.facts(number)) is not None)

    def named(self, list_number: str) -> ListFacts:
        """The list with this number.

        Raises:
            NothingMatchedError: ``ML-N011`` when there is none; carries the nearest ones.
        """
        facts = self.facts(list_number)
        if facts is None:
            import difflib

            near = difflib.get_close_matches(list_number, _index(), n=3, cutoff=0.6)
            hint = f"did you mean {' or '.join(near)}?" if near else "`meldingsloft codes` shows all lists"
            raise NothingMatchedError("ML-N011", f"there is no code list {list_number[:60]!r}", hint=hint)
        return facts

    def note(self, list_number: str, code: str) -> str:
        """A remark on when a code is used, empty for most."""
        row = self._rows(list_number).get(code)
        return "" if row is None else row[1]

    def nearest(self, list_number: str, code: str, count: int = 3) -> tuple[str, ...]:
        """Codes of the list that somebody who wrote ``code`` may have meant, best first.

        A code is found by its own spelling (also in another case) and by its display text.
        """
        import difflib

        wanted = code.strip().casefold()[:60]
        known = {text.casefold(): key for key, (name, _) in self._rows(list_number).items() for text in (name, key)}
        found = difflib.get_close_matches(wanted, known, n=count * 2, cutoff=0.6)
        return tuple(dict.fromkeys(known[text] for text in found))[:count]

    def bindings(self, family: str, version: str = "") -> tuple[Binding, ...]:
        """The bindings of a family (or component) in one version, or in any version when none is given."""
        return _bindings_of(family, version)

    def _rows(self, number: str) -> Rows:
        newer = self._newer.get(number)
        return _shipped_rows(number) if newer is None else newer


def _lines(name: str) -> Iterator[list[str]]:
    """The lines of a shipped table, without its heading."""
    lines = csv.reader(io.StringIO(read_text(f"kodeverk/{name}.csv")))
    next(lines)
    return lines


@functools.cache
def _index() -> Mapping[str, ListFacts]:
    return {line[0]: ListFacts(*line) for line in _lines("index")}  # type: ignore[arg-type]


@functools.cache
def _shipped_rows(number: str) -> Rows:
    facts = _index().get(number)
    if facts is None or facts.status == "external":
        return {}
    return {code: (display, note) for code, display, note in _lines(number)}


def _newer_lists(folder: Path) -> Iterator[tuple[str, Rows]]:
    try:
        files = sorted(folder.glob("*.csv"))
        if not files:
            raise _unreadable(folder, "no NUMBER.csv in it")
        for file in files:
            if file.stem not in _index():
                raise ConfigError(
                    "ML-C084",
                    f"there is no code list {file.stem!r}",
                    hint="name each file by the number of its list; `meldingsloft codes` shows them",
                    where=str(file),
                )
            yield file.stem, _read_list(file)
    except OSError as fault:
        raise _unreadable(folder, type(fault).__name__) from None


def _read_list(file: Path) -> Rows:
    """The rows of one list.

    Raises:
        ConfigError: ``ML-C083`` when it has other columns, no codes, a code twice or a code without text.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            if tuple(reader.fieldnames or ()) != _COLUMNS:
                raise _unreadable(file, f"its first line is not {','.join(_COLUMNS)}")
            rows: dict[str, tuple[str, str]] = {}
            for row in reader:
                code, display = row["code"], row["display_nb"]
                if not code or not display or None in row or code in rows:
                    raise _unreadable(
                        file, f"line {reader.line_num} has no code, no text, too many fields or a known code"
                    )
                rows[code] = (display, row["valid_note"] or "")
    except (UnicodeDecodeError, csv.Error) as fault:
        raise _unreadable(file, type(fault).__name__) from None
    if not rows:
        raise _unreadable(file, "no codes in it")
    return rows


def _unreadable(place: Path, detail: str) -> ConfigError:
    return ConfigError(
        "ML-C083",
        "newer code lists cannot be read",
        hint=f"give each list as NUMBER.csv in UTF-8 with the columns {','.join(_COLUMNS)}",
        where=str(place),
        detail=detail,
    )


@functools.cache
def _bindings() -> Mapping[str, Sequence[list[str]]]:
    """The lines of each family; few families are asked for in one run."""
    found: dict[str, list[list[str]]] = {}
    for line in _lines("bindings"):
        found.setdefault(line[0], []).append(line)
    return found


@functools.cache
def _bindings_of(family: str, version: str) -> tuple[Binding, ...]:
    made = map(_binding, _bindings().get(family, ()))
    return tuple(b for b in made if not version or not b.versions or version in b.versions)


def _binding(line: Sequence[str]) -> Binding:
    family, versions, path, datatype, lists, strictness, source = line
    return Binding(family, _many(versions), path, datatype, _many(lists), strictness, source)  # type: ignore[arg-type]


def _many(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()
