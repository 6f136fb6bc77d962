"""Which lists an element takes its codes from.

``data/kodeverk/bindings.csv`` knows elements by the last steps of their path. An index for each message type holds, for every
pair of tags that has been met (an element and its parent), the lists bound to it; longer paths are compared on first sight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from meldingsloft.domain.code_lists import OID_PREFIX, Binding
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.ports import CodeLists

_MSGHEAD = "http://www.kith.no/xmlstds/msghead/"
_SHARED = "http://www.kith.no/xmlstds/felleskomponent1"
_EPJ = "http://www.kith.no/xmlstds/epj/"
_MOST_KEPT = 4096
"""Pairs of tags, so that documents with ever new namespaces cannot fill the memory."""
OLDER = "older "
"""Stands in the note of a code that is used no more."""


class Bound:
    """The lists of one element."""

    __slots__ = ("binding", "by_system", "codes", "lists", "unit")

    def __init__(self, binding: Binding, lists: CodeLists) -> None:
        self.binding = binding
        self.lists = tuple(number for number in binding.lists if number != "local")
        self.unit = binding.element_path.endswith("/@U")
        by_list = {number: _current(lists, number) for number in self.lists}
        self.by_system: Mapping[str, Mapping[str, str] | None] | None = None
        """For a CV: OID to codes; None for codes when the list is not all at hand."""
        self.codes: Mapping[str, str] | None = None
        """For a CS or a unit: all codes; None when others may be right too."""
        if binding.datatype == "CV":
            self.by_system = {f"{OID_PREFIX}{number}": codes for number, codes in by_list.items()}
        elif "local" not in binding.lists and all(lists.has_list(number) for number in self.lists):
            self.codes = {code: text for codes in reversed(by_list.values()) if codes for code, text in codes.items()}


def _current(lists: CodeLists, number: str) -> Mapping[str, str] | None:
    """Code to display text without those used no more; None when the list is not all at hand."""
    if not lists.has_list(number):
        return None
    return {code: text for code, text in lists.codes(number) if OLDER not in lists.note(number, code)}


class Index:
    """The bindings that concern one message type."""

    def __init__(self, lists: CodeLists, family: str, version: str) -> None:
        self._lists = lists
        self._of_rooms = {
            room: _by_name(lists, *key)
            for room, key in {
                "msghead": ("msghead", ""),
                "shared": ("felleskomponent1", ""),
                "epj": ("epj", ""),
                "own": (family, version),
            }.items()
        }
        self.names = frozenset(name for room in self._of_rooms.values() for name in room)
        """Local names of which some element is bound."""
        self.deep = frozenset(
            name
            for room in self._of_rooms.values()
            for name, bindings in room.items()
            if any(len(path) > 2 for path, _ in bindings)
        )
        """Local names of which an element and its parent do not decide."""
        self._made: dict[str, Bound] = {}
        self._met: dict[tuple[str, str], Bound | None] = {}
        """What ``bound`` gave for the tags of an element and its parent, where no more than these decide."""

    def bound(self, element: etree._Element, parent: etree._Element) -> Bound | None:
        """The lists of an element below the root, None when none are fixed."""
        key = (element.tag, parent.tag)
        if key in self._met:
            return self._met[key]
        candidates = self._candidates(element)
        steps = [local_name(element), local_name(parent)]
        if any(len(path) > len(steps) for path, _ in candidates):
            above = parent.getparent()
            steps.append("" if above is None else local_name(above))
        found = next((binding for path, binding in candidates if _fits(path, steps)), None)
        made = None if found is None else self._bound(found)
        if len(steps) == 2:
            if len(self._met) >= _MOST_KEPT:
                self._met.clear()
            self._met[key] = made
        return made

    def _candidates(self, element: etree._Element) -> Sequence[tuple[tuple[str, ...], Binding]]:
        return self._of_rooms[_room(element.tag)].get(local_name(element), ())

    def _bound(self, binding: Binding) -> Bound:
        key = f"{binding.family} {binding.element_path}"
        if key not in self._made:
            self._made[key] = Bound(binding, self._lists)
        return self._made[key]


def _room(tag: str) -> str:
    namespace = tag[1:]
    if namespace.startswith(_MSGHEAD):
        return "msghead"
    if namespace.startswith(_SHARED):
        return "shared"
    return "epj" if namespace.startswith(_EPJ) else "own"


def _by_name(lists: CodeLists, family: str, version: str) -> dict[str, list[tuple[tuple[str, ...], Binding]]]:
    """Last local name to (path from the element upwards, binding), the most telling path first."""
    found: dict[str, list[tuple[tuple[str, ...], Binding]]] = {}
    for binding in lists.bindings(family, version):
        if binding.lists:
            path = tuple(reversed(binding.element_path.removesuffix("/@U").split("/")))
            found.setdefault(path[0], []).append((path, binding))
    for bindings in found.values():
        bindings.sort(key=lambda entry: sum(step != "*" for step in entry[0]), reverse=True)
    return found


def _fits(path: tuple[str, ...], steps: list[str]) -> bool:
    return all(want in ("*", step) for want, step in zip(path, steps, strict=False))
