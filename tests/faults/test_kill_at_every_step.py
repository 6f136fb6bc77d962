"""``kill -9`` at each durable step of sending and of receiving: after a restart nothing is lost, and nothing is delivered or answered twice."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from meldingsloft.adapters.ca_folder import CaFolder
from meldingsloft.adapters.workspace_file import Workspace
from meldingsloft.domain.errors import InvalidMessageError
from meldingsloft.domain.states import Direction, State
from meldingsloft.flow.recovery import recover
from tests.faults.crashing import KILLED, in_child
from tests.road.letters import dialog
from tests.road.town import HOSPITAL, MUNICIPALITY, NOW, Town, empty, send, states


def copy_of(town: Town, folder: Path) -> Town:
    """The same town, with journals closed, somewhere else; its servers are opened by whoever uses them."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(town.folder, folder)
    copied = Town(folder)
    copied.workspaces = {name: Workspace.load(folder / name) for name in town.workspaces}
    return copied


def close(town: Town) -> None:
    for server in town.servers.values():
        server.journal.close()  # type: ignore[attr-defined]
    town.servers.clear()


def until_it_survives(town: Town, tmp_path: Path, work: object, check: object) -> int:
    """Kill at the first step, the second, … until the work gets to its end; check the town after each. The number of steps."""
    for step in range(1, 400):
        copied = copy_of(town, tmp_path / "copy")
        ended = in_child(lambda: work(copied), f"kill:{step}")  # type: ignore[operator]  # noqa: B023
        assert ended in (0, KILLED), f"step {step}"
        check(copied, f"killed at step {step}")  # type: ignore[operator]
        close(copied)
        if ended == 0:
            return step
    raise AssertionError("it never ends")


def to_the_end(town: Town, where: str, *, total: int = 1) -> None:
    """Everybody empties their inbox until nothing is left, and every message is where it belongs exactly once."""
    hospital, municipality = town.open("hospital"), town.open("municipality")
    for _ in range(3):
        empty(municipality)
        empty(hospital)
    assert states(hospital) == [State.APPREC_OK] * total, where
    assert states(municipality) == [State.ACKED] * total, f"{where}: one AppRec a message"
    assert states(municipality, Direction.IN) == [State.FILED] * total, where
    assert len(town.filed("municipality", MUNICIPALITY)) == total, where
    assert len(town.filed("hospital", HOSPITAL)) == total, where
    for her_id in (HOSPITAL, MUNICIPALITY):
        assert not town.inbox(her_id), where
    for server in (hospital, municipality):
        assert not server.journal.open_entries(), where
    for name in ("hospital", "municipality"):
        staged = town.workspaces[name].folder / "fagsystem"
        assert not [path for path in staged.rglob("*") if path.is_file() and ".staged" in path.parts], (
            f"{where}: nothing half filed"
        )


@pytest.mark.parametrize("how", ["again", "recovered"])
def test_send(town: Town, tmp_path: Path, how: str) -> None:
    payload = dialog()
    close(town)

    def check(copied: Town, where: str) -> None:
        hospital = copied.open("hospital")
        lying = len(copied.inbox(MUNICIPALITY))
        assert lying <= 1, where
        if how == "again":  # the script that was killed is simply run again
            known = ""
            try:
                (sent,) = send(hospital, payload)
                assert sent.state is State.SENT, where
            except InvalidMessageError as error:
                known = error.code
            if known:  # it had told the truth before it was killed
                assert known == "ML-V003", where
                assert states(hospital) == [State.SENT], where
        else:  # nobody remembers the file: what was promised is kept, what was not can be sent
            recover(hospital)
            if not states(hospital):
                assert not copied.inbox(MUNICIPALITY), where
                send(hospital, payload)
        assert len(copied.inbox(MUNICIPALITY)) == 1, f"{where}: delivered exactly once"
        to_the_end(copied, where)

    steps = until_it_survives(town, tmp_path, lambda copied: send(copied.open("hospital"), payload), check)
    assert steps > 8, "the durable steps of sending are all announced"


def test_receive(town: Town, tmp_path: Path) -> None:
    for _ in range(2):
        send(town.servers["hospital"], dialog())
    close(town)

    def check(copied: Town, where: str) -> None:
        municipality = copied.open("municipality")
        empty(municipality)
        assert not copied.inbox(MUNICIPALITY), where
        assert len(copied.inbox(HOSPITAL)) == 4, f"{where}: one receipt and one AppRec for each of two, no more"
        assert len(copied.filed("municipality", MUNICIPALITY)) == 2, where
        to_the_end(copied, where, total=2)

    steps = until_it_survives(town, tmp_path, lambda copied: empty(copied.open("municipality")), check)
    assert steps > 15


def test_receive_of_receipts(town: Town, tmp_path: Path) -> None:
    send(town.servers["hospital"], dialog())
    empty(town.servers["municipality"])
    close(town)

    def check(copied: Town, where: str) -> None:
        empty(copied.open("hospital"))
        assert len(copied.inbox(MUNICIPALITY)) == 1, f"{where}: the AppRec is acknowledged once"
        to_the_end(copied, where)

    until_it_survives(town, tmp_path, lambda copied: empty(copied.open("hospital")), check)


def test_receive_of_what_is_refused_and_of_a_duplicate(town: Town, tmp_path: Path) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    (mail,) = town.inbox(MUNICIPALITY)
    first = mail.read_bytes()
    empty(municipality)
    for path in town.inbox(HOSPITAL):
        path.unlink()
    town.drop(MUNICIPALITY, first, "1.duplicate")
    send(hospital, dialog())
    damaged = next(path for path in town.inbox(MUNICIPALITY) if path.name != "1.duplicate")
    raw = damaged.read_bytes()
    damaged.write_bytes(raw.replace(b"\r\nContent-ID: <", b"\r\nContent-ID: <x", 2))
    town.drop(MUNICIPALITY, b"no mail", "3.nothing")
    close(town)

    def check(copied: Town, where: str) -> None:
        municipality = copied.open("municipality")
        empty(municipality)
        assert not copied.inbox(MUNICIPALITY), where
        answers = [path.read_bytes() for path in copied.inbox(HOSPITAL)]
        assert len(answers) == 2, f"{where}: the receipt again, and one refusal"
        assert not municipality.journal.open_entries(), where
        assert sorted(states(municipality, Direction.IN)) == [
            State.DUPLICATE,
            State.FAILED,
            State.FILED,
            State.REFUSED,
        ], where

    until_it_survives(town, tmp_path, lambda copied: empty(copied.open("municipality")), check)


@pytest.mark.parametrize("when", ["postponing", "taking up"])
def test_what_waits_for_revocation(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    send(town.servers["hospital"], dialog())
    close(town)
    monkeypatch.setenv("MELDINGSLOFT_RECEIVE_REVOCATION", "postpone")
    if when == "taking up":
        assert [line.verdict for line in empty(town.open("municipality"))] == ["postponed"]
        close(town)

    def crl(copied: Town) -> None:
        folder = CaFolder(copied.network / "ca")
        for issuer in folder.issuers():
            folder.write_crl(issuer, NOW, NOW + dt.timedelta(days=1))

    def check(copied: Town, where: str) -> None:
        crl(copied)
        to_the_end(copied, where)

    if when == "taking up":
        crl(town)
    until_it_survives(town, tmp_path, lambda copied: empty(copied.open("municipality")), check)
