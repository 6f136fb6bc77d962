"""The disk is full from the n-th step on: a coded error, nothing half done, and all is well when there is room again."""

from __future__ import annotations

from pathlib import Path

from meldingsloft.adapters import durable
from meldingsloft.domain.errors import MailboxError
from tests.faults.test_kill_at_every_step import close, copy_of, to_the_end
from tests.road.letters import dialog
from tests.road.town import MUNICIPALITY, Town, empty, send, states


def test_send(town: Town, tmp_path: Path) -> None:
    payload = dialog()
    close(town)
    for step in range(1, 200):
        copied = copy_of(town, tmp_path / "copy")
        hospital = copied.open("hospital")
        durable._fault = durable.fault_of(f"full:{step}")
        full: MailboxError | None = None
        try:
            send(hospital, payload)
        except MailboxError as error:
            full = error
        finally:
            durable._fault = None
        if full is None:
            break
        assert full.code == "ML-P003"
        assert full.again
        assert not copied.inbox(MUNICIPALITY)
        assert not states(hospital)
        send(hospital, payload)
        to_the_end(copied, f"full at step {step}")
        close(copied)
    assert step > 2


def test_receive(town: Town, tmp_path: Path) -> None:
    for _ in range(2):
        send(town.servers["hospital"], dialog())
    close(town)
    for step in range(1, 200):
        copied = copy_of(town, tmp_path / "copy")
        municipality = copied.open("municipality")
        durable._fault = durable.fault_of(f"full:{step}")
        try:
            lines = empty(municipality)
        finally:
            durable._fault = None
        left = [line for line in lines if line.verdict == "failed"]
        assert all(line.error_codes == ("ML-P003",) for line in left)
        assert len(copied.inbox(MUNICIPALITY)) == len(left), "what was not handled lies where it lay"
        to_the_end(copied, f"full at step {step}", total=2)
        close(copied)
        if not left:
            break
    assert step > 2
