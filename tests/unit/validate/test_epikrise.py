"""What an epikrise must tell, branch by branch; each rule's ordinary case is a message in samples/bad/ep."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.validate.documents import message, of_series

GOOD = (Path(__file__).parents[3] / "samples/good/epikrise-1.2/poliklinikk-svarer-fastlege.xml").read_text("utf-8")
AT_HOME = '<Type V="H" DN="Bostedsadresse"/>'


def found(*changes: tuple[str, str]) -> list[str]:
    """The EP codes of the good epikrise with some texts replaced."""
    document = GOOD
    for old, new in changes:
        assert old in document
        document = document.replace(old, new)
    return of_series("EP", document)


def test_the_good_epikrise_has_no_findings() -> None:
    assert found() == []


@pytest.mark.parametrize("code", ["N", "M", "C"])
def test_new_changed_and_cancelled(code: str) -> None:
    assert of_series("EP", message(more=f'<ServType V="{code}"/>')).count("EP-001") == 0


def test_a_cancellation_needs_no_content_and_still_an_id() -> None:
    assert of_series("EP", message(more='<ServType V="C"/>')) == ["EP-003", "EP-006"]


def test_without_any_contact_the_contact_alone_is_missed() -> None:
    codes = of_series("EP", message(more='<ServType V="N"/><ServProvId>1</ServProvId><ApprDate V="2026-03-02"/>'))
    assert codes == ["EP-011", "EP-013", "EP-006", "EP-014"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-02-24T09:15:00+01:00", "2026-02-24T09:15:00+01:00", []),
        ("2026-02-24T09:15:00+01:00", "2026-02-24T08:15:01Z", []),
        ("2026-02-24T09:15:00+01:00", "2026-02-24T08:14:59Z", ["EP-012"]),
        ("2026-02-24T09:15:00+01:00", "2026-02-24T09:14:00", ["EP-012"]),
        ("2026-02-24T09:15:00+01:00", "2026-02-24", []),
        ("2026-02-24", "2026-02-23", ["EP-012"]),
        ("2026-02", "2026-02-01", []),
        ("2026", "2025-12", ["EP-012"]),
        ("2026-02-24", "yesterday", []),
        ("2026-02-24T09:15:00", "2026-02-24Tten", []),
    ],
)
def test_a_contact_ends_after_it_began(start: str, end: str, expected: list[str]) -> None:
    assert found(("2026-02-24T09:15:00+01:00", start), ("2026-02-24T10:40:00+01:00", end)) == expected


def test_a_stay_that_goes_on_is_preliminary() -> None:
    stay = ('<AdmCat V="3"', '<AdmCat V="1"')
    going_on = ('<EndDateTime V="2026-02-24T10:40:00+01:00"/>', "")
    assert found(stay, going_on) == ["EP-012"]
    assert found(going_on) == []
    assert (
        found(stay, going_on, ('<Status V="F" DN="Endelig rapport"/>', '<Status V="P" DN="Foreløpig rapport"/>')) == []
    )


def test_the_organisation_number_may_be_the_id_itself() -> None:
    number = GOOD[GOOD.index("<AdditionalId>") : GOOD.index("</AdditionalId>") + len("</AdditionalId>")]
    assert found((number, "")) == ["EP-006"]
    as_id = ('<Id>8800100</Id>\n          <TypeId V="HER"', '<Id>311100106</Id>\n          <TypeId V="ENH"')
    assert found((number, ""), as_id) == ["EP-004"]


@pytest.mark.parametrize("name", ["Tveitnes", "Tveitnes,", ", Oddvar", "Oddvar Tveitnes"])
def test_the_family_name_comes_first(name: str) -> None:
    assert found(("Tveitnes, Oddvar", name)) == ["EP-009"]


def test_a_unit_may_be_responsible() -> None:
    person = GOOD[GOOD.index("<HCProf>", GOOD.index("<RelServProvider>")) : GOOD.rindex("</HCProf>") + len("</HCProf>")]
    ward = ('<Relation V="AHP"', '<Relation V="ARP"')
    assert found((person, "<Inst><Dept><Name>Sengepost 2</Name></Dept></Inst>"), ward) == []
    assert found((person, "<Inst><Dept/></Inst>"), ward) == ["EP-013"]
    assert found((person, ""), ward) == ["EP-013"]


@pytest.mark.parametrize("url", ["fax:+4771120001", "tel:", "+4771120000", ""])
def test_a_telephone_is_a_telephone(url: str) -> None:
    assert found(("tel:+4771120000", url)) == ["EP-013"]


def test_only_fodselsnummer_makes_a_fastlege_expected() -> None:
    no_gp = ('<Relation V="FLE" DN="Fastlege"/>', '<Relation V="KHM" DN="Kontakt hos mottaker"/>')
    assert found(no_gp) == ["EP-014"]
    assert (
        found(no_gp, ('<TypeOffId V="FNR" DN="Fødselsnummer"/>', '<TypeOffId V="FHN" DN="Felles hjelpenummer"/>')) == []
    )


@pytest.mark.parametrize("heading", ["AI", "ÅI", "PROB", "BG"])
def test_reasons_go_under_several_headings(heading: str) -> None:
    assert found(('<Heading V="AH"', f'<Heading V="{heading}"')) == []


def test_a_heading_without_words_tells_nothing() -> None:
    empty = (
        "<TextResultValue>Anfall med uregelmessig hjertebank siden jul.</TextResultValue>",
        "<TextResultValue> </TextResultValue>",
    )
    assert found(empty) == ["EP-021"]
    marked_up = (empty[0], '<TextResultValue><p xmlns="http://www.w3.org/1999/xhtml">Anfall</p></TextResultValue>')
    assert found(marked_up) == []


def test_medication_may_be_told_in_words() -> None:
    assert found(('<Type V="MEDB"', '<Type V="OPPL"')) == ["EP-024"]
    assert found(('<Type V="MEDB"', '<Type V="OPPL"'), ('<Heading V="TS"', '<Heading V="ME"')) == ["EP-022"]


def test_a_star_written_into_the_code() -> None:
    assert found(('<Concept V="E113"', '<Concept V="H360*"')) == ["EP-019"]


def test_codes_of_allergies_are_no_diagnoses() -> None:
    cave = ('<Type V="B" DN="Bidiagnose"/>', '<Type V="CAVE" DN="Cave-opplysninger"/>')
    assert found(cave, ('DN="Diabetes mellitus type 2 med øyekomplikasjoner" S="2.16.578.1.12.4.1.1.7110"', "")) == []


def test_a_drug_needs_atc_or_words() -> None:
    drug = '<DrugId V="B01AF02" DN="Apiksaban" S="2.16.578.1.12.4.1.1.7180"/>'
    assert found((drug, '<DrugId OT="Eliquis"/>')) == []
    assert found((drug, '<DrugId V="123456" DN="Eliquis" S="2.16.578.1.12.4.1.1.7010"/>')) == ["EP-025"]
    assert found((drug, "")) == ["EP-025"]
    assert found(('<Status V="6" DN="Benyttes regelmessig"/>', "<Status/>")) == ["EP-025", "EP-025"]


def test_the_referral_has_a_diagnosis_in_code_or_words() -> None:
    concept = '<Concept V="K78" DN="Atrieflimmer/flutter" S="2.16.578.1.12.4.1.1.7170"/>'
    assert found((concept, "")) == ["EP-026"]
    assert found((f"<Diagnosis>\n        {concept}\n      </Diagnosis>", "")) == ["EP-026"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (AT_HOME, '<Type V="PST" DN="Postadresse"/>', []),
        (AT_HOME, "", ["EP-027"]),
        (AT_HOME, "<Type/>", ["EP-027"]),
        ('<Type V="WP" DN="Arbeidsadresse"/>', AT_HOME, ["EP-027"] * 3),
    ],
)
def test_addresses_fit_whom_they_are_of(old: str, new: str, expected: list[str]) -> None:
    assert found((old, new)) == expected


def test_copies_are_of_this_message() -> None:
    assert found(('<MsgType V="EPIKRISE" DN="Epikrise"/>', '<MsgType V="HENVISNING" DN="Henvisning"/>')) == ["EP-028"]
    assert found(('<Role V="COP" DN="Kopimottaker"/>', "")) == []


def test_the_older_version_answers_to_the_same_rules() -> None:
    older = (
        ("epikrise/2012-02-15", "epikrise/2006-09-23"),
        ("v1.2 2012-02-15", "v1.1 2006-09-23"),
        ('<Type V="EPIKRISE" DN="Epikrise"/>', '<Type V="E" DN="Epikrise"/>'),
        ('<MsgType V="EPIKRISE" DN="Epikrise"/>', '<MsgType V="E" DN="Epikrise"/>'),
    )
    assert found(*older) == []
    assert found(*older, ("<ApprDate", "<Approved")) == ["EP-010"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<Event/>",
        "<Event><ReportedEvent/><Service/><InfItem/><Comment/></Event><RelServProvider/><ServReq/><CopyDest/>",
        '<Event><InfItem><Observation><CodedDescr><Concept/></CodedDescr></Observation><Type V="H"/></InfItem></Event>',
        "<RelServProvider><Relation V='AHP'/></RelServProvider><Address/><Modifier/><Concept/><Medication/>",
        "<Comment><Comment/></Comment><Position/><x:Event xmlns:x='urn:x'><x:Comment/></x:Event>",
    ],
)
@pytest.mark.parametrize("patient", ["", "<Patient/>", "<Patient><PatRelHCP/><Address/><Name/></Patient>"])
def test_whatever_stands_there_is_judged(body: str, patient: str) -> None:
    codes = of_series("EP", message(patient=patient, provider="", more=body))
    assert "EP-003" in codes
