"""Files named on the command line: ``-`` is stdin, a folder or a zip file stands for the files below it in path order.

Nothing is listed ahead but the names of one folder, so that a folder may hold any number of messages.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from meldingsloft.domain.errors import MeldingsloftError

MESSAGES = (".xml",)
ENVELOPES = (".xml", ".eml", ".mime")


@dataclass(frozen=True, slots=True)
class Source:
    """One document to read; crosses to other processes."""

    name: str
    """As it is shown: a path, ``-``, or ``a.zip!/b/c.xml``."""
    archive: str = ""
    """The zip file it lies in."""
    entry: int = -1
    """Its number in the zip file."""

    def read(self) -> bytes:
        """Its bytes, no more than decide that it is too large.

        Raises:
            MeldingsloftError: it cannot be read; the error says where.
        """
        try:
            if self.archive:
                from meldingsloft.adapters.zip_inputs import read_entry

                return read_entry(self.archive, self.entry)
            from meldingsloft.cli.frame import read_input

            return read_input(self.name)
        except MeldingsloftError as error:
            raise error.at(self.name) from None


def expand(names: Sequence[str], endings: tuple[str, ...] = MESSAGES) -> Iterator[str]:
    """Each named file, and for each folder every file below it with one of the endings (and all mails of a Maildir)."""
    for name in names:
        if name != "-" and Path(name).is_dir():
            yield from _below(str(Path(name)), endings)
        else:
            yield name


def sources(names: Sequence[str], endings: tuple[str, ...] = ENVELOPES) -> Iterator[Source]:
    """As ``expand``, with what lies in the zip files that are named."""
    for name in names:
        if is_archive(name):
            yield from _inside(name, endings)
        else:
            yield from (Source(found) for found in expand((name,), endings))


def is_archive(name: str) -> bool:
    """True for a file called ``.zip``."""
    return name.lower().endswith(".zip") and Path(name).is_file()


def stands_for_many(name: str) -> bool:
    """True for folders and zip files."""
    return name != "-" and (is_archive(name) or Path(name).is_dir())


def _below(folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    """Every wanted file below a folder, in path order; a folder that cannot be listed comes as a file that cannot be read."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(
                (entry.name, entry.is_dir(follow_symlinks=False)) for entry in found if _may_be_wanted(entry, endings)
            )
    except OSError:
        yield folder
        return
    for name, is_folder in entries:
        path = os.path.join(folder, name) if folder != "." else name  # noqa: PTH118 - a name for each of many files
        if is_folder:
            yield from _below(path, endings)
        else:
            yield path


def _may_be_wanted(entry: os.DirEntry[str], endings: tuple[str, ...]) -> bool:
    if entry.is_dir(follow_symlinks=False):
        return True
    return wanted(entry.path, endings) and entry.is_file()


def wanted(path: str, endings: tuple[str, ...]) -> bool:
    """True for the name of a file that a folder stands for."""
    folder, _, name = path.rpartition("/")
    if name.startswith("."):  # somebody is still writing it
        return False
    if Path(name).suffix.lower() in endings:
        return True
    return ".eml" in endings and folder.rpartition("/")[2] in ("new", "cur")


def _inside(name: str, endings: tuple[str, ...]) -> Iterator[Source]:
    from meldingsloft.adapters.zip_inputs import entries

    try:
        found = entries(name)
    except MeldingsloftError:  # reading it says so again, as the result of this file
        yield Source(name, name)
        return
    for path, number in found:
        if wanted(path.replace("\\", "/"), endings):
            yield Source(f"{name}!/{path}", name, number)
