from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from meldingsloft.adapters import durable
from meldingsloft.adapters.durable import (
    Unsynced,
    create_durable,
    make_folder,
    read_file,
    rename,
    unlink,
    write_file,
)
from meldingsloft.adapters.fault_injection import fault_of
from meldingsloft.domain.errors import ExitStatus, MailboxError


def child(program: str, *arguments: object, fault: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**os.environ, "MELDINGSLOFT_FAULT": fault},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_is_written_whole_private_and_alone(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"\x00\r\n\xff")
    assert read_file(tmp_path / "a") == b"\x00\r\n\xff"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_an_existing_file_is_replaced_and_a_link_to_one_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"untouched")
    (tmp_path / "a").symlink_to(tmp_path / "secret")
    write_file(tmp_path / "a", b"new")
    assert (tmp_path / "secret").read_bytes() == b"untouched"
    assert read_file(tmp_path / "a") == b"new"


def test_a_device_is_written_to(tmp_path: Path) -> None:
    write_file("/dev/null", b"gone")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_relative_name_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_file("a.xml", b"x")
    assert (tmp_path / "a.xml").read_bytes() == b"x"


def test_folders_are_private_and_made_once(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_dirty_folders_are_synchronised_once_and_gone_ones_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(durable, "_fault", steps.append)
    folders = Unsynced()
    for folder in (tmp_path, tmp_path, tmp_path / "gone"):
        folders.touch(str(folder))
    folders.sync()
    folders.sync()
    assert steps == ["sync-folder", "sync-folder"]


def test_a_folder_that_cannot_be_synchronised_stays_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = Unsynced()
    folders.touch(str(tmp_path))

    def broken(_handle: int) -> None:
        raise OSError(errno.EIO, "x")

    with monkeypatch.context() as broken_disk:
        broken_disk.setattr(os, "fsync", broken)
        for _ in range(2):
            with pytest.raises(MailboxError) as caught:
                folders.sync()
            assert caught.value.code == "ML-P007"
    folders.sync()


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOENT, "ML-P001"), (errno.EACCES, "ML-P002"), (errno.ENOSPC, "ML-P003"), (errno.EDQUOT, "ML-P003"), (errno.EROFS, "ML-P004"),
     (errno.EISDIR, "ML-P005"), (errno.EMFILE, "ML-P006"), (errno.EIO, "ML-P007"), (errno.EEXIST, "ML-P008"), (errno.ENAMETOOLONG, "ML-P009")],
)  # fmt: skip
def test_each_trouble_has_its_code_and_a_mend(
    number: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "rename", fails)
    with pytest.raises(MailboxError) as caught:
        write_file(tmp_path / "a", b"x")
    error = caught.value
    assert (error.code, error.exit_status, error.where) == (code, ExitStatus.MAILBOX, str(tmp_path / "a"))
    assert error.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "attempt",
    [
        lambda p: read_file(p / "none"),
        lambda p: write_file(p / "none" / "a", b""),
        lambda p: rename(p / "none", p / "other"),
        lambda p: durable.rename_if_there(p / "none", p / "none" / "other"),
        lambda p: durable.sync_folder(p / "none"),
    ],
)
def test_what_is_not_there(attempt: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(MailboxError) as caught:
        attempt(tmp_path)
    assert caught.value.code == "ML-P001"


def test_names_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MailboxError) as caught:
        make_folder(tmp_path / "file" / "below")
    assert caught.value.code == "ML-P005"
    with pytest.raises(MailboxError) as caught:
        make_folder(tmp_path / "file")
    assert caught.value.code == "ML-P005"
    with pytest.raises(MailboxError) as caught:
        write_file(tmp_path / ("x" * 300), b"")
    assert caught.value.code == "ML-P009"
    with pytest.raises(MailboxError) as caught:
        read_file(tmp_path)
    assert caught.value.code == "ML-P005"
    assert unlink(tmp_path / "none") is False


def test_a_real_limit_of_room_leaves_the_former_file(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"former")
    program = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
from meldingsloft.adapters.durable import write_file
from meldingsloft.adapters.fault_injection import fault_of
from meldingsloft.domain.errors import MailboxError
try:
    write_file(sys.argv[1], b"x" * 10000)
except MailboxError as error:
    print(error.code, error.where)
"""
    assert child(program, tmp_path / "a").stdout.split() == ["ML-P003", str(tmp_path / "a")]
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"former")]


WRITE = "import sys; from meldingsloft.adapters.durable import write_file; write_file(sys.argv[1], b'new' * 1000)"


def steps_of(tmp_path: Path) -> list[str]:
    counted = tmp_path / "steps"
    assert child(WRITE, tmp_path / "counted", fault=f"count:{counted}").returncode == 0
    (tmp_path / "counted").unlink()
    names = counted.read_text().split()
    counted.unlink()
    return names


def test_the_steps_of_a_file(tmp_path: Path) -> None:
    assert steps_of(tmp_path) == ["write", "write.half", "sync", "rename", "sync-folder"]


def test_killed_at_any_step_the_file_is_the_former_or_the_new_one(tmp_path: Path) -> None:
    steps = steps_of(tmp_path)
    for number in range(1, len(steps) + 1):
        write_file(tmp_path / "a", b"former")
        assert child(WRITE, tmp_path / "a", fault=f"kill:{number}").returncode == -signal.SIGKILL
        assert (tmp_path / "a").read_bytes() == (b"former" if number <= 4 else b"new" * 1000)
    assert child(WRITE, tmp_path / "a", fault=f"kill:{len(steps) + 1}").returncode == 0


def test_a_full_disk_can_be_played(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"former")
    ended = child(WRITE, tmp_path / "a", fault="full:2")
    assert "ML-P003" in ended.stderr
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"former")]


@pytest.mark.parametrize("setting", ["kill", "kill:x", "count:", "explode:1"])
def test_a_wrong_fault_setting_is_told(setting: str) -> None:
    with pytest.raises(ValueError, match="MELDINGSLOFT_FAULT"):
        fault_of(setting)


def test_no_fault_setting_is_none() -> None:
    assert fault_of(None) is fault_of("") is None


def test_create_durable_does_not_write_into_what_lay_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"delivered")
    os.link(tmp_path / "a", tmp_path / "b")
    create_durable(tmp_path / "a", b"x")
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()) == (b"x", b"delivered")
