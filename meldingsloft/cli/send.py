"""``send``: messages out, each to all its recipients."""

from __future__ import annotations

import click

from meldingsloft.cli import frame
from meldingsloft.cli.inputs import expand
from meldingsloft.domain.errors import ExitStatus, InvalidMessageError, MeldingsloftError, WrongUsageError
from meldingsloft.domain.identifiers import HerId


@frame.command(
    "send",
    example="meldingsloft send epikrise.xml\nmeldingsloft build epikrise-1.2 case.toml | meldingsloft send - --json",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--to",
    "receivers",
    multiple=True,
    metavar="HER",
    help="Send to this party instead of the message's recipients; may be repeated.",
)
@click.option("--from", "sender", metavar="HER", help="Send as this party of the workspace.")
@click.option("--force", is_flag=True, help="Send although the message has errors or its MsgId has been sent before.")
@click.option("--time-to-live", metavar="ISO8601", help="Not to be processed after this time.")
@click.option("--unlimited", is_flag=True, help="Send mails above the network's 10 MB too.")
@click.option("-n", "--dry-run", is_flag=True, help="Do everything but deliver, and tell what would be sent.")
def command(
    session: frame.Session,
    files: tuple[str, ...],
    receivers: tuple[str, ...],
    sender: str | None,
    force: bool,
    time_to_live: str | None,
    unlimited: bool,
    dry_run: bool,
) -> None:
    """Validate, sign, encrypt, wrap, journal and deliver messages.

    A folder stands for every *.xml below it. Parties default to those in the message; it goes to all of its
    recipients, one envelope each.

    Exit status: 0; 3 for a message with errors; 9 for an unknown party; 7 when some of several failed.
    """
    from meldingsloft.cli.wiring import working_msh_of
    from meldingsloft.flow.recovery import recover
    from meldingsloft.flow.sending import SendOptions

    options = SendOptions(
        sender=HerId(sender) if sender else None,
        receivers=tuple(HerId(her) for her in receivers),
        force=force,
        time_to_live=_expiry(time_to_live),
        unlimited=unlimited,
    )
    names = list(expand(files))
    msh = working_msh_of(session)
    failures = [error for name in names if (error := _send(session, msh, name, options, dry_run=dry_run)) is not None]
    if not dry_run:
        recover(msh)
    if failures:
        session.fail(failures[0].exit_status if len(names) == 1 else ExitStatus.PARTIAL)
    elif not names:
        session.fail(ExitStatus.NOTHING)


def _expiry(text: str | None) -> str | None:
    from meldingsloft.domain.envelopes import format_instant, parse_instant

    if text is None:
        return None
    when = parse_instant(text)
    if when is None:
        raise WrongUsageError("ML-C003", "--time-to-live is no time", hint="write it as 2026-03-05T10:00:00Z")
    return format_instant(when)


def _send(
    session: frame.Session, msh: object, name: str, options: object, *, dry_run: bool
) -> MeldingsloftError | None:
    """Send one file and tell what came of it; the error when it was not sent."""
    from meldingsloft.flow.msh import Msh
    from meldingsloft.flow.sending import SendOptions, deliver, planned, prepare
    from meldingsloft.report.road import sent_object
    from meldingsloft.report.text import one_line

    assert isinstance(msh, Msh)
    assert isinstance(options, SendOptions)
    try:
        prepared = prepare(msh, frame.read_input(name), options)
        for line in planned(prepared) if dry_run else deliver(msh, [prepared]):
            if session.json:
                session.json_line(sent_object(line, name))
            verb = "would send" if dry_run else "sent"
            session.say(
                f"{verb} {line.message_type} {one_line(line.msg_id)} from {line.sender} to {line.receiver} in envelope {line.message_id}"
            )
    except MeldingsloftError as error:
        _tell(session, error.at(name), name)
        return error
    return None


def _tell(session: frame.Session, error: MeldingsloftError, name: str) -> None:
    from meldingsloft.report.findings import finding_text

    if isinstance(error, InvalidMessageError) and not session.json:
        for finding in error.findings:
            session.error(finding_text(finding, name))
    frame.report_error(session, error)
