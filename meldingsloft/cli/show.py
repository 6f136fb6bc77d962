"""``show``: the whole history of one message."""

from __future__ import annotations

import click

from meldingsloft.cli import frame


@frame.command("show", example="meldingsloft show 0d0b5c7e-6a1e-4b8b-9a55-3d2f6f1d9c11")
@click.argument("identifier", metavar="ID")
def command(session: frame.Session, identifier: str) -> None:
    """Show one message's whole history by MsgId or MessageId: every attempt, signal, receipt and file.

    Exit status: 8 when the journal knows no such id.
    """
    from meldingsloft.cli.wiring import msh_of
    from meldingsloft.flow.tracing import trace
    from meldingsloft.report.road import history_object, history_text

    msh = msh_of(session)
    for number, (entry, events, related) in enumerate(trace(msh.journal, identifier)):
        if session.json:
            session.json_line(history_object(entry, events, related))
            continue
        if number:
            session.line()
        for line in history_text(entry, events, related):
            session.line(line)
