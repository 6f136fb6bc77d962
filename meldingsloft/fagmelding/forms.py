"""The form language: what a case file may say of one message type, and where in the XML each answer goes.

A form is a tree of declarations. From the one declaration come the reading and checking of a case (``reading``), the XML
(``placing``) and the commented starter case (``starter``).

Vocabulary:

- *field*: one answer, with its key, kind and place;
- *group*: a table of a case, or a list of tables (``many``);
- *written*: something in the XML that nobody is asked for, fixed or derived;
- *place*: the steps from the group's own place to an element: ``Event/Service/AdmCat``. A step may ask for a coded child:
  ``Comment[Heading=8311:VU]`` (CS) or ``Ident[TypeId~9051:HER]`` (CV), and is then another element than its bare namesake.
  ``b64:Base64Container`` changes namespace, which holds until the next change.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from meldingsloft.fagmelding.kinds import Kind, Raw, Surroundings

Values = dict[str, Any]
"""Typed values of a group, by key; a group inside is again Values, a list of groups a list of them."""
Derivation = Callable[[Values, Surroundings], Raw]
"""Makes a raw value from the other values of its group; None: nothing to say."""
Fault = tuple[str, str, str]
"""Key inside the group (empty for the group itself), what is wrong, how to mend it."""
Check = Callable[[Values, Surroundings], Iterable[Fault]]


class Need(enum.Enum):
    """When a case must say something."""

    NO = "no"
    CONTENT = "content"
    """Always but in a cancellation, which carries head, ids and addresses only."""
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Field:
    """One answer."""

    key: str
    kind: Kind
    help: str
    place: str = ""
    """Empty: the answer serves other declarations only."""
    need: Need = Need.NO
    default: Raw | Derivation = None
    many: bool = False
    """A list of answers, each an element of its own."""
    source: str = ""
    """Standard, section or rule id."""

    def at(self, place: str, **changes: Any) -> Field:
        """The same question, answered in another place."""
        return replace(self, place=place, **changes)


@dataclass(frozen=True, slots=True)
class Written:
    """Something in the XML that follows from the type or from other answers."""

    place: str
    kind: Kind
    value: Raw | Derivation
    inside: bool = False
    """Only when the element around it is there for another reason."""


@dataclass(frozen=True, slots=True)
class Group:
    """A table of a case."""

    key: str
    help: str
    items: tuple[Field | Group | Written, ...]
    place: str = ""
    need: Need = Need.NO
    many: bool = False
    checks: tuple[Check, ...] = ()
    source: str = ""

    asked: tuple[Field | Group, ...] = field(init=False, repr=False, compare=False, default=())
    """What a case may say here, in order."""

    def __post_init__(self) -> None:
        asked = tuple(item for item in self.items if not isinstance(item, Written))
        object.__setattr__(self, "asked", asked)  # the dataclass is frozen


@dataclass(frozen=True, slots=True)
class Form:
    """Everything about building one message type."""

    short_name: str
    title: str
    namespace: str
    root: str
    top: Group
    order: Mapping[tuple[str, str], tuple[str, ...]]
    """Children by (namespace, element), as the schema orders them."""
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """By the prefix used in places."""
    prefixed: frozenset[str] = frozenset()
    """Prefixes that are also written; the others become default namespaces."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The coded child that tells a step from its namesakes."""

    names: tuple[str, ...]
    list_number: str
    code: str
    with_system: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One element on the way to a place."""

    text: str
    prefix: str
    name: str
    asked: Asked | None


_STEP = re.compile(
    r"(?:(?P<prefix>\w+):)?(?P<name>\w+)(?:\[(?P<path>[\w/]+)(?P<sort>[=~])(?P<list>\d+):(?P<code>[\w-]+)\])?"
)
_BETWEEN = re.compile(r"/(?![^\[]*\])")


@cache
def steps(place: str) -> tuple[Step, ...]:
    """The steps of a place.

    Raises:
        ValueError: the place is not written as the module says.
    """
    return tuple(_step(text) for text in _BETWEEN.split(place)) if place else ()


def _step(text: str) -> Step:
    found = _STEP.fullmatch(text)
    if found is None:
        raise ValueError(f"not a step of a place: {text!r}")
    asked = None
    if found["path"]:
        asked = Asked(tuple(found["path"].split("/")), found["list"], found["code"], with_system=found["sort"] == "~")
    return Step(text, found["prefix"] or "", found["name"], asked)


def order_of(namespace: str, table: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """An order table from lines ``Element: Child Child …``."""
    lines = (line.partition(":") for line in table.strip().splitlines())
    return {(namespace, name.strip()): tuple(children.split()) for name, _, children in lines}
