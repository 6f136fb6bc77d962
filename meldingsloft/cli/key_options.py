"""Options that the commands with keys and certificates share, and the hidden question for a passphrase."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_FILE = click.Path(path_type=Path, dir_okay=False)

passfile_option = click.option(
    "--passfile", type=_FILE, metavar="FILE", help="Its first line is the passphrase of the key. Default: ask, hidden."
)
output_option = click.option("-o", "--output", type=_FILE, metavar="FILE", help="Where to write. Default: stdout.")


def key_option(text: str, *, multiple: bool = False) -> Callable[[Any], Any]:
    """``--key FILE``, required."""
    return click.option("--key", type=_FILE, metavar="P12", required=True, multiple=multiple, help=text)


def ask_passphrase(data_name: str) -> Callable[[str], bytes | None]:
    """Asks on the terminal, without showing what is written; nobody is asked when stdin carries data or is no terminal."""

    def ask(path: str) -> bytes | None:
        if data_name == "-" or not sys.stdin.isatty():
            return None
        answer: str = click.prompt(f"Passphrase of {path}", hide_input=True, err=True, default="", show_default=False)
        return answer.encode("utf-8")

    return ask


def refuse_own_output(source: str, output: Path | None) -> None:
    """An input is never its own output: a failure half-way would cost the original.

    Raises:
        BadParameter: both name one file.
    """
    if output is None or "-" in (source, str(output)):
        return
    if output.exists() and Path(source).exists() and output.samefile(source):
        raise click.BadParameter("the output is the input: name another file", param_hint="-o")
