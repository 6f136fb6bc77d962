from __future__ import annotations

import pytest
from lxml import etree

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.hodemelding.patients import identified_in_body, identified_in_head
from meldingsloft.xmlsafe import parse
from tests.unit.hodemelding import written

NAMES = "<FamilyName>Tang</FamilyName><GivenName>Sukker</GivenName>"
BORN = "<DateOfBirth>1969-11-13</DateOfBirth>"


def ident(number: str, kind: str) -> str:
    return f"<Ident><Id>{number}</Id><TypeId V='{kind}'/></Ident>"


@pytest.mark.parametrize(
    ("inside", "identified"),
    [
        (NAMES + ident("13916900174", "FNR"), True),
        (NAMES + ident("53916900174", "DNR"), True),
        (NAMES + ident("81234567890", "FHN"), True),
        (NAMES + ident("1", "HNR") + ident("13916900174", "FNR"), True),
        (NAMES + BORN + "<Sex V='2'/>", True),
        (NAMES + BORN, False),
        (NAMES + "<Sex V='2'/>", False),
        (NAMES + ident("13916900174", "HNR"), False),
        (NAMES + ident("1391690017", "FNR"), False),
        (NAMES + ident("131169 00174", "FNR"), False),
        (NAMES + ident("", "FNR"), False),
        (NAMES, False),
        ("<FamilyName>Tang</FamilyName>" + ident("13916900174", "FNR"), False),
        ("<FamilyName>Tang</FamilyName><GivenName> </GivenName>" + ident("13916900174", "FNR"), False),
        (ident("13916900174", "FNR"), False),
    ],
)
def test_in_the_hodemelding(inside: str, identified: bool) -> None:
    assert identified_in_head(etree.fromstring(f"<Patient>{inside}</Patient>"), "") is identified


NAME = "<Name>Tang, Sukker</Name>"


@pytest.mark.parametrize(
    ("inside", "identified"),
    [
        (NAME + "<OffId>13916900174</OffId><TypeOffId V='FNR'/>", True),
        (
            NAME
            + "<OffId>1</OffId><TypeOffId V='HNR'/><AdditionalId><Id>53916900174</Id><Type V='DNR'/></AdditionalId>",
            True,
        ),
        (NAME + "<OffId>1</OffId><TypeOffId V='HNR'/><AdditionalId><Id>1</Id><Type V='XXX'/></AdditionalId>", False),
        (NAME + "<Sex V='1'/><DateOfBirth V='1969-11-13'/>", True),
        (NAME + "<DateOfBirth V='1969-11-13'/>", False),
        (NAME + "<OffId>13916900174</OffId><TypeOffId V='XXX'/>", False),
        (NAME + "<OffId>13916900174</OffId>", False),
        ("<OffId>13916900174</OffId><TypeOffId V='FNR'/>", False),
        ("", False),
    ],
)
def test_in_the_body(inside: str, identified: bool) -> None:
    assert identified_in_body(etree.fromstring(f"<Patient>{inside}</Patient>"), "") is identified


def test_no_patient_at_all() -> None:
    assert not identified_in_head(None, "")
    assert not identified_in_body(None, "")


@pytest.mark.parametrize(
    ("subject", "identified"), [("<Animal/>", True), ("<Material/>", True), ("", False), ("<Patient/>", False)]
)
def test_a_svarrapport_may_be_about_an_animal_or_a_material(subject: str, identified: bool) -> None:
    head = read_head(parse(written.svarrapport(("CLIN", "a"), subject=subject)), load_catalogue())
    assert head.patient_identified is identified


def test_a_fagmelding_in_a_hodemelding_asks_for_a_patient_and_a_cover_letter_does_not() -> None:
    assert not read_head(parse(written.hodemelding(patient="")), load_catalogue()).patient_identified
    assert read_head(
        parse(written.hodemelding("", kind="HODE_FOLGEBREV", patient="")), load_catalogue()
    ).patient_identified
