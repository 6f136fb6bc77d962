from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.adapters.key_store import WorkspaceKeys
from meldingsloft.adapters.register import FolderRegister
from meldingsloft.adapters.workspace import NewParty, Workspace, add_party, create_workspace, made_up_org_number
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.trust import fits_purpose
from meldingsloft.domain.errors import ConfigError, MailboxError
from meldingsloft.domain.identifiers import HerId
from tests.fakes.chance import NOON, FakeClock


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("town")
    founded = create_workspace(
        folder / "sykehus",
        name="Fjordsykehuset HF",
        org_number="999999990",
        org_her_id="1001",
        party=NewParty("Øre-nese-hals", her_id="1002"),
        clock=FakeClock(),
    )
    assert founded.chosen == {}
    return founded.workspace


def test_everything_is_there(hospital: Workspace) -> None:
    assert Workspace.load(hospital.folder) == hospital
    assert hospital.network == hospital.folder.parent / "network"
    record = FolderRegister(hospital.register).party(HerId("1002"))
    assert record is not None
    assert (record.name, record.kind, record.edi_address, record.organisation) == (
        "Øre-nese-hals",
        "service",
        "1002@edi.example",
        hospital.organisation,
    )
    [signing], [encryption] = record.signing_certificates, record.encryption_certificates
    assert fits_purpose(signing, "signing")
    assert fits_purpose(encryption, "encryption")
    assert read_certificate(signing).org_number == "999999990"
    assert read_certificate(signing).not_before < NOON < read_certificate(signing).not_after
    keys = WorkspaceKeys(hospital.keys, FakeClock())
    assert keys.signing_key(HerId("1002")).certificate == signing
    assert [key.certificate for key in keys.decryption_keys()] == [encryption]
    assert sorted(p.name for p in (hospital.mailboxes / "1002@edi.example").iterdir()) == ["cur", "new", "tmp"]
    for folder in (
        hospital.inbox(HerId("1002")),
        hospital.outbox(HerId("1002")),
        hospital.keys,
        hospital.archive,
        hospital.failed,
    ):
        assert folder.is_dir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nothing_that_exists_is_replaced(hospital: Workspace) -> None:
    before = {p: p.read_bytes() for p in hospital.folder.parent.rglob("*") if p.is_file()}
    attempts: list[tuple[str, Callable[[], object]]] = [
        ("ML-C111", lambda: create_workspace(hospital.folder)),
        ("ML-C113", lambda: create_workspace(hospital.folder.with_name("other"), party=NewParty("x", her_id="1002"))),
        ("ML-C112", lambda: add_party(hospital, NewParty("x", her_id="1002"))),
    ]
    for code, attempt in attempts:
        with pytest.raises(ConfigError) as caught:
            attempt()
        assert caught.value.code == code
    assert before == {p: p.read_bytes() for p in hospital.folder.parent.rglob("*") if p.is_file()}


def test_what_is_not_given_is_chosen_and_told(tmp_path: Path) -> None:
    one = create_workspace(tmp_path / "lege-kontoret")
    assert one.chosen == {
        "org-her-id": "100001",
        "name": "Lege kontoret",
        "org-number": made_up_org_number(100001),
        "her-id": "100002",
        "service": "Saksbehandling pasientopplysninger",
    }
    two = add_party(one.workspace, NewParty("Kari Lege", "person", hpr="9144897"))
    assert two.chosen == {"her-id": "100003"}
    assert (two.record.kind, two.record.hpr) == ("person", "9144897")
    assert Workspace.load(one.workspace.folder) == two.workspace
    assert [p.her_id for p in two.workspace.parties] == ["100002", "100003"]


@pytest.mark.parametrize(
    "values",
    [
        {"org_her_id": "x"},
        {"org_number": "12345"},
        {"org_her_id": "5", "party": NewParty("x", her_id="5")},
        {"party": NewParty("x", her_id="../x")},
        {"party": NewParty("", "person")},
        {"party": NewParty("x", "person", hpr="none")},
    ],
)
def test_values_that_cannot_be_leave_nothing(values: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        create_workspace(tmp_path / "ws", **values)  # type: ignore[arg-type]
    assert caught.value.code == "ML-C114"
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_cannot_be_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(MailboxError) as caught:
        create_workspace(tmp_path / "ws", party=NewParty("x", edi_address="../../x"))
    assert caught.value.code == "ML-P011"
    assert list(tmp_path.iterdir()) == []


@given(st.integers(0, 10**13))
def test_made_up_organisation_numbers_have_a_right_check_digit(seed: int) -> None:
    number = made_up_org_number(seed)
    total = sum(w * int(d) for w, d in zip((3, 2, 7, 6, 5, 4, 3, 2, 1), number, strict=True))
    assert (len(number), total % 11) == (9, 0)


FOUND = """
import sys
from collections.abc import Callable
from pathlib import Path
from meldingsloft.adapters.workspace import NewParty, create_workspace
create_workspace(Path(sys.argv[1]), party=NewParty("x", her_id="1002"), name="o", org_her_id="1001")
"""


def found(folder: Path, fault: str = "") -> int:
    return subprocess.run(
        [sys.executable, "-c", FOUND, str(folder)],
        env={**os.environ, "MELDINGSLOFT_FAULT": fault},
        check=False,
        capture_output=True,
    ).returncode


def test_a_founding_that_was_cut_off_can_be_repeated(tmp_path: Path) -> None:
    assert found(tmp_path / "whole" / "ws", f"count:{tmp_path / 'steps'}") == 0
    steps = len((tmp_path / "steps").read_text().split())
    for number in (2, steps // 3, steps // 2, 2 * steps // 3, steps - 12, steps - 6, steps - 2):
        folder = tmp_path / f"cut{number}" / "ws"
        assert found(folder, f"kill:{number}") == -signal.SIGKILL
        workspace_before = (folder / "meldingsloft.toml").exists()
        if workspace_before:
            assert number >= steps - 2
            continue
        assert found(folder) == 0
        workspace = Workspace.load(folder)
        [record] = FolderRegister(workspace.register).parties()
        assert WorkspaceKeys(workspace.keys).signing_key(record.her_id).certificate in record.signing_certificates


def test_a_full_disk_leaves_no_workspace(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    assert found(tmp_path / "x" / "ws", "full:20") == 1
    assert not (tmp_path / "x" / "ws" / "meldingsloft.toml").exists()
    assert found(tmp_path / "x" / "ws") == 0
