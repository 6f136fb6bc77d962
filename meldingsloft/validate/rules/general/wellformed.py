"""GN-001 and GN-004: the document can be read, in one of the two encodings the standards know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.findings import Finding, Place
from meldingsloft.validate.checks import Check

if TYPE_CHECKING:
    from meldingsloft.domain.errors import UnreadableError
    from meldingsloft.validate.rulebook import RuleBook
    from meldingsloft.validate.subject import Subject

_POSITION = re.compile(r"line (\d+)(?:, column (\d+))?(?:: )?")
_ALLOWED = frozenset({"utf-8", "iso-8859-1"})


def unreadable(error: UnreadableError, rules: RuleBook) -> Finding:
    """The finding for bytes that gave no tree (``ML-U…``): GN-004 for the encoding, GN-001 for everything else."""
    position = _POSITION.match(error.detail)
    place = Place(int(position[1]), int(position[2]) if position[2] else None) if position else Place()
    what = error.detail[position.end() :] if position else error.detail
    what = "it begins as neither XML nor a mail" if what == "document empty" else what
    facts = {"code": error.code, "what": f"{error.message}: {what}" if what else error.message}
    return rules.finding("GN-004" if error.code == "ML-U002" else "GN-001", place, facts, detail="unreadable")


def _encoding(subject: Subject) -> Iterator[Finding]:
    declared = subject.root.getroottree().docinfo.encoding
    if declared and declared.lower() not in _ALLOWED:
        yield subject.finding("GN-004", Place(1, 1), detail="declared", found=declared)


CHECK = Check(("GN-001", "GN-004"), "rules", _encoding, answer=True)
"""GN-001 is given by ``unreadable`` alone: there is no Subject of what cannot be read."""
