"""A progress bar on stderr that appears only when a run lasts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from meldingsloft.cli.inputs import sources

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_PATIENCE = 1.0
"""Seconds before there is a bar."""
_COUNTED = 200_000
"""Files that are counted ahead; a run over more shows no end."""


class Progress:
    """Counts files, and shows it after a second."""

    def __init__(self, files: Sequence[str], *, colour: bool = True) -> None:
        self._files = files
        self._colour = colour
        self._started = time.monotonic()
        self._seen = self._failed = 0
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def advance(self, failed: bool) -> None:
        """One more file is done."""
        self._seen += 1
        self._failed += failed
        if self._bar is None and time.monotonic() - self._started > _PATIENCE:
            self._show()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._seen, failed=self._failed)

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True, no_color=not self._colour)
        self._bar = Progress(
            TextColumn("validating"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]} failed"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            refresh_per_second=4,
        )
        self._task = self._bar.add_task("", total=self._total(), failed=self._failed)
        self._bar.start()

    def _total(self) -> int | None:
        if "-" in self._files:
            return None
        count = sum(1 for _ in islice(sources(self._files), _COUNTED + 1))
        return count if count <= _COUNTED else None

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
