"""Revocation on the road: what nobody can tell waits in the inbox, and becomes one and the same entry when somebody can."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Literal

import pytest

from meldingsloft.adapters import revocations
from meldingsloft.adapters.ca_folder import CaFolder
from meldingsloft.domain.errors import CertificateError
from meldingsloft.domain.journal import Search
from meldingsloft.domain.states import Direction, State
from meldingsloft.flow.msh import Msh
from tests.road.letters import dialog
from tests.road.town import HOSPITAL, MUNICIPALITY, NOW, Town, empty, entries, send, states

Choice = Literal["off", "accept", "postpone", "refuse"]
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _always_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocations, "_FRESH_SECONDS", 0.0)


def asking(town: Town, name: str, choice: Choice) -> Msh:
    server = town.servers[name]
    return replace(server, settings=replace(server.settings, revocation=choice))


def crl(town: Town, *, at: dt.datetime = NOW, hours: int = 24) -> None:
    folder = CaFolder(town.network / "ca")
    for issuer in folder.issuers():
        folder.write_crl(issuer, at, at + hours * HOUR)


def revoke_the_hospital(town: Town, reason: str) -> None:
    record = town.servers["hospital"].register.party(HOSPITAL)  # type: ignore[arg-type]
    assert record is not None
    CaFolder(town.network / "ca").revoke(record.signing_certificates[0], NOW, reason)


def arrived(msh: Msh) -> list[State]:
    return states(msh, Direction.IN)


def test_what_is_not_configured_is_not_asked(town: Town) -> None:
    revoke_the_hospital(town, "keyCompromise")
    crl(town)
    send(town.servers["hospital"], dialog())
    assert [line.verdict for line in empty(town.servers["municipality"])] == ["accepted"]


def test_unknown_is_postponed_and_taken_up_again(town: Town) -> None:
    msh = asking(town, "municipality", "postpone")
    send(town.servers["hospital"], dialog())
    first, second = empty(msh), empty(msh)
    for lines in (first, second):
        assert [(line.verdict, line.answer, line.error_codes) for line in lines] == [
            ("postponed", "none", ("ML-K047",))
        ]
    assert arrived(msh) == [State.POSTPONED]
    assert len(town.inbox(MUNICIPALITY)) == 1
    assert town.inbox(HOSPITAL) == []
    crl(town)
    assert [line.verdict for line in empty(msh)] == ["accepted"]
    assert arrived(msh) == [State.FILED]
    assert town.inbox(MUNICIPALITY) == []
    entry = entries(msh, direction=Direction.IN)[0]
    assert entry.attempts == 2
    assert {"arrived", "postponed", "taken-up", "filed"} <= {event.what for event in msh.journal.events(entry.id)}
    assert sorted(line.kind for line in empty(town.servers["hospital"])) == ["acknowledgment", "apprec"]


def test_two_of_the_same_wait_and_one_is_a_duplicate(town: Town) -> None:
    msh = asking(town, "municipality", "postpone")
    send(town.servers["hospital"], dialog())
    town.drop(MUNICIPALITY, town.inbox(MUNICIPALITY)[0].read_bytes())
    assert [line.verdict for line in empty(msh)] == ["postponed", "postponed"]
    crl(town)
    assert sorted(line.verdict for line in empty(msh)) == ["accepted", "duplicate"]
    assert sorted(arrived(msh)) == [State.DUPLICATE, State.FILED]


def test_a_stale_crl_is_no_answer(town: Town) -> None:
    msh = asking(town, "municipality", "postpone")
    crl(town, at=NOW - 48 * HOUR)
    send(town.servers["hospital"], dialog())
    line = empty(msh)[0]
    assert line.verdict == "postponed"
    assert "was to be replaced" in line.reason


@pytest.mark.parametrize(("choice", "verdict"), [("accept", "accepted"), ("refuse", "refused")])
def test_unknown_may_be_accepted_or_refused(town: Town, choice: Choice, verdict: str) -> None:
    msh = asking(town, "municipality", choice)
    send(town.servers["hospital"], dialog())
    assert [line.verdict for line in empty(msh)] == [verdict]


@pytest.mark.parametrize("choice", ["accept", "postpone", "refuse"])
def test_revoked_is_refused_whatever_the_choice(town: Town, choice: Choice) -> None:
    msh = asking(town, "municipality", choice)
    revoke_the_hospital(town, "keyCompromise")
    crl(town)
    send(town.servers["hospital"], dialog())
    line = empty(msh)[0]
    assert (line.verdict, line.answer, line.error_codes) == ("refused", "error", ("SecurityFailure",))
    assert line.reason.startswith("ML-K042")


def test_a_message_made_before_an_orderly_end_still_counts(town: Town) -> None:
    msh = asking(town, "municipality", "postpone")
    send(town.servers["hospital"], dialog())
    town.clock.move(HOUR)
    record = town.servers["hospital"].register.party(HOSPITAL)  # type: ignore[arg-type]
    assert record is not None
    CaFolder(town.network / "ca").revoke(record.signing_certificates[0], NOW + HOUR / 2, "superseded")
    crl(town, at=NOW + HOUR)
    assert [line.verdict for line in empty(msh)] == ["accepted"]


def test_signals_wait_too(town: Town) -> None:
    send(town.servers["hospital"], dialog())
    empty(town.servers["municipality"])
    msh = asking(town, "hospital", "postpone")
    assert [line.verdict for line in empty(msh)] == ["postponed", "postponed"]
    assert states(msh) == [State.SENT]
    crl(town)
    assert [line.verdict for line in empty(msh)] == ["accepted", "accepted"]
    assert states(msh) == [State.APPREC_OK]
    assert not list(msh.journal.search(Search(states=frozenset({State.POSTPONED}), signals=True)))


def test_nothing_is_sent_to_a_certificate_that_was_taken_back(town: Town) -> None:
    msh = asking(town, "hospital", "postpone")
    with pytest.raises(CertificateError) as unknown:
        send(msh, dialog())
    assert unknown.value.code == "ML-K047"
    assert len(send(asking(town, "hospital", "accept"), dialog())) == 1
    crl(town)
    assert len(send(msh, dialog())) == 1
    record = msh.register.party(MUNICIPALITY)  # type: ignore[arg-type]
    assert record is not None
    CaFolder(town.network / "ca").revoke(record.encryption_certificates[0], NOW)
    crl(town)
    with pytest.raises(CertificateError) as revoked:
        send(msh, dialog())
    assert revoked.value.code == "ML-K048"
    assert "revoked" in revoked.value.message


def test_test_certificates_do_not_count_in_production(town: Town) -> None:
    server = town.servers["municipality"]
    msh = replace(server, settings=replace(server.settings, environment="production"))
    send(town.servers["hospital"], dialog())
    line = empty(msh)[0]
    assert line.verdict == "refused"
    assert line.reason == "ML-K044: the signing certificate's issuer is not trusted: test root in production"
    with pytest.raises(CertificateError, match="test root in production"):
        send(msh, dialog(sender=MUNICIPALITY, receiver=HOSPITAL))
