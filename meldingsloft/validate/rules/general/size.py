"""GN-015: the whole message stays below what mail on the way carries (HIS 1036:2011 §2.3, §3.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.findings import Place
from meldingsloft.validate.checks import Check

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

LARGEST = 10_000_000
"""Bytes."""


def _look(subject: Subject) -> Iterator[Finding]:
    if len(subject.data) > LARGEST:
        yield subject.finding("GN-015", Place(), size=f"{len(subject.data) / 1_000_000:.1f}")


CHECK = Check(("GN-015",), "rules", _look, advice=True)
