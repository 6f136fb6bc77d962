"""Reports that are one document: results are kept aside in a temporary file, so that memory holds none of them.

The temporary file has no name, and lies in memory while it is small.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Protocol

from meldingsloft.report.outcomes import Outcome

_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 1 << 16


class Document(Protocol):
    """One report in the making."""

    def add(self, outcome: Outcome) -> None:
        """What became of one file."""

    def pieces(self) -> Iterator[bytes]:
        """The whole document, once all files are added."""


class Spool:
    """Text that is written piece by piece and read again once."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - lives as long as the report

    def write(self, text: str) -> None:
        """Add text."""
        self._file.write(text.encode("utf-8", "replace"))

    def pieces(self) -> Iterator[bytes]:
        """Everything written."""
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            yield piece
        self._file.close()

    def __del__(self) -> None:
        self._file.close()
