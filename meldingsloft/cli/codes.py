"""``codes``: the code lists (kodeverk) that messages are judged by, and their codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meldingsloft.cli import frame

if TYPE_CHECKING:
    from meldingsloft.adapters.code_lists import PackagedCodeLists
    from meldingsloft.domain.code_lists import ListFacts
    from meldingsloft.report.code_lists import CodeRow


@frame.command(
    "codes",
    example="meldingsloft codes 8116\nmeldingsloft codes 8279 henvisning\nmeldingsloft codes fastlege --json",
    short_help="The code lists (kodeverk) and their codes.",
)
@click.argument("which", metavar="[LIST]", required=False)
@click.argument("search", metavar="[SEARCH]", required=False)
@click.option(
    "--codes",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Newer lists, NUMBER.csv, over the shipped ones.",
)
def command(session: frame.Session, which: str | None, search: str | None, *, folder: Path | None) -> None:
    """Show all code lists; the codes of LIST, a number or OID; or the codes in which SEARCH stands, of LIST or of all lists.

    A list or word that is not found ends with exit status 8.
    """
    from meldingsloft.adapters.code_lists import PackagedCodeLists

    lists = PackagedCodeLists.with_folder(folder) if folder else PackagedCodeLists()
    if which is None:
        _show_lists(session, [(facts, len(lists.codes(facts.number))) for facts in lists.lists()])
        return
    number = _number(which)
    if number is None and search is None:
        _show_found(session, _matching(lists, lists.lists(), which), which, several=True)
        return
    facts = lists.named(which if number is None else number)
    if search is None:
        _show_list(session, lists, facts)
    else:
        _show_found(session, _matching(lists, [facts], search), search, several=False)


def _number(which: str) -> str | None:
    """The number that a number or OID names, None for a word."""
    from meldingsloft.domain.code_lists import list_number

    text = which.strip()
    if text.isdecimal():
        return text
    return list_number(text) or (text if "." in text and text.replace(".", "").isdecimal() else None)


def _show_lists(session: frame.Session, lists: Sequence[tuple[ListFacts, int]]) -> None:
    from meldingsloft.report.code_lists import list_object, lists_text
    from meldingsloft.report.text import Terminal

    if session.json:
        for facts, count in lists:
            session.json_line(list_object(facts, count))
        return
    for line in lists_text(lists, Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii")):
        session.line(line)


def _show_list(session: frame.Session, lists: PackagedCodeLists, facts: ListFacts) -> None:
    from meldingsloft.report.code_lists import heading_text
    from meldingsloft.report.text import Terminal

    rows = _rows(lists, facts)
    if not session.json:
        terminal = Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii")
        session.line(heading_text(facts, len(rows), terminal))
    _show_rows(session, rows, several=False)


def _show_found(session: frame.Session, rows: Sequence[CodeRow], word: str, *, several: bool) -> None:
    from meldingsloft.domain.errors import NothingMatchedError

    if not rows:
        raise NothingMatchedError(
            "ML-N011",
            f"no code or display text has {word[:60]!r} in it",
            hint="try a shorter word; `meldingsloft codes` shows all lists",
        )
    _show_rows(session, rows, several=several)


def _show_rows(session: frame.Session, rows: Sequence[CodeRow], *, several: bool) -> None:
    from meldingsloft.report.code_lists import code_object, codes_text
    from meldingsloft.report.text import Terminal

    if session.json:
        for row in rows:
            session.json_line(code_object(row))
        return
    terminal = Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii")
    for line in codes_text(rows, terminal, with_list=several):
        session.line(line)


def _rows(lists: PackagedCodeLists, facts: ListFacts) -> list[CodeRow]:
    from meldingsloft.report.code_lists import CodeRow

    number = facts.number
    return [CodeRow(facts, code, display, lists.note(number, code)) for code, display in lists.codes(number)]


def _matching(lists: PackagedCodeLists, among: Sequence[ListFacts], word: str) -> list[CodeRow]:
    """The codes whose code, text or list has the word in it, in any case."""
    wanted = word.strip().casefold()
    return [
        row
        for facts in among
        for row in _rows(lists, facts)
        if wanted in row.code.casefold() or wanted in row.display.casefold()
    ]
