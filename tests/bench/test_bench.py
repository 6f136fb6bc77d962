"""The benchmark itself runs and tells the truth about its form; figures are for people, not for tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.road.letters import dialog


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    message = folder / "message.xml"
    message.write_bytes(dialog())
    command = [sys.executable, "-m", "meldingsloft", "bench", "3", str(message), "--work-root", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_the_last_line_holds_the_figures(tmp_path: Path) -> None:
    ran = bench(tmp_path, "--profile", str(tmp_path / "road.prof"))
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["n"] == 3
    assert told["wall_s"] > 0
    assert told["cpu_s"] > 0
    assert len(told["steps"]) == 5
    assert (tmp_path / "road.prof").stat().st_size > 0


def test_ratios_to_another_command(tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text('print(\'chatter\')\nprint(\'{"n": 3, "wall_s": 1.5, "cpu_s": 3.0}\')\n')
    ran = bench(tmp_path, "--rounds", "1", "--against", f"{sys.executable} {other} {{n}} {{procs}} {{files}}")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["cpu_ratio"] == round(told["cpu_s"] / 3.0, 2)
    assert told["wall_ratio"] == round(told["wall_s"] / 1.5, 2)


def test_a_silent_other_command_is_told(tmp_path: Path) -> None:
    ran = bench(tmp_path, "--rounds", "1", "--against", "true")
    assert ran.returncode == 2
    assert "ML-C032" in ran.stderr
