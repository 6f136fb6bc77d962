"""The Kristiansund story, told: what a person sees, what a script reads, and that it never treads on anybody's folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from meldingsloft.cli import telling
from meldingsloft.cli.kristiansund import LESSONS, SCENES, TOWN
from meldingsloft.cli.main import run
from meldingsloft.cli.town import MARK

STATES = ["apprec-ok"] * 6 + ["apprec-rejected", "error-signalled", "apprec-ok"]


def tell(cwd: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """The program in a process of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MELDINGSLOFT_", "COLUMNS", "FORCE_COLOR"))}
    return subprocess.run(
        [sys.executable, "-m", "meldingsloft", *arguments],
        cwd=cwd,
        env=kept | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PYTHONUTF8": "1"} | environ,
        capture_output=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which the story has been told, and what was said."""
    folder = tmp_path_factory.mktemp("told")
    done = tell(folder, "demo")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return folder, done.stdout.decode()


def test_it_says_what_every_signal_means_once(told: tuple[Path, str]) -> None:
    words = re.sub(r"\s+", " ", told[1])
    assert [name for name, lesson in LESSONS.items() if words.count(lesson) != 1] == []


def test_every_message_ends_as_told(told: tuple[Path, str]) -> None:
    fates = re.findall(r"^  \d [✓✗] \S+ +(\S+) ", told[1], re.MULTILINE)
    assert fates == STATES


def test_it_ends_with_the_speed(told: tuple[Path, str]) -> None:
    *_, then, now, _, _ = told[1].splitlines()
    assert then.split() == ["then", "200", "m", "in", "7", "days", "about", "30", "metres", "a", "day"]
    found = re.fullmatch(r"  now    200 m in (\d+\.\d{3}) s +about ([\d ]+) metres a day", now)
    assert found is not None
    assert int(found[2].replace(" ", "")) == pytest.approx(200 / float(found[1]) * 86_400, rel=0.1)


def test_it_fits_eighty_columns(told: tuple[Path, str]) -> None:
    body = told[1].split("Look around")[0]
    wide = [line for line in body.splitlines() if len(line) > 80 and str(told[0]) not in line]
    assert wide == []


def test_what_it_left_is_what_it_says(told: tuple[Path, str]) -> None:
    town = told[0] / "demo-workspaces"
    assert {path.name for path in town.iterdir()} == {MARK, "network", *(home.folder for home in TOWN)}
    care = list((town / "kommune/fagsystem/8800210/inn").glob("*.xml"))
    assert len(care) == 2
    assert list((town / "kommune/failed").glob("*.reason.json"))
    assert list((town / "network/mailboxes").glob("*/new/*")) == []
    assert list((town / "legekontor/fagsystem/8800310/inn").glob("*.pdf"))
    names = " ".join(path.name for path in town.rglob("*")).lower()
    assert "freistad" not in names


def test_the_commands_it_offers_work(told: tuple[Path, str]) -> None:
    town = told[0] / "demo-workspaces"
    offered = re.findall(r"^  (meldingsloft .*)$", told[1], re.MULTILINE)
    assert len(offered) >= 4
    for line in offered:
        done = tell(town, *shlex.split(line)[1:])
        assert done.returncode == 0, f"{line}: {done.stdout.decode()}{done.stderr.decode()}"
        assert done.stdout


def test_json_has_a_line_for_every_event(tmp_path: Path) -> None:
    done = tell(tmp_path, "demo", "story", "--json")
    assert done.returncode == 0, done.stderr.decode()
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert {line["form"] for line in lines} == {"meldingsloft.demo/1"}
    events = [line["event"] for line in lines]
    assert events.count("workspace") == len(TOWN)
    assert events.count("chapter") == len(SCENES)
    assert [line["state"] for line in lines if line["event"] == "fate"] == STATES
    assert events[-1] == "end"
    assert lines[-1]["as_told"] is True
    assert lines[-1]["metres_a_day_then"] == 30
    assert lines[-1]["metres_a_day_now"] > 1_000_000
    happenings = [line for line in lines if line["event"] == "happening"]
    codes = [code for line in happenings for code in (*line.get("error_codes", ()), *line.get("apprec_errors", ()))]
    assert set(codes) == {"E36", "SecurityFailure"}
    answer, question = (next(h for h in happenings if h["chapter"] == n and h["what"] == "sent") for n in (4, 3))
    filed = next(h["file"] for h in happenings if h["chapter"] == 4 and h["what"] == "taken in")
    assert answer["msg_id"] != question["msg_id"]
    assert Path(filed).read_text("utf-8").count(question["msg_id"]) == 2


def test_quiet_tells_only_the_end(tmp_path: Path) -> None:
    done = tell(tmp_path, "-q", "demo")
    text = done.stdout.decode()
    assert done.returncode == 0
    assert text.strip().startswith("How each message ended")
    assert "metres a day" in text


def test_an_old_terminal_gets_ascii_signs(tmp_path: Path) -> None:
    done = tell(tmp_path, "demo", PYTHONUTF8="0", PYTHONIOENCODING="iso-8859-1")
    text = done.stdout.decode("iso-8859-1")
    assert done.returncode == 0
    assert "?" not in text
    assert "+ Acknowledgment" in text
    assert "x ErrorList" in text


def test_a_second_story_gets_a_folder_beside_the_first(tmp_path: Path) -> None:
    (tmp_path / "story").mkdir()
    (tmp_path / "story" / MARK).write_text("told", "utf-8")
    done = tell(tmp_path, "demo", "story", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1])["folder"] == str(tmp_path / "story-2")
    assert [path.name for path in (tmp_path / "story").iterdir()] == [MARK]


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "demo-workspaces")])
def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "demo-workspaces").mkdir()
    (tmp_path / "demo-workspaces" / "mine.txt").write_text("mine", "utf-8")
    done = tell(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.startswith(b"error[ML-C150]: ")
    assert [path.name for path in tmp_path.rglob("*")] == ["demo-workspaces", "mine.txt"]


def test_a_story_that_goes_otherwise_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(telling.Town, "_damage", lambda _town, _prepared: None)
    monkeypatch.chdir(tmp_path)
    assert run(["demo"]) == 1
    out, err = capfd.readouterr()
    assert "the story says error-signalled: something is wrong" in out
    assert err.startswith("error: the story did not go as told")
