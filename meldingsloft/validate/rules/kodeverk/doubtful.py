"""Coded elements that are not plainly right: the few of a message that the rules of datatypes and code lists look at closely.

Nearly every coded element of nearly every message is one that has been met before, with the same code and text. So each message
type remembers what is right, and an element costs one look-up. Right is: a code and its text without blanks around them, from a
national list, and, where lists are bound to the element, a code of them with its own display text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from meldingsloft.domain.code_lists import OID_PREFIX, list_number
from meldingsloft.validate.rules.datatypes import kinds
from meldingsloft.validate.rules.kodeverk.bound import Bound, Index
from meldingsloft.validate.rules.kodeverk.mistakes import FORMS, RETIRED_LISTS

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.validate.subject import Subject

_CODED_NAMES = kinds.SIMPLE | kinds.CODED | kinds.BY_PLACE
_MOST_KEPT = 8192
_LONGEST = 200
"""Signs of an element that is remembered; longer ones are seldom met again."""


class Doubtful(NamedTuple):
    """One element to be looked at."""

    element: etree._Element
    name: str
    """Local name."""
    bound: Bound | None
    """The lists it takes its codes from, None when none are fixed or at hand."""


class Memory:
    """What is right in one message type."""

    def __init__(self, index: Index | None) -> None:
        self._index = index
        self._right: set[tuple[object, ...]] = set()
        self._deep = index.deep if index is not None else frozenset()
        self._names = _CODED_NAMES | (index.names if index is not None else frozenset())

    def doubtful(self, subject: Subject) -> list[Doubtful]:
        """The coded elements of a document that are not remembered as right; those that are right now are remembered."""
        found: list[Doubtful] = []
        names, right, deep = self._names, self._right, self._deep
        for name, elements in subject.by_name.items():
            if name not in names:
                continue
            further_up = name in deep
            for element in elements:
                items = element.items()
                parent = element.getparent()
                assert parent is not None
                key = _key_further_up(element, items) if further_up else (element.tag, parent.tag, *items)
                if key in right:
                    continue
                if items or not (len(element) or element.text):
                    bound = None if self._index is None else self._index.bound(element, parent)
                    if not self._is_right(element, name, bound, key):
                        found.append(Doubtful(element, name, bound))
        return found

    def _is_right(self, element: etree._Element, name: str, bound: Bound | None, key: tuple[object, ...]) -> bool:
        if bound is not None and bound.unit:
            return bound.codes is None or bound.binding.strictness == "open" or element.get("U") in bound.codes
        if not _is_plain(element, name) or (bound is not None and not _is_member(element, bound)):
            return False
        if sum(len(value) for value in element.values()) < _LONGEST:
            if len(self._right) >= _MOST_KEPT:
                self._right.clear()
            self._right.add(key)
        return True


def _key_further_up(element: etree._Element, items: Sequence[object]) -> tuple[object, ...]:
    """What decides about an element whose lists depend on more than its parent."""
    above = [each.tag for each in islice(element.iterancestors(), 2)]
    return (element.tag, *above, *items)


def _is_plain(element: etree._Element, name: str) -> bool:
    """True when the attributes are those of a code, each of them clean."""
    code, text, system = element.get("V"), element.get("DN"), element.get("S")
    if not code or code != code.strip() or not text or text != text.strip() or "\n" in text or "\r" in text:
        return False
    if element.get("OT") is not None:
        return False
    if system is None:
        return name not in kinds.CODED and not (name in kinds.BY_PLACE and kinds.is_coded(element, name))
    return bool(list_number(system)) and len(system) == len(OID_PREFIX) + 4


def _is_member(element: etree._Element, bound: Bound) -> bool:
    code, system = element.get("V", ""), element.get("S", "")
    if bound.by_system is None:
        return bound.codes is not None and bound.codes.get(code) == element.get("DN")
    if system not in bound.by_system:
        return bound.binding.strictness == "open" and list_number(system) not in RETIRED_LISTS
    codes = bound.by_system[system]
    if codes is not None:
        return codes.get(code) == element.get("DN")
    number = list_number(system)
    form = FORMS.get(number)
    return number not in RETIRED_LISTS and (form is None or form[0].fullmatch(code) is not None)


@lru_cache(maxsize=128)
def _memory(lists: Any, family: str, version: str) -> Memory:
    """``lists``: ``CodeLists`` or None."""
    return Memory(None if lists is None or not family else Index(lists, family, version))


def doubtful(subject: Subject) -> Sequence[Doubtful]:
    """The coded elements of a document that are not plainly right; worked out once for all checks."""
    found: Sequence[Doubtful] | None = subject.worked_out.get("doubtful")
    if found is None:
        row = subject.message_type
        family = row.family if row is not None else "msghead" if subject.in_head else ""
        memory = _memory(cast("Any", subject.codes), family, row.version if row is not None else "")
        found = subject.worked_out["doubtful"] = memory.doubtful(subject)
    return found
