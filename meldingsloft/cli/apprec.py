"""``apprec``: the AppRec that answers a message."""

from __future__ import annotations

from pathlib import Path

import click

from meldingsloft.cli import frame

EXAMPLE = """\
meldingsloft apprec epikrise.xml -o kvittering.xml
meldingsloft apprec epikrise.xml --error "E21:tjenesten er lagt ned\""""


@frame.command("apprec", example=EXAMPLE)
@click.argument("message")
@click.option(
    "--error",
    "errors",
    multiple=True,
    metavar="CODE[:TEXT]",
    help="Reject with this code of kodeverk 8221; repeat for several faults.",
)
@click.option("--partly", is_flag=True, help="Status 3: accepted but for the parts that the errors name.")
@click.option(
    "--from",
    "--recipient",
    "recipient",
    metavar="HER",
    help="The recipient who answers, by HER-id. Default: the primary one.",
)
@click.option(
    "--report",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Which report of a svarrapport 1.3 with several is answered.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write. Default: stdout.",
)
def command(
    session: frame.Session,
    message: str,
    errors: tuple[str, ...],
    partly: bool,
    recipient: str | None,
    report: int,
    output: Path | None,
) -> None:
    """Make the AppRec that answers MESSAGE: positive, or a rejection with --error.

    The version follows from the message type; addresses are mirrored as they stand in the message.

    Exit status: 2 for an unknown error code, 3 for an unknown message type, 5 when the message cannot be read, 9 for an
    unknown recipient.
    """
    from meldingsloft.adapters.clock import SystemClock
    from meldingsloft.adapters.ids import RandomIds
    from meldingsloft.adapters.type_table import load_catalogue
    from meldingsloft.apprec.by_hand import answer_message, parse_error
    from meldingsloft.domain.errors import MeldingsloftError
    from meldingsloft.domain.identifiers import HerId, MsgId

    asked = [parse_error(text) for text in errors]
    try:
        made = answer_message(
            frame.read_input(message),
            load_catalogue(),
            errors=asked,
            recipient=HerId(recipient.strip()) if recipient else None,
            report=report,
            partly=partly,
            msg_id=MsgId(RandomIds().uuid()),
            now=session.at_time or SystemClock().now(),
        )
    except MeldingsloftError as error:
        raise error.at(message) from None
    for remark in made.remarks:
        session.say(f"note: {remark}")
    frame.write_output(made.apprec, output)
    if output is not None and str(output) != "-":
        from meldingsloft.report.text import one_line

        session.say(f"AppRec {'rejecting' if asked else 'accepting'} {one_line(made.head.msg_id)} written to {output}")
