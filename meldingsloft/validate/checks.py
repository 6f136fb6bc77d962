"""What a check is, and the runner that asks all of them.

A check is one function over a ``Subject`` that yields findings, with the ids it may give, the group of ``--only`` it belongs
to, and the families of messages it looks at. What a rule says to people stands in ``data/codes``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from meldingsloft.domain.catalogue import Family
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

Group = Literal["schema", "codes", "rules", "envelope"]
GROUPS: tuple[Group, ...] = ("schema", "codes", "rules", "envelope")


@dataclass(frozen=True, slots=True)
class Check:
    """One check."""

    ids: tuple[str, ...]
    """Every code it may give."""
    group: Group
    look: Callable[[Subject], Iterator[Finding]]
    families: frozenset[Family] | None = None
    """Message families it looks at; None: every document."""
    heads: bool = False
    """Looks at hodemeldinger only, whatever they carry."""


def run(checks: Sequence[Check], subject: Subject, only: Collection[Group] | None = None) -> list[Finding]:
    """All findings of the checks that apply, in document order; findings of one place keep the order of the checks."""
    in_head, row = subject.in_head, subject.message_type
    family = None if row is None else row.family
    found = [
        finding
        for check in checks
        if (only is None or check.group in only)
        and (in_head or not check.heads)
        and (check.families is None or family in check.families)
        for finding in check.look(subject)
    ]
    if len(found) > 1:
        found.sort(key=lambda finding: (finding.place.line or 0, finding.place.column or 0))
    return found
