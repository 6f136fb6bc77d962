"""``status``: where every message is."""

from __future__ import annotations

import click

from meldingsloft.cli import frame
from meldingsloft.domain.errors import WrongUsageError
from meldingsloft.domain.journal import Search
from meldingsloft.domain.states import FAILED_STATES, WAITING_STATES, Direction, State


@frame.command("status", example="meldingsloft status --failed\nmeldingsloft status --waiting --party 8800210 --json")
@click.argument("ids", nargs=-1, metavar="[ID…]")
@click.option("--failed", is_flag=True, help="What failed, was refused or rejected, or is overdue.")
@click.option("--waiting", is_flag=True, help="What still waits for an answer.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([s.value for s in State]),
    help="Only this state; may be repeated.",
)
@click.option("--direction", type=click.Choice(["out", "in"]), help="Sent or received.")
@click.option("--party", metavar="HER", help="From or to this party.")
@click.option("--type", "message_type", metavar="TYPE", help="Only this message type.")
@click.option("--since", metavar="ISO8601", help="Changed at or after this time.")
@click.option("--until", metavar="ISO8601", help="Changed at or before this time.")
@click.option("--msg-id", "msg_ids", multiple=True, metavar="ID", help="Only this MsgId or MessageId; may be repeated.")
@click.option("--signals", is_flag=True, help="Acknowledgments, errors and faults too.")
def command(
    session: frame.Session,
    ids: tuple[str, ...],
    failed: bool,
    waiting: bool,
    states: tuple[str, ...],
    direction: str | None,
    party: str | None,
    message_type: str | None,
    since: str | None,
    until: str | None,
    msg_ids: tuple[str, ...],
    signals: bool,
) -> None:
    """Show the journal: a line for each message, oldest first.

    Exit status: 0, also when nothing matches.
    """
    from meldingsloft.cli.wiring import msh_of
    from meldingsloft.domain.envelopes import parse_instant
    from meldingsloft.flow.overdue import mark_overdue
    from meldingsloft.report.road import status_object, status_text

    wanted = (
        {State(state) for state in states}
        | (FAILED_STATES if failed else set())
        | (WAITING_STATES if waiting else set())
    )
    moments = {name: parse_instant(text) if text else None for name, text in (("since", since), ("until", until))}
    for name, text in (("since", since), ("until", until)):
        if text and moments[name] is None:
            raise WrongUsageError(
                "ML-C003", f"--{name} is no time", hint="write it as 2026-03-02 or 2026-03-02T10:31:07Z"
            )
    search = Search(
        ids=(*ids, *msg_ids),
        direction=Direction(direction) if direction else None,
        states=frozenset(wanted),
        party=party or "",
        message_type=message_type or "",
        since=moments["since"],
        until=moments["until"],
        signals=signals,
    )
    msh = msh_of(session)
    mark_overdue(msh)
    if session.json:
        for entry in msh.journal.search(search):
            session.json_line(status_object(entry))
    else:
        for line in status_text(msh.journal.search(search)):
            session.line(line)
