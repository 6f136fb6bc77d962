"""Mails larger than memory should hold: measured in a process of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.insiders import MIME_HEAD, sealed, signed
from tests.hostile.mails import envelope, head, multipart, part, single
from tests.hostile.running import AT, PATIENT, Ended, measured
from tests.road.letters import dialog
from tests.road.town import HOSPITAL, MUNICIPALITY, Town

MIB = 1 << 20
MOST = 300
"""MB that the whole program may hold."""


@pytest.fixture
def inbox(town: Town) -> Path:
    return town.network / "mailboxes" / "8800210@edi.example" / "new"


def receive(town: Town) -> tuple[Ended, float]:
    for server in town.servers.values():
        server.journal.close()  # type: ignore[attr-defined]
    municipality = town.workspaces["municipality"].folder
    ended, peak = measured("--workspace", municipality, "receive", "--json", "--at-time", AT, cwd=town.folder)
    ended.refused_quietly()
    return ended, peak


def sparse(path: Path, beginning: bytes, size: int) -> None:
    with path.open("wb") as handle:
        handle.write(beginning)
        handle.truncate(size)


def raise_limit(town: Town, size: int) -> None:
    file = town.workspaces["municipality"].folder / "meldingsloft.toml"
    text = file.read_text("utf-8")
    assert "\n# max_mail_bytes = 67108864" in text
    file.write_text(text.replace("\n# max_mail_bytes = 67108864", f"\nmax_mail_bytes = {size}"), "utf-8")


@pytest.mark.parametrize("copied", [False, True], ids=["linked", "copied"])
def test_a_mail_of_200_mb_is_refused_unread_and_kept(town: Town, inbox: Path, copied: bool) -> None:
    mail = inbox / "1.large"
    sparse(mail, single("large", envelope(conversation=PATIENT)), 200 * MIB)
    if copied:  # under two names it may be changed by others, so it is not linked but copied
        os.link(mail, town.folder / "elsewhere")
    ended, peak = receive(town)
    assert peak < 100
    (line,) = ended.lines
    assert (ended.status, line["verdict"], line["answer"]) == (0, "refused", "fault")
    (kept,) = (town.workspaces["municipality"].folder / "failed").glob("*.eml")
    assert kept.stat().st_size == 200 * MIB
    reason = json.loads(kept.with_name(f"{kept.name}.reason.json").read_text("utf-8"))
    assert reason["code"] == "ML-U032"
    assert PATIENT not in json.dumps(reason)
    town.open("hospital")
    (fault,) = town.inbox(HOSPITAL)
    assert b"In-Reply-To: <large@evil.example>" in fault.read_bytes()
    assert not town.inbox(MUNICIPALITY)


def test_a_large_file_of_nobody_is_kept_and_answered_by_nothing(town: Town, inbox: Path) -> None:
    sparse(inbox / "1.large", b"", 3 << 30)
    ended, peak = receive(town)
    assert peak < 100
    assert (ended.status, ended.lines[0]["verdict"], ended.lines[0]["answer"]) == (7, "failed", "none")


def test_a_large_mail_with_endless_headers_is_answered_by_nothing(town: Town, inbox: Path) -> None:
    sparse(inbox / "1.large", b"X-A: " + b"a" * 100_000 + b"\r\n" + single("x", b""), 80 * MIB)
    ended, peak = receive(town)
    assert peak < 100
    assert (ended.lines[0]["verdict"], ended.lines[0]["answer"]) == ("failed", "none")


UNDER: dict[str, tuple[Callable[[], bytes], str]] = {
    "one part": (lambda: single("x", envelope(body=f"<a>{'x' * 46 * MIB}</a>")), "ML-E004"),
    "an attachment": (lambda: multipart("x", [part(envelope()), part(bytes(46 * MIB), "p")]), "ML-K030"),
    "headers": (lambda: head("x", "text/xml", "X-A: " + "a" * 63 * MIB), "ML-U021"),
    "no end": (lambda: multipart("x", [part(envelope())], closed=False) + b"\r\n" * 31 * MIB, "ML-U025"),
}


@pytest.mark.parametrize("name", UNDER)
def test_a_mail_just_under_the_limit(town: Town, inbox: Path, name: str) -> None:
    make, code = UNDER[name]
    (inbox / "1.large").write_bytes(make())
    assert (inbox / "1.large").stat().st_size > 60 * MIB
    ended, peak = receive(town)
    assert peak < MOST
    assert ended.lines[0]["reason"].startswith(f"{code}:")


def test_a_mail_just_under_a_raised_limit(town: Town, inbox: Path) -> None:
    raise_limit(town, 201 * MIB)
    sparse(inbox / "1.large", multipart("x", [part(envelope()), part(b"x", "p", "binary")], closed=False), 200 * MIB)
    ended, peak = receive(town)
    assert peak < MOST
    assert ended.lines[0]["reason"].startswith("ML-U025:")


def test_a_lowered_limit_holds(town: Town, inbox: Path) -> None:
    raise_limit(town, 2000)
    (inbox / "1.mail").write_bytes(single("x", envelope()) + b" " * 1000)
    ended, _ = receive(town)
    assert ended.lines[0]["reason"].startswith("ML-U032:")


def test_large_good_mails_are_taken_in_one_after_the_other(town: Town, inbox: Path) -> None:
    """Eight that share a batch do not share the memory."""
    attachment = (
        b'<Document><RefDoc><IssueDate V="2026-03-02"/><MsgType V="A" DN="Vedlegg"/><MimeType>application/pdf</MimeType><Content>'
        b'<bas:Base64Container xmlns:bas="http://www.kith.no/xmlstds/base64container">'
        + b"QUFB" * (4 * MIB)
        + b"</bas:Base64Container></Content></RefDoc></Document></MsgHead>"
    )
    for number in range(6):
        payload = dialog().replace(b"</MsgHead>", attachment)
        (inbox / f"1.{number}").write_bytes(signed(town, sealed(town, MIME_HEAD + payload)))
    ended, peak = receive(town)
    assert [line["verdict"] for line in ended.lines] == ["accepted"] * 6
    assert peak < MOST
