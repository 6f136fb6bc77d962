"""Coded values in a case: a code or its text from one list, or a table that names the code system.

Lists are kodeverk numbers; what is closed and at hand is checked, and the display text is filled in (rules DT-001 to
DT-006, KV-001). Vocabulary: CS is a code whose list follows from the element, CV carries the list's OID in ``@S``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meldingsloft.fagmelding.kinds import Raw, Surroundings, Wrong, name_of, read_text
from meldingsloft.fagmelding.writing import Node

OID = "2.16.578.1.12.4.1.1."
SYSTEMS = {
    "ICD-10": "7110",
    "ICPC-2": "7170",
    "ICPC-2-B": "7171",
    "ATC": "7180",
    "NCSP": "7210",
    "NCRP": "7270",
    "NLK": "7280",
    "SNOMED": "7010",
    "local": "8212",
}
"""Names a person may write for code systems too large for a list of their own here."""
_NAMES = {number: name for name, number in SYSTEMS.items()}
_FORMS = {
    "7110": (re.compile(r"[A-Z][0-9]{2}\.?[0-9A-Z]{0,3}"), "a letter and two or more digits, as I330"),
    "7170": (re.compile(r"-?[A-Z-]?[0-9]{2}"), "a letter and two digits, as T90"),
    "7180": (re.compile(r"[A-Z][0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?"), "seven signs without a blank, as C03CA01"),
}
"""How codes look where the list itself is kept by others (rule KV-020)."""
_KEYS = ("code", "text", "system", "note")


@dataclass(frozen=True, slots=True)
class Coded:
    """One coded value: V, DN, the list S comes from, OT."""

    code: str
    name: str = ""
    list_number: str = ""
    original: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A code of one list, written as the code or as its display text (CS; CV with ``with_system``)."""

    list_number: str
    only: tuple[str, ...] = ()
    """The codes of the list that this element may have; empty: all."""
    with_system: bool = False

    @property
    def what(self) -> str:
        """Names the list."""
        return f"a code of kodeverk {self.list_number}"

    def read(self, raw: Raw, around: Surroundings) -> Coded:
        """The code with its display text."""
        if isinstance(raw, Coded):
            return raw
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(raw)
        text = read_text(raw, self.what)
        name = around.codes.display(self.list_number, text)
        if name is not None and (not self.only or text in self.only):
            return Coded(text, name, self.list_number)
        choices = [
            (code, name) for code, name in around.codes.codes(self.list_number) if not self.only or code in self.only
        ]
        found = _chosen(text, choices)
        if found is None:
            title = f"kodeverk {self.list_number} ({around.codes.name(self.list_number)})"
            raise Wrong(f"it is no code of {title} that can stand here", nearest(text, choices))
        return Coded(*found, self.list_number)

    def write(self, node: Node, value: Coded) -> None:
        """``@V`` and ``@DN``, with ``@S`` for CV."""
        write_coded(node, value, with_system=self.with_system)


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of one of several systems (CV): a table ``{ code, text, system, note }``, or a code or text of a list at hand.

    The first system is meant when the table names none. ``text`` becomes DN, ``note`` OT; without ``code`` the table holds
    words only (OT, rule DT-004).
    """

    lists: tuple[str, ...]
    words: bool = True
    """Words without a code are allowed."""

    @property
    def what(self) -> str:
        """Names the systems."""
        return f"a code of {', '.join(_NAMES.get(number, f'kodeverk {number}') for number in self.lists)}"

    def read(self, raw: Raw, around: Surroundings) -> Coded:
        """The code with its system."""
        if isinstance(raw, Mapping):
            return self._table(raw, around)
        if isinstance(raw, str | int) and not isinstance(raw, bool):
            return self._one(read_text(str(raw), self.what), around)
        raise Wrong(f"{self.what} is wanted, this is {name_of(raw)}", 'write { code = "…", text = "…" }')

    def _one(self, text: str, around: Surroundings) -> Coded:
        known = [(number, around.codes.codes(number)) for number in self.lists]
        for number, choices in known:
            found = _chosen(text, choices)
            if found:
                return Coded(*found, number)
        choices = [choice for _, listed in known for choice in listed]
        if choices and all(around.codes.has_list(number) for number in self.lists):
            raise Wrong(f"it is not {self.what}", nearest(text, choices))
        raise Wrong(f"{self.what} needs its text too", 'write { code = "…", text = "…" }')

    def _table(self, raw: Mapping[str, Raw], around: Surroundings) -> Coded:
        unknown = [key for key in raw if key not in _KEYS]
        if unknown:
            raise Wrong(f"a coded value has no key {unknown[0]!r}", f"the keys are {', '.join(_KEYS)}")
        text, code, note = (_line(raw.get(key), key) for key in ("text", "code", "note"))
        if not code:
            if not (self.words and (text or note)):
                raise Wrong("the code is missing", 'write { code = "…", text = "…" }')
            return Coded("", "", self.lists[-1] if self.lists[-1] == "8212" else "", text or note)
        number = self._system(raw.get("system"))
        name = around.codes.display(number, code)
        if name is None:
            self._unlisted(number, code, around)
        if not (name or text):
            raise Wrong(
                "the text of the code is missing", 'write { code = "…", text = "…" }: the list itself is not at hand'
            )
        return Coded(code, text or name or "", number, note or (text if number == "8212" else ""))

    def _unlisted(self, number: str, code: str, around: Surroundings) -> None:
        if around.codes.has_list(number):
            choices = around.codes.codes(number)
            raise Wrong(f"it is no code of kodeverk {number} ({around.codes.name(number)})", nearest(code, choices))
        form = _FORMS.get(number)
        if form and form[0].fullmatch(code) is None:
            raise Wrong(f"a code of {_NAMES[number]} looks different", f"it is {form[1]}")

    def _system(self, raw: Raw) -> str:
        if raw is None:
            return self.lists[0]
        text = str(raw).strip().removeprefix(OID)
        number = next((n for name, n in SYSTEMS.items() if name.casefold() == text.casefold()), text)
        if number not in self.lists:
            raise Wrong(
                "the code system cannot stand here", f"it is one of {', '.join(_NAMES.get(n, n) for n in self.lists)}"
            )
        return number

    def write(self, node: Node, value: Coded) -> None:
        """``@V``, ``@DN``, ``@S``, ``@OT``."""
        write_coded(node, value, with_system=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """True or false that stands for one of two codes of a list (main diagnosis or not)."""

    list_number: str
    yes: str
    no: str
    what: str = "true or false"

    def read(self, raw: Raw, around: Surroundings) -> Coded:
        """The code that stands for it."""
        if not isinstance(raw, bool):
            raise Wrong("true or false is wanted", "write true or false without quotes")
        code = self.yes if raw else self.no
        return Coded(code, around.codes.display(self.list_number, code) or "", self.list_number)

    def write(self, node: Node, value: Coded) -> None:
        """``@V`` and ``@DN``."""
        write_coded(node, value, with_system=False)


def write_coded(node: Node, value: Coded, *, with_system: bool) -> None:
    """The attributes of a coded value that have content, in the order V, DN, S, OT."""
    system = OID + value.list_number if with_system and value.list_number else ""
    parts = {"V": value.code, "DN": value.name, "S": system, "OT": value.original}
    node.attributes.update({key: part for key, part in parts.items() if part})


def nearest(text: str, choices: Sequence[tuple[str, str]]) -> str:
    """The choices somebody may have meant, or the first ones, each as ``code text``."""
    by_word = {word.casefold(): (code, name) for code, name in choices for word in (name, code)}
    near = difflib.get_close_matches(text.casefold(), by_word, n=3, cutoff=0.5)
    found = dict.fromkeys(by_word[word] for word in near) or dict.fromkeys(choices[:6])
    more = " …" if not near and len(choices) > 6 else ""
    return ("nearest: " if near else "one of: ") + ", ".join(f"{code} {name}" for code, name in found) + more


def _chosen(text: str, choices: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    for code, name in choices:
        if code == text:
            return code, name
    wanted = text.casefold()
    return next(((code, name) for code, name in choices if name.casefold() == wanted), None)


def _line(raw: Raw, key: str) -> str:
    if raw is None:
        return ""
    text = read_text(str(raw) if isinstance(raw, int) and key == "code" else raw, "a text")
    if "\n" in text:
        raise Wrong("a coded value has several lines", "write it on one line")
    return text
