from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.adapters.register import (
    FolderRegister,
    certificates_of_pem,
    pem_of_certificates,
    record_of,
    record_text,
)
from meldingsloft.adapters.toml_files import read_toml
from meldingsloft.domain.errors import ConfigError, ExitStatus
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import Organisation, PartyRecord
from tests.contract.register_contract import DOCTOR, LAB, WARD

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)


@given(name=TEXT, parent=TEXT, address=TEXT, hpr=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_text_survives_being_written(name: str, parent: str, address: str, hpr: str) -> None:
    record = PartyRecord(HerId("1"), name, "service", Organisation(parent, HerId("2")), address, hpr=hpr)
    assert record_of(tomllib.loads(record_text(record)), Path("1.toml")) == record


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=4))
def test_certificates_survive_pem(certificates: list[bytes]) -> None:
    assert certificates_of_pem(pem_of_certificates(certificates)) == tuple(certificates)


def test_pem_among_other_text_and_line_ends() -> None:
    pem = b"subject=/CN=x\n" + pem_of_certificates([b"one"]) + b"\nBag Attributes\n" + pem_of_certificates([b"two"])
    assert certificates_of_pem(pem) == certificates_of_pem(pem.replace(b"\n", b"\r\n")) == (b"one", b"two")
    assert certificates_of_pem(b"") == ()
    with pytest.raises(ConfigError) as caught:
        certificates_of_pem(pem_of_certificates([b"ones"]).replace(b"=", b""))
    assert caught.value.code == "ML-C103"


def test_files_are_laid_out_as_promised(tmp_path: Path) -> None:
    FolderRegister(tmp_path).write(WARD)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1002.encrypt.pem", "1002.sign.pem", "1002.toml"]
    tables = read_toml(tmp_path / "1002.toml")
    assert tables["organisation"] == {"name": "Fjordsykehuset HF", "her_id": "1001", "org_number": "999999990"}


def test_a_record_by_hand_may_be_short_and_have_bare_numbers(tmp_path: Path) -> None:
    (tmp_path / "7.toml").write_text(
        'her_id = 7\nname = "x"\nkind = "service"\nedi_address = "a@b"\n[organisation]\nname = "o"\nher_id = 6\n'
    )
    found = FolderRegister(tmp_path).party(HerId("7"))
    assert found == PartyRecord(HerId("7"), "x", "service", Organisation("o", HerId("6")), "a@b")


def test_all_problems_of_a_record_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "7.toml").write_text(
        'her_id = "8"\nnmae = "x"\nkind = "robot"\nedi_address = 1.5\nplaintext = "rot13"\n[organisation]\nher_id = "x1"\nstreet = ""\n'
    )
    with pytest.raises(ConfigError) as caught:
        FolderRegister(tmp_path).party(HerId("7"))
    assert (caught.value.code, caught.value.where, caught.value.exit_status) == (
        "ML-C102",
        str(tmp_path / "7.toml"),
        ExitStatus.CONFIG,
    )
    assert sorted(caught.value.problems) == [
        "edi_address must be text in quotes",
        "her_id must be that of the file name, 7",
        "kind must be one of service, person",
        "name is missing",
        "nmae is not known",
        "organisation.her_id must be one to twelve digits",
        "organisation.name is missing",
        "organisation.street is not known",
        "plaintext must be one of mime, bare",
    ]


def test_a_broken_record_does_not_stop_the_others(tmp_path: Path) -> None:
    register = FolderRegister(tmp_path)
    register.write(WARD)
    register.write(DOCTOR)
    (tmp_path / "200.toml").write_text("this is no toml")
    (tmp_path / "201.toml").write_bytes(b"her_id = '\xff'")
    assert [record.her_id for record in register.parties()] == ["305", "1002"]
    assert register.by_address(WARD.edi_address) == WARD
    assert [(error.code, Path(error.where).name) for error in register.problems()] == [
        ("ML-C101", "200.toml"),
        ("ML-C101", "201.toml"),
    ]


def test_a_register_that_is_not_there_is_empty(tmp_path: Path) -> None:
    register = FolderRegister(tmp_path / "none")
    assert list(register.parties()) == []
    assert register.party(HerId("1")) is None
    assert register.problems() == []


def test_files_of_others_are_not_records(tmp_path: Path) -> None:
    for name in ("README.toml", "1002.toml~", ".1002.toml.ab.tmp", "12345678901234.toml"):
        (tmp_path / name).write_text("x")
    assert FolderRegister(tmp_path).problems() == []


def test_an_edit_in_place_and_a_removal_are_seen(tmp_path: Path) -> None:
    register = FolderRegister(tmp_path)
    register.write(WARD)
    assert register.party(WARD.her_id) == WARD
    (tmp_path / "1002.encrypt.pem").write_bytes(pem_of_certificates([b"another"]))
    found = register.party(WARD.her_id)
    assert found is not None
    assert found.encryption_certificates == (b"another",)
    for path in tmp_path.iterdir():
        path.unlink()
    assert register.party(WARD.her_id) is None
    assert register.by_address(WARD.edi_address) is None


def test_an_unchanged_record_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = FolderRegister(tmp_path)
    register.write(WARD)
    first = register.party(WARD.her_id)
    monkeypatch.setattr("meldingsloft.adapters.register.read_toml", lambda _path: pytest.fail("read again"))
    assert register.party(WARD.her_id) is first
    assert register.party(HerId("999")) is None


def test_a_record_without_a_her_id_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        FolderRegister(tmp_path).write(replace(LAB, her_id=HerId("../x")))
    assert caught.value.code == "ML-C104"
    assert list(tmp_path.iterdir()) == []
