"""``validate --watch``: files are looked at twice a second, and those that changed are judged again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from meldingsloft.cli import frame
from meldingsloft.cli.inputs import Source, sources
from meldingsloft.cli.results import Results
from meldingsloft.report.outcomes import Outcome

_INTERVAL = 0.5
"""Seconds between two looks."""
_WIDTH = 60
Stamp = tuple[int, int, int]


def watch_files(
    session: frame.Session,
    files: Sequence[str],
    judge: Callable[[Source], Outcome],
    results: Results,
    wait: Callable[[float], object] = time.sleep,
) -> NoReturn:
    """Judge everything, then again and again what is new or changed, until interrupted."""
    known: dict[Source, Stamp] = {}
    while True:
        now = {source: _stamp(source) for source in sources(files)}
        changed = [source for source, stamp in now.items() if known.get(source) != stamp]
        gone = [source for source in known if source not in now]
        if changed or gone:
            if known:
                _separate(session, len(changed))
            for source in gone:
                session.say(f"{source.name}: gone")
            for source in changed:
                results.take(judge(source))
            if changed:
                session.say(results.summary())
            session.say(f"watching {len(now)} files; Ctrl-C ends it", level=0 if not known else 1)
            known = now
        wait(_INTERVAL)


def _separate(session: frame.Session, changed: int) -> None:
    if not session.json:
        title = f"── {time.strftime('%H:%M:%S')} {changed} changed "
        session.line(title.ljust(_WIDTH, "─"))


def _stamp(source: Source) -> Stamp:
    """What changes when a file does; zeros for one that is not there."""
    try:
        found = os.stat(source.archive or source.name)  # noqa: PTH116 - every file, twice a second
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino
