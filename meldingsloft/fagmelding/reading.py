"""From a raw case to typed values, with every problem told at once.

A problem names the place in the case file, the key, what is wrong and how to mend it, and never repeats a value.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from meldingsloft.domain.errors import CaseError
from meldingsloft.fagmelding.forms import Field, Form, Group, Need, Values
from meldingsloft.fagmelding.kinds import Raw, Surroundings, Wrong, name_of

_SURELY = 0.8
"""Likeness above which a misspelt key is meant for the key beside it rather than for its namesake elsewhere."""
KeyPath = tuple[str | int, ...]
"""Keys and indexes (from 0) from the top of a case."""
Locate = Callable[[KeyPath], str]
"""Where a key stands, as ``case.toml:12``; empty when unknown."""


def read_case(form: Form, case: Mapping[str, Raw], around: Surroundings, locate: Locate = lambda _path: "") -> Values:
    """The typed values of a case.

    Raises:
        CaseError: ``ML-C040`` with every problem.
    """
    reader = _Reader(form, around, locate)
    values = reader.group(form.top, case, ())
    if reader.problems:
        count = len(reader.problems)
        raise CaseError(
            "ML-C040",
            f"the case does not describe a message of type {form.short_name}: {count} problem{'s' if count > 1 else ''}",
            problems=tuple(reader.problems),
            hint=f"see a case that builds: `meldingsloft build {form.short_name} --example --full`",
        )
    return values


class _Reader:
    def __init__(self, form: Form, around: Surroundings, locate: Locate) -> None:
        self.problems: list[str] = []
        self._form = form
        self._around = around
        self._locate = locate

    def problem(self, path: KeyPath, what: str, mend: str = "") -> None:
        place = self._locate(path)
        self.problems.append(
            f"{f'{place}: ' if place else ''}{written_path(path)}: {what}{f'; {mend}' if mend else ''}"
        )

    def group(self, group: Group, raw: Raw, path: KeyPath) -> Values:
        """The values of one table: given answers, groups inside, derived answers, checks."""
        if not isinstance(raw, Mapping):
            self.problem(path, f"a table is wanted, this is {name_of(raw)}", f"write it as {_heading(path)}")
            return {}
        before = len(self.problems)
        self._unknown(group, raw, path)
        values: Values = {}
        for item in group.asked:
            if item.key in raw:
                self._given(item, raw[item.key], (*path, item.key), values)
            elif isinstance(item, Group) or item.default is None:
                self._absent(item, path)
            elif not callable(item.default):
                values[item.key] = self._value(item, item.default, (*path, item.key))
        if len(self.problems) == before:
            self._derived(group, values, path)
            self._checked(group, values, path)
        return values

    def _given(self, item: Field | Group, raw: Raw, path: KeyPath, values: Values) -> None:
        read: Callable[[Raw, KeyPath], Any]
        if isinstance(item, Group):
            read = lambda one, at: self.group(item, one, at)  # noqa: E731
        else:
            read = lambda one, at: self._value(item, one, at)  # noqa: E731
        if not item.many:
            values[item.key] = read(raw, path)
        elif isinstance(raw, list | tuple):
            values[item.key] = [read(one, (*path, number)) for number, one in enumerate(raw)]
            if not raw:
                self._absent(item, path[:-1])
        else:
            form = (
                f"[[{'.'.join(str(key) for key in path if isinstance(key, str))}]]"
                if isinstance(item, Group)
                else "[…, …]"
            )
            self.problem(path, f"a list is wanted, this is {name_of(raw)}", f"write it as {form}")

    def _absent(self, item: Field | Group, path: KeyPath) -> None:
        if item.need is Need.ALWAYS or (item.need is Need.CONTENT and not self._around.cancels):
            self.problem((*path, item.key), "it is missing", item.help)

    def _value(self, item: Field, raw: Raw, path: KeyPath) -> Any:
        try:
            return item.kind.read(raw, self._around)
        except Wrong as wrong:
            self.problem(path, wrong.what, wrong.mend)
            return None

    def _derived(self, group: Group, values: Values, path: KeyPath) -> None:
        for item in group.asked:
            if not isinstance(item, Field) or not callable(item.default) or item.key in values:
                continue
            raw = item.default(values, self._around)
            if raw is not None:
                values[item.key] = self._value(item, raw, (*path, item.key))
            else:
                self._absent(item, path)

    def _checked(self, group: Group, values: Values, path: KeyPath) -> None:
        for check in group.checks:
            for key, what, mend in check(values, self._around):
                self.problem((*path, *_keys(key)), what, mend)

    def _unknown(self, group: Group, raw: Mapping[str, Raw], path: KeyPath) -> None:
        known = {item.key for item in group.asked}
        for key in raw:
            if key not in known:
                self.problem((*path, key), "no such key", self._meant(str(key), known))

    def _meant(self, key: str, known: set[str]) -> str:
        near = difflib.get_close_matches(key.casefold(), sorted(known), n=1, cutoff=0.6)
        alike = difflib.SequenceMatcher(None, key.casefold(), near[0]).ratio() if near else 0.0
        elsewhere = next(homes(self._form.top, key), None) if alike < _SURELY else None
        if elsewhere is not None:
            return f"a key of that name stands in {elsewhere or 'the top of the case'}"
        if near:
            return f"did you mean {near[0]}?"
        return f"the keys here are {', '.join(sorted(known))}"


def homes(group: Group, key: str, path: KeyPath = ()) -> Iterator[str]:
    """The tables of a form that have this key, as they are written."""
    for item in group.asked:
        if item.key == key:
            yield _heading(path, many=group.many) if path else ""
        if isinstance(item, Group) and path.count(item.key) < 2:
            yield from homes(item, key, (*path, item.key))


def written_path(path: KeyPath) -> str:
    """``diagnoses[2].code``: keys as in the file, indexes from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text or "the case"


def _heading(path: KeyPath, *, many: bool = False) -> str:
    many = many or (bool(path) and isinstance(path[-1], int))
    name = ".".join(str(part) for part in path if isinstance(part, str))
    return f"[[{name}]]" if many else f"[{name}]"


def _keys(key: str) -> KeyPath:
    return tuple(int(part) if part.isdecimal() else part for part in key.split(".")) if key else ()
