"""What ``validate`` makes besides text and JSON lines: reports, baselines, and watching; and what else it takes in."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from meldingsloft.cli.frame import Session
from meldingsloft.cli.inputs import Source
from meldingsloft.cli.main import run
from meldingsloft.cli.progress import Progress
from meldingsloft.cli.results import Results, Way
from meldingsloft.cli.validate import command as validate
from meldingsloft.cli.watching import watch_files
from meldingsloft.domain.errors import ConfigError, ExitStatus, MeldingsloftError, WrongUsageError
from meldingsloft.report.outcomes import Outcome
from tests.unit.report.outcomes import finding, outcome

ROOT = Path(__file__).resolve().parents[2]
RIGHT = (ROOT / "samples/good/epikrise-1.2/sykehus-til-kommunen.xml").read_text("utf-8")
WRONG = RIGHT.replace("v1.2 2012-02-15", "v1.2")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "right.xml").write_text(RIGHT, "utf-8")
    (tmp_path / "in" / "wrong.xml").write_text(WRONG, "utf-8")
    return tmp_path


def started(*arguments: str, **session: Any) -> tuple[Session, Result]:
    state = Session(**session)
    made = CliRunner().invoke(validate, list(arguments), obj=state)
    if made.exception is not None and not isinstance(made.exception, SystemExit | MeldingsloftError):
        raise made.exception
    return state, made


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout_bytes.decode("utf-8").splitlines()]


READERS: dict[str, Callable[[bytes], object]] = {
    "junit": etree.fromstring,
    "sarif": json.loads,
    "html": lambda data: data.index(b"</html>"),
    "json": lambda data: [json.loads(line) for line in data.splitlines()],
    "text": lambda data: data.index(b"GN-008"),
}


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_report_goes_to_stdout_or_to_a_file(folder: Path, form: str, jobs: str) -> None:
    state, shown = started("in", "--format", form, "--jobs", jobs)
    assert state.exit_status == ExitStatus.FINDINGS
    READERS[form](shown.stdout_bytes)
    state, quiet = started("in", "--format", form, "--jobs", jobs, "-o", "out")
    assert quiet.stdout == ""
    assert state.exit_status == ExitStatus.FINDINGS
    assert (folder / "out").read_bytes() == shown.stdout_bytes


@pytest.mark.parametrize("form", ["junit", "sarif", "html"])
def test_a_report_is_the_same_each_time(form: str) -> None:
    assert started("in", "--format", form)[1].stdout_bytes == started("in", "--format", form)[1].stdout_bytes


def test_no_half_report_is_left(folder: Path) -> None:
    (folder / "dir").mkdir()
    _, result = started("in", "--format", "html", "-o", "none/there/out.html")
    assert isinstance(result.exception, MeldingsloftError)
    assert sorted(path.name for path in folder.iterdir()) == ["dir", "in"]


def test_an_input_is_never_its_own_output(folder: Path) -> None:
    for option in ("-o", "--write-baseline"):
        assert started("in/right.xml", option, "in/right.xml")[1].exit_code == ExitStatus.USAGE
    assert (folder / "in" / "right.xml").read_text("utf-8") == RIGHT


def test_a_report_in_the_folder_is_not_judged(folder: Path) -> None:
    for _ in range(2):
        _, result = started("in", "--format", "junit", "-o", "in/report.xml")
        assert etree.parse(folder / "in" / "report.xml").getroot().get("tests") == "2"
    assert "in/report.xml: passed over" in result.stderr


def test_what_cannot_be_read_stands_in_the_report() -> None:
    state, result = started("gone.xml", "--format", "junit")
    assert state.exit_status == ExitStatus.MAILBOX
    assert b'errors="1"' in result.stdout_bytes


def test_a_baseline_lets_known_findings_pass(folder: Path) -> None:
    state, result = started("in", "--write-baseline", "known.json")
    assert state.exit_status == ExitStatus.OK
    assert "1 findings written to known.json" in result.stderr
    kept = json.loads((folder / "known.json").read_text("ascii"))
    assert kept["form"] == "meldingsloft.baseline/1"
    assert [(f["file"], f["code"], f["count"]) for f in kept["findings"]] == [("in/wrong.xml", "GN-008", 1)]
    state, result = started(str(folder / "in"), "--baseline", "known.json")
    assert state.exit_status == ExitStatus.OK
    assert "error[" not in result.stdout
    assert "not valid, epikrise-1.2 (1 known from the baseline)" in result.stdout
    assert "none failed; 1 findings known from the baseline" in result.stderr


def test_a_new_finding_fails_and_moved_lines_do_not(folder: Path) -> None:
    started("in", "--write-baseline", "known.json")
    (folder / "in" / "wrong.xml").write_text(WRONG.replace("?>", "?>\n\n\n", 1), "utf-8")
    assert started("in", "--baseline", "known.json")[0].exit_status == ExitStatus.OK
    (folder / "in" / "wrong.xml").write_text(WRONG.replace("<V>", "").replace("v1.2<", "v1.1<"), "utf-8")
    state, result = started("in", "--baseline", "known.json", "--json")
    assert state.exit_status == ExitStatus.FINDINGS
    wrong = lines(result)[1]
    assert wrong["known"] == 0
    assert [f["known"] for f in wrong["findings"]] == [False]


def test_json_tells_known_findings_and_the_true_verdict() -> None:
    started("in", "--write-baseline", "known.json")
    state, result = started("in", "--baseline", "known.json", "--json")
    assert state.exit_status == ExitStatus.OK
    right, wrong = lines(result)
    assert (right["known"], wrong["known"]) == (0, 1)
    assert wrong["verdict"] == "invalid"
    assert [f["known"] for f in wrong["findings"]] == [True]


def test_a_baseline_in_another_language_is_refused() -> None:
    started("in", "--write-baseline", "known.json", "--lang", "nb")
    _, result = started("in", "--baseline", "known.json")
    assert isinstance(result.exception, WrongUsageError)
    assert result.exception.code == "ML-C131"
    assert started("in", "--baseline", "known.json", "--lang", "nb")[0].exit_status == ExitStatus.OK


@pytest.mark.parametrize(
    "text", ["", "[]", '{"form":"x/1"}', '{"form":"meldingsloft.baseline/1","findings":[{}]}', "[" * 9999]
)
def test_what_is_no_baseline_is_refused(folder: Path, text: str) -> None:
    (folder / "known.json").write_text(text, "utf-8")
    _, result = started("in", "--baseline", "known.json")
    assert isinstance(result.exception, ConfigError)
    assert result.exception.code == "ML-C130"


def test_a_zip_file_is_a_folder(folder: Path) -> None:
    with zipfile.ZipFile("in.zip", "w") as archive:
        archive.writestr("b/wrong.xml", WRONG)
        archive.writestr("a.xml", RIGHT)
        archive.writestr("../up.xml", RIGHT)
    for jobs in ("1", "2"):
        state, result = started("in.zip", "--json", "--jobs", jobs)
        assert [line["file"] for line in lines(result)] == ["in.zip!/../up.xml", "in.zip!/a.xml", "in.zip!/b/wrong.xml"]
        assert [line["verdict"] for line in lines(result)] == ["unreadable", "valid", "invalid"]
        assert lines(result)[0]["findings"][0]["code"] == "ML-U042"
        assert state.exit_status == ExitStatus.FINDINGS


def test_a_receiver_minds_more_than_the_standards() -> None:
    mail = str(ROOT / "samples/bad/rx/RX-012_referanse-til-http.eml")
    assert started(mail)[0].exit_status == ExitStatus.OK
    state, result = started(mail, "--as-receiver", "nav", "--json")
    assert state.exit_status == ExitStatus.FINDINGS
    assert {f["code"] for f in lines(result)[0]["findings"]} == {"EB-144", "RX-012"}


class Ended(BaseException):
    """The test has seen enough."""


def watched(steps: list[Callable[[], object]], **session: Any) -> None:
    """Watch ``in`` while the steps happen, one at each pause."""
    state = Session(**session)
    left = iter(steps)

    def pause(_seconds: float) -> None:
        step = next(left, None)
        if step is None:
            raise Ended
        step()

    def judge(source: Source) -> Outcome:
        broken = "v1.2<" in source.read().decode()
        return outcome(source.name, *([finding()] if broken else []))

    with pytest.raises(Ended):
        watch_files(state, ["in"], judge, Results(state, Way("json" if state.json else "text", "en")), pause)


def test_watching_judges_only_what_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = folder / "in" / "right.xml"
    watched([lambda: None, partial(right.write_text, WRONG, "utf-8"), lambda: None, partial(os.unlink, right)])
    shown = capsys.readouterr()
    out = shown.out.splitlines()
    assert sum(line.startswith("in/wrong.xml: not valid") for line in out) == 1
    assert [line for line in out if line.startswith("in/right.xml:")] == [
        "in/right.xml: valid, epikrise-1.2",
        "in/right.xml: not valid, epikrise-1.2 (1 error)",
    ]
    assert sum("changed ──" in line for line in out) >= 1
    said = shown.err.splitlines()
    assert said[:2] == ["2 files, 1 failed", "watching 2 files; Ctrl-C ends it"]
    assert "1 file, 1 failed" in said
    assert "in/right.xml: gone" in said


def test_watching_in_json_is_lines_alone(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    watched([partial((folder / "in" / "new.xml").write_text, RIGHT, "utf-8")], json=True, quiet=True)
    shown = capsysbinary.readouterr()
    assert [json.loads(line)["file"] for line in shown.out.splitlines()] == [
        "in/right.xml",
        "in/wrong.xml",
        "in/new.xml",
    ]
    assert shown.err == b""


def test_ctrl_c_ends_watching_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("meldingsloft.cli.watching.watch_files.__defaults__", (interrupted,))
    assert run(["validate", "--watch", "in"]) == ExitStatus.INTERRUPTED
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--format", "html"], ["-o", "x"], ["--write-baseline", "x"], ["-"]])
def test_watching_makes_no_reports(more: list[str]) -> None:
    assert started("in", "--watch", *more)[1].exit_code == ExitStatus.USAGE


def test_a_bar_is_shown_only_when_it_lasts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    bar = Progress(["in"], colour=False)
    bar.advance(failed=True)
    bar.stop()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("meldingsloft.cli.progress._PATIENCE", -1.0)
    bar = Progress(["in"], colour=False)
    bar.advance(failed=True)
    assert bar._bar is not None
    assert [(task.completed, task.total, task.fields["failed"]) for task in bar._bar.tasks] == [(1, 2, 1)]
    bar.stop()
