"""What every command shares: the global options, the two streams, and errors in one form with one exit status.

Global options may stand before or after the command. Data goes to stdout, what is said to a person goes to stderr
(``say``), and JSON lines are UTF-8 whatever the locale.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from meldingsloft.domain.errors import ExitStatus, MeldingsloftError, WrongUsageError

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


class Session:
    """The global options of one run (a plain class: `dataclasses` would cost every start a tenth of its time)."""

    __slots__ = ("at_time", "color", "debug", "exit_status", "json", "quiet", "verbose", "workspace")

    def __init__(
        self,
        *,
        workspace: Path | None = None,
        json: bool = False,
        quiet: bool = False,
        verbose: int = 0,
        debug: bool = False,
        color: str = "auto",
        at_time: dt.datetime | None = None,
    ) -> None:
        self.workspace = workspace
        self.json = json
        self.quiet = quiet
        self.verbose = verbose
        self.debug = debug
        self.color = color
        self.at_time = at_time
        self.exit_status = ExitStatus.OK

    def json_line(self, values: Mapping[str, Any]) -> None:
        """One JSON object on stdout, flushed so that pipes see it at once."""
        from meldingsloft.report.text import json_text

        write_bytes(json_text(values).encode("utf-8"))

    def line(self, text: str = "") -> None:
        """One line of data on stdout; signs the terminal cannot show are replaced."""
        _write(sys.stdout, text + "\n")

    def say(self, text: str, *, level: int = 0) -> None:
        """One line for a person on stderr; silent with ``-q`` and for levels above ``-v``."""
        if not self.quiet and level <= self.verbose:
            _write(sys.stderr, text + "\n")

    def error(self, text: str) -> None:
        """A finding or error on stderr, also with ``-q``."""
        _write(sys.stderr, text + "\n")

    def fail(self, status: ExitStatus) -> None:
        """Remember that the run ends with this status; the command goes on."""
        self.exit_status = status

    def colour(self, stream: Any) -> bool:
        """Whether to write colours to a stream (``--color``, NO_COLOR, FORCE_COLOR, TERM=dumb)."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


_STAND_INS = str.maketrans(
    {
        "…": "...",
        "–": "-",
        "—": "-",
        "−": "-",
        "→": "->",
        "←": "<-",
        "✓": "+",
        "✗": "x",
        "·": "-",
        "•": "*",
        "≥": ">=",
        "≤": "<=",
        "×": "x",
    }
    | {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "─": "-",
        "│": "|",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
    }
)


def _stand_in(fault: UnicodeError) -> tuple[str, int]:
    """What to write for signs that a terminal cannot show: ASCII that means the same, else a question mark."""
    assert isinstance(fault, UnicodeEncodeError)
    signs = fault.object[fault.start : fault.end].translate(_STAND_INS)
    return "".join(sign if sign.isascii() else "?" for sign in signs), fault.end


def prepare_streams() -> None:
    """Let stdout and stderr fall back to ASCII stand-ins instead of failing on a latin-1 terminal."""
    codecs.register_error("meldingsloft.stand-in", _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="meldingsloft.stand-in")


def shows(signs: str, stream: Any) -> bool:
    """Whether a stream's encoding has these signs."""
    try:
        signs.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _write(stream: Any, text: str) -> None:
    from meldingsloft.report.text import unsteered

    stream.write(unsteered(text))
    stream.flush()


