"""``validate`` and ``explain`` as their users run them: files, folders, stdin, exit statuses, streams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from meldingsloft.cli.explain import command as explain
from meldingsloft.cli.frame import Session
from meldingsloft.cli.main import run
from meldingsloft.cli.validate import command as validate
from meldingsloft.domain.errors import ExitStatus, MeldingsloftError, NothingMatchedError
from tests.unit.validate.documents import EPIKRISE_XSD, NOTE_XSD, SMALL, apprec, message

BROKEN = SMALL.replace("<MsgId>", "<MsgID>").replace("</MsgId>", "</MsgID>")

SAMPLES = Path(__file__).parents[2] / "samples" / "bad"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Messages, and the small schema set beside them."""
    schemas = tmp_path / "xsd"
    schemas.mkdir()
    (schemas / "epikrise.xsd").write_text(EPIKRISE_XSD.strip(), "utf-8")
    (schemas / "note.xsd").write_text(NOTE_XSD.strip(), "utf-8")
    inner = tmp_path / "messages" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "messages" / "a.xml").write_text(SMALL, "utf-8")
    (inner / "broken.xml").write_text(BROKEN, "utf-8")
    (inner / "note.txt").write_text("not looked at", "utf-8")
    return tmp_path


def started(*arguments: str | Path, stdin: bytes = b"", **session: Any) -> tuple[Session, Result]:
    state = Session(**session)
    made = CliRunner().invoke(validate, [str(a) for a in arguments], obj=state, input=stdin)
    if made.exception is not None and not isinstance(made.exception, SystemExit | MeldingsloftError):
        raise made.exception
    return state, made


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout_bytes.decode("utf-8").splitlines()]


def schema_only(folder: Path) -> tuple[str | Path, ...]:
    return ("--schemas", folder / "xsd", "--only", "schema")


def test_a_right_file_is_told_so(folder: Path) -> None:
    state, result = started(folder / "messages" / "a.xml", *schema_only(folder))
    assert state.exit_status == ExitStatus.OK
    assert result.stdout == f"{folder / 'messages' / 'a.xml'}: valid, epikrise-1.2\n"
    assert result.stderr == ""


def test_a_broken_file_gives_3(folder: Path) -> None:
    state, result = started(folder / "messages" / "b" / "broken.xml", *schema_only(folder))
    assert state.exit_status == ExitStatus.FINDINGS
    assert "error[XSD-ELEMENT-UNEXPECTED]" in result.stdout
    assert "broken.xml:5:3   /Message/MsgID" in result.stdout


def test_a_folder_stands_for_its_files_in_path_order(folder: Path) -> None:
    state, result = started("--json", folder / "messages", *schema_only(folder))
    assert [Path(line["file"]).name for line in lines(result)] == ["a.xml", "broken.xml"]
    assert [line["schema_valid"] for line in lines(result)] == [True, False]
    assert {line["form"] for line in lines(result)} == {"meldingsloft.validation/1"}
    assert state.exit_status == ExitStatus.FINDINGS


def test_every_named_file_has_one_line_also_when_it_cannot_be_read(folder: Path) -> None:
    (folder / "junk.xml").write_bytes(b"\x00\xff")
    names = [folder / "messages" / "a.xml", folder / "junk.xml", folder / "nowhere.xml", folder / "messages" / "a.xml"]
    state, result = started("--format", "json", *names, *schema_only(folder))
    assert [line["file"] for line in lines(result)] == [str(name) for name in names]
    assert [line["verdict"] for line in lines(result)] == ["valid", "unreadable", "unreadable", "valid"]
    assert all(isinstance(line["schema_valid"], bool) for line in lines(result))
    assert state.exit_status == ExitStatus.FINDINGS


def test_one_file_that_is_neither_xml_nor_mime_gives_5(folder: Path) -> None:
    (folder / "junk.bin").write_bytes(b"hei")
    for form in ("text", "json"):
        state, _ = started(folder / "junk.bin", "--format", form, *schema_only(folder))
        assert state.exit_status == ExitStatus.UNREADABLE


def test_one_file_that_is_not_there_is_an_error(folder: Path) -> None:
    _, result = started(folder / "nowhere.xml")
    assert isinstance(result.exception, MeldingsloftError)
    assert result.exception.exit_status == ExitStatus.MAILBOX


def test_stdin_is_a_file_called_dash(folder: Path) -> None:
    state, result = started("-", "--json", *schema_only(folder), stdin=SMALL.encode())
    assert [line["file"] for line in lines(result)] == ["-"]
    assert state.exit_status == ExitStatus.OK


def test_a_maildir_is_a_folder_of_envelopes(folder: Path) -> None:
    for place in ("new", "cur", "tmp"):
        (folder / "box" / place).mkdir(parents=True)
        (folder / "box" / place / "1.M1.host").write_bytes(b"Content-Type: text/xml\r\nSOAPAction: ebXML\r\n\r\n<x/>")
    _, result = started("--json", folder / "box", *schema_only(folder))
    assert [Path(line["file"]).parent.name for line in lines(result)] == ["cur", "new"]
    assert {line["message_type"] for line in lines(result)} == {"ebxml"}


