"""The one-word runner, as far as it can be tried without a network: its shell, its words, and that it may be called from anywhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHELLS = [name for name in ("sh", "dash", "bash") if shutil.which(name)]


@pytest.mark.parametrize("shell", SHELLS)
def test_it_tells_its_words_from_anywhere(shell: str, tmp_path: Path) -> None:
    done = subprocess.run([shell, str(ROOT / "task"), "help"], cwd=tmp_path, capture_output=True, text=True, check=True)
    told = set(re.findall(r"^  \./task (\w+)", done.stdout, re.MULTILINE))
    known = set(re.findall(r"^  (\w+)\)", (ROOT / "task").read_text("utf-8"), re.MULTILINE))
    assert told == known
    assert {"demo", "test", "check"} <= told


def test_an_unknown_word_is_wrong_usage(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", str(ROOT / "task"), "nonsense"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no such word: nonsense" in done.stderr


def test_without_a_python_it_says_which_one_it_wants(tmp_path: Path) -> None:
    environ = {"PATH": "/usr/bin:/bin", "PYTHON": "no-such-python", "MELDINGSLOFT_VENV": str(tmp_path / "venv")}
    done = subprocess.run(
        ["sh", str(ROOT / "task"), "demo"], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 9
    assert "Python 3.11 or newer is needed" in done.stderr
    assert list(tmp_path.iterdir()) == []
