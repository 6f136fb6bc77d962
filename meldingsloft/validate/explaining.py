"""All violations of a document, found by mending a copy of it and asking libxml2 again.

libxml2 gives one content error for each parent and then looks away. So each error is mended in a copy – the missing element
put in, the misplaced one moved, the unknown one taken out – and the copy is judged again until nothing new is said. What
mends it is what was wrong: the verdict and its explanation come from one mouth. No schema is read a second time.

Vocabulary: *told* is a violation of the original document; *put in* is an element of the copy that has no original.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from meldingsloft.validate.flooding import first_faults, is_long
from meldingsloft.validate.violations import Kind, Violation, is_wildcard, read_log
from meldingsloft.xmlsafe import local_name, namespace_of

_ROUNDS = 60
_WORK = 60_000_000
"""Bytes to judge again in all trials of one document; small ones get the most trials."""
_TRIALS = (12, 600)
_CUT_OFF = etree.XMLParser(
    recover=True, resolve_entities=False, no_network=True, load_dtd=False, collect_ids=False, huge_tree=True
)
_LONG_WORK = 10_000_000
"""The same of a long document, which is judged twice each time."""
_TOO_MANY = 1000
"""Violations of a mended copy after which nothing more is told."""
_LONG_LOG = 25
"""Violations that cost as much to read as a small document costs to judge."""
_DEEPEST_GAP = 5
"""Missing elements in a row."""
_LIKE = 0.6
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_USUAL_ATTRIBUTES = ("V", "DN", "S", "OT", "U")
"""Attributes of the KITH datatypes."""
_BLOCKING = (Kind.UNEXPECTED, Kind.UNDECLARED)


@dataclass(frozen=True, slots=True)
class Told:
    """One violation of the original, explained."""

    violation: Violation
    """Its node is an element of the original document."""
    near: str = ""
    """The name that was probably meant."""
    beside: str = ""
    """Local name of the element it must stand before."""


def explain(root: etree._Element, schema: Any, size: int) -> list[Told]:
    """Every violation of an invalid document; ``size`` is that of its bytes. Empty when it is valid."""
    return list(_Mending(root, schema, size).told())


def explain_beginning(root: etree._Element, schema: Any, beginning: bytes) -> list[Told]:
    """The violations in the first bytes of a document with root ``root``.

    What lies open where they end is left out: it may be complete in the whole.
    """
    cut = etree.fromstring(beginning, _CUT_OFF)
    if cut is None:
        return []
    same = dict(zip(cut.iter(etree.Element), root.iter(etree.Element), strict=False))
    last = next(reversed(same))
    unfinished = {last, *last.iterancestors()}
    found = [told for told in explain(cut, schema, len(beginning)) if told.violation.node not in unfinished]
    return [replace(told, violation=replace(told.violation, node=same[told.violation.node])) for told in found]


class _TooManyError(Exception):
    """A mended copy has more violations than are told, or has been judged often enough."""


class _Mending:
    def __init__(self, root: etree._Element, schema: Any, size: int) -> None:
        self._schema = schema
        self._copy = copy.deepcopy(root)
        self._original = dict(zip(self._copy.iter(), root.iter(), strict=True))
        self._long = is_long(etree.tostring(root))
        self._work = max(_LONG_WORK, 2 * size)
        self._trials = max(_TRIALS[0], min(_TRIALS[1], _WORK // (size + 1)))
        self._attributes: dict[tuple[str, str], tuple[str, ...]] = {}
        self._seen: set[tuple[etree._Element, str, Kind, tuple[str, ...]]] = set()

    def told(self) -> Iterator[Told]:
        for _ in range(_ROUNDS):
            try:
                fresh = [violation for violation in self._judge() if self._is_fresh(violation)]
            except _TooManyError:
                return
            if not fresh:
                return
            for violation in fresh:
                for told in self._mended(violation):
                    yield replace(told, violation=replace(told.violation, node=self._original[told.violation.node]))

    def _mended(self, violation: Violation) -> list[Told]:
        try:
            return self._mend(violation)
        except _TooManyError:  # the trial brought to light what lay behind it: no more trials
            self._trials = 0
            return [Told(violation)]

    def _judge(self) -> list[Violation]:
        if self._long:
            written = etree.tostring(self._copy)
            self._work -= len(written)
            if self._work < 0 or first_faults(written, self._schema, _TOO_MANY) is not None:
                raise _TooManyError
        if self._schema.validate(self._copy):
            return []
        found = list(read_log(self._copy, self._schema.error_log))
        self._trials -= len(found) // _LONG_LOG
        return found

    def _is_fresh(self, violation: Violation) -> bool:
        key = (violation.node, violation.attribute, violation.kind, violation.expected)
        if violation.node not in self._original or key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _mend(self, violation: Violation) -> list[Told]:
        node = violation.node
        match violation.kind:
            case Kind.UNEXPECTED:
                return self._unexpected(violation)
            case Kind.MISSING:
                return self._missing_at_end(violation)
            case Kind.UNDECLARED if node.getparent() is not None:
                _take_out(node)
            case Kind.TEXT:
                _silence(node)
            case Kind.CHILDREN:
                for child in list(node):
                    _take_out(child)
            case Kind.NIL | Kind.XSI_TYPE:
                for name in ("nil", "type"):
                    node.attrib.pop(f"{{{_XSI}}}{name}", "")
            case Kind.ATTRIBUTE_UNKNOWN:
                return [Told(replace(violation, expected=self._attributes_at(node, violation.attribute)))]
            case _:
                pass
        return [Told(violation)]

    # ---- an element that is not expected

    def _unexpected(self, violation: Violation) -> list[Told]:
        for attempt in (self._other_namespace, self._later_first, self._gap_before, self._too_late, self._misspelt):
            if self._trials <= 0:
                break
            told = attempt(violation)
            if told:
                return told
        node = violation.node
        before = node.getprevious()
        _take_out(node)
        repeated = before is not None and before.tag == node.tag
        return [Told(replace(violation, kind=Kind.REPEATED if repeated else Kind.UNEXPECTED))]

    def _other_namespace(self, violation: Violation) -> list[Told]:
        node, wrong = violation.node, namespace_of(violation.node)
        for name in violation.expected:
            if not is_wildcard(name) and name.rpartition("}")[2] == local_name(node):
                right = name.rpartition("}")[0].removeprefix("{")
                for inner in node.iter(etree.Element):
                    if namespace_of(inner) == wrong:
                        inner.tag = f"{{{right}}}{local_name(inner)}" if right else local_name(inner)
                return [Told(replace(violation, kind=Kind.NAMESPACE, value=wrong, constraint=right))]
        return []

    def _later_first(self, violation: Violation) -> list[Told]:
        node = violation.node
        for name in violation.expected:
            later = None if is_wildcard(name) else next(node.itersiblings(name), None)
            if later is None or later not in self._original:
                continue
            following = later.getnext()
            node.addprevious(later)
            if self._accepted(node):
                return [Told(replace(violation, kind=Kind.ORDER, node=later), beside=local_name(node))]
            _put_back(later, node.getparent(), following)
        return []

    def _gap_before(self, violation: Violation) -> list[Told]:
        names = [name for name in violation.expected if not is_wildcard(name)]
        for name in reversed(names):  # what may be left out comes first, what may not comes last
            missing = self._fill(violation.node, name)
            if missing:
                return [
                    Told(replace(violation, kind=Kind.MISSING, expected=(gap,)), beside=local_name(violation.node))
                    for gap in missing
                ]
        return []

    def _fill(self, node: etree._Element, name: str) -> list[str]:
        put_in: list[etree._Element] = []
        for _ in range(_DEEPEST_GAP):
            element = etree.Element(name)
            node.addprevious(element)
            put_in.append(element)
            blocked = self._blocked(node)
            if blocked is None:
                return [str(made.tag) for made in put_in]
            further = [n for n in blocked.expected if not is_wildcard(n)]
            if blocked.node is not node or not further:
                break
            name = further[-1]
        for made in put_in:
            _take_out(made)
        return []

    def _too_late(self, violation: Violation) -> list[Told]:
        node, parent = violation.node, violation.node.getparent()
        following = node.getnext()
        tried = None
        for earlier in list(node.itersiblings(etree.Element, preceding=True)):
            if earlier.tag in (node.tag, tried):
                continue
            tried = earlier.tag
            first = _first_of_run(earlier)
            first.addprevious(node)
            last = parent[-1] if parent is not None else node
            blocked = self._blocked(last)
            if blocked is None or _stands_after(blocked.node, earlier):
                return [Told(replace(violation, kind=Kind.ORDER), beside=local_name(first))]
        _put_back(node, parent, following)
        return []

    def _misspelt(self, violation: Violation) -> list[Told]:
        node = violation.node
        names = {name.rpartition("}")[2]: name for name in violation.expected if not is_wildcard(name)}
        before = node.tag
        for near in difflib.get_close_matches(local_name(node), list(names), n=2, cutoff=_LIKE):
            node.tag = names[near]
            if self._accepted(node):
                return [Told(violation, near=near)]
            node.tag = before
        return []

    # ---- an element that is not there

    def _missing_at_end(self, violation: Violation) -> list[Told]:
        node = violation.node
        names = [name for name in violation.expected if not is_wildcard(name)]
        if not names:
            return [Told(violation)]
        enough = tuple(name for name in names if len(names) == 1 or (self._trials > 0 and self._completes(node, name)))
        node.append(etree.Element((enough or names)[-1]))
        return [Told(replace(violation, expected=enough or (names[-1],)))]

    def _completes(self, node: etree._Element, name: str) -> bool:
        element = etree.SubElement(node, name)
        self._trials -= 1
        complete = not any(v.node is node and v.kind is Kind.MISSING for v in self._judge())
        _take_out(element)
        return complete

    # ---- attributes

    def _attributes_at(self, node: etree._Element, unknown: str) -> tuple[str, ...]:
        parent = node.getparent()
        key = (str(parent.tag) if parent is not None else "", str(node.tag))
        if key not in self._attributes:
            wanted = dict.fromkeys((unknown.rpartition("}")[2], *_USUAL_ATTRIBUTES))
            self._attributes[key] = tuple(name for name in wanted if name != unknown and self._takes(node, name))
        return tuple(name for name in self._attributes[key] if name not in node.attrib)

    def _takes(self, node: etree._Element, name: str) -> bool:
        if name in node.attrib:
            return True
        node.set(name, "")
        self._trials -= 1
        taken = not any(
            v.node is node and v.attribute == name and v.kind is Kind.ATTRIBUTE_UNKNOWN for v in self._judge()
        )
        del node.attrib[name]
        return taken

    # ---- trials

    def _accepted(self, node: etree._Element) -> bool:
        return self._blocked(node) is None

    def _blocked(self, node: etree._Element) -> Violation | None:
        """What keeps the content of the parent from being right up to and with ``node``; None when it is."""
        parent = node.getparent()
        self._trials -= 1
        for violation in self._judge():
            if (
                violation.kind in _BLOCKING
                and violation.node.getparent() is parent
                and not _stands_after(violation.node, node)
            ):
                return violation
        return None


def _stands_after(one: etree._Element, other: etree._Element) -> bool:
    parent = other.getparent()
    return parent is not None and one.getparent() is parent and parent.index(one) > parent.index(other)


def _first_of_run(element: etree._Element) -> etree._Element:
    first = element
    for earlier in element.itersiblings(etree.Element, preceding=True):
        if earlier.tag != element.tag:
            break
        first = earlier
    return first


def _put_back(element: etree._Element, parent: etree._Element | None, following: etree._Element | None) -> None:
    if following is not None:
        following.addprevious(element)
    elif parent is not None:
        parent.append(element)


def _take_out(element: etree._Element) -> None:
    """Remove an element and leave the text behind it where it is."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _silence(element: etree._Element) -> None:
    """Take all text out of an element that may only hold elements."""
    element.text = None
    for child in element:
        child.tail = None