def test_fail_fast_stops_after_the_first_failure(folder: Path) -> None:
    broken, right = folder / "messages" / "b" / "broken.xml", folder / "messages" / "a.xml"
    _, result = started("--json", "--fail-fast", right, broken, right, *schema_only(folder))
    assert [line["verdict"] for line in lines(result)] == ["valid", "invalid"]


def test_strict_lets_warnings_fail() -> None:
    warned = SAMPLES / "ep" / "EP-009_fornavn-forst.xml"
    state, result = started("--json", warned)
    assert [(f["code"], f["severity"]) for f in lines(result)[0]["findings"]] == [("EP-009", "warning")]
    assert state.exit_status == ExitStatus.OK
    state, result = started("--strict", "--json", warned)
    assert lines(result)[0]["verdict"] == "valid"
    assert state.exit_status == ExitStatus.FINDINGS


def test_later_rules_are_warnings_for_older_messages(folder: Path) -> None:
    (folder / "old.xml").write_text(message("rekvisisjon-1.5", provider=""), "utf-8")
    severities = []
    for profile in ("current", "legacy-1.5"):
        _, result = started("--json", "--profile", profile, folder / "old.xml")
        severities += [f["severity"] for f in lines(result)[0]["findings"] if f["code"] == "RE-005"]
    assert severities == ["error", "warning"]


def test_messages_of_one_conversation_are_judged_together() -> None:
    files = SAMPLES / "xr" / "XR-010_annen-dokument-id-i-kansellering"
    state, result = started("--json", files)
    assert (state.exit_status, [line["findings"] for line in lines(result)]) == (ExitStatus.OK, [[], []])
    state, result = started("--json", "--conversation", files)
    assert [finding["code"] for line in lines(result) for finding in line["findings"]] == ["XR-010"]
    assert sorted(line["verdict"] for line in lines(result)) == ["invalid", "valid"]
    assert state.exit_status == ExitStatus.FINDINGS


def test_an_envelope_is_judged_with_its_message() -> None:
    _, result = started("--conversation", SAMPLES / "mh" / "MH-003_dialog-sendt-som-notat")
    assert 'eb:Action is "DIALOG_NOTAT", the message is DIALOG_HELSEFAGLIG' in result.stdout


def test_several_processes_give_the_same_in_the_same_order(folder: Path) -> None:
    names = [folder / "messages" / "a.xml", folder / "messages" / "b" / "broken.xml"] * 4
    (_, one), (state, two) = (started("--json", "--jobs", jobs, *names, *schema_only(folder)) for jobs in ("1", "2"))
    assert one.stdout_bytes == two.stdout_bytes
    assert state.exit_status == ExitStatus.FINDINGS


def test_groups_and_languages_are_checked(folder: Path) -> None:
    assert started("--only", "schema,nonsense", folder / "x.xml")[1].exit_code == ExitStatus.USAGE
    assert started("--lang", "de", folder / "x.xml")[1].exit_code == ExitStatus.USAGE
    assert started()[1].exit_code == ExitStatus.USAGE


def test_norwegian(folder: Path) -> None:
    _, result = started(folder / "messages" / "b" / "broken.xml", "--lang", "nb", *schema_only(folder))
    assert "skjemaet har <MsgId> her" in result.stdout
    assert "ikke gyldig, epikrise-1.2 (1 feil)" in result.stdout


def test_the_shipped_schemas_judge_without_options(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(apprec(), "utf-8")
    _, result = started("--json", tmp_path / "a.xml")
    assert lines(result)[0]["message_type"] == "apprec-1.1"
    assert {f["code"] for f in lines(result)[0]["findings"]} == {"XSD-ELEMENT-MISSING"}


def explained(*arguments: str, **session: Any) -> Result:
    return CliRunner().invoke(explain, list(arguments), obj=Session(**session))


def test_a_code_is_explained() -> None:
    result = explained("gn-008")
    assert result.exit_code == 0
    assert result.stdout.startswith("error[GN-008]: MIGversion")
    assert "mend  copy the value exactly" in result.stdout


def test_codes_are_explained_as_json() -> None:
    result = explained("GN-008", "MH-009", "--lang", "nb", json=True)
    made = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["code"] for line in made] == ["GN-008", "MH-009"]
    assert made[1]["mend"].startswith("legg én Organisation")


def test_all_codes_are_listed() -> None:
    listed = explained("--list").stdout.splitlines()
    assert any(line.startswith("XSD-ELEMENT-MISSING ") for line in listed)
    assert len(listed) > 60


def test_an_unknown_code_gives_8_and_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(explained("GN-0088").exception, NothingMatchedError)
    assert run(["explain", "GN-0088"]) == ExitStatus.NOTHING
    assert "did you mean GN-008" in capsys.readouterr().err
    assert explained().exit_code == ExitStatus.USAGE
