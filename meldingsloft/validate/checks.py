"""What a check is, and the runner that asks all of them.

A check is one function that yields findings, with the ids it may give, the group of ``--only`` it belongs to, and the
messages it looks at. A ``Check`` looks at the document as a whole (what must be there), an ``ElementCheck`` at every element
of some names (what such an element must be like). What a rule says to people stands in ``data/codes``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.catalogue import Family
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

Group = Literal["schema", "codes", "rules", "envelope"]
Asking = Literal["everything", "sender", "receiver"]
"""A message server that sends asks what forbids sending, one that receives only what decides its AppRec."""
GROUPS: tuple[Group, ...] = ("schema", "codes", "rules", "envelope")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a check looks at; every document by default."""

    families: frozenset[Family] | None = None
    """Message families."""
    types: frozenset[str] | None = None
    """Short names of message types."""
    heads: bool = False
    """Hodemeldinger only, whatever they carry."""

    def covers(self, subject: Subject) -> bool:
        """True when the check has something to say about documents of this type."""
        if self.heads and not subject.in_head:
            return False
        row = subject.message_type
        if self.families is not None and (row is None or row.family not in self.families):
            return False
        return self.types is None or (row is not None and row.short_name in self.types)


EVERYTHING = Scope()
HEADS = Scope(heads=True)


def of_families(*families: Family) -> Scope:
    """The messages of some families."""
    return Scope(families=frozenset(families))


def of_types(*short_names: str) -> Scope:
    """The messages of some types."""
    return Scope(types=frozenset(short_names))


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a whole document."""

    ids: tuple[str, ...]
    """Every code it may give."""
    group: Group
    look: Callable[[Subject], Iterator[Finding]]
    scope: Scope = EVERYTHING
    content: bool = False
    """Asks for clinical content, which a cancellation need not have."""
    advice: bool = False
    """Gives warnings and infos only, so that no message server need ask it."""
    answer: bool = False
    """Can be a reason to reject, so that a receiving message server asks it."""

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """What it says about a document in its scope."""
        return self.look(subject)


@dataclass(frozen=True, slots=True)
class ElementCheck:
    """One check of every element of some names, wherever they stand."""

    ids: tuple[str, ...]
    group: Group
    names: tuple[str, ...]
    """Local names."""
    look: Callable[[Subject, etree._Element], Iterator[Finding]]
    scope: Scope = EVERYTHING
    content: bool = False
    advice: bool = False
    answer: bool = False

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """What it says about a document in its scope."""
        index = subject.by_name
        for name in self.names:
            if name in index:
                for element in index[name]:
                    yield from self.look(subject, element)


AnyCheck = Check | ElementCheck


class Plan:
    """Checks in the order they are asked; which of them concern a type of document is worked out once."""

    def __init__(self, checks: Sequence[AnyCheck]) -> None:
        self.checks = tuple(checks)
        self._chosen: dict[tuple[bool, str, frozenset[Group] | None, Asking], tuple[AnyCheck, ...]] = {}

    def chosen(
        self, subject: Subject, only: frozenset[Group] | None = None, asking: Asking = "everything"
    ) -> tuple[AnyCheck, ...]:
        """The checks whose scope covers the document, of the groups asked for, that matter to whoever asks."""
        row = subject.message_type
        key = (subject.in_head, row.short_name if row is not None else "", only, asking)
        known = self._chosen.get(key)
        if known is None:
            known = self._chosen[key] = tuple(
                check
                for check in self.checks
                if (only is None or check.group in only) and _matters(check, asking) and check.scope.covers(subject)
            )
        return known


def _matters(check: AnyCheck, asking: Asking) -> bool:
    if asking == "receiver":
        return check.answer
    return asking == "everything" or not check.advice


def run(checks: Sequence[AnyCheck], subject: Subject) -> list[Finding]:
    """All findings of checks that concern the document, in document order; those of one place as the checks are ordered."""
    cancelled = subject.cancelled
    found: list[Finding] = []
    for check in checks:
        if cancelled and check.content:
            continue
        if type(check) is ElementCheck and subject.by_name.keys().isdisjoint(check.names):
            continue
        found.extend(check.findings(subject))
    if len(found) > 1:
        found.sort(key=lambda finding: (finding.place.line or 0, finding.place.column or 0))
    return found
