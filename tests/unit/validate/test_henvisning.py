"""What a referral must tell, branch by branch; each rule's ordinary case is a message in samples/bad/he."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.validate.documents import hodemelding, judged, message, of_series

GOOD = Path(__file__).parents[3] / "samples/good"
MESSAGE = (GOOD / "henvisning-1.1/fastlege-til-poliklinikk.xml").read_text("utf-8")
NEW = (GOOD / "henvisning-ny-tilstand-2.0/fastlege-til-sykehus.xml").read_text("utf-8")
ONWARD = (GOOD / "viderehenvisning-2.0/sykehus-til-kirurgi.xml").read_text("utf-8")
PRIORITY = '<Priority V="30" DN="Innen en måned"/>'
PATHWAY = '<Priority V="PK" DN="Pakkeforløp for kreft (elektiv)"/>'
URGENT = '<Priority V="0" DN="Øyeblikkelig hjelp"/>'
ASSESSED = "<VurderingAvHenvisning><DatoMottakOgVurdering/></VurderingAvHenvisning>"


def found(document: str, *changes: tuple[str, str]) -> list[str]:
    """The HE codes of a document with some texts replaced."""
    for old, new in changes:
        assert old in document
        document = document.replace(old, new)
    return of_series("HE", document)


@pytest.mark.parametrize("document", [MESSAGE, NEW, ONWARD])
def test_the_good_referrals_have_no_findings(document: str) -> None:
    assert found(document) == []


def test_a_referral_of_oyeblikkelig_hjelp_need_not_say_who_refers() -> None:
    nobody = ("PatRelHCP>", "Nobody>")
    assert found(MESSAGE, nobody) == ["HE-006", "HE-007"]
    assert found(MESSAGE, nobody, (PRIORITY, URGENT)) == []
    unknown = ('V="HHE"', 'V="ARP"')
    assert found(NEW, unknown) == ["HE-019"]
    assert found(NEW, unknown, (PATHWAY, URGENT)) == []
    assert found(NEW, ('V="6" DN="Fastlege"', 'V="4" DN="Journalansvarlig"')) == ["HE-021"]
    assert found(NEW, ('V="6" DN="Fastlege"', 'V="4" DN="Journalansvarlig"'), (PATHWAY, URGENT)) == []


def test_names_are_asked_of_who_refers_and_of_the_fastlege() -> None:
    assert found(MESSAGE, ("<Name>Ingrid Lervik</Name>\n            <Id>9900310</Id>", "")) == ["HE-006", "HE-007"]
    assert found(NEW, ("<fk1:GivenName>Ingrid</fk1:GivenName>", "")) == ["HE-019"]


def test_only_fodselsnummer_makes_a_fastlege_expected() -> None:
    no_gp = ('<Relation V="FLE" DN="Fastlege"/>', '<Relation V="OEB" DN="Ønsket behandler"/>')
    assert found(MESSAGE, no_gp) == ["HE-007"]
    assert found(MESSAGE, no_gp, ('V="FNR"', 'V="DNR"')) == []


def test_dentists_need_not_know_the_fastlege() -> None:
    no_gp = ('V="6" DN="Fastlege"', 'V="4" DN="Journalansvarlig"')
    assert found(NEW, no_gp, ('V="LE" DN="Lege"', 'V="TL" DN="Tannlege"')) == []
    assert found(NEW, no_gp, ('<TypeId V="FNR"', '<TypeId V="FHN"')) == []


def test_a_telephone_of_a_unit_is_enough() -> None:
    silent = ("tel:+4771660000", "mailto:lervik@example.no")
    assert found(NEW, silent) == ["HE-020"]
    phone = '<fk1:TeleCom><fk1:TeleAddress V="tel:+4771660000"/></fk1:TeleCom></po:Kontaktenhet>'
    assert found(NEW, silent, ("</po:Kontaktenhet>", phone)) == []


def test_codes_are_looked_up_when_the_lists_are_at_hand() -> None:
    assert found(MESSAGE, (PRIORITY, "<Priority/>")) == ["HE-004"]
    assert found(MESSAGE, (PRIORITY, "")) == ["HE-004"]
    assert found(NEW, (PATHWAY, "")) == ["HE-023"]
    assert found(MESSAGE, (PRIORITY, '<Priority V="60"/>')) == []


def test_a_diagnosis_may_be_told_in_words() -> None:
    concept = '<Concept V="K78" DN="Atrieflimmer/flutter" S="2.16.578.1.12.4.1.1.7170"/>'
    assert found(MESSAGE, (concept, '<Concept OT="Atrieflimmer"/>')) == []
    assert found(MESSAGE, (concept, "<Concept/>")) == ["HE-008"]
    assert found(MESSAGE, (concept, "<Concept/>"), ('V="UTRED"', 'V="DIAG"')) == ["HE-009"]


def test_comments_of_child_psychiatry() -> None:
    assert found(MESSAGE, ("</ServReq>", '<Comment><Heading V="BUP-O"/></Comment></ServReq>')) == []
    assert found(MESSAGE, ("</ServReq>", "<Comment/></ServReq>")) == ["HE-012"]


def test_a_referral_2_travels_in_a_hodemelding() -> None:
    bare = '<Henvisning xmlns="http://ehelse.no/xmlstds/henvisning/2017-11-30"><DocumentId>1</DocumentId></Henvisning>'
    assert "HE-014" in of_series("HE", bare)


def test_a_service_says_what_is_done_with_it() -> None:
    assert found(NEW, ('<ReqServ>\n            <ServType V="N" DN="Ny"/>', "<ReqServ>")) == ["HE-017"]


def test_the_problem_has_words() -> None:
    problem = NEW[NEW.index("Endret avf") : NEW.index("</TextResultValue>")]
    assert found(NEW, (problem, " ")) == ["HE-018"]


def test_wishes_are_codes_and_numbers() -> None:
    unit = NEW[NEW.index("<fk1:Ident>", NEW.index("<po:Kontaktenhet>")) : NEW.index("</po:Kontaktenhet>")]
    assert found(NEW, (unit, "")) == ["HE-022"]
    assert found(NEW, (unit, ""), ("Ønsket behandlingssted", "Henvist hit før")) == []


def test_a_comment_has_words_or_a_code() -> None:
    words = "<TextResultValue>Arbeider i turnus, ring gjerne etter klokken 14.</TextResultValue>"
    assert found(NEW, (words, "")) == ["HE-024"]
    assert found(NEW, (words, '<CodedComment OT="turnus"/>')) == []
    assert found(NEW, (words, "<CodedComment/>")) == ["HE-024"]


def test_an_assessment_goes_with_onward_referrals_only() -> None:
    assert found(NEW, ("<Consent>", f"{ASSESSED}<Consent>")) == ["HE-025"]
    assert found(NEW, ("<Consent>", "<DatoMottakOgVurdering/><Consent>")) == ["HE-025"]
    whole = ONWARD[ONWARD.index("<VurderingAvHenvisning>") : ONWARD.index("<Pakkeforlop>")]
    assert found(ONWARD, (whole, "")) == []


@pytest.mark.parametrize(
    ("outcome", "right", "expected"),
    [
        ("1", "true", []),
        ("1", "0", ["HE-030"]),
        ("2", "1", []),
        ("3", "false", []),
        ("3", "true", ["HE-030"]),
        ("6", "true", ["HE-030"]),
        ("2", "maybe", []),
    ],
)
def test_the_outcome_decides_the_right(outcome: str, right: str, expected: list[str]) -> None:
    changes = ('<UtfallAvVurdering V="2"', f'<UtfallAvVurdering V="{outcome}"'), (">true<", f">{right}<")
    assert found(ONWARD, *changes) == expected


def test_pathway_codes_come_one_by_one() -> None:
    code = '<Pakkeforlopskode V="A12CK" DN="Tykk- og endetarmskreft; Klin beslutning; Påvist" S="2.16.578.1.12.4.1.1.8480"/>'
    assert found(ONWARD, (code, code + code)) == ["HE-031"]
    assert found(ONWARD, ('V="A12CK"', 'V="A12S, A12CK"')) == ["HE-031"]


def test_pk_stands_for_pathways_of_cancer() -> None:
    assert found(ONWARD, ("Pakkeforlop>", "Forlop>")) == ["HE-032"]
    elective = (PATHWAY, '<Priority V="N" DN="Elektiv/Ordinær (elektiv)"/>')
    assert found(ONWARD, elective) == ["HE-032"]
    assert found(ONWARD, elective, (".8480", ".9321")) == []


def test_pathways_are_not_sent_by_the_fastlege() -> None:
    pathway = ("<Consent>", "<Pakkeforlop/><Consent>")
    assert found(NEW, pathway) == ["HE-026"]
    responsible = NEW.index("<po:AnsvarForRapport>")
    no_role = NEW[:responsible] + NEW[responsible:].replace('V="6" DN="Fastlege"', 'V="21" DN="Helsefaglig kontakt"')
    assert found(no_role, pathway) == ["HE-026"]
    nobody = NEW.replace('V="HHE"', 'V="ARP"')
    assert found(nobody, pathway) == ["HE-019"]
    other = no_role[:responsible] + no_role[responsible:].replace("9900310", "9900111")
    assert found(other, pathway) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<ServType/><Id/><ReqServ/><Comment/><ReasonAsText/><Diagnosis/>",
        "<Patient><PatRelHCP><Relation V='HHE'/></PatRelHCP><PatRelHCP><Relation V='FLE'/></PatRelHCP></Patient>",
    ],
)
def test_whatever_stands_in_a_message_is_judged(body: str) -> None:
    assert "HE-001" in of_series("HE", message("henvisning", patient="", more=body))


@pytest.mark.parametrize("code", ["HENVISNING_NYTILSTAND", "HENVISNING_VIDERE", "DIALOG_SVAR"])
@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<ReqServ/><Comment/><Pakkeforlop/><VurderingAvHenvisning/><ReasonAsText/>",
        "<VurderingAvHenvisning><Opplysninger/></VurderingAvHenvisning><Pakkeforlop><Pakkeforlopskode/></Pakkeforlop>",
        "<po:AnsvarForRapport><po:TypeRelasjon V='HHE'/></po:AnsvarForRapport><po:TilknyttetEnhet/><Opplysninger/>",
        "<po:TilknyttetEnhet><po:Merknad>Ønsket behandlingssted</po:Merknad></po:TilknyttetEnhet><ServType/>",
        "<po:KontaktpersonHelsepersonell/><po:IndividuellPlanForeligger><x/></po:IndividuellPlanForeligger>",
    ],
)
def test_whatever_stands_in_a_hodemelding_is_judged(code: str, inside: str) -> None:
    spaces = 'xmlns="http://ehelse.no/xmlstds/henvisning/2017-11-30" xmlns:po="http://ehelse.no/xmlstds/po/poKomponent/2017-11-30"'
    document = hodemelding(type_code=code, content=f"<Henvisning {spaces}>{inside}</Henvisning>")
    assert "HE-016" in of_series("HE", document)
    assert judged(document).verdict == "invalid"
