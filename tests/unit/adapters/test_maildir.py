from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from meldingsloft.adapters.maildir import NetworkMailboxes, create_mailbox, mailbox_name
from meldingsloft.domain.errors import MailboxError

HERE = "1002@edi.example"
ID = "4b8b6d6e-0f5b-4a53-9a6e-3f5a0d4a1c11"


@pytest.fixture
def net(tmp_path: Path) -> Path:
    create_mailbox(tmp_path / "net", HERE)
    return tmp_path / "net"


@pytest.fixture
def boxes(net: Path, tmp_path: Path) -> NetworkMailboxes:
    return NetworkMailboxes(net, workspace=tmp_path / "ws")


def test_a_mailbox_is_a_maildir(net: Path) -> None:
    create_mailbox(net, HERE)
    assert sorted(p.name for p in (net / HERE).iterdir()) == ["cur", "new", "tmp"]


@pytest.mark.parametrize(
    "address", ["", "..", ".hidden", "a/b", "a\\b", "x" * 300, "a b", "a\nb", "-rf", "mailto:", "æ@x"]
)
def test_addresses_that_are_no_folder(address: str, boxes: NetworkMailboxes) -> None:
    with pytest.raises(MailboxError) as caught:
        boxes.waiting(address)
    assert caught.value.code == "ML-P011"


def test_mailto_is_no_part_of_the_name() -> None:
    assert mailbox_name("mailto:1002@edi.example") == HERE


