"""The frame around every command: global options, exit statuses, help, JSON errors, terminals and start-up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from meldingsloft.cli.main import LazyGroup, program
from meldingsloft.cli.overview import EXIT_TABLE, overview
from meldingsloft.cli.table import COMMANDS
from meldingsloft.domain.errors import ExitStatus
from meldingsloft.version import __version__

Run = Callable[..., subprocess.CompletedProcess[bytes]]
HEAVY = ("lxml", "cryptography", "xmlschema", "rich", "sqlite3")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The program as its users start it, in an empty folder that is nobody's workspace."""

    def start(*arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("MELDINGSLOFT_", "LC_", "LANG", "NO_COLOR", "FORCE_COLOR"))
        }
        return subprocess.run(
            [sys.executable, "-m", "meldingsloft", *arguments],
            cwd=tmp_path,
            env=kept | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "HOME": str(tmp_path)} | environ,
            capture_output=True,
            check=False,
            timeout=60,
        )

    return start


def test_version_is_one_line(run: Run) -> None:
    for arguments in (("--version",), ("--json", "--version")):
        done = run(*arguments)
        assert (done.returncode, done.stdout.decode(), done.stderr) == (0, f"meldingsloft {__version__}\n", b"")


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("-h",), ("send", "-h"), ("demo", "--help"), ("status", "-h")]
)
def test_help_and_version_import_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code = (
        f"import sys; sys.argv = ['meldingsloft', *{arguments!r}]\n"
        "from meldingsloft.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as left:\n    assert not left.code, left.code\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "[]"


def test_help_tells_the_same_wherever_it_is_asked_for(run: Run) -> None:
    told = {run(*arguments).stdout.decode() for arguments in (("--help",), ("-h",), ("-q", "--help"), ("--help", "-q"))}
    assert told == {overview()}


def test_the_overview_names_every_global_option() -> None:
    options = [option for parameter in program.params for option in parameter.opts]
    assert [option for option in options if option not in overview()] == []
    assert all(len(line) <= 80 for line in overview().splitlines())
    assert overview().isascii()


def test_overview_names_every_command_and_exit_status(run: Run) -> None:
    done = run("--help")
    text = done.stdout.decode()
    assert done.returncode == 0
    assert [name for name in COMMANDS if f"  {name} " not in text] == []
    assert EXIT_TABLE in text
    numbers = {int(word) for line in EXIT_TABLE.splitlines() for word in line.split() if word.isdecimal()}
    assert numbers == {int(status) for status in ExitStatus}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_h_with_an_example(name: str) -> None:
    group = program
    assert isinstance(group, LazyGroup)
    context = group.make_context("meldingsloft", [name], resilient_parsing=True)
    command = group.get_command(context, name)
    assert command is not None
    assert command.name == name
    subcommands = getattr(command, "commands", None) or {name: command}
    for one in subcommands.values():
        assert f"meldingsloft {name}" in getattr(one, "example", ""), f"{name}: an example that can be pasted"
        assert one.make_context(name, [], resilient_parsing=True).help_option_names == ["-h", "--help"]
        assert one.help


def test_no_command_is_guessed(run: Run) -> None:
    done = run("stat")
    assert done.returncode == ExitStatus.USAGE
    assert done.stdout == b""
    assert b"stat" in done.stderr


def test_nothing_said_shows_the_overview_and_is_wrong_usage(run: Run) -> None:
    assert run().returncode == ExitStatus.USAGE


def test_an_unknown_option_is_wrong_usage(run: Run) -> None:
    done = run("status", "--no-such-option")
    assert done.returncode == ExitStatus.USAGE
    assert b"--no-such-option" in done.stderr


@pytest.mark.parametrize("arguments", [("status",), ("receive",), ("show", "x"), ("send", "x.xml")])
def test_without_a_workspace_it_says_how_to_get_one(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == ExitStatus.CONFIG
    assert done.stdout == b""
    text = done.stderr.decode()
    assert text.startswith("error[ML-C110]: ")
    assert "meldingsloft init" in text
    assert "Traceback" not in text


@pytest.mark.parametrize("arguments", [("--json", "status"), ("status", "--json")])
def test_global_options_stand_before_or_after_the_command(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == ExitStatus.CONFIG
    line = json.loads(done.stdout)
    assert line["form"] == "meldingsloft.error/1"
    assert line["code"] == "ML-C110"
    assert line["hint"]


@pytest.mark.parametrize("arguments", [("--workspace", "nowhere", "status"), ("status", "--workspace", "nowhere")])
def test_the_named_workspace_is_the_one_looked_for(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == ExitStatus.CONFIG
    assert b"nowhere" in done.stderr


def test_the_workspace_may_be_named_by_the_environment(run: Run) -> None:
    done = run("status", MELDINGSLOFT_WORKSPACE="elsewhere")
    assert done.returncode == ExitStatus.CONFIG
    assert b"elsewhere" in done.stderr


def test_a_wrong_time_is_wrong_usage(run: Run) -> None:
    assert run("status", "--at-time", "yesterday").returncode == ExitStatus.USAGE


def test_debug_shows_the_traceback(run: Run) -> None:
    done = run("status", "--debug")
    assert b"Traceback" in done.stderr
    assert done.returncode == ExitStatus.FAULT


def test_colour_is_obeyed(run: Run) -> None:
    assert b"\x1b[" not in run("status").stderr
    assert b"\x1b[" in run("status", "--color", "always").stderr
    assert b"\x1b[" in run("status", FORCE_COLOR="1").stderr
    assert b"\x1b[" not in run("status", FORCE_COLOR="1", NO_COLOR="1").stderr
    assert b"\x1b[" not in run("status", "--color", "never", FORCE_COLOR="1").stderr


@pytest.mark.parametrize("encoding", ["iso-8859-1", "ascii"])
def test_help_survives_an_old_terminal(run: Run, encoding: str) -> None:
    for arguments in (("--help",), *((name, "--help") for name in COMMANDS)):
        done = run(*arguments, PYTHONIOENCODING=encoding)
        assert done.returncode == 0, done.stderr.decode(encoding)
        assert done.stdout.startswith(b"Usage: meldingsloft ")
        assert b"?" not in done.stdout.splitlines()[0]


def test_json_is_utf8_whatever_the_terminal(run: Run) -> None:
    done = run("--json", "types", PYTHONIOENCODING="iso-8859-1")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert {line["form"] for line in lines} == {"meldingsloft.type/1"}
    assert any(ord(sign) > 127 for sign in done.stdout.decode("utf-8"))


def test_a_closed_pipe_is_no_fault(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "meldingsloft", "types", "--json"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode == 0
