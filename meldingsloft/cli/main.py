"""The command line as a whole: lazy commands, one place where errors become exit statuses."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from meldingsloft.cli.frame import HELP_NAMES, MeldingsloftGroup, Session, prepare_streams, report_error
from meldingsloft.cli.overview import overview
from meldingsloft.cli.table import COMMANDS
from meldingsloft.domain.errors import ExitStatus, MeldingsloftError, own_fault


class LazyGroup(MeldingsloftGroup):
    """Knows all commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None for a name that is none (no guessed abbreviations)."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        made = importlib.import_module(f"meldingsloft.cli.{entry.module}").command
        assert isinstance(made, click.Command)
        return made

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that went away (``| head``) ends it quietly, before click makes a failure of it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _close_stdout()
            raise click.exceptions.Exit(ExitStatus.OK) from None

    def get_help(self, ctx: click.Context) -> str:
        """The overview, which stands ready without click."""
        return overview().rstrip()


def _version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        from meldingsloft.version import __version__

        click.echo(f"meldingsloft {__version__}")
        context.exit()


@click.group(cls=LazyGroup, invoke_without_command=False, context_settings=HELP_NAMES, subcommand_metavar="COMMAND …")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="The version.")
def program() -> None:
    """Build, validate, sign, encrypt, send, receive and answer Norwegian health messages."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line; gives the exit status and never raises."""
    session = Session(debug="--debug" in arguments)
    prepare_streams()
    try:
        return _run(list(arguments), session)
    except BrokenPipeError:
        _close_stdout()
        return ExitStatus.OK
    except Exception as fault:
        if session.debug:
            raise
        report_error(session, own_fault(fault))
        return ExitStatus.FAULT


def _run(arguments: list[str], session: Session) -> int:
    try:
        result: Any = program.main(arguments, prog_name="meldingsloft", standalone_mode=False, obj=session)
    except MeldingsloftError as error:
        if session.debug:
            raise
        report_error(session, error)
        return error.exit_status
    except click.exceptions.NoArgsIsHelpError as help_shown:
        click.echo(help_shown.ctx.get_help())
        return ExitStatus.USAGE
    except click.ClickException as usage:
        usage.show()
        return usage.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
        return ExitStatus.INTERRUPTED
    return result if isinstance(result, int) and not isinstance(result, bool) and result else int(session.exit_status)


def _close_stdout() -> None:
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