def write_bytes(data: bytes) -> None:
    """Exact bytes on stdout."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_output(data: bytes, output: Path | None, *, force_binary: bool = False) -> None:
    """Bytes to a file (whole or not at all) or to stdout; bytes that are no text are not thrown at a terminal.

    Raises:
        WrongUsageError: ``ML-C002`` for binary data and a terminal.
    """
    if output is None or str(output) == "-":
        if not force_binary and sys.stdout.isatty() and b"\x00" in data[:4096]:
            raise WrongUsageError(
                "ML-C002",
                "the output is binary and would garble the terminal",
                hint="name a file with -o, or pipe it on",
            )
        write_bytes(data)
        return
    from meldingsloft.adapters.durable import write_file

    write_file(output, data, mode=0o644)


def write_pieces(pieces: Iterable[bytes], output: Path | None) -> None:
    """Text that comes in pieces, to a file (whole or not at all) or to stdout.

    Raises:
        MeldingsloftError: ``ML-P001`` family when the file cannot be written.
    """
    if output is not None and str(output) != "-":
        from meldingsloft.adapters.durable import write_file

        write_file(output, pieces, mode=0o644)
        return
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


_LARGEST_INPUT = 64 * 1024 * 1024 + 1
"""One byte more than the largest document or mail that is taken apart."""


def read_input(name: str, most: int | None = _LARGEST_INPUT) -> bytes:
    """The bytes of a file, or of stdin for ``-``, up to ``most``.

    Of what is too large only so much is read that it is refused for its size, whatever memory there is.

    Raises:
        MeldingsloftError: ``ML-P001`` family when the file cannot be read.
    """
    if name == "-":
        return sys.stdin.buffer.read(-1 if most is None else most)
    from meldingsloft.adapters.durable import read_file

    return read_file(name, most)


def instant(_context: click.Context, _parameter: click.Parameter, value: str | None) -> dt.datetime | None:
    """The value of an option that is a time, aware and in UTC; without an offset it is UTC."""
    if value is None:
        return None
    import datetime as dt

    try:
        when = dt.datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("give a time as 2026-03-02T10:31:07+01:00") from None
    return when.astimezone(dt.UTC) if when.tzinfo else when.replace(tzinfo=dt.UTC)


def _global_options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--workspace"],
            type=click.Path(),
            metavar="DIR",
            expose_value=False,
            callback=_keep_path,
            help="The workspace folder.",
        ),
        click.Option(
            ["--json"], is_flag=True, default=None, expose_value=False, callback=_keep, help="JSON lines on stdout."
        ),
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            default=None,
            expose_value=False,
            callback=_keep,
            help="Say nothing on stderr but errors.",
        ),
        click.Option(
            ["-v", "--verbose"], count=True, expose_value=False, callback=_keep, help="Tell the steps; twice: details."
        ),
        click.Option(
            ["--debug"], is_flag=True, default=None, expose_value=False, callback=_keep, help="Show tracebacks."
        ),
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            expose_value=False,
            callback=_keep,
            help="Colour the output.",
        ),
        click.Option(
            ["--at-time"],
            metavar="ISO8601",
            expose_value=False,
            callback=_keep_time,
            help="Take this for the time now.",
        ),
    ]


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    if value not in (None, 0) and parameter.name:
        setattr(context.ensure_object(Session), parameter.name, value)
    return value


def _keep_time(context: click.Context, parameter: click.Parameter, value: str | None) -> dt.datetime | None:
    return _keep(context, parameter, instant(context, parameter, value))  # type: ignore[no-any-return]


def _keep_path(context: click.Context, parameter: click.Parameter, value: str | None) -> Path | None:
    from pathlib import Path

    path = None if value is None else Path(value)
    _keep(context, parameter, path)
    return path


def _width() -> int:
    """Columns of the terminal, at most 110; asked here since click would load half the archive modules to know."""
    try:
        columns = (
            int(os.environ.get("COLUMNS", ""))
            if os.environ.get("COLUMNS", "").isdecimal()
            else os.get_terminal_size().columns
        )
    except OSError:
        columns = 80
    return max(50, min(columns, 110) - 2)


HELP_NAMES: dict[str, Any] = {"help_option_names": ["-h", "--help"], "terminal_width": _width()}


class MeldingsloftCommand(click.Command):
    """A command that takes the global options too and turns our errors into their form and exit status."""

    def __init__(self, *arguments: Any, example: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.example = example
        self.context_settings = {**HELP_NAMES, **self.context_settings}
        self.params.extend(_global_options())

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The example first, where the eye falls."""
        if self.example:
            formatter.write_paragraph()
            for line in self.example.splitlines():
                formatter.write(f"  {line}\n")
        super().format_help_text(ctx, formatter)


def command(name: str, *, example: str = "", **options: Any) -> Callable[[Callable[..., Any]], MeldingsloftCommand]:
    """Make a command of a function; its first parameter is the Session."""

    def make(function: Callable[..., Any]) -> MeldingsloftCommand:
        made = click.command(name, cls=MeldingsloftCommand, example=example, **options)(
            click.make_pass_decorator(Session, ensure=True)(function)
        )
        assert isinstance(made, MeldingsloftCommand)
        return made

    return make


class MeldingsloftGroup(click.Group):
    """A command with sub-commands (``party add``)."""

    command_class = MeldingsloftCommand

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.context_settings = {**HELP_NAMES, **self.context_settings}
        self.params.extend(_global_options())


def report_error(session: Session, error: MeldingsloftError) -> None:
    """Show one error: as ``meldingsloft.error/1`` on stdout with ``--json``, else in its form on stderr."""
    from meldingsloft.report.errors import error_object, error_text

    if session.json:
        session.json_line(error_object(error))
    else:
        _write(sys.stderr, error_text(error, colour=session.colour(sys.stderr)) + "\n")
