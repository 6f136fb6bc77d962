"""libxml2's error log as data: what kind of violation, at which node, with which names and values.

libxml2 says what it found in English sentences of fixed form, and where as a path of its own. This module reads both and
nothing else; what it cannot read stays ``OTHER`` with the place.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree


class Kind(enum.Enum):
    """The kinds of violation, each with its code."""

    UNEXPECTED = "XSD-ELEMENT-UNEXPECTED"
    ORDER = "XSD-ELEMENT-ORDER"
    REPEATED = "XSD-ELEMENT-REPEATED"
    MISSING = "XSD-ELEMENT-MISSING"
    NAMESPACE = "XSD-NAMESPACE"
    UNDECLARED = "XSD-UNDECLARED"
    ATTRIBUTE_MISSING = "XSD-ATTRIBUTE-MISSING"
    ATTRIBUTE_UNKNOWN = "XSD-ATTRIBUTE-UNKNOWN"
    TYPE = "XSD-VALUE-TYPE"
    ENUMERATION = "XSD-VALUE-ENUMERATION"
    PATTERN = "XSD-VALUE-PATTERN"
    LENGTH = "XSD-VALUE-LENGTH"
    RANGE = "XSD-VALUE-RANGE"
    FIXED = "XSD-VALUE-FIXED"
    TEXT = "XSD-TEXT"
    CHILDREN = "XSD-CHILDREN"
    XSI_TYPE = "XSD-XSI-TYPE"
    NIL = "XSD-NIL"
    IDENTITY = "XSD-IDENTITY"
    OTHER = "XSD-OTHER"


@dataclass(frozen=True, slots=True)
class Violation:
    """One entry of the log. ``value`` is content of the message: for ``discretion`` only."""

    kind: Kind
    node: etree._Element
    attribute: str = ""
    """Clark name."""
    expected: tuple[str, ...] = ()
    """Clark names; wildcards as libxml2 writes them (``##other…``)."""
    value: str = ""
    constraint: str = ""
    """Pattern, enumeration, type, bound or fixed value that the schema asks for."""


_T = etree.ErrorTypes
_KINDS: dict[int, Kind] = {
    _T.SCHEMAV_ELEMENT_CONTENT: Kind.UNEXPECTED,
    _T.SCHEMAV_CVC_ELT_1: Kind.UNDECLARED,
    _T.SCHEMAV_CVC_ELT_2: Kind.UNDECLARED,
    _T.SCHEMAV_CVC_ELT_3_1: Kind.NIL,
    _T.SCHEMAV_CVC_ELT_3_2_1: Kind.NIL,
    _T.SCHEMAV_CVC_ELT_3_2_2: Kind.NIL,
    _T.SCHEMAV_CVC_ELT_4_1: Kind.XSI_TYPE,
    _T.SCHEMAV_CVC_ELT_4_2: Kind.XSI_TYPE,
    _T.SCHEMAV_CVC_ELT_4_3: Kind.XSI_TYPE,
    _T.SCHEMAV_CVC_TYPE_2: Kind.XSI_TYPE,
    _T.SCHEMAV_CVC_ELT_5_2_2_1: Kind.CHILDREN,
    _T.SCHEMAV_CVC_ELT_5_2_2_2_1: Kind.FIXED,
    _T.SCHEMAV_CVC_ELT_5_2_2_2_2: Kind.FIXED,
    _T.SCHEMAV_CVC_AU: Kind.FIXED,
    _T.SCHEMAV_CVC_TYPE_3_1_1: Kind.ATTRIBUTE_UNKNOWN,
    _T.SCHEMAV_CVC_TYPE_3_1_2: Kind.CHILDREN,
    _T.SCHEMAV_CVC_COMPLEX_TYPE_2_1: Kind.TEXT,
    _T.SCHEMAV_CVC_COMPLEX_TYPE_2_2: Kind.CHILDREN,
    _T.SCHEMAV_CVC_COMPLEX_TYPE_2_3: Kind.TEXT,
    _T.SCHEMAV_CVC_COMPLEX_TYPE_3_1: Kind.FIXED,
    _T.SCHEMAV_CVC_COMPLEX_TYPE_3_2_1: Kind.ATTRIBUTE_UNKNOWN,
    _T.SCHEMAV_CVC_COMPLEX_TYPE_3_2_2: Kind.ATTRIBUTE_UNKNOWN,
    _T.SCHEMAV_CVC_COMPLEX_TYPE_4: Kind.ATTRIBUTE_MISSING,
    _T.SCHEMAV_CVC_DATATYPE_VALID_1_2_1: Kind.TYPE,
    _T.SCHEMAV_CVC_DATATYPE_VALID_1_2_2: Kind.TYPE,
    _T.SCHEMAV_CVC_DATATYPE_VALID_1_2_3: Kind.TYPE,
    _T.SCHEMAV_CVC_ATTRIBUTE_3: Kind.TYPE,
    _T.SCHEMAV_CVC_ATTRIBUTE_4: Kind.FIXED,
    _T.SCHEMAV_CVC_FACET_VALID: Kind.TYPE,
    _T.SCHEMAV_CVC_PATTERN_VALID: Kind.PATTERN,
    _T.SCHEMAV_CVC_ENUMERATION_VALID: Kind.ENUMERATION,
    _T.SCHEMAV_CVC_LENGTH_VALID: Kind.LENGTH,
    _T.SCHEMAV_CVC_MINLENGTH_VALID: Kind.LENGTH,
    _T.SCHEMAV_CVC_MAXLENGTH_VALID: Kind.LENGTH,
    _T.SCHEMAV_CVC_MININCLUSIVE_VALID: Kind.RANGE,
    _T.SCHEMAV_CVC_MAXINCLUSIVE_VALID: Kind.RANGE,
    _T.SCHEMAV_CVC_MINEXCLUSIVE_VALID: Kind.RANGE,
    _T.SCHEMAV_CVC_MAXEXCLUSIVE_VALID: Kind.RANGE,
    _T.SCHEMAV_CVC_TOTALDIGITS_VALID: Kind.RANGE,
    _T.SCHEMAV_CVC_FRACTIONDIGITS_VALID: Kind.RANGE,
    _T.SCHEMAV_CVC_IDC: Kind.IDENTITY,
}
_WHERE = re.compile(r"Element '[^']*'(?:, attribute '(?P<attribute>[^']*)')?: (?P<says>.*)", re.DOTALL)
_REQUIRED = re.compile(r"The attribute '([^']*)' is required but missing")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*) \)\.")
_ASKED = {
    Kind.PATTERN: re.compile(r"is not accepted by the pattern '(.*)'\.", re.DOTALL),
    Kind.ENUMERATION: re.compile(r"is not an element of the set \{(.*)\}\.", re.DOTALL),
    Kind.TYPE: re.compile(r"is not a valid value of the (.*?)\.?$", re.DOTALL),
    Kind.FIXED: re.compile(r"the fixed value constraint '(.*)'\.", re.DOTALL),
    Kind.LENGTH: re.compile(r"length of '(\d+)'\.$"),
    Kind.RANGE: re.compile(r"'([^']*)'\)?\.$"),
}
_STEP = re.compile(r"(?:(?P<prefix>[^:/\[]+):)?(?P<name>[^:/\[]+)(?:\[(?P<index>\d+)\])?")
_VALUES = frozenset({Kind.PATTERN, Kind.ENUMERATION, Kind.TYPE, Kind.FIXED, Kind.LENGTH, Kind.RANGE})


