"""The README is run: every command in a ``console`` block, in one fresh folder, and what it prints is what stands there.

``…`` stands for anything within a line; a line of nothing else stands for any number of lines.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meldingsloft.cli.table import COMMANDS
from meldingsloft.domain.errors import ExitStatus

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def steps() -> Iterator[tuple[str, list[str]]]:
    """(command, lines it prints) of all console blocks, in order."""
    for block in re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = part.splitlines()
            yield command, printed


def pattern(printed: list[str]) -> re.Pattern[str]:
    """What the output must look like."""
    lines = ["(?:.*\n)*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n" for line in printed]
    return re.compile("".join(lines))


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has just installed meldingsloft."""
    programs = tmp_path / "bin"
    programs.mkdir()
    script = programs / "meldingsloft"
    path = os.pathsep.join(p for p in sys.path if p)
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{path}" exec "{sys.executable}" -m meldingsloft "$@"\n', "utf-8")
    script.chmod(0o755)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "samples").symlink_to(ROOT / "samples")
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("MELDINGSLOFT_", "XDG_", "FORCE_COLOR", "LC_", "LANG"))
    }
    return kept | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_the_readme_runs_as_written(tmp_path: Path, shell: dict[str, str]) -> None:
    count = 0
    for command, printed in steps():
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=tmp_path / "work",
            env=shell,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
        output = done.stdout.decode()
        assert done.returncode == 0, f"$ {command}\n{output}"
        assert pattern(printed).fullmatch(output), f"$ {command}\n{output}"
        count += 1
    assert count > 10


def test_five_commands_lead_from_sample_to_apprec() -> None:
    road = README.split("## From a sample to its AppRec in five commands")[1].split("```console")[1].split("```")[0]
    assert len(re.findall(r"^\$ ", road, re.MULTILINE)) == 5


def test_the_exit_status_table_is_that_of_the_program() -> None:
    table = README.split("## Exit status")[1].split("##")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [
        int(status) for status in ExitStatus
    ]


def test_every_form_of_json_line_is_listed() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "meldingsloft").rglob("*.py"))
    written = set(re.findall(r"meldingsloft\.[a-z-]+/\d+", sources))
    table = README.split("## JSON lines")[1].split("##")[0]
    assert written == set(re.findall(r"`(meldingsloft\.[a-z-]+/\d+)`", table))


def test_every_environment_variable_is_listed() -> None:
    table = README.split("## Configuration and environment")[1].split("##")[0]
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "meldingsloft").rglob("*.py"))
    named = set(re.findall(r"\b(NO_COLOR|FORCE_COLOR|XDG_CONFIG_HOME|MELDINGSLOFT_WORKSPACE)\b", sources))
    assert len(named) == 4
    assert [name for name in named if f"`{name}`" not in table] == []


def test_every_command_is_spoken_of() -> None:
    reference = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"meldingsloft {name}" not in reference] == []


def test_what_is_still_to_come_has_not_come() -> None:
    coming = README.split("Still to come:")[1].split(";")[0]
    words = set(re.findall(r"`([a-z]+)[`/]", coming)) | {"backup", "restore"}
    assert words
    assert words & set(COMMANDS) == set()


def test_every_link_leads_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_runner_knows_the_words_that_are_promised() -> None:
    promised = set(re.findall(r"\./task (\w+)", README))
    known = set(re.findall(r"^  (\w+)\)", (ROOT / "task").read_text("utf-8"), re.MULTILINE))
    assert {"demo", "test"} <= promised <= known


def test_licence_and_changelog_are_there() -> None:
    from meldingsloft.version import __version__

    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
