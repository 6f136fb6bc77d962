from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from meldingsloft.adapters.filing import WorkspaceFiling, safe_file_name, safe_stem
from meldingsloft.domain.errors import MailboxError
from meldingsloft.domain.identifiers import HerId

HER = HerId("1002")
ID = "4b8b6d6e-0f5b-4a53-9a6e-3f5a0d4a1c11"


@pytest.mark.parametrize(
    "name", [f"{ID}.xml", f"{ID.upper()}.xml", f"{ID}-1.pdf", f"{ID}_a-2.tar.gz", "ab" * 16 + ".xml", ID]
)
def test_names_that_begin_with_a_uuid_stay(name: str) -> None:
    assert safe_file_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "13816512345.xml",
        "Ola Nordmann.pdf",
        f"../{ID}.xml",
        f"{ID}/x.xml",
        f".{ID}.xml",
        f"{ID}-13816512345-" + "x" * 60 + ".xml",
        f"{ID}.xml\n",
        "",
        "a\x00.xml",
    ],
)
def test_other_names_become_digests(name: str) -> None:
    safe = safe_file_name(name)
    assert safe != name
    assert safe_file_name(safe) == safe
    assert "/" not in safe
    assert not safe.startswith(".")
    assert safe == safe_file_name(name)


def test_identifiers() -> None:
    assert safe_stem(ID) == ID
    assert safe_stem("<a@b>") != safe_stem("<a@c>")
    assert len(safe_stem("x" * 10000)) == 32


def test_files_are_private_and_folders_small(tmp_path: Path) -> None:
    filing = WorkspaceFiling(tmp_path / "ws")
    path = filing.archive_sent(ID, b"x")
    assert path == f"archive/sent/4b/{ID}.eml"
    filing.stage_incoming(HER, ID, {f"{ID}.xml": b"x"})
    filing.publish_incoming(HER, ID, [f"{ID}.xml"])
    for found in (tmp_path / "ws").rglob("*"):
        assert stat.S_IMODE(found.stat().st_mode) == (0o700 if found.is_dir() else 0o600)


def test_mails_of_one_hour_share_a_folder(tmp_path: Path) -> None:
    filing = WorkspaceFiling(tmp_path)
    head = b"From: a@b\r\nDate: Mon, 2 Mar 2026 09:31:07 +0100\r\n\r\nx"
    assert filing.archive_sent(ID, head) == f"archive/sent/2026-03-02/09/{ID}.eml"
    assert filing.received_path(ID, f"1772445600.{ID}_1.meldingsloft").startswith(
        f"archive/received/2026-03-02/10/{ID}-"
    )
    assert filing.received_path("", "1772445600.x").startswith("archive/received/2026-03-02/10/")
    for without in ("a", "12345.x", "17724456000.x", "99999999999999999999.x", "1772445600"):
        assert filing.received_path(ID, without).startswith(f"archive/received/4b/{ID}-")
    for mail in (b"Date: x\r\n\r\n", b"Subject: x\r\n\r\n" + b"x" * 5000 + b"\nDate: 2 Mar 2026 09:00:00", b""):
        assert filing.archive_sent(ID, mail).startswith("archive/sent/4b/")


def test_a_shared_inbox_gives_its_rights_to_its_files(tmp_path: Path) -> None:
    filing = WorkspaceFiling(tmp_path)
    inbox = tmp_path / "fagsystem/1002/inn"
    inbox.mkdir(parents=True)
    inbox.chmod(0o770)
    old = os.umask(0)
    try:
        filing.stage_incoming(HER, ID, {f"{ID}.xml": b"x"})
    finally:
        os.umask(old)
    filing.publish_incoming(HER, ID, [f"{ID}.xml"])
    assert stat.S_IMODE((inbox / f"{ID}.xml").stat().st_mode) == 0o660


def test_what_was_never_staged_makes_no_folders(tmp_path: Path) -> None:
    filing = WorkspaceFiling(tmp_path)
    filing.discard_incoming(HER, ID)
    assert filing.publish_incoming(HER, ID, [f"{ID}.xml"]) is False
    assert list(tmp_path.iterdir()) == []


def test_the_message_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filing = WorkspaceFiling(tmp_path)
    filing.stage_incoming(HER, ID, {f"{ID}.xml": b"x", f"{ID}-1.pdf": b"y", f"{ID}-2.pdf": b"z"})
    renamed: list[str] = []
    real = os.rename

    def spy(source: str, target: str) -> None:
        renamed.append(Path(target).name)
        real(source, target)

    monkeypatch.setattr(os, "rename", spy)
    filing.publish_incoming(HER, ID, [f"{ID}.xml", f"{ID}-1.pdf", f"{ID}-2.pdf"])
    assert renamed == [f"{ID}-1.pdf", f"{ID}-2.pdf", f"{ID}.xml"]
    assert list((tmp_path / "fagsystem/1002/.staged").iterdir()) == []


@pytest.mark.parametrize("her_id", ["../x", "", "a", "1/2"])
def test_no_folder_for_what_is_no_her_id(her_id: str, tmp_path: Path) -> None:
    filing = WorkspaceFiling(tmp_path)
    with pytest.raises(MailboxError) as caught:
        filing.stage_incoming(HerId(her_id), ID, {f"{ID}.xml": b"x"})
    assert caught.value.code == "ML-P015"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filing = WorkspaceFiling(tmp_path)

    def full(_handle: int, _data: object) -> int:
        raise OSError(errno.ENOSPC, "x")

    monkeypatch.setattr(os, "write", full)
    for attempt in (
        lambda: filing.archive_sent(ID, b"x"),
        lambda: filing.stage_incoming(HER, ID, {f"{ID}.xml": b"x"}),
        lambda: filing.write_reason("failed/a.eml", {}),
    ):
        with pytest.raises(MailboxError) as caught:
            attempt()
        assert caught.value.code == "ML-P003"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


RECEIVE = """
import sys
from pathlib import Path
from meldingsloft.adapters.filing import WorkspaceFiling
filing = WorkspaceFiling(Path(sys.argv[1]))
name = "4b8b6d6e-0f5b-4a53-9a6e-3f5a0d4a1c11"
files = {name + ".xml": b"<whole/>", name + "-1.pdf": b"%PDF"}
filing.stage_incoming("1002", name, files)
filing.sync()
filing.publish_incoming("1002", name, list(files))
filing.sync()
"""


def test_killed_at_any_step_the_fagsystem_sees_whole_messages_only(tmp_path: Path) -> None:
    for number in range(1, 60):
        folder = tmp_path / str(number)
        folder.mkdir()
        ended = subprocess.run(
            [sys.executable, "-c", RECEIVE, str(folder)],
            env={**os.environ, "MELDINGSLOFT_FAULT": f"kill:{number}"},
            check=False,
        )
        inbox = folder / "fagsystem/1002/inn"
        seen = {p.name: p.read_bytes() for p in inbox.iterdir()} if inbox.exists() else {}
        assert set(seen.items()) <= {(f"{ID}.xml", b"<whole/>"), (f"{ID}-1.pdf", b"%PDF")}
        assert f"{ID}.xml" not in seen or len(seen) == 2
        if ended.returncode == 0:
            assert len(seen) == 2
            return
        assert ended.returncode == -signal.SIGKILL
    pytest.fail("never ended")
