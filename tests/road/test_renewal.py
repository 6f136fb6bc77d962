"""A new pair of keys without a message lost, and the rehearsal of what is going to break."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from meldingsloft.adapters.ca_folder import CaFolder
from meldingsloft.adapters.certificate_checks import certificates, partners, revocation, roots_of
from meldingsloft.adapters.checks import Check
from meldingsloft.adapters.key_store import WorkspaceKeys
from meldingsloft.adapters.rehearsing import Rehearsal, rehearse
from meldingsloft.adapters.renewal import publish_due, renew, renewals
from meldingsloft.adapters.test_ca import TestCa
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.domain.errors import ConfigError, PartnerError
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import PartyRecord
from tests.faults.crashing import KILLED, in_child
from tests.road.letters import dialog
from tests.road.town import HOSPITAL, MUNICIPALITY, NOW, Town, empty, send

HER = HerId(MUNICIPALITY)
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


def record(town: Town, her_id: HerId = HER) -> PartyRecord:
    found = town.open("hospital").register.party(her_id)
    assert found is not None
    return found


def signs_with(town: Town) -> bytes:
    return town.open("municipality").keys.signing_key(HER).certificate


def test_messages_to_the_old_certificate_still_open(town: Town) -> None:
    old = record(town)
    send(town.servers["hospital"], dialog())
    made = renew(town.workspaces["municipality"], HER, NOW)
    assert made.registered == NOW
    new = record(town)
    assert new.encryption_certificates[1:] == old.encryption_certificates
    assert new.signing_certificates[1:] == old.signing_certificates
    send(town.open("hospital"), dialog())
    assert [line.verdict for line in empty(town.open("municipality"))] == ["accepted", "accepted"]
    found = rehearse(town.workspaces["municipality"], NOW, NOW + DAY, {}).encrypting
    assert [(one.newest, one.sender, one.party, one.count) for one in found] == [
        (False, HOSPITAL, MUNICIPALITY, 1),
        (True, HOSPITAL, MUNICIPALITY, 1),
    ]
    assert [one.serial for one in found] == [
        read_certificate(der).serial for der in reversed(new.encryption_certificates)
    ]
    assert rehearse(town.workspaces["municipality"], NOW, NOW + DAY, {}, mails=0).encrypting == ()


def test_the_new_key_signs_twelve_hours_later(town: Town) -> None:
    before = signs_with(town)
    renew(town.workspaces["municipality"], HER, NOW)
    assert signs_with(town) == before
    town.clock.move(12 * HOUR)
    assert signs_with(town) == record(town).signing_certificates[0] != before
    send(town.open("municipality"), dialog(sender=MUNICIPALITY, receiver=HOSPITAL))
    assert [line.verdict for line in empty(town.open("hospital"))] == ["accepted"]


def test_the_old_certificate_is_not_used_beyond_its_end(town: Town) -> None:
    end = read_certificate(signs_with(town)).not_after
    assert renew(town.workspaces["municipality"], HER, end - HOUR).sign_from == end
    town.clock.move(end - NOW)
    assert signs_with(town) == record(town).signing_certificates[0]


def test_the_register_changes_at_the_chosen_time(town: Town) -> None:
    workspace, old = town.workspaces["municipality"], record(town)
    made = renew(workspace, HER, NOW, register_at=NOW + DAY, sign_from=NOW + 2 * DAY)
    assert (made.registered, made.sign_from) == (None, NOW + 2 * DAY)
    assert publish_due(workspace, NOW + DAY - HOUR) == []
    assert record(town) == old
    with pytest.raises(PartnerError) as waits:
        renew(workspace, HER, NOW)
    assert waits.value.code == "ML-C184"
    assert [one.her_id for one in publish_due(workspace, NOW + DAY)] == [HER]
    assert record(town).encryption_certificates[1:] == old.encryption_certificates
    assert publish_due(workspace, NOW + DAY) == []
    assert renewals(workspace, HER)[0].registered == NOW + DAY


@pytest.mark.parametrize("step", range(1, 60, 3))
def test_killed_at_any_step_it_never_signs_with_what_is_not_registered(town: Town, step: int) -> None:
    workspace, old = town.workspaces["municipality"], record(town)
    authority = TestCa.open(workspace.ca, NOW)
    made = [authority.issue(workspace.organisation, purpose, NOW, not_before=NOW) for purpose in ("sign", "encrypt")]
    signing, encryption = (SoftwareKey.from_pem(one.key_pem, one.certificate) for one in made)
    pair = (signing, encryption)
    for server in town.servers.values():
        server.journal.close()  # type: ignore[attr-defined]
    assert in_child(lambda: renew(workspace, HER, NOW, given=pair), f"kill:{step}") in (0, KILLED)
    town.clock.move(2 * DAY)
    for _ in range(2):
        assert signs_with(town) in record(town).signing_certificates
        assert {key.certificate for key in WorkspaceKeys(workspace.keys).stored()} >= {
            *record(town).encryption_certificates
        }
        publish_due(workspace, NOW + 2 * DAY)
    if not renewals(workspace, HER):
        assert record(town) == old
        assert renew(workspace, HER, NOW + 2 * DAY).registered


def test_keys_of_a_real_issuer_may_be_given(town: Town) -> None:
    workspace = town.workspaces["municipality"]
    authority = TestCa.open(workspace.ca, NOW)
    pair = [authority.issue(workspace.organisation, purpose, NOW) for purpose in ("sign", "encrypt")]
    signing, encryption = (SoftwareKey.from_pem(one.key_pem, one.certificate) for one in pair)
    with pytest.raises(ConfigError) as wrong:
        renew(workspace, HER, NOW, given=(encryption, signing))
    assert wrong.value.code == "ML-C116"
    renew(workspace, HER, NOW, given=(signing, encryption))
    assert record(town).encryption_certificates[0] == pair[1].certificate
    with pytest.raises(PartnerError) as nobody:
        renew(workspace, HerId("42"), NOW)
    assert nobody.value.code == "ML-C183"


def rehearsed(town: Town, now: dt.datetime, until: dt.datetime, name: str = "municipality") -> Rehearsal:
    return rehearse(town.workspaces[name], now, until, {})


def test_the_rehearsal_tells_what_ends_in_order_of_time(town: Town) -> None:
    ends = read_certificate(record(town).encryption_certificates[0]).not_after
    assert rehearsed(town, NOW, ends - 5 * DAY).milestones == ()
    found = rehearsed(town, NOW, ends + DAY).milestones
    assert [one.at for one in found] == sorted(one.at for one in found)
    own = [one for one in found if one.whose == MUNICIPALITY]
    assert [(one.kind, one.severity) for one in own] == [("register-by", "warning")] * 2 + [("expires", "error")] * 2
    assert {ends - one.at for one in own if one.kind == "register-by"} <= {108 * HOUR, 108 * HOUR + dt.timedelta(0)}
    assert {one.kind for one in found if one.whose == HOSPITAL} == {"expires"}
    after = rehearsed(town, ends + DAY, ends + 2 * DAY).milestones
    assert {one.kind for one in after} == {"expires"}
    far = rehearsed(town, NOW, NOW + 40 * 365 * DAY).milestones
    assert sum("trusted issuer" in one.message for one in far) == 2


def test_the_rehearsal_after_a_renewal(town: Town) -> None:
    renew(town.workspaces["municipality"], HER, NOW)
    found = rehearsed(town, NOW, NOW + 30 * DAY).milestones
    assert [(one.kind, one.at - NOW) for one in found] == [("sign-from", 12 * HOUR), ("old-key", 84 * HOUR)]
    later = rehearsed(town, NOW, NOW + 3 * 365 * DAY).milestones
    assert [one.severity for one in later if "older" in one.message] == ["info", "info"]


def test_the_rehearsal_knows_crls_and_what_was_taken_back(town: Town) -> None:
    folder = CaFolder(town.network / "ca")
    folder.revoke(record(town, HerId(HOSPITAL)).signing_certificates[0], NOW - HOUR)
    for issuer in folder.issuers():
        folder.write_crl(issuer, NOW, NOW + DAY)
    folder.write_ocsp(record(town).signing_certificates[0], NOW, NOW + 2 * DAY)
    found = rehearsed(town, NOW, NOW + 30 * DAY).milestones
    assert [(one.kind, one.severity, one.whose) for one in found] == [
        ("revoked", "error", HOSPITAL),
        ("stale", "info", ""),
        ("stale", "info", ""),
        ("stale", "info", ""),
    ]
    strict = rehearse(
        town.workspaces["municipality"], NOW, NOW + 30 * DAY, {"MELDINGSLOFT_RECEIVE_REVOCATION": "postpone"}
    )
    assert [one.severity for one in strict.milestones] == ["error"] * 4


def looked(town: Town, now: dt.datetime = NOW, name: str = "municipality", **environ: str) -> list[Check]:
    workspace = town.workspaces[name]
    roots = roots_of(workspace, environ)
    return [*certificates(workspace, now, roots), *revocation(workspace, now, roots, environ)]


def test_doctor_is_content_when_a_successor_is_registered(town: Town) -> None:
    end = read_certificate(signs_with(town)).not_after
    assert {check.verdict for check in looked(town, end - 20 * DAY)} == {"warning"}
    renew(town.workspaces["municipality"], HER, end - 20 * DAY)
    assert looked(town, end - 20 * DAY) == []


def test_doctor_tells_of_a_renewal_that_comes_too_late(town: Town) -> None:
    end = read_certificate(signs_with(town)).not_after
    renew(town.workspaces["municipality"], HER, NOW, register_at=end - 100 * HOUR)
    told = [check.text for check in looked(town) if check.verdict == "error"]
    assert len(told) == 1
    assert "less than 108 hours" in told[0]


def test_doctor_misses_the_old_key_for_84_hours(town: Town) -> None:
    workspace = town.workspaces["municipality"]
    renew(workspace, HER, NOW)
    old = WorkspaceKeys(workspace.keys).stored()
    former = record(town).encryption_certificates[1]
    for key in old:
        if key.certificate == former:
            key.path.unlink()
            key.path.with_name(key.path.name.replace(".key.", ".cert.")).unlink()
    assert ["until 2026-03-05 22:31 UTC" in check.text for check in looked(town, NOW + 83 * HOUR)] == [True]
    assert looked(town, NOW + 84 * HOUR) == []


def _crls(folder: CaFolder) -> None:
    for issuer in folder.issuers():
        folder.write_crl(issuer, NOW, NOW + 30 * DAY)


def _soon_old(folder: CaFolder) -> None:
    for issuer in folder.issuers():
        folder.write_crl(issuer, NOW, NOW + 5 * HOUR)


@pytest.mark.parametrize(
    ("prepare", "choice", "verdict", "words"),
    [
        (lambda _: None, "off", "", ""),
        (lambda _: None, "accept", "warning", "is let through"),
        (lambda _: None, "postpone", "error", "waits"),
        (lambda _: None, "refuse", "error", "is refused"),
        (_crls, "postpone", "", ""),
        (_soon_old, "postpone", "warning", "in 5 hours"),
    ],
)
def test_doctor_looks_after_crls(
    town: Town, prepare: Callable[[CaFolder], None], choice: str, verdict: str, words: str
) -> None:
    prepare(CaFolder(town.network / "ca"))
    told = looked(town, MELDINGSLOFT_RECEIVE_REVOCATION=choice)
    assert {check.verdict for check in told} == ({verdict} if verdict else set())
    assert all(words in check.text for check in told)


def test_doctor_tells_of_revoked_and_of_test_certificates(town: Town) -> None:
    folder = CaFolder(town.network / "ca")
    folder.revoke(record(town).signing_certificates[0], NOW)
    folder.revoke(record(town, HerId(HOSPITAL)).signing_certificates[0], NOW)
    _crls(folder)
    told = looked(town, MELDINGSLOFT_RECEIVE_REVOCATION="postpone")
    assert sorted((check.verdict, MUNICIPALITY in check.text) for check in told) == [
        ("error", True),
        ("warning", False),
    ]
    tests = looked(town, MELDINGSLOFT_RECEIVE_ENVIRONMENT="production")
    assert len(tests) == 4
    assert all("is for tests" in check.text for check in tests)


def test_doctor_tells_of_partners_in_good_time(town: Town) -> None:
    workspace = town.workspaces["municipality"]
    end = read_certificate(record(town, HerId(HOSPITAL)).signing_certificates[0]).not_after
    roots = roots_of(workspace, {})
    for left, words in ((31 * DAY, ""), (20 * DAY, "in 20 days"), (100 * HOUR, "in 100 hours"), (-HOUR, "has expired")):
        told = list(partners(workspace, end - left, roots))
        assert (words in told[0].text) if words else not told


def test_a_damaged_list_is_told(town: Town) -> None:
    workspace = town.workspaces["municipality"]
    path: Path = workspace.keys / HER / "renewals.toml"
    path.write_text('[[renewal]]\nsign = "1"\nencrypt = "2"\nregister_at = "soon"\nsign_from = 2026-03-02T10:00:00Z\n')
    with pytest.raises(ConfigError, match="register_at must be a time"):
        publish_due(workspace, NOW)
