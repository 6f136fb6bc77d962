"""Files named on the command line: ``-`` is stdin, a folder stands for the files below it in path order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

MESSAGES = (".xml",)
ENVELOPES = (".xml", ".eml", ".mime")


def expand(names: Sequence[str], endings: tuple[str, ...] = MESSAGES) -> Iterator[str]:
    """Each named file, and for each folder every file below it with one of the endings (and all mails of a Maildir)."""
    for name in names:
        path = Path(name)
        if name != "-" and path.is_dir():
            yield from (str(found) for found in sorted(path.rglob("*")) if found.is_file() and _wanted(found, endings))
        else:
            yield name


def _wanted(path: Path, endings: tuple[str, ...]) -> bool:
    if path.name.startswith("."):  # somebody is still writing it
        return False
    if path.suffix.lower() in endings:
        return True
    return ".eml" in endings and path.parent.name in ("new", "cur")
