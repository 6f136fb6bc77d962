"""Identifiers of patients, persons and organisations beside what else is known of them."""

from __future__ import annotations

import pytest

from meldingsloft.validate.rules.identifiers.registry import CHECKS
from tests.unit.validate.documents import FNR, by_rules, hodemelding, ident, message

NAMES = "<FamilyName>Danser</FamilyName><GivenName>Line</GivenName>"
OF_SERIES = {rule for check in CHECKS for rule in check.ids}


def found(document: str) -> list[str]:
    return sorted(finding.code for finding in by_rules(document) if finding.code in OF_SERIES)


def about(patient: str) -> list[str]:
    return found(hodemelding(patient=f"<Patient>{NAMES}{patient}</Patient>"))


@pytest.mark.parametrize(
    ("born", "sex", "expected"),
    [
        ("1969-11-13", "1", []),
        ("1969-11-13", "2", ["ID-009"]),
        ("1969-11-13", "0", []),
        ("1969-11-13", "9", []),
        ("1969-11-14", "1", ["ID-010"]),
        ("1869-11-13", "1", ["ID-010"]),
        ("", "", []),
    ],
)
def test_birth_and_sex_are_those_of_the_number(born: str, sex: str, expected: list[str]) -> None:
    number = "13916910163"
    assert about(f'<DateOfBirth>{born}</DateOfBirth><Sex V="{sex}"/>{ident(number, "FNR")}') == expected


def test_a_partial_date_agrees_as_far_as_it_goes() -> None:
    patient = '<Patient><DateOfBirth V="{}"/><Name>D, L</Name><OffId>' + FNR + '</OffId><TypeOffId V="FNR"/></Patient>'
    assert [found(message(patient=patient.format(born))) for born in ("1969", "1969-11", "1969-11-13T00:00:00")] == [
        []
    ] * 3
    assert found(message(patient=patient.format("1968"))) == ["ID-010"]


def test_a_wrong_number_is_not_compared() -> None:
    assert about(f'<Sex V="1"/>{ident("13916910083", "FNR")}') == ["ID-002"]


@pytest.mark.parametrize(
    ("idents", "expected"),
    [
        (ident("1234", "DUF"), ["ID-011", "ID-011"]),
        (ident("200412345612", "DUF"), ["ID-011"]),
        (ident("200412345612", "DUF") + ident(FNR, "FNR"), []),
        (ident(FNR, "FNR") + ident(FNR, "FNR"), []),
        (ident(FNR, "FNR") + ident("13916910163", "FNR"), ["ID-019"]),
        (ident("12", "ENH"), ["ID-014", "ID-016"]),
    ],
)
def test_what_identifies_a_patient(idents: str, expected: list[str]) -> None:
    assert about(idents) == expected


def test_a_local_number_needs_date_of_birth_and_sex_beside_it() -> None:
    local = ident("14433810001", "HNR")
    assert "ID-006" in about(local)
    assert "ID-006" in about(f"<DateOfBirth>1938-03-14</DateOfBirth>{local}")
    assert "ID-006" not in about(f'<DateOfBirth>1938-03-14</DateOfBirth><Sex V="2"/>{local}')


def inst(further: str) -> str:
    return message(
        provider=f'<ServProvider><HCP><Inst><Name>K</Name><Id>2001</Id><TypeId V="HER"/><Dept><Name>K</Name>'
        f'<Id>2002</Id><TypeId V="HER"/></Dept>{further}</Inst></HCP></ServProvider>'
    )


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        ("311100106", "ENH", []),
        ("311100107", "ENH", ["ID-014"]),
        ("311 100 106", "ENH", ["ID-014"]),
        ("9900310", "HPR", ["ID-016"]),
        ("", "ENH", ["ID-014"]),
        ("x", "LOK", []),
    ],
)
def test_identifiers_of_an_organisation(number: str, kind: str, expected: list[str]) -> None:
    assert found(inst(f'<AdditionalId><Id>{number}</Id><Type V="{kind}"/></AdditionalId>')) == expected


def test_identifier_and_type_come_together() -> None:
    assert found(inst("<HCPerson><Name>K</Name><Id>1</Id></HCPerson>")) == ["ID-017"]
    assert found(inst('<HCPerson><Name>K</Name><TypeId V="HPR"/></HCPerson>')) == ["ID-017"]
    assert found(inst("<HCPerson><Name>K</Name></HCPerson>")) == []
    assert found(message(patient="<Patient><Name>D</Name><OffId>1</OffId></Patient>")) == ["ID-017"]


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("", ["GN-013", "ID-012"]),
        ('<ProcessingStatus V="P"/>', ["GN-013", "ID-012"]),
        ('<ProcessingStatus V="D"/>', []),
    ],
)
def test_a_synthetic_person_belongs_in_a_test_message(mark: str, expected: list[str]) -> None:
    assert found(hodemelding().replace('<ProcessingStatus V="T"/>', mark)) == expected


@pytest.mark.parametrize(
    ("number", "kind", "synthetic"),
    [
        ("13116900216", "FNR", False),
        ("13516910067", "FNR", True),
        ("13516910067", "HNR", False),
        ("13766910000", "DNR", True),
    ],
)
def test_which_numbers_are_synthetic(number: str, kind: str, synthetic: bool) -> None:
    document = hodemelding(patient=f"<Patient>{NAMES}{ident(number, kind)}</Patient>")
    assert ("ID-012" in found(document.replace('<ProcessingStatus V="T"/>', ""))) is synthetic
