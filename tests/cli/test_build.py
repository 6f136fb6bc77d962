"""``build`` as its users call it: starter cases, messages, and cases that are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from meldingsloft.cli.build import command
from meldingsloft.cli.main import run
from meldingsloft.fagmelding.registry import BUILDABLE

AT = "2026-03-02T09:31:07Z"


def build(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(command, list(arguments), input=given)


def starter(tmp_path: Path, short_name: str = "epikrise-1.2") -> Path:
    path = tmp_path / "case.toml"
    path.write_bytes(build(short_name, "--example").stdout_bytes)
    return path


@pytest.mark.parametrize("full", [(), ("--full",)])
@pytest.mark.parametrize("short_name", BUILDABLE)
def test_the_example_builds_as_it_stands(tmp_path: Path, short_name: str, full: tuple[str, ...]) -> None:
    path, out = tmp_path / "case.toml", tmp_path / "message.xml"
    assert build(short_name, "--example", *full, "-o", str(path)).exit_code == 0
    done = build(short_name, str(path), "-o", str(out))
    assert (done.exit_code, done.stdout_bytes) == (0, b"")
    assert done.stderr.startswith(f"{short_name} ")
    assert done.stderr.endswith(f" written to {out}\n")
    assert out.read_bytes().startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<')


def test_the_message_goes_to_stdout_and_the_same_seed_and_time_give_the_same(tmp_path: Path) -> None:
    path = starter(tmp_path)
    first, again = (build("epikrise-1.2", str(path), "--seed", "a", "--at-time", AT) for _ in range(2))
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout_bytes == again.stdout_bytes
    other = build("epikrise-1.2", str(path), "--at-time", AT)
    assert other.stdout_bytes != first.stdout_bytes
    assert b"2026-03-02T10:31:07+01:00" in other.stdout_bytes


def test_a_case_may_come_from_stdin_and_be_json(tmp_path: Path) -> None:
    import tomllib

    case = tomllib.loads(starter(tmp_path, "apprec-1.1").read_text("utf-8"))
    done = build("apprec-1.1", "-", given=json.dumps(case, default=str).encode())
    assert done.exit_code == 0
    assert b"<AppRec " in done.stdout_bytes


def test_attachments_lie_beside_the_case(tmp_path: Path) -> None:
    path = starter(tmp_path)
    (tmp_path / "ekg.pdf").write_bytes(b"%PDF-1.4")
    path.write_text(path.read_text("utf-8") + '\n[[attachments]]\nfile = "ekg.pdf"\ndescription = "EKG"\n', "utf-8")
    assert b"Base64Container" in build("epikrise-1.2", str(path)).stdout_bytes


def test_every_problem_is_shown_with_its_line(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    path, out = starter(tmp_path), tmp_path / "message.xml"
    text = path.read_text("utf-8").replace("[patient]", "[pasient]").replace('"Heldøgnsopphold"', '"Heldøgn"')
    path.write_text(text, "utf-8")
    assert run(["build", "epikrise-1.2", str(path), "-o", str(out)]) == 3
    shown = capsysbinary.readouterr().err.decode()
    lines = text.splitlines()
    assert f"{path}:{lines.index('[pasient]') + 1}: pasient: no such key; did you mean patient?" in shown
    assert f"{path}:{next(n for n, line in enumerate(lines, 1) if 'Heldøgn' in line)}: contact.type: " in shown
    assert "ML-C040" in shown
    assert not out.exists()


def test_problems_as_json(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    path = tmp_path / "case.toml"
    path.write_text("", "utf-8")
    assert run(["build", "apprec-1.0", str(path), "--json"]) == 3
    told = json.loads(capsysbinary.readouterr().out)
    assert (told["form"], told["code"], told["file"]) == ("meldingsloft.error/1", "ML-C040", str(path))
    assert any(
        problem.endswith("original: it is missing; the message that is answered") for problem in told["problems"]
    )


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("epikrise-9", "--example"), 2, "ML-C010"),
        (("rekvisisjon-1.6", "--example"), 2, "ML-C042"),
        (("epikrise-9", "case.toml"), 2, "ML-C010"),
        (("epikrise-1.2", "broken.toml"), 3, "ML-C041"),
        (("epikrise-1.2", "absent.toml"), 6, "ML-P"),
        (("epikrise-1.2",), 2, "either a CASE file or --example"),
        (("epikrise-1.2", "case.toml", "--example"), 2, "either a CASE file or --example"),
        (("epikrise-1.2", "case.toml", "--full"), 2, "--full goes with --example"),
    ],
)
def test_what_cannot_be_done(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    arguments: tuple[str, ...],
    status: int,
    code: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    starter(tmp_path)
    (tmp_path / "broken.toml").write_text("[a", "utf-8")
    assert run(["build", *arguments]) == status
    captured = capsysbinary.readouterr()
    assert captured.out == b""
    assert code in captured.err.decode()
