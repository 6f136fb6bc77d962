"""``codes``, and newer lists for ``codes`` and ``validate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meldingsloft.cli.main import run

Capture = pytest.CaptureFixture[bytes]
GOOD = Path(__file__).parents[2] / "samples" / "good" / "epikrise-1.2" / "sykehus-trekker-tilbake.xml"


def objects(capsysbinary: Capture) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]


def newer(tmp_path: Path, text: str, number: str = "7304") -> Path:
    """A folder with one newer list."""
    folder = tmp_path / "newer"
    folder.mkdir(exist_ok=True)
    (folder / f"{number}.csv").write_text(text, "utf-8")
    return folder


def test_all_lists(capsysbinary: Capture) -> None:
    assert run(["codes"]) == 0
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert lines[0].split() == ["LIST", "CODES", "STATUS", "NAME"]
    assert "8115      3  complete  Ønsket svarprioritet" in lines
    assert "7110      -  external  ICD-10" in lines


def test_all_lists_as_json(capsysbinary: Capture) -> None:
    assert run(["codes", "--json"]) == 0
    by_number = {row["number"]: row for row in objects(capsysbinary)}
    assert by_number["8115"] == {
        "form": "meldingsloft.code-list/1",
        "number": "8115",
        "name_nb": "Ønsket svarprioritet",
        "oid": "2.16.578.1.12.4.1.1.8115",
        "status": "complete",
        "codes": 3,
        "source": "KITH archive 2018-10-15",
    }
    assert by_number["7110"]["codes"] is None


@pytest.mark.parametrize("name", ["8115", "2.16.578.1.12.4.1.1.8115"])
def test_one_list_by_number_or_oid(name: str, capsysbinary: Capture) -> None:
    assert run(["codes", name]) == 0
    heading, oid, *codes = capsysbinary.readouterr().out.decode().splitlines()
    assert heading == "8115 Ønsket svarprioritet"
    assert "2.16.578.1.12.4.1.1.8115, 3 codes" in oid
    assert codes == ["H  Høy", "L  Lav", "N  Normal"]


def test_notes_stand_beside_codes(capsysbinary: Capture) -> None:
    assert run(["codes", "7309", "historikk"]) == 0
    assert capsysbinary.readouterr().out.decode() == "H  Historikk  (for single items of a rekvisisjon only)\n"
    assert run(["codes", "7309", "historikk", "--json"]) == 0
    (row,) = objects(capsysbinary)
    assert (row["form"], row["list"], row["code"], row["display_nb"]) == (
        "meldingsloft.code/1",
        "7309",
        "H",
        "Historikk",
    )
    assert row["note"] == "for single items of a rekvisisjon only"


def test_a_word_is_looked_for_in_all_lists(capsysbinary: Capture) -> None:
    assert run(["codes", "FASTLEGE"]) == 0
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert any(line.split() == ["8254", "FLE", "Fastlege"] for line in lines)
    assert any(line.startswith("9034  6 ") for line in lines)


def test_a_list_kept_elsewhere_says_so(capsysbinary: Capture) -> None:
    assert run(["codes", "7110"]) == 0
    assert b"kept elsewhere" in capsysbinary.readouterr().out


@pytest.mark.parametrize("arguments", [["811"], ["1.2.3"], ["8115", "qqq"], ["qqqqq"], ["fastlege", "lege"]])
def test_what_is_not_there_ends_with_8(arguments: list[str], capsysbinary: Capture) -> None:
    assert run(["codes", *arguments]) == 8
    captured = capsysbinary.readouterr()
    assert captured.out == b""
    assert b"error[ML-N011]" in captured.err


def test_a_newer_list_takes_the_place_of_the_shipped_one(tmp_path: Path, capsysbinary: Capture) -> None:
    folder = newer(tmp_path, "code,display_nb,valid_note\nJ,Ja,\nX,Kanskje,fra 2027\n")
    assert run(["codes", "7304", "--codes", str(folder)]) == 0
    assert capsysbinary.readouterr().out.decode().splitlines() == [
        "7304 Meldingsbekreftelse",
        f"   2.16.578.1.12.4.1.1.7304, 2 codes ({folder})",
        "J  Ja",
        "X  Kanskje  (fra 2027)",
    ]


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [
        ("code,display_nb,valid_note\nJ,Ja,\n", "1234", "ML-C084"),
        ("code;display_nb\nJ;Ja\n", "7304", "ML-C083"),
        ("code,display_nb,valid_note\n", "7304", "ML-C083"),
        ("code,display_nb,valid_note\nJ,Ja,\nJ,Ja,\n", "7304", "ML-C083"),
        ("code,display_nb,valid_note\nJ,,\n", "7304", "ML-C083"),
        ("code,display_nb,valid_note\nJ\n", "7304", "ML-C083"),
        ('code,display_nb,valid_note\nJ,"Ja\n', "7304", "ML-C083"),
    ],
)
@pytest.mark.parametrize("command", [["codes", "7304"], ["validate", str(GOOD)]])
def test_lists_that_cannot_be_used(
    command: list[str], text: str, number: str, code: str, tmp_path: Path, capsysbinary: Capture
) -> None:
    assert run([*command, "--codes", str(newer(tmp_path, text, number))]) == 9
    assert f"error[{code}]".encode() in capsysbinary.readouterr().err


def test_lists_that_are_no_text_or_not_there(tmp_path: Path, capsysbinary: Capture) -> None:
    assert run(["codes", "--codes", str(tmp_path)]) == 9
    (tmp_path / "7304.csv").write_bytes(b"code,display_nb,valid_note\nJ,J\xe5,\n")
    assert run(["codes", "--codes", str(tmp_path)]) == 9
    assert capsysbinary.readouterr().err.count(b"error[ML-C083]") == 2


def test_messages_are_judged_by_the_newer_lists(tmp_path: Path, capsysbinary: Capture) -> None:
    """TEST has another display text in the newer list."""
    whole = GOOD.read_text("utf-8")
    assert '<Status V="TEST"' in whole
    folder = newer(tmp_path, "code,display_nb,valid_note\nTEST,Til prøve,\n", "8323")
    assert run(["validate", str(GOOD), "--json"]) == 0
    assert objects(capsysbinary)[0]["findings"] == []
    assert run(["validate", str(GOOD), "--json", "--codes", str(folder)]) == 0
    (finding,) = objects(capsysbinary)[0]["findings"]
    assert (finding["code"], finding["severity"]) == ("KV-002", "info")
