"""Two processes on one workspace at once: each message is handled exactly once."""

from __future__ import annotations

import os
import threading

from meldingsloft.domain.states import Direction, State
from tests.road.letters import dialog
from tests.road.town import HOSPITAL, MUNICIPALITY, Town, empty, send, states

COUNT = 200


def test_two_receive_on_one_workspace_with_many_waiting(town: Town) -> None:
    hospital = town.servers["hospital"]
    from meldingsloft.flow.sending import deliver, prepare

    ids = [sent.msg_id for sent in deliver(hospital, [prepare(hospital, dialog()) for _ in range(COUNT)])]
    assert len(town.inbox(MUNICIPALITY)) == COUNT
    town.servers["municipality"].journal.close()  # type: ignore[attr-defined]
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                lines = empty(town.open("municipality"))
                status = 0 if all(line.verdict == "accepted" for line in lines) and lines else 2
            finally:
                os._exit(status)
        children.append(child)
    assert [os.WEXITSTATUS(os.waitpid(child, 0)[1]) for child in children] == [0, 0], (
        "both had work, none saw a duplicate"
    )
    municipality = town.open("municipality")
    assert sorted(path.stem for path in town.filed("municipality", MUNICIPALITY)) == sorted(ids)
    assert states(municipality, Direction.IN) == [State.FILED] * COUNT
    assert len(town.inbox(HOSPITAL)) == 2 * COUNT
    empty(hospital)
    assert states(hospital) == [State.APPREC_OK] * COUNT


def test_the_same_envelope_in_two_mails_at_the_same_time(town: Town) -> None:
    """Whoever loses the race for the journal looks at its mail again, as a duplicate."""
    hospital = town.servers["hospital"]
    for _ in range(10):
        send(hospital, dialog())
    for mail in town.inbox(MUNICIPALITY):
        town.drop(MUNICIPALITY, mail.read_bytes())
    results: list[str] = []

    def run() -> None:
        results.extend(line.verdict for line in empty(town.open("municipality")))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["accepted"] * 10 + ["duplicate"] * 10
    assert len(town.filed("municipality", MUNICIPALITY)) == 10
    empty(hospital)
    assert states(hospital) == [State.APPREC_OK] * 10
