"""The shipped code lists (kodeverk): data on disk, each list read when first asked for.

``data/kodeverk/NUMBER.csv`` holds code, Norwegian display text and a note; ``index.csv`` names every list and says how
much of it is here; ``bindings.csv`` says which element takes its codes from which list. Numbers are Volven's; the OID of
a list is ``2.16.578.1.12.4.1.1.NUMBER``.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from meldingsloft.data import read_text

OID_PREFIX = "2.16.578.1.12.4.1.1."


@dataclass(frozen=True, slots=True)
class ListFacts:
    """One line of the index."""

    number: str
    name: str
    oid: str
    source: str
    """Where the content comes from, or who keeps it."""
    status: Literal["complete", "partial", "external"]
    """``partial``: some codes are known and others exist; ``external``: a large terminology kept by others."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One element that takes its codes from one list (or one of several)."""

    family: str
    """Of ``MessageType.family``, or a component's: ``felleskomponent1``, ``epj``."""
    versions: tuple[str, ...]
    """Empty: all."""
    element_path: str
    """The last steps of the path, local names; ``*`` is any one element."""
    datatype: Literal["CS", "CV", "PQ"]
    lists: tuple[str, ...]
    """Numbers; ``local`` for values that only the message standard defines; empty when no list is fixed."""
    strictness: Literal["closed", "open", "external"]
    source: str


class PackagedCodeLists:
    """``ports.CodeLists`` over the shipped data."""

    def display(self, list_number: str, code: str) -> str | None:
        """The Norwegian display text of a code, None when the list has no such code."""
        return _codes(list_number).get(code)

    def has_list(self, list_number: str) -> bool:
        """True when the whole list is at hand, so that an unknown code is a wrong one."""
        facts = _index().get(list_number)
        return facts is not None and facts.status == "complete"

    def name(self, list_number: str) -> str:
        """The list's name, or its number when unknown."""
        facts = _index().get(list_number)
        return facts.name if facts else list_number

    def codes(self, list_number: str) -> Sequence[tuple[str, str]]:
        """(code, display) in the order of the list; empty when none is at hand."""
        return tuple(_codes(list_number).items())

    def facts(self, list_number: str) -> ListFacts | None:
        """What the index says of a list, None when it does not know it."""
        return _index().get(list_number)

    def note(self, list_number: str, code: str) -> str:
        """A remark on when a code is used, empty for most."""
        return _notes(list_number).get(code, "")

    def nearest(self, list_number: str, code: str, count: int = 3) -> tuple[str, ...]:
        """Codes of the list that somebody who wrote ``code`` may have meant, best first.

        A code is found by its own spelling (also in another case) and by its display text.
        """
        import difflib

        codes = _codes(list_number)
        wanted = code.strip().casefold()
        known = {text.casefold(): key for key, name in codes.items() for text in (name, key)}
        found = difflib.get_close_matches(wanted, known, n=count * 2, cutoff=0.6)
        return tuple(dict.fromkeys(known[text] for text in found))[:count]

    def bindings(self, family: str, version: str = "") -> tuple[Binding, ...]:
        """The bindings of a family (or component) in one version, or in any version when none is given."""
        return _bindings_of(family, version)


def list_number(oid: str) -> str:
    """The number of the list with this OID, empty when the OID is of no Volven list."""
    number = oid.removeprefix(OID_PREFIX)
    return number if number != oid and number.isdecimal() else ""


def _rows(name: str) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(read_text(f"kodeverk/{name}.csv")))


@functools.cache
def _index() -> Mapping[str, ListFacts]:
    return {row["number"]: ListFacts(**row) for row in _rows("index")}  # type: ignore[arg-type]


@functools.cache
def _codes(number: str) -> Mapping[str, str]:
    facts = _index().get(number)
    if facts is None or facts.status == "external":
        return {}
    return {row["code"]: row["display_nb"] for row in _rows(number)}


@functools.cache
def _notes(number: str) -> Mapping[str, str]:
    return {row["code"]: row["valid_note"] for row in _rows(number)} if _codes(number) else {}


@functools.cache
def _bindings() -> tuple[Binding, ...]:
    return tuple(_binding(row) for row in _rows("bindings"))


@functools.cache
def _bindings_of(family: str, version: str) -> tuple[Binding, ...]:
    return tuple(
        b for b in _bindings() if b.family == family and (not version or not b.versions or version in b.versions)
    )


def _binding(row: Mapping[str, str]) -> Binding:
    return Binding(
        family=row["family"],
        versions=_many(row["versions"]),
        element_path=row["element_path"],
        datatype=row["datatype"],  # type: ignore[arg-type]
        lists=_many(row["kodeverk"]),
        strictness=row["strictness"],  # type: ignore[arg-type]
        source=row["source"],
    )


def _many(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()
