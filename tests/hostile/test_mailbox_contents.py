"""What else lies in an inbox: names that mislead, links, pipes, folders, and files nobody may read."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from pathlib import Path

import pytest

from meldingsloft.domain.states import Direction, State
from meldingsloft.flow import receiving
from tests.hostile.mails import envelope, single
from tests.hostile.running import AT, program
from tests.road.letters import dialog
from tests.road.town import HOSPITAL, MUNICIPALITY, Town, empty, send, states

NAMES = {
    "a line end": b"1.a\nb",
    "a carriage return": b"1.a\rb",
    "a terminal's language": b"1.\x1b[31mred\x1b]0;title\x07",
    "no utf-8": b"1.\xff\xfe\x80",
    "as long as names get": b"1." + b"a" * 253,
    "an option": b"-rf",
    "a command": b"$(touch x);`id`|x",
    "norwegian": "1.æøå".encode(),
    "right to left": "1.\u202elme.exe".encode(),
    "percent signs": b"%2e%2e%2fx",
    "backslashes": b"..\\..\\x".lstrip(b".") or b"x",
    "maildir flags": b"1.x:2,RS",
    "the mark of a copy": b"~",
    "a wrong time": b"9999999999999999.x",
}


@pytest.fixture
def inbox(town: Town) -> Path:
    for server in town.servers.values():
        server.journal.close()  # type: ignore[attr-defined]
    return town.network / "mailboxes" / "8800210@edi.example" / "new"


def put(inbox: Path, name: bytes, data: bytes) -> None:
    with open(os.path.join(os.fsencode(inbox), name), "wb") as handle:  # noqa: PTH118, PTH123 - names that Path would mend
        handle.write(data)


def test_names_are_only_names(town: Town, inbox: Path) -> None:
    for number, name in enumerate(NAMES.values()):
        put(inbox, name, single("x", envelope(message_id=f"{number}@evil.example")))
    before = set(town.folder.parent.rglob("*"))
    municipality = town.workspaces["municipality"].folder
    ended = program("--workspace", municipality, "receive", "--json", "--at-time", AT, cwd=inbox).refused_quietly()
    assert (ended.status, ended.err) == (0, b"")
    assert {os.fsencode(line["envelope"]) for line in ended.lines} == set(NAMES.values())
    assert {(line["verdict"], line["answer"]) for line in ended.lines} == {("refused", "error")}
    assert list(inbox.iterdir()) == []
    new = [path for path in set(town.folder.parent.rglob("*")) - before if path.is_file()]
    assert [path.name for path in new if not path.name.isascii() or not path.name.isprintable()] == []
    homes = ("municipality/failed/", "municipality/journal.sqlite3", "mailboxes/8800110@edi.example/new/")
    assert [path for path in new if not any(home in path.as_posix() for home in homes)] == []
    reasons = [json.loads(path.read_bytes()) for path in new if path.name.endswith(".reason.json")]
    assert {os.fsencode(reason["mail"]) for reason in reasons} == set(NAMES.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_terminal_is_steered_by_none(town: Town, inbox: Path, name: str) -> None:
    put(inbox, NAMES[name], b"no mail")
    municipality = town.workspaces["municipality"].folder
    ended = program("--workspace", municipality, "receive", "--at-time", AT, cwd=inbox)
    assert (ended.status, ended.err) == (7, b"")
    (line,) = ended.out.decode().splitlines()
    assert line.isprintable()
    again = program("--workspace", municipality, "receive", "--at-time", AT, cwd=inbox)
    assert (again.status, again.out) == (0, b"")
    for json_too in ((), ("--json",)):
        shown = program("--workspace", municipality, "status", *json_too, cwd=inbox)
        assert shown.status == 0
        assert b"\x1b" not in shown.out


def test_what_is_no_file_is_left_alone(town: Town, inbox: Path) -> None:
    (inbox / "1.link").symlink_to("/etc/passwd")
    (inbox / "1.dangling").symlink_to("nowhere")
    (inbox / "1.itself").symlink_to("1.itself")
    os.mkfifo(inbox / "1.pipe")
    (inbox / "1.folder").mkdir()
    (inbox / "1.folder" / "1.mail").write_bytes(b"no mail")
    (inbox / ".hidden").write_bytes(b"no mail")
    here = Path.cwd()
    os.chdir(inbox)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("1.socket")
    os.chdir(here)
    lying = sorted(path.name for path in inbox.iterdir())
    municipality = town.workspaces["municipality"].folder
    ended = program("--workspace", municipality, "receive", "--at-time", AT, cwd=inbox)
    assert (ended.status, ended.out, ended.err) == (0, b"", b"nothing lay in the inboxes\n")
    assert sorted(path.name for path in inbox.iterdir()) == lying


def test_a_link_put_in_place_of_a_mail_is_not_followed(town: Town) -> None:
    send(town.servers["hospital"], dialog())
    (mail,) = town.inbox(MUNICIPALITY)
    municipality = town.servers["municipality"]
    names = municipality.mailboxes.waiting("8800210@edi.example")
    mail.unlink()
    mail.symlink_to("/etc/passwd")
    assert [municipality.mailboxes.claim("8800210@edi.example", name) for name in names] == [None]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_mail_nobody_may_read_is_left_and_the_others_go_on(town: Town) -> None:
    municipality = town.servers["municipality"]
    town.drop(MUNICIPALITY, b"no mail", "1.closed").chmod(0)
    send(town.servers["hospital"], dialog())
    closed, taken = empty(municipality)
    assert (closed.verdict, closed.error_codes, taken.verdict) == ("failed", ("ML-P002",), "accepted")
    assert [path.name for path in town.inbox(MUNICIPALITY)] == ["1.closed"]


def test_a_mail_under_two_names_is_copied_and_kept_whole(town: Town, inbox: Path) -> None:
    mail = single("x", envelope(body="<a>" + "x" * 3_000_000 + "</a>"))
    (inbox / "1.mail").write_bytes(mail)
    os.link(inbox / "1.mail", town.folder / "elsewhere")
    municipality = town.workspaces["municipality"].folder
    ended = program("--workspace", municipality, "receive", "--json", "--at-time", AT, cwd=inbox).refused_quietly()
    assert [line["answer"] for line in ended.lines] == ["fault"]
    (town.folder / "elsewhere").write_bytes(b"changed afterwards")
    (kept,) = (municipality / "failed").glob("*.eml")
    assert kept.read_bytes() == mail


@pytest.mark.parametrize("where", ["handle", "_stage", "_enter"])
def test_a_fault_of_our_own_leaves_one_mail_and_stops_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    for _ in range(3):
        send(hospital, dialog())
    poison = town.inbox(MUNICIPALITY)[1].name
    works = getattr(receiving, where)

    def fails(*given: object) -> object:
        if any(name_of(one) == poison for one in given):
            raise ZeroDivisionError("the words of a fault may quote a patient")
        return works(*given)

    monkeypatch.setattr(receiving, where, fails)
    lines = {line.envelope: line for line in empty(municipality)}
    assert sorted(line.verdict for line in lines.values()) == ["accepted", "accepted", "failed"]
    assert lines[poison].error_codes == ("ML-X001",)
    assert "patient" not in lines[poison].reason
    assert "ZeroDivisionError" in lines[poison].reason
    assert [path.name for path in town.inbox(MUNICIPALITY)] == [poison], "it lies where it lay"
    assert states(municipality, Direction.IN) == [State.FILED] * 2
    monkeypatch.undo()
    assert [line.verdict for line in empty(municipality)] == ["accepted"]
    empty(hospital)
    assert states(hospital) == [State.APPREC_OK] * 3
    assert len(town.filed("municipality", MUNICIPALITY)) == 3


def name_of(given: object) -> str:
    return str(getattr(getattr(given, "claim", given), "name", ""))


def test_a_partner_whose_record_is_broken_holds_nobody_up(town: Town) -> None:
    hospital = town.servers["hospital"]
    send(hospital, dialog())
    (mail,) = town.inbox(MUNICIPALITY)
    mail.rename(mail.with_name("1.first"))
    record = town.network / "register" / f"{HOSPITAL}.toml"
    written = record.read_bytes()
    record.write_bytes(b"her_id = \x00")
    municipality = town.open("municipality")
    town.drop(MUNICIPALITY, b"no mail", "2.other")
    first, other = sorted(empty(municipality), key=lambda line: line.envelope)
    assert (first.verdict, first.error_codes) == ("failed", ("ML-C101",))
    assert (other.verdict, other.error_codes) == ("failed", ("ML-U020",))
    record.write_bytes(written)
    assert [line.verdict for line in empty(town.open("municipality"))] == ["accepted"]


def test_a_foreign_name_survives_a_crash_in_the_journal(town: Town, inbox: Path) -> None:
    """A name that is no UTF-8 is found again by what the journal remembers of it."""
    put(inbox, NAMES["no utf-8"], b"no mail")
    municipality = town.workspaces["municipality"].folder
    program("--workspace", municipality, "receive", "--at-time", AT, cwd=inbox)
    put(inbox, NAMES["no utf-8"], b"no mail")
    with sqlite3.connect(municipality / "journal.sqlite3") as journal:
        journal.execute("UPDATE entry SET open=1")
    journal.close()
    ended = program("--workspace", municipality, "receive", "--at-time", AT, cwd=inbox)
    assert (ended.status, ended.err) == (0, b"nothing lay in the inboxes\n")
    assert list(inbox.iterdir()) == []