def read_log(root: etree._Element, log: Iterable[Any]) -> Iterator[Violation]:
    """The violations of a log, one for each node and attribute a value is wrong at, in the log's order."""
    told: set[tuple[etree._Element, str]] = set()
    ways = _Ways(root)
    for entry in log:
        violation = _read(ways.to(entry.path or ""), entry)
        if violation.kind in _VALUES:
            place = (violation.node, violation.attribute)
            if place in told:
                continue  # libxml2 tells the facet first and then that the whole value is wrong
            told.add(place)
        yield violation


def _read(node: etree._Element, entry: Any) -> Violation:
    where = _WHERE.match(entry.message)
    says, attribute = (where["says"], where["attribute"] or "") if where else (entry.message, "")
    kind = _KINDS.get(entry.type, Kind.OTHER)
    if kind is Kind.UNEXPECTED and says.startswith("Missing child"):
        kind = Kind.MISSING
    elif kind is Kind.TEXT and says.startswith("Element content"):
        kind = Kind.CHILDREN
    elif kind is Kind.OTHER and says.startswith("[facet"):
        kind = Kind.TYPE
    if kind is Kind.ATTRIBUTE_MISSING and (required := _REQUIRED.match(says)):
        attribute = required[1]
    expected = _EXPECTED.search(says)
    asked = _ASKED[kind].search(says) if kind in _ASKED else None
    return Violation(
        kind=kind,
        node=node,
        attribute=attribute,
        expected=tuple(expected[1].split(", ")) if expected else (),
        value=(node.get(attribute, "") if attribute else node.text or "") if kind in _VALUES else "",
        constraint=next((group for group in asked.groups() if group), "") if asked else "",
    )


class _Ways:
    """Finds the elements of libxml2's node paths; looks through the children of one parent once, however many paths go there."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._children: dict[tuple[etree._Element, str], list[etree._Element]] = {}

    def to(self, path: str) -> etree._Element:
        """The element of a path (``/*/mh:MsgInfo/*[3]``); the deepest one found if the path leads nowhere."""
        node = self._root
        for step in path.split("/")[2:]:
            match = _STEP.fullmatch(step)
            if match is None or step.startswith("@"):
                break
            same = self._fitting(node, match)
            position = int(match["index"] or 1) - 1
            if position >= len(same):
                break
            node = same[position]
        return node

    def _fitting(self, parent: etree._Element, step: re.Match[str]) -> list[etree._Element]:
        key = (parent, step[0].partition("[")[0])
        if key not in self._children:
            self._children[key] = [child for child in parent.iterchildren(etree.Element) if _fits(child, step)]
        return self._children[key]


def _fits(child: etree._Element, step: re.Match[str]) -> bool:
    return step["name"] == "*" or (child.prefix == step["prefix"] and str(child.tag).rpartition("}")[2] == step["name"])


def local_names(names: Sequence[str]) -> tuple[str, ...]:
    """The local names of the Clark names among ``names``; wildcards are left out."""
    return tuple(dict.fromkeys(name.rpartition("}")[2] for name in names if not is_wildcard(name)))


def is_wildcard(name: str) -> bool:
    """True for ``##any``, ``##other{ns}*`` and ``{ns}*``."""
    return name.startswith("##") or name.endswith("*")