def test_names_of_mail_servers_and_what_is_no_mail(net: Path, boxes: NetworkMailboxes, tmp_path: Path) -> None:
    box = net / HERE
    (box / "new" / "1772445600.V801I2.host").write_bytes(b"a")
    (box / "cur" / "1772445601.V801I3.host:2,S").write_bytes(b"b")
    (box / "new" / ".hidden").write_bytes(b"c")
    (box / "new" / "folder").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (box / "new" / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(box / "new" / "pipe")
    assert list(boxes.waiting(HERE)) == ["1772445600.V801I2.host", "1772445601.V801I3.host:2,S"]
    for name in ("folder", "link", "pipe"):
        assert boxes.claim(HERE, name) is None
    claim = boxes.claim(HERE, "1772445601.V801I3.host:2,S")
    assert claim is not None
    assert claim.read() == b"b"
    claim.done()
    assert list(boxes.waiting(HERE)) == ["1772445600.V801I2.host"]


def test_names_that_are_not_utf_8(net: Path, boxes: NetworkMailboxes) -> None:
    Path(os.fsdecode(os.fsencode(net / HERE / "new") + b"/\xff\xfe")).write_bytes(b"a")
    [name] = boxes.waiting(HERE)
    claim = boxes.claim(HERE, name)
    assert claim is not None
    claim.keep("archive/received/aa/x.eml")
    claim.done()


def test_a_mailbox_without_its_three_folders_is_none(net: Path, boxes: NetworkMailboxes) -> None:
    (net / HERE / "cur").rmdir()
    with pytest.raises(MailboxError) as caught:
        boxes.waiting(HERE)
    assert caught.value.code == "ML-P010"


def test_a_mail_that_is_replaced_while_it_is_claimed_is_not_ours(
    net: Path, boxes: NetworkMailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = net / HERE / "new" / "a"
    path.write_bytes(b"first")
    real = fcntl.flock

    def replace_then_lock(handle: int, how: int) -> None:
        (net / HERE / "tmp" / "a").write_bytes(b"second")
        (net / HERE / "tmp" / "a").rename(path)
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", replace_then_lock)
    assert boxes.claim(HERE, "a") is None


def test_a_mail_that_vanishes_while_it_is_claimed_is_not_ours(
    net: Path, boxes: NetworkMailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = net / HERE / "new" / "a"
    path.write_bytes(b"first")
    monkeypatch.setattr(fcntl, "flock", lambda _handle, _how: path.unlink())
    assert boxes.claim(HERE, "a") is None


def test_a_lock_that_cannot_be_had_at_all_is_trouble(
    net: Path, boxes: NetworkMailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (net / HERE / "new" / "a").write_bytes(b"first")

    def no_locks(_handle: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "x")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(MailboxError):
        boxes.claim(HERE, "a")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_an_original_that_others_can_reach_is_copied_and_not_linked(
    net: Path, boxes: NetworkMailboxes, tmp_path: Path
) -> None:
    path = net / HERE / "new" / "a"
    path.write_bytes(b"original")
    os.link(path, tmp_path / "the senders own name")
    claim = boxes.claim(HERE, "a")
    assert claim is not None
    claim.keep("archive/received/aa/a.eml")
    (tmp_path / "the senders own name").write_bytes(b"forged")
    assert (tmp_path / "ws/archive/received/aa/a.eml").read_bytes() == b"original"
    claim.release()


def test_our_own_original_is_linked(net: Path, boxes: NetworkMailboxes, tmp_path: Path) -> None:
    path = net / HERE / "new" / "a"
    path.write_bytes(b"original")
    claim = boxes.claim(HERE, "a")
    assert claim is not None
    claim.keep("archive/received/aa/a.eml")
    assert (tmp_path / "ws/archive/received/aa/a.eml").stat().st_ino == path.stat().st_ino
    claim.release()


def test_another_file_system_gets_a_copy(
    net: Path, boxes: NetworkMailboxes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_device(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.EXDEV, "x")

    (net / HERE / "new" / "a").write_bytes(b"original")
    claim = boxes.claim(HERE, "a")
    assert claim is not None
    monkeypatch.setattr(os, "link", other_device)
    claim.keep("archive/received/aa/a.eml")
    claim.keep("archive/received/aa/a.eml")
    monkeypatch.undo()
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "ws/archive/received/aa").iterdir()] == [
        ("a.eml", b"original")
    ]
    claim.release()


def test_a_second_mail_for_one_path_is_kept_beside(net: Path, boxes: NetworkMailboxes, tmp_path: Path) -> None:
    for mail in (b"one", b"two", b"two"):
        (net / HERE / "new" / "a").write_bytes(mail)
        claim = boxes.claim(HERE, "a")
        assert claim is not None
        claim.keep("archive/received/aa/a.eml")
        claim.done()
    kept = sorted((tmp_path / "ws/archive/received/aa").iterdir())
    assert [p.read_bytes() for p in kept] == [b"one", b"two"]
    assert kept[1].name.startswith("a.eml~")


def test_mail_gets_the_rights_of_its_mailbox(net: Path, boxes: NetworkMailboxes) -> None:
    boxes.stage(HERE, "private", b"")
    (net / HERE / "new").chmod(0o2770)
    shared = NetworkMailboxes(net, workspace=net)
    old = os.umask(0)
    try:
        shared.stage(HERE, "shared", b"")
    finally:
        os.umask(old)
    assert [(net / HERE / "tmp" / n).stat().st_mode & 0o777 for n in ("private", "shared")] == [0o600, 0o660]


HOLD = """
import sys, time
from pathlib import Path
from meldingsloft.adapters.maildir import NetworkMailboxes
boxes = NetworkMailboxes(Path(sys.argv[1]), workspace=Path(sys.argv[1]))
claim = boxes.claim("1002@edi.example", "a")
print("held" if claim else "no", flush=True)
time.sleep(60)
"""


def test_a_killed_holder_leaves_nothing_behind(net: Path, boxes: NetworkMailboxes) -> None:
    (net / HERE / "new" / "a").write_bytes(b"mail")
    with subprocess.Popen([sys.executable, "-c", HOLD, str(net)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert boxes.claim(HERE, "a") is None
        holder.send_signal(signal.SIGKILL)
    claim = boxes.claim(HERE, "a")
    assert claim is not None
    claim.release()


EMPTY = """
import os, sys
from pathlib import Path
from meldingsloft.adapters.maildir import NetworkMailboxes
net, mine = Path(sys.argv[1]), Path(sys.argv[2])
boxes = NetworkMailboxes(net, workspace=mine)
print("ready", flush=True)
sys.stdin.readline()
while names := boxes.waiting("1002@edi.example"):
    for name in names:
        claim = boxes.claim("1002@edi.example", name)
        if claim is not None:
            number = claim.read().decode()
            with open(mine / number, "x"):
                pass
            claim.done()
boxes.sync()
"""


def test_three_processes_handle_each_mail_once(net: Path, tmp_path: Path) -> None:
    count = 300
    for number in range(count):
        (net / HERE / "new" / f"{number:04}").write_bytes(str(number).encode())
    workers = []
    for worker in range(3):
        (tmp_path / f"w{worker}").mkdir()
        workers.append(
            subprocess.Popen(
                [sys.executable, "-c", EMPTY, str(net), str(tmp_path / f"w{worker}")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for process in workers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in workers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in workers:
        process.communicate(timeout=60)
        assert process.returncode == 0
    handled = [p.name for worker in range(3) for p in (tmp_path / f"w{worker}").iterdir()]
    assert sorted(map(int, handled)) == list(range(count))
    assert list((net / HERE / "new").iterdir()) == []


DELIVER = """
import sys
from pathlib import Path
from meldingsloft.adapters.maildir import NetworkMailboxes
boxes = NetworkMailboxes(Path(sys.argv[1]), workspace=Path(sys.argv[1]))
boxes.stage("1002@edi.example", "a", b"whole mail")
boxes.publish("1002@edi.example", "a")
boxes.sync()
"""


def test_killed_at_any_step_no_half_mail_is_ever_seen_and_again_delivers_it(net: Path, boxes: NetworkMailboxes) -> None:
    killed = 0
    for number in range(1, 20):
        ended = subprocess.run(
            [sys.executable, "-c", DELIVER, str(net)],
            env={**os.environ, "MELDINGSLOFT_FAULT": f"kill:{number}"},
            check=False,
        )
        names = list(boxes.waiting(HERE))
        assert names in ([], ["a"])
        assert not names or (net / HERE / "new" / "a").read_bytes() == b"whole mail"
        assert bool(names) != (net / HERE / "tmp" / "a").exists() or number <= 1
        boxes.stage(HERE, "a", b"whole mail")
        boxes.publish(HERE, "a")
        claim = boxes.claim(HERE, "a")
        assert claim is not None
        assert claim.read() == b"whole mail"
        claim.done()
        if ended.returncode == 0:
            break
        killed += 1
    assert killed == 7  # write, write.half, sync, sync-folder; rename; two folders


def test_a_full_disk_leaves_nothing_staged(net: Path, boxes: NetworkMailboxes, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int, _data: object) -> int:
        raise OSError(errno.ENOSPC, "x")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(MailboxError) as caught:
        boxes.stage(HERE, "a", b"x")
    assert caught.value.code == "ML-P003"
    assert list((net / HERE / "tmp").iterdir()) == []


@pytest.mark.slow
def test_a_hundred_thousand_waiting_mails_are_listed_within_a_second(net: Path, boxes: NetworkMailboxes) -> None:
    for number in range(100_000):
        os.close(os.open(net / HERE / "new" / f"{number:06}", os.O_CREAT))
    began = time.process_time()
    assert len(boxes.waiting(HERE)) == 100_000
    assert time.process_time() - began < 1
