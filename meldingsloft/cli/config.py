"""``config``: each setting, its value and where it came from."""

from __future__ import annotations

import os

import click

from meldingsloft.cli import frame


@click.group("config", cls=frame.MeldingsloftGroup, short_help="Each setting, its value and where it came from.")
def command() -> None:
    """The configuration: flag, then environment, then meldingsloft.toml, then the user's config.toml, then default."""


@frame.command(
    "show", example="meldingsloft config show\nmeldingsloft config show --json", short_help="All settings and paths."
)
def show(session: frame.Session) -> None:
    """Show every setting and every path in use, each with its origin."""
    from meldingsloft.adapters.register import FolderRegister
    from meldingsloft.adapters.settings import load_settings
    from meldingsloft.cli.wiring import workspace_of
    from meldingsloft.report.settings import config_lines, config_object

    workspace = workspace_of(session)
    settings = load_settings(environ=os.environ, file=workspace.file)
    register = FolderRegister(workspace.register)
    origin = _origin(session)
    if session.json:
        session.json_line(config_object(workspace, settings, register, origin))
        return
    for line in config_lines(workspace, settings, register, origin):
        session.line(line)


def _origin(session: frame.Session) -> str:
    from meldingsloft.adapters.workspace_file import VARIABLE

    if session.workspace:
        return "flag --workspace"
    return f"environment {VARIABLE}" if os.environ.get(VARIABLE) else "the nearest meldingsloft.toml upwards"


command.add_command(show)
