"""A message goes out, comes in, and its receipts come home."""

from __future__ import annotations

from pathlib import Path

import pytest

from meldingsloft.adapters.workspace import NewParty
from meldingsloft.domain.states import Direction, State
from tests.reference import REFERENCE, needs_reference
from tests.road.letters import dialog
from tests.road.town import HOSPITAL, MUNICIPALITY, Town, empty, entries, head_of, party_of, send, states


def test_a_dialog_reaches_the_fagsystem_and_its_apprec_comes_home(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    payload = dialog()
    (sent,) = send(hospital, payload)
    assert sent.state is State.SENT
    assert (sent.sender, sent.receiver) == (HOSPITAL, MUNICIPALITY)
    (received,) = empty(municipality)
    assert (received.verdict, received.answer, received.apprec) == ("accepted", "acknowledgment", "ok")
    (filed,) = town.filed("municipality", MUNICIPALITY)
    assert filed.read_bytes() == payload
    assert filed.stem == sent.msg_id
    assert received.file == str(filed)
    back = empty(hospital)
    assert sorted(line.kind for line in back) == ["acknowledgment", "apprec"]
    assert states(hospital) == [State.APPREC_OK]
    assert [line.kind for line in empty(municipality)] == ["acknowledgment"]
    assert states(municipality) == [State.ACKED]
    assert states(municipality, Direction.IN) == [State.FILED]
    assert not town.inbox(HOSPITAL)
    assert not town.inbox(MUNICIPALITY)
    assert not hospital.journal.open_entries()
    assert not municipality.journal.open_entries()


def test_the_story_is_told_in_order(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    empty(municipality)
    empty(hospital)
    (entry,) = entries(hospital, direction=Direction.OUT)
    told = [event.what for event in hospital.journal.events(entry.id)]
    assert told[:2] == ["queued", "sent"]
    assert set(told[2:]) == {"acknowledged", "apprec-ok"}


def test_parties_of_one_workspace_write_to_each_other(tmp_path: Path) -> None:
    town = Town(tmp_path)
    house = town.found(
        "house", "8800100", [NewParty("Medisinsk avdeling", her_id=HOSPITAL), NewParty("Omsorg", her_id=MUNICIPALITY)]
    )
    payload = dialog().replace(b"8800200", b"8800100")
    send(house, payload)
    for _ in range(3):
        empty(house)
    assert states(house) == [State.APPREC_OK, State.ACKED]
    (filed,) = town.filed("house", MUNICIPALITY)
    assert filed.read_bytes() == payload


def _examples() -> list[Path]:
    if REFERENCE is None:
        return []
    families = ("epikrise-1.2", "dialogmelding-1.1", "svarrapport-1.4")
    return [path for family in families for path in sorted((REFERENCE / "examples" / family).glob("*.xml"))]


@needs_reference
@pytest.mark.parametrize("path", _examples(), ids=lambda path: path.name)
def test_an_official_example_travels_the_road(path: Path, tmp_path: Path) -> None:
    payload = path.read_bytes()
    head = head_of(payload)
    assert head.sender is not None
    town = Town(tmp_path)
    sender = town.found(
        "sender", head.sender.organisation.her_id or "1", [party_of(head.sender)], head.sender.organisation.name
    )
    houses: dict[str, list[NewParty]] = {}
    own = {head.sender.her_id}
    for address in head.receivers:
        if address.her_id not in own:
            own.add(address.her_id)
            houses.setdefault(address.organisation.her_id or "2", []).append(party_of(address))
    receivers = [town.found(f"receiver{her}", her, parties) for her, parties in houses.items()]
    sent = send(sender, payload)
    assert len(sent) == sum(len(parties) for parties in houses.values())
    for receiver in receivers:
        empty(receiver)
    empty(sender)
    assert set(states(sender)) == {State.APPREC_OK}
    for her, parties in houses.items():
        for party in parties:
            (filed,) = [path for path in town.filed(f"receiver{her}", party.her_id) if path.suffix == ".xml"]
            assert filed.read_bytes() == payload
