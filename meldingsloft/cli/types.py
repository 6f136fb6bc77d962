"""``types``: the message catalogue."""

from __future__ import annotations

import shutil
import sys

import click

from meldingsloft.cli import frame


@frame.command("types", example="meldingsloft types\nmeldingsloft types epikrise svarrapport-1.4 --json")
@click.argument("names", nargs=-1, metavar="[NAME]…")
def command(session: frame.Session, names: tuple[str, ...]) -> None:
    """Show the message types: all, or those whose short name is or begins with NAME.

    Exit status: 2 when no type has such a name.
    """
    from meldingsloft.adapters.type_table import load_catalogue
    from meldingsloft.report.types import TypeTable, type_object

    rows = load_catalogue().beginning_with(names)
    if session.json:
        for row in rows:
            session.json_line(type_object(row))
        return
    narrow = sys.stdout.isatty() and not session.verbose
    table = TypeTable(rows, width=shutil.get_terminal_size().columns if narrow else None)
    for line in table.lines(colour=session.colour(sys.stdout)):
        session.line(line)
    if table.left_out:
        session.say(f"left out for lack of room: {', '.join(table.left_out)} (-v or --json shows all)")
