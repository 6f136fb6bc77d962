from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from meldingsloft.adapters.checks import Check
from meldingsloft.adapters.checkup import check_up
from meldingsloft.adapters.clock import SystemClock
from meldingsloft.adapters.register import FolderRegister
from meldingsloft.adapters.test_ca import TestCa
from meldingsloft.adapters.workspace import NewParty, Workspace, create_workspace
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import PartyRecord
from tests.fakes.chance import NOON, FakeClock

HER = HerId("1002")


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    for name, her in (("sykehus", "1002"), ("lege", "2002")):
        create_workspace(
            folder / name, name=name, org_her_id=str(int(her) - 1), party=NewParty("x", her_id=her), clock=FakeClock()
        )
    return folder


@pytest.fixture
def workspace(town: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(town, tmp_path / "town")
    return Workspace.load(tmp_path / "town" / "sykehus")


def looked(workspace: Workspace, when: dt.datetime = NOON, environ: dict[str, str] | None = None) -> list[Check]:
    return [c for c in check_up(workspace, clock=FakeClock(when), environ=environ or {}) if c.verdict != "ok"]


def record(workspace: Workspace, her_id: HerId = HER) -> PartyRecord:
    found = FolderRegister(workspace.register).party(her_id)
    assert found is not None
    return found


def test_a_fresh_workspace_is_in_order(workspace: Workspace) -> None:
    assert looked(workspace) == []
    said = check_up(workspace, clock=SystemClock(), environ={})
    assert [c.what for c in said] == [
        "configuration",
        "disk",
        "journal",
        "register",
        "certificates",
        "partners",
        "mailboxes",
        "permissions",
        "clock",
        "failed",
    ]


@pytest.mark.parametrize(
    ("before", "verdict", "words"),
    [
        (dt.timedelta(days=31), None, ""),
        (dt.timedelta(days=29), "warning", "in 29 days"),
        (dt.timedelta(hours=109), "warning", "in 4 days"),
        (dt.timedelta(hours=107, minutes=59), "error", "in 107 hours"),
        (dt.timedelta(0), "error", "expired"),
        (dt.timedelta(days=5 * 365), "error", "not valid yet"),
    ],
)
def test_certificates_are_to_be_renewed_in_time(
    workspace: Workspace, before: dt.timedelta, verdict: str | None, words: str
) -> None:
    ends = min(
        read_certificate(der).not_after
        for der in (*record(workspace).signing_certificates, *record(workspace).encryption_certificates)
    )
    own = [c for c in looked(workspace, ends - before) if c.what == "certificates"]
    assert {c.verdict for c in own} == ({verdict} if verdict else set())
    assert all(words in c.text and c.mend for c in own)
    assert len(own) == (2 if verdict else 0)


def _no_record(w: Workspace) -> None:
    for path in w.register.glob("1002.*"):
        path.unlink()


def _no_keys(w: Workspace) -> None:
    shutil.rmtree(w.keys / HER)


def _other_certificates(w: Workspace) -> None:
    authority = TestCa.open(w.ca, NOON)
    made = {purpose: authority.issue(w.organisation, purpose, NOON).certificate for purpose in ("sign", "encrypt")}
    FolderRegister(w.register).write(
        replace(record(w), signing_certificates=(made["sign"],), encryption_certificates=(made["encrypt"],))
    )


def _bare_record(w: Workspace) -> None:
    FolderRegister(w.register).write(replace(record(w), signing_certificates=(), encryption_certificates=()))


def _damage_journal(w: Workspace) -> None:
    w.journal.write_bytes(b"SQLite format 3\x00" + b"x" * 5000)


def _other_organisation(w: Workspace) -> None:
    found = record(w)
    FolderRegister(w.register).write(replace(found, organisation=replace(found.organisation, her_id=HerId("77"))))


@pytest.mark.parametrize(
    ("break_it", "what", "texts"),
    [
        (_no_record, "register", ["party 1002 is not in the register"]),
        (_other_organisation, "register", ["the register says party 1002 belongs to organisation 77"]),
        (lambda w: (w.register / "55.toml").write_text("x"), "register", ["the file is not TOML"]),
        (_no_keys, "certificates", ["party 1002 has no signing key", "we lack the key for the encryption certificate of party 1002"]),
        (_other_certificates, "certificates", ["that we sign with is not in the register", "we lack the key"]),
        (_bare_record, "certificates", ["that we sign with is not in the register", "the encryption certificate of party 1002 is not in the register"]),
        (lambda w: next((w.keys / HER).glob("*.key.pem")).unlink(), "certificates", ["a certificate and its key do not lie together"]),
        (lambda w: shutil.rmtree(w.mailboxes / "1002@edi.example" / "tmp"), "mailboxes", ["the mailbox of party 1002 is not there"]),
        (lambda w: next((w.keys / HER).glob("*.key.pem")).chmod(0o644), "permissions", ["other users can read a private key"]),
        (_damage_journal, "journal", ["the journal is damaged"]),
        (lambda w: shutil.rmtree(w.network), "disk", ["the folder is not there"]),
    ],
)  # fmt: skip
def test_what_must_be_done(
    workspace: Workspace, break_it: Callable[[Workspace], object], what: str, texts: list[str]
) -> None:
    break_it(workspace)
    found = [c for c in looked(workspace) if c.what == what]
    assert [c.verdict for c in found] == ["error"] * len(texts)
    for check, text in zip(found, texts, strict=True):
        assert text in check.text
        assert check.mend
        assert check.where


def _foreign_issuer(w: Workspace) -> None:
    shutil.rmtree(w.ca)
    TestCa.open(w.ca, NOON)


def _partner_without_certificate(w: Workspace) -> None:
    FolderRegister(w.register).write(replace(record(w, HerId("2002")), encryption_certificates=()))


def _old_file(w: Workspace) -> None:
    path = w.mailboxes / "1002@edi.example" / "tmp" / "a"
    path.touch()
    old = (NOON - dt.timedelta(hours=37)).timestamp()
    os.utime(path, (old, old))


def _renamed(w: Workspace) -> None:
    FolderRegister(w.register).write(replace(record(w), name="another"))


@pytest.mark.parametrize(
    ("break_it", "what", "text"),
    [
        (_foreign_issuer, "certificates", "an issuer that this workspace does not trust"),
        (_foreign_issuer, "partners", "an issuer that is not trusted here"),
        (_partner_without_certificate, "partners", "nothing can be sent to it"),
        (
            lambda w: shutil.rmtree(w.mailboxes / "2002@edi.example"),
            "mailboxes",
            "the mailbox of party 2002 is not there",
        ),
        (_old_file, "mailboxes", "1 undelivered files older than 36 hours"),
        (_renamed, "register", "another name or kind"),
        (lambda w: w.archive.chmod(0o755), "permissions", "other users can look into the folder"),
        (lambda w: (w.failed / "a.eml").touch(), "failed", "1 mail that could not be handled"),
    ],
)
def test_what_should_be_done_soon(
    workspace: Workspace, break_it: Callable[[Workspace], object], what: str, text: str
) -> None:
    break_it(workspace)
    found = looked(workspace)
    assert {c.verdict for c in found} == {"warning"}
    assert [c for c in found if c.what == what and text in c.text and c.mend]


def test_an_expired_partner(workspace: Workspace) -> None:
    found = [c for c in looked(workspace, NOON + dt.timedelta(days=1200)) if c.what == "partners"]
    assert [c.text for c in found] == ["a certificate of party 2002 has expired"] * 2


def test_the_environment_is_looked_at(workspace: Workspace) -> None:
    environ = {
        "MELDINGSLOFT_RECEIVE_BACTH": "1",
        "MELDINGSLOFT_WORKSPACE": "x",
        "MELDINGSLOFT_RECEIVE_BATCH": "8",
        "MELDINGSLOFT_VIEW_HTML": "1",
        "PATH": "",
    }
    [found] = looked(workspace, environ=environ)
    assert "MELDINGSLOFT_RECEIVE_BACTH" in found.text
    [found] = [c for c in looked(workspace, environ={"MELDINGSLOFT_RECEIVE_BATCH": "x"}) if c.what == "configuration"]
    assert found.verdict == "error"


@pytest.mark.parametrize(("free", "verdict"), [(10**7, "error"), (5 * 10**8, "warning")])
def test_room(workspace: Workspace, free: int, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(0, 0, free))
    assert [c.verdict for c in looked(workspace)] == [verdict] * 2


def test_a_clock_that_is_wrong(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = SystemClock().now() + dt.timedelta(minutes=10)
    monkeypatch.setattr(SystemClock, "now", lambda _self: ahead)
    [found] = [c for c in check_up(workspace, clock=SystemClock(), environ={}) if c.what == "clock"]
    assert found.verdict == "warning"
    assert not [p for p in workspace.network.iterdir() if p.name.startswith(".clock")]


def test_a_whole_journal_is_in_order(workspace: Workspace) -> None:
    base = sqlite3.connect(workspace.journal)
    base.execute("CREATE TABLE t (a)")
    base.commit()
    base.close()
    assert looked(workspace) == []


def test_a_workspace_without_parties(workspace: Workspace) -> None:
    found = [c for c in looked(replace(workspace, parties=())) if c.what == "configuration"]
    assert [c.text for c in found] == ["the workspace has no party"]
