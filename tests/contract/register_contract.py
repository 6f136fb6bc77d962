"""What every ``ports.Register`` keeps, real or fake."""

from __future__ import annotations

import abc
from dataclasses import replace
from typing import Protocol

import pytest

from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import Organisation, PartyRecord
from meldingsloft.ports import Register

HOSPITAL = Organisation("Fjordsykehuset HF", HerId("1001"), "999999990")
WARD = PartyRecord(
    HerId("1002"), "Øre-nese-hals", "service", HOSPITAL, "1002@edi.example", (b"newest", b"old"), (b"for us",)
)
LAB = replace(
    WARD,
    her_id=HerId("20003"),
    name='Lab "B\\1"\n',
    edi_address="LAB@edi.example",
    content_cipher="3des-cbc",
    plaintext="bare",
)
DOCTOR = PartyRecord(
    HerId("305"), "Kari Lege", "person", Organisation("Legesenteret AS", HerId("304")), "305@edi.example", hpr="9144897"
)


class WritableRegister(Register, Protocol):
    """A register that can be filled."""

    def write(self, record: PartyRecord) -> None: ...


class RegisterContract(abc.ABC):
    """Inherit, and give an empty ``register``."""

    @pytest.fixture
    @abc.abstractmethod
    def register(self) -> WritableRegister: ...

    @pytest.fixture(autouse=True)
    def filled(self, register: WritableRegister) -> None:
        for record in (LAB, WARD, DOCTOR):
            register.write(record)

    def test_records_come_back_whole(self, register: WritableRegister) -> None:
        for record in (WARD, LAB, DOCTOR):
            assert register.party(record.her_id) == record

    def test_unknown_is_none(self, register: WritableRegister) -> None:
        for her_id in ("999", "", "../1002", "1002/", "1002\n", "\udcff"):
            assert register.party(HerId(her_id)) is None
            assert register.organisation_name(HerId(her_id)) is None
        assert register.by_address("nobody@edi.example") is None

    def test_all_by_her_id_as_a_number(self, register: WritableRegister) -> None:
        assert [record.her_id for record in register.parties()] == ["305", "1002", "20003"]

    @pytest.mark.parametrize(
        "address", ["LAB@edi.example", "lab@EDI.example", "mailto:LAB@edi.example", " LAB@edi.example "]
    )
    def test_by_address(self, register: WritableRegister, address: str) -> None:
        assert register.by_address(address) == LAB

    def test_the_first_of_one_address(self, register: WritableRegister) -> None:
        register.write(replace(DOCTOR, edi_address=LAB.edi_address))
        found = register.by_address(LAB.edi_address)
        assert found is not None
        assert found.her_id == "305"

    def test_a_changed_record_is_seen(self, register: WritableRegister) -> None:
        assert register.party(WARD.her_id) == WARD
        assert register.by_address(WARD.edi_address) == WARD
        assert register.organisation_name(HOSPITAL.her_id) == HOSPITAL.name
        moved = replace(
            WARD,
            edi_address="new@edi.example",
            encryption_certificates=(b"renewed", b"for us"),
            organisation=replace(HOSPITAL, her_id=HerId("77")),
        )
        register.write(moved)
        assert register.party(WARD.her_id) == moved
        assert register.by_address(WARD.edi_address) is None
        assert register.by_address("new@edi.example") == moved
        assert register.organisation_name(HerId("77")) == HOSPITAL.name

    def test_organisations(self, register: WritableRegister) -> None:
        assert register.organisation_name(HerId("304")) == "Legesenteret AS"
        assert register.organisation_name(HerId("305")) is None
