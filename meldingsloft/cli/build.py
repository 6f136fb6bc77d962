"""``build``: a message from a case file, or a starter case to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from meldingsloft.cli import frame

EXAMPLE = """\
meldingsloft build epikrise-1.2 --example > case.toml
meldingsloft build epikrise-1.2 case.toml -o epikrise.xml"""


@frame.command("build", example=EXAMPLE)
@click.argument("short_name", metavar="TYPE")
@click.argument("case", required=False, metavar="[CASE]")
@click.option(
    "--example", "wants_example", is_flag=True, help="Print a commented starter case that builds as it stands."
)
@click.option("--full", is_flag=True, help="With --example: the starter that shows all that can be said.")
@click.option(
    "--seed",
    metavar="TEXT",
    help="Make ids that follow from TEXT, the same every time. For tests, never for real messages.",
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
    short_name: str,
    case: str | None,
    wants_example: bool,
    full: bool,
    seed: str | None,
    output: Path | None,
) -> None:
    """Build a message of TYPE from CASE, a TOML or JSON file (- is stdin).

    Every problem of the case is told at once, with its line. Attachments are named from the folder of the case.

    Exit status: 2 for a type that is unknown or has no case form, 3 when the case does not describe a message.
    """
    if wants_example == (case is not None):
        raise click.UsageError("give either a CASE file or --example")
    if full and not wants_example:
        raise click.UsageError("--full goes with --example")
    if case is None:
        frame.write_output(_starter(short_name, full=full), output)
        return
    payload, msg_id = _build(session, short_name, case, seed)
    frame.write_output(payload, output)
    if output is not None and str(output) != "-":
        session.say(f"{short_name} {msg_id} written to {output}")


def _starter(short_name: str, *, full: bool) -> bytes:
    from meldingsloft.adapters.type_table import load_catalogue
    from meldingsloft.fagmelding.registry import form_of
    from meldingsloft.fagmelding.starter import starter

    load_catalogue().named(short_name)
    return starter(form_of(short_name), full=full).encode("utf-8")


def _build(session: frame.Session, short_name: str, case: str, seed: str | None) -> tuple[bytes, str]:
    from meldingsloft.adapters.case_files import read_case_file
    from meldingsloft.adapters.clock import SystemClock
    from meldingsloft.adapters.code_lists import PackagedCodeLists
    from meldingsloft.adapters.ids import RandomIds, SeededIds
    from meldingsloft.adapters.type_table import load_catalogue
    from meldingsloft.domain.errors import CaseError
    from meldingsloft.fagmelding.building import build

    read = read_case_file("<stdin>", frame.read_input("-")) if case == "-" else read_case_file(case)
    try:
        built = build(
            short_name,
            read.values,
            catalogue=load_catalogue(),
            codes=PackagedCodeLists(),
            ids=RandomIds() if seed is None else SeededIds(seed),
            now=session.at_time or SystemClock().now(),
            load_attachment=read.load_attachment,
            locate=read.locate,
        )
    except CaseError as error:
        raise error.at(read.name) from None
    return built.payload, built.head.msg_id
