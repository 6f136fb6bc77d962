from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.apprec.reading import read
from meldingsloft.cli.main import run
from meldingsloft.domain.catalogue import MessageType
from meldingsloft.report.types import TypeTable, type_object
from meldingsloft.xmlsafe import parse
from tests.unit.hodemelding import written

Capture = pytest.CaptureFixture[bytes]


@pytest.fixture
def epikrise(tmp_path: Path) -> Path:
    path = tmp_path / "epikrise.xml"
    path.write_bytes(written.epikrise(copies=written.COPY.format(roles="")))
    return path


def test_types_as_json_lines(capsysbinary: Capture) -> None:
    assert run(["types", "--json"]) == 0
    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert len(rows) == 52
    row = next(r for r in rows if r["short_name"] == "epikrise-1.2")
    promised = {
        "form": "meldingsloft.type/1",
        "short_name": "epikrise-1.2",
        "name_nb": "Epikrise",
        "version": "1.2",
        "namespace": "http://www.kith.no/xmlstds/epikrise/2012-02-15",
        "root": "Message",
        "action": "EPIKRISE",
        "service": "S-EPIKRISE",
        "status": "current",
        "document": "HIS 80226:2014",
    }
    assert promised.items() <= row.items()
    assert row["build"] is True
    assert isinstance(row["view"], bool)
    assert all(r["status"] in ("current", "superseded", "draft") for r in rows)
    assert next(r for r in rows if r["short_name"] == "apprec-1.1")["service"] is None


def test_types_for_people_in_a_pipe_leave_nothing_out(capsysbinary: Capture) -> None:
    assert run(["types", "epikrise", "apprec-1.1"]) == 0
    captured = capsysbinary.readouterr()
    lines = captured.out.decode().splitlines()
    assert [line.split()[0] for line in lines] == ["TYPE", "apprec-1.1", "epikrise-1.0", "epikrise-1.1", "epikrise-1.2"]
    assert "http://www.kith.no/xmlstds/epikrise/2012-02-15" in lines[-1]
    assert captured.err == b""


def test_types_with_an_unknown_name(capsysbinary: Capture) -> None:
    assert run(["types", "epikirse-1.2"]) == 2
    captured = capsysbinary.readouterr()
    assert captured.out == b""
    assert b"error[ML-C010]" in captured.err
    assert b"epikrise-1.2" in captured.err


def row() -> MessageType:
    return load_catalogue().named("svarrapport-1.4")


def test_a_narrow_table_leaves_columns_out_and_says_which() -> None:
    wide, narrow = TypeTable([row()]), TypeTable([row()], width=80)
    assert wide.left_out == ()
    assert "namespace" in narrow.left_out
    assert all(len(line) <= 80 for line in narrow.lines())
    assert "SVAR_LAB …" in list(narrow.lines())[1]
    assert TypeTable([row()], width=10).left_out == ("service", "view", "document", "name", "root", "namespace")


def test_a_narrow_terminal_is_told_what_has_no_room(capsysbinary: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert run(["types", "epikrise"]) == 0
    captured = capsysbinary.readouterr()
    assert b"namespace" in captured.err
    assert b"xmlstds" not in captured.out
    assert run(["types", "epikrise", "-v"]) == 0
    assert b"xmlstds" in capsysbinary.readouterr().out


def test_colour_is_beside_the_words() -> None:
    assert next(TypeTable([row()]).lines(colour=True)).startswith("\x1b[1m")
    old = list(TypeTable([replace(row(), status="superseded")]).lines(colour=True))[1]
    assert "superseded" in old
    assert old.startswith("\x1b[2m")


def test_absent_facts_are_null() -> None:
    made = type_object(replace(row(), actions=(), document="", apprec="", mig_version="", note=""))
    assert [made[key] for key in ("action", "service", "document", "apprec", "mig_version", "note")] == [None] * 6


def test_apprec_to_stdout(epikrise: Path, capsysbinary: Capture) -> None:
    assert run(["apprec", str(epikrise), "--at-time", "2026-03-02T10:31:07+01:00"]) == 0
    captured = capsysbinary.readouterr()
    document = read(parse(captured.out))
    assert (document.status, document.generated, document.original_id) == ("1", "2026-03-02T09:31:07Z", written.MSG_ID)
    assert captured.err == b""


def test_apprec_to_a_file_says_one_line(epikrise: Path, tmp_path: Path, capsysbinary: Capture) -> None:
    output = tmp_path / "kvittering.xml"
    assert (
        run(
            [
                "apprec",
                str(epikrise),
                "--error",
                "E21:lagt ned",
                "--error",
                "E36",
                "--recipient",
                "3002",
                "-o",
                str(output),
            ]
        )
        == 0
    )
    captured = capsysbinary.readouterr()
    document = read(parse(output.read_bytes()))
    assert [(e.code, e.text) for e in document.errors] == [("E21", "lagt ned"), ("E36", "")]
    assert (document.status, document.sender_role) == ("2", "COP")
    assert captured.out == b""
    assert captured.err.decode().splitlines() == [f"AppRec rejecting {written.MSG_ID} written to {output}"]


def test_quiet_says_nothing(epikrise: Path, tmp_path: Path, capsysbinary: Capture) -> None:
    assert run(["-q", "apprec", str(epikrise), "--error", "X99", "-o", str(tmp_path / "x.xml")]) == 0
    assert capsysbinary.readouterr() == (b"", b"")


def test_partly_and_a_remark(epikrise: Path, capsysbinary: Capture) -> None:
    assert run(["apprec", str(epikrise), "--partly", "--error", "X99"]) == 0
    captured = capsysbinary.readouterr()
    assert read(parse(captured.out)).status == "3"
    assert captured.err.startswith(b"note: X99 ")


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["--error", "E22"], 2, "ML-C060"),
        (["--partly"], 2, "ML-C064"),
        (["--report", "2"], 2, "ML-C062"),
        (["--from", "4711"], 9, "ML-C063"),
    ],
)
def test_apprec_refuses(epikrise: Path, capsysbinary: Capture, arguments: list[str], status: int, code: str) -> None:
    assert run(["apprec", str(epikrise), *arguments]) == status
    captured = capsysbinary.readouterr()
    assert captured.out == b""
    assert f"error[{code}]".encode() in captured.err


def test_apprec_of_what_is_no_xml_or_no_message(tmp_path: Path, capsysbinary: Capture) -> None:
    broken, unknown, missing = tmp_path / "a.xml", tmp_path / "b.xml", tmp_path / "c.xml"
    broken.write_bytes(b"<a")
    unknown.write_bytes(b"<a/>")
    assert run(["apprec", str(broken)]) == 5
    assert run(["apprec", str(unknown)]) == 3
    assert run(["apprec", str(missing)]) == 6
    captured = capsysbinary.readouterr()
    assert captured.out == b""
    assert b"ML-V010" in captured.err


def test_a_broken_message_is_answered_with_t01(tmp_path: Path, capsysbinary: Capture) -> None:
    whole = written.hodemelding()
    path = tmp_path / "cut.xml"
    path.write_bytes(whole[: whole.index(b"<Document")])
    assert run(["apprec", str(path), "--error", "T01"]) == 0
    assert [e.code for e in read(parse(capsysbinary.readouterr().out)).errors] == ["T01"]
