"""``demo``: the Kristiansund story, played with real keys, envelopes and mailboxes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meldingsloft.cli import frame
from meldingsloft.domain.errors import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meldingsloft.report.timeline import Chapter, Ending, Fate, Happening, Place, Timeline


@frame.command("demo", example="meldingsloft demo\nmeldingsloft demo /tmp/kristiansund --json | jq -c .meaning")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
def command(session: frame.Session, folder: Path | None) -> None:
    """Tell the Kristiansund story: a hospital, a municipality and a doctor exchange messages in a fresh folder.

    DIR is demo-workspaces when it is not named. A folder that holds something else is left alone, and beside an earlier
    demo the next one gets a number. Nothing leaves this machine. With -q only the end is told.

    Exit status: 0 when everything went as the story says, else 1.
    """
    import time

    from meldingsloft.cli.kristiansund import TITLE, TOWN, WORDS
    from meldingsloft.cli.telling import open_town
    from meldingsloft.cli.town import found_town, fresh_folder
    from meldingsloft.cli.wiring import clock_of
    from meldingsloft.report.timeline import Look, Place, Timeline

    home = fresh_folder(folder)
    look = Look(session.colour(sys.stdout), frame.shows("→✓✗…", sys.stdout), _width())
    stage = _Stage(session, Timeline(look))
    stage.open(TITLE, WORDS)
    started = time.perf_counter()
    workspaces = found_town(home, clock_of(session))
    places = [Place(h.folder, h.organisation.name, tuple((str(p.her_id), p.name) for p in h.parties)) for h in TOWN]
    stage.places(str(home), places, time.perf_counter() - started)
    town = open_town(workspaces, clock_of(session))
    fates = list(stage.play(town.play()))
    ending = town.ending(str(home), fates, _path_hint())
    stage.end(ending)
    if not ending.as_told:
        session.error("error: the story did not go as told; run it again with -v, and report it if it stays so")
        session.fail(ExitStatus.FAULT)


def _width() -> int:
    return max(60, min(shutil.get_terminal_size((80, 24)).columns, 100))


def _path_hint() -> tuple[tuple[str, str], ...]:
    """What a shell must be told before it finds ``meldingsloft``; nothing where it does."""
    beside = Path(sys.executable).parent / "meldingsloft"
    if shutil.which("meldingsloft") or not beside.exists():
        return ()
    return ((f'export PATH="{beside.parent}:$PATH"', "so that the shell finds meldingsloft"),)


class _Stage:
    """Shows each part as it comes: lines for people, or JSON lines."""

    def __init__(self, session: frame.Session, timeline: Timeline) -> None:
        self._session = session
        self._timeline = timeline
        self._aloud = not session.quiet

    def open(self, title: str, words: str) -> None:
        """The first page."""
        if self._aloud and not self._session.json:
            self._lines(self._timeline.opening(title, words))

    def places(self, folder: str, places: list[Place], seconds: float) -> None:
        """Who lives where."""
        from meldingsloft.report.timeline import place_object

        if self._aloud and self._session.json:
            for place in places:
                self._session.json_line(place_object(place, folder))
        elif self._aloud:
            self._lines(self._timeline.places(folder, places, seconds))

    def play(self, parts: Iterator[Chapter | Happening | Fate]) -> Iterator[Fate]:
        """Show what happens; give the fates on."""
        from meldingsloft.report.timeline import Chapter, Fate, chapter_object, fate_object, happening_object

        for part in parts:
            if isinstance(part, Fate):
                if self._session.json:
                    self._session.json_line(fate_object(part))
                yield part
            elif self._aloud and self._session.json:
                self._session.json_line(chapter_object(part) if isinstance(part, Chapter) else happening_object(part))
            elif self._aloud:
                self._lines(
                    self._timeline.chapter(part) if isinstance(part, Chapter) else self._timeline.happening(part)
                )

    def end(self, ending: Ending) -> None:
        """The last page."""
        from meldingsloft.report.timeline import ending_object

        if self._session.json:
            self._session.json_line(ending_object(ending))
        else:
            self._lines(self._timeline.ending(ending))

    def _lines(self, lines: Iterator[str]) -> None:
        for line in lines:
            self._session.line(line)
