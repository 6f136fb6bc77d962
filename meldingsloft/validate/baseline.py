"""A baseline: the findings that were there before, so that only new ones fail.

Vocabulary: the *fingerprint* of a finding is made of file, code, path and detail, and not of lines, so that it holds while text
above it moves. Several findings with one fingerprint are counted; one more than the baseline has is new.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from meldingsloft.domain.findings import Finding


def fingerprint(file: str, finding: Finding) -> str:
    """32 hexadecimal digits; ``file`` as ``relative`` names are written (``messages/a.xml``)."""
    parts = (file, finding.code, finding.place.path, finding.detail)
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Entry:
    """Findings of one fingerprint."""

    file: str
    code: str
    path: str
    count: int


@dataclass(slots=True)
class Baseline:
    """What a baseline holds, by fingerprint."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    language: str = ""
    """Of the details that the fingerprints were made of; empty: of none."""

    def parted(self, file: str, findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The new findings of a file, and the known ones."""
        new: list[Finding] = []
        known: list[Finding] = []
        seen: Counter[str] = Counter()
        for finding in findings:
            mark = fingerprint(file, finding)
            entry = self.entries.get(mark)
            seen[mark] += 1
            (known if entry is not None and seen[mark] <= entry.count else new).append(finding)
        return tuple(new), tuple(known)


class Collected:
    """The findings of a run, on the way to become a baseline."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def add(self, file: str, findings: Iterable[Finding]) -> None:
        """The findings of one file."""
        for finding in findings:
            mark = fingerprint(file, finding)
            known = self.entries.get(mark)
            self.entries[mark] = Entry(file, finding.code, finding.place.path, 1 + (known.count if known else 0))
