"""Who the message is about."""

from __future__ import annotations

import pytest

from tests.unit.validate.documents import FNR, hodemelding, ident, message, without_advice

REFERRAL = '<Henvisning xmlns="http://ehelse.no/xmlstds/henvisning/2017-11-30"><ReqServ><Priority V="{}"/></ReqServ></Henvisning>'
NAMES = "<FamilyName>Danser</FamilyName><GivenName>Line</GivenName>"
BORN = '<DateOfBirth>1969-11-13</DateOfBirth><Sex V="2"/>'
BORN_V = '<DateOfBirth V="1969-11-13"/><Sex V="2"/>'


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        ("", [("MH-020", "E36")]),
        ("<Patient/>", [("MH-021", "E36"), ("MH-021", "E36")]),
        (f"<Patient>{NAMES}</Patient>", [("MH-021", "E36")]),
        (f"<Patient>{ident(FNR, 'FNR')}</Patient>", [("MH-021", "E36")]),
        (f"<Patient>{NAMES}{ident('', 'FNR')}</Patient>", [("MH-021", "E36"), ("ID-001", "")]),
        (f"<Patient>{NAMES}{BORN}</Patient>", []),
        (f"<Patient>{NAMES}<DateOfBirth>1969-11-13</DateOfBirth></Patient>", [("MH-021", "E36")]),
        (f"<Patient>{NAMES}{ident('1', 'XXX')}</Patient>", [("MH-021", "E36")]),
    ],
)
def test_the_patient_of_a_hodemelding(patient: str, expected: list[tuple[str, str]]) -> None:
    assert [(f.code, f.apprec) for f in without_advice(hodemelding(patient=patient))] == expected


def test_an_urgent_referral_is_never_rejected_for_its_patient() -> None:
    urgent = {"type_code": "HENVISNING_NYTILSTAND", "content": REFERRAL.format("0")}
    assert without_advice(hodemelding(patient="<Patient/>", **urgent)) == ()
    assert [(f.code, f.apprec) for f in without_advice(hodemelding(patient="", **urgent))] == [("MH-020", "")]
    elective = {"type_code": "HENVISNING_NYTILSTAND", "content": REFERRAL.format("N")}
    assert [f.code for f in without_advice(hodemelding(patient="<Patient/>", **elective))] == ["MH-021", "MH-021"]
    assert without_advice(message("henvisning", patient="", more='<ReqServ><Priority V="0"/></ReqServ>')) == ()


@pytest.mark.parametrize(
    ("family", "rule"),
    [("epikrise", "EP-007"), ("henvisning", "HE-003"), ("svarrapport", "SV-006"), ("rekvisisjon", "RE-006")],
)
def test_the_patient_of_a_message(family: str, rule: str) -> None:
    asks_number = rule in ("SV-006", "RE-006")
    assert [(f.code, f.apprec) for f in without_advice(message(family, patient=""))] == [(rule, "E36")]
    assert [
        (f.code, f.apprec)
        for f in without_advice(message(family, patient="<Patient><Name>Danser, Line</Name></Patient>"))
    ] == [(rule, "E36")]
    born = without_advice(message(family, patient=f"<Patient>{BORN_V}<Name>Danser, Line</Name></Patient>"))
    assert [(f.code, f.apprec) for f in born] == ([(rule, "")] if asks_number else [])
    nameless = without_advice(message(family, patient=f'<Patient><OffId>{FNR}</OffId><TypeOffId V="FNR"/></Patient>'))
    assert [(f.code, f.detail) for f in nameless] == [(rule, "Patient has no Name")]


def test_an_animal_needs_no_number() -> None:
    assert without_advice(message("svarrapport", patient="<Patient><Animal/></Patient>")) == ()
