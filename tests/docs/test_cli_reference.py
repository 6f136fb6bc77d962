"""docs/cli.md shows each command's help as it is; refreshed with ``MELDINGSLOFT_UPDATE_GOLDEN=1``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from meldingsloft.cli.frame import MeldingsloftCommand, MeldingsloftGroup
from meldingsloft.cli.main import program
from meldingsloft.cli.table import COMMANDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
_BLOCK = re.compile(r"(?<=<!-- commands -->\n).*(?=<!-- end of commands -->)", re.DOTALL)
_GLOBAL = {parameter.name for parameter in MeldingsloftGroup("any").params}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and sub-command with its whole name."""
    assert isinstance(program, click.Group)
    context = click.Context(program)
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", command.commands[sub]) for sub in command.list_commands(context))
        else:
            yield name, command


def help_of(name: str, command: click.Command) -> str:
    """The help without the options that all commands share, 100 columns wide."""
    context = click.Context(
        command, info_name=f"meldingsloft {name}", terminal_width=100, help_option_names=["-h", "--help"]
    )
    shared = [parameter for parameter in command.params if parameter.name in _GLOBAL]
    kept, command.params = command.params, [parameter for parameter in command.params if parameter not in shared]
    try:
        text = command.get_help(context)
    finally:
        command.params = kept
    return re.sub(r"\n  -h, --help .*", "", text).rstrip().removesuffix("\n\nOptions:")


def reference() -> str:
    """The generated part of the page."""
    return "\n" + "".join(f"## `{name}`\n\n```text\n{help_of(name, command)}\n```\n\n" for name, command in commands())


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=[name for name, _ in commands()])
def test_every_command_has_help_and_an_example(name: str, command: click.Command) -> None:
    assert isinstance(command, MeldingsloftCommand)
    assert f"meldingsloft {name}" in command.example
    text = help_of(name, command)
    assert command.example.splitlines()[0] in text
    assert len((command.help or "").split()) > 4


def test_every_option_says_what_it_does() -> None:
    silent = [
        f"{name} {parameter.opts[0]}"
        for name, command in commands()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert silent == []


def test_the_page_shows_the_help_as_it_is() -> None:
    page = PAGE.read_text("utf-8")
    fresh = _BLOCK.sub(lambda _: reference(), page)
    if os.environ.get("MELDINGSLOFT_UPDATE_GOLDEN"):
        PAGE.write_text(fresh, "utf-8")
    assert fresh == PAGE.read_text("utf-8"), "help has changed: refresh with MELDINGSLOFT_UPDATE_GOLDEN=1"
