"""Codes against the lists bound to their elements: KV-…, DT-007, DT-013."""

from __future__ import annotations

import pytest

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.domain.findings import Finding
from tests.unit.validate.documents import DIALOG, MH, hodemelding, judged, message

LISTS = PackagedCodeLists()
OID = "2.16.578.1.12.4.1.1."
REFERRAL = "http://ehelse.no/xmlstds/henvisning/2017-11-30"
PLO = "http://www.kith.no/xmlstds/po/{}/2012-04-01"
LOGISTICS = PLO.format("Pasientlogistikk")


def told(document: str) -> list[Finding]:
    """The findings of code lists, without those of the small documents' own heads."""
    found = judged(document, only={"codes"}, codes=LISTS).findings
    return [finding for finding in found if not finding.place.path.startswith(("/MsgHead/MsgInfo/", "/Message/Type"))]


def codes(document: str) -> list[str]:
    return [finding.code for finding in told(document)]


def epikrise(more: str) -> str:
    return message(more=more)


def referral(more: str) -> str:
    return hodemelding(type_code="HENVISNING_NYTILSTAND", content=f'<Henvisning xmlns="{REFERRAL}">{more}</Henvisning>')


def plo(root: str, more: str, *, type_code: str, namespace: str = "") -> str:
    return hodemelding(type_code=type_code, content=f'<{root} xmlns="{namespace or PLO.format(root)}">{more}</{root}>')


def note(number: str, type_code: str = "DIALOG_HELSEFAGLIG") -> str:
    topic = f'<Notat><TemaKodet S="{OID}{number}" {first(number)}/></Notat>'
    return hodemelding(type_code=type_code, content=f'<Dialogmelding xmlns="{DIALOG}">{topic}</Dialogmelding>')


def first(number: str) -> str:
    """V and DN of the first code of a list that is still in use."""
    code, text = next(
        row for row in LISTS.codes(number) if not LISTS.note(number, row[0]).startswith(("older", "in older"))
    )
    return f'V="{code}" DN="{text}"'


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('<Event><AdmOutcome V="1" DN="Ut til hjemmet"/></Event>', []),
        ('<Event><AdmOutcome V="1" DN="ut til  hjemmet"/></Event>', []),
        ('<Event><AdmOutcome V="1"/></Event>', []),
        ('<Event><AdmOutcome V="1" DN="Død"/></Event>', ["KV-002"]),
        ('<Event><AdmOutcome V="77" DN="Ukjent"/></Event>', ["KV-001"]),
        ('<Event><AdmOutcome V="" DN="Ukjent"/></Event>', []),
        ("<Event><AdmOutcome/></Event>", []),
        ('<X><AdmOutcome V="77" DN="Ukjent"/></X>', []),
        (f'<Service><MedSpecialty V="S03" DN="Indremedisin" S="{OID}8655"/></Service>', []),
        (f'<Service><MedSpecialty V="S03" DN="Indremedisin" S="{OID}8116"/></Service>', ["DT-007"]),
        ('<Service><MedSpecialty V="S03" DN="Indremedisin" S="8655"/></Service>', []),
        ('<Service><MedSpecialty V="S03" DN="Indremedisin"/></Service>', []),
        ('<Medication><UnitDose V="40" U="mg"/></Medication>', []),
        ('<Medication><UnitDose V="40" U="milligram"/></Medication>', ["DT-013"]),
        ('<Medication><UnitDose V="40"/></Medication>', []),
        ('<Address><County V="8888" DN="Ny kommune"/></Address>', []),
        ('<NumResult><NumResultValue V="1" U="lodd"/></NumResult>', []),
    ],
)
def test_membership(more: str, expected: list[str]) -> None:
    assert codes(epikrise(more)) == expected


def test_the_nearest_code_is_told_and_free_text_is_not() -> None:
    (finding,) = told(epikrise('<Patient><Sex V="kvinne" DN="Per Hansen"/></Patient>'))
    assert finding.code == "KV-001"
    assert 'found "kvinne", expected a code of 3101 (Kjønn); did you mean 2 (Kvinne)?' in finding.detail
    assert "Hansen" not in finding.detail


def test_a_wrong_text_is_not_repeated() -> None:
    (finding,) = told(epikrise('<Event><AdmOutcome V="1" DN="Per Hansen"/></Event>'))
    assert finding.detail == 'code "1" of 7300 is "Ut til hjemmet"'


def test_what_has_been_right_once_is_still_judged_by_its_place() -> None:
    right = '<Medication><Status V="6" DN="Benyttes regelmessig"/></Medication>'
    elsewhere = '<ServRprt><Status V="6" DN="Benyttes regelmessig"/></ServRprt>'
    swapped = '<Medication><Status DN="6" V="Benyttes regelmessig"/></Medication>'
    for _ in range(2):
        assert codes(epikrise(right)) == []
        assert codes(epikrise(elsewhere)) == ["KV-001"]
        assert codes(epikrise(swapped)) == ["KV-001"]


def test_lists_of_the_version_count() -> None:
    type_id = '<HCProf><TypeId V="EHK" DN="Europeisk helsetrygdkortnummer"/></HCProf>'
    assert codes(epikrise(type_id)) == ["KV-003"]
    old = epikrise(type_id).replace("epikrise/2012-02-15", "epikrise/2006-09-23")
    assert codes(old) == []


def test_a_person_type_on_an_organisation_is_left_to_the_rule_of_identifiers() -> None:
    assert codes(epikrise('<Inst><TypeId V="HPR" DN="HPR-nummer"/></Inst>')) == []
    assert codes(epikrise('<Inst><TypeId V="QQQ" DN="Ukjent"/></Inst>')) == ["KV-001"]


def test_an_identifier_type_of_the_old_list_in_a_hodemelding() -> None:
    patient = '<Patient><Ident><TypeId V="FNR" DN="{}" S="{}{}"/></Ident></Patient>'

    def of_patient(text: str, number: str) -> list[str]:
        document = hodemelding(patient=patient.format(text, OID, number))
        found = judged(document, only={"codes"}, codes=LISTS).findings
        return [finding.code for finding in found if "/Patient/" in finding.place.path]

    assert of_patient("Fødselsnummer", "8116") == []
    assert of_patient("Norsk fødselsnummer", "8268") == ["KV-003"]
    assert of_patient("Fødselsnummer", "9051") == []  # MH-024 tells it


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (message("rekvisisjon", more='<RequestedPrioReport V="NORM" DN="Normal"/>'), "KV-004"),
        (message("rekvisisjon-1.5", more='<RequestedPrioReport V="H" DN="Høy"/>'), "KV-004"),
        (referral('<Medication><Status V="6" DN="Benyttes regelmessig"/></Medication>'), "KV-005"),
        (referral('<ReqServ><Priority V="30" DN="Innen en måned"/></ReqServ>'), "KV-006"),
        (epikrise('<Comment><Heading V="SVU" DN="Spesialistvurdering"/></Comment>'), "KV-007"),
        (epikrise('<PatRelHCP><Relation V="RHP" DN="Ansvarlig lege"/></PatRelHCP>'), "KV-023"),
        (referral('<TilleggsopplysningPasient><Sprak V="nor" DN="Norsk"/></TilleggsopplysningPasient>'), "KV-024"),
        (referral('<TilleggsopplysningPasient><Sprak V="SME" DN="Nordsamisk"/></TilleggsopplysningPasient>'), "KV-024"),
        (referral(f'<Consent><ConsentStatus V="1" DN="Ja" S="{OID}3109"/></Consent>'), "KV-022"),
        (referral(f'<Diagnosis><Concept V="K77" DN="Hjertesvikt" S="{OID}7160"/></Diagnosis>'), "KV-019"),
        (referral(f'<Diagnosis><Concept V="S" DN="Serum" S="{OID}8351"/></Diagnosis>'), "KV-019"),
        (referral(f'<Medication><DrugId V="C03CA01" DN="Furosemid" S="{OID}9077"/></Medication>'), "KV-013"),
        (referral(f'<Medication><DrugId V="C03C A01" DN="Furosemid" S="{OID}7180"/></Medication>'), "KV-020"),
        (
            plo(
                "Pasientlogistikk",
                f'<TidsfestetHendelse><Hendelsekode S="{OID}9131" {first("9131")}/></TidsfestetHendelse>',
                type_code="LOG_INNLAGT",
            ),
            "KV-012",
        ),
    ],
)
def test_the_usual_mistakes_have_rules_of_their_own(document: str, expected: str) -> None:
    assert codes(document) == [expected]


def test_retired_laboratory_codes_were_right_once() -> None:
    code = f'<Investigation><Id V="CRP" DN="CRP" S="{OID}7230"/></Investigation>'
    assert codes(message("svarrapport", more=code)) == ["KV-014"]


@pytest.mark.parametrize(
    ("type_code", "number", "expected"),
    [
        ("DIALOG_HELSEFAGLIG", "7322", []),
        ("DIALOG_HELSEFAGLIG", "9069", ["KV-008"]),
        ("DIALOG_STATUS_HENVISNING", "9148", []),
        ("DIALOG_STATUS_HENVISNING", "7322", ["KV-008"]),
        ("DIALOG_HELSEFAGLIG", "8116", ["DT-007"]),
    ],
)
def test_the_topic_follows_the_message_type(type_code: str, number: str, expected: list[str]) -> None:
    assert codes(note(number, type_code)) == expected


@pytest.mark.parametrize(
    ("kind", "number", "expected"), [("102", "9152", []), ("102", "9154", ["KV-009"]), ("", "9154", [])]
)
def test_the_request_follows_the_sender(kind: str, number: str, expected: list[str]) -> None:
    content = f'<Foresporsel><TypeForesp S="{OID}{number}" {first(number)}/></Foresporsel>'
    sender = f'<Organisation><TypeOrganisation V="{kind}" DN="x" S="{OID}9040"/></Organisation>'
    document = hodemelding(
        type_code="DIALOG_FORESPORSEL",
        sender=sender,
        content=f'<Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/2006-10-11">{content}</Dialogmelding>',
    )
    assert codes(document) == expected


@pytest.mark.parametrize(
    ("root", "type_code", "number", "expected"),
    [
        ("TverrfagligEpikrise", "UTSKRIVNINGSRAPPORT", "9139", []),
        ("TverrfagligEpikrise", "UTSKRIVNINGSRAPPORT", "9140", ["KV-010"]),
        ("HelseopplysningerVedSoknad", "HELSEOPPL_SOKNAD", "9140", []),
    ],
)
def test_the_kind_of_content_follows_the_message(root: str, type_code: str, number: str, expected: list[str]) -> None:
    content = f'<TypeInnholdIMelding><TypeInnhold S="{OID}{number}" {first(number)}/></TypeInnholdIMelding>'
    assert codes(plo(root, content, type_code=type_code)) == expected


@pytest.mark.parametrize(
    ("root", "place", "number", "expected"),
    [
        ("TverrfagligEpikrise", "MedisinskfagligeOpplysninger", "9142", []),
        ("TverrfagligEpikrise", "MedisinskfagligeOpplysninger", "9143", []),
        ("TverrfagligEpikrise", "MedisinskfagligeOpplysninger", "9141", ["KV-011"]),
        ("TverrfagligEpikrise", "Sykepleierdokumentasjon", "9142", ["KV-011"]),
        ("TverrfagligEpikrise", "InfoAndreViktigeOpplysninger", "9141", []),
        ("HelseopplysningerVedSoknad", "MedisinskfagligeOpplysninger", "9145", []),
        ("HelseopplysningerVedSoknad", "MedisinskfagligeOpplysninger", "9142", ["KV-011"]),
    ],
)
def test_the_heading_follows_its_place(root: str, place: str, number: str, expected: list[str]) -> None:
    epj = "http://www.kith.no/xmlstds/epj/epj2/2008-02-20"
    text = f'<Journaltekst xmlns="{epj}"><Overskriftskode S="{OID}{number}" {first(number)}/></Journaltekst>'
    assert codes(plo(root, f"<{place}><X>{text}</X></{place}>", type_code="UTSKRIVNINGSRAPPORT")) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ('V="N" DN="Ny"', []),
        ('V="C" DN="Kansellering"', []),
        ('V="M" DN="Endring"', []),
        ('V="H" DN="Historikk"', ["KV-017"]),
    ],
)
def test_service_types_that_are_not_used(status: str, expected: list[str]) -> None:
    content = f"<InformasjonOmForsendelsen><Forsendelsesstatus {status}/></InformasjonOmForsendelsen>"
    assert codes(plo("Pasientlogistikk", content, type_code="LOG_INNLAGT")) == expected


def test_items_of_a_svarrapport_may_be_history() -> None:
    item = '<{0}><ServType V="H" DN="Historikk"/></{0}>'
    assert codes(message("svarrapport", more=item.format("ServReq"))) == []
    assert codes(epikrise(item.format("Event"))) == ["KV-017"]


def test_local_laboratory_codes_have_a_text() -> None:
    code = f'<Investigation><Id V="1" DN="x" S="{OID}8212"{{}}/></Investigation>'
    assert codes(message("svarrapport", more=code.format(""))) == ["KV-015"]
    assert codes(message("svarrapport", more=code.format(' OT="P-Noe"'))) == []


def test_what_was_requested_goes_with_the_type_of_the_answer() -> None:
    request = '<ServReq><MsgDescr V="CT" DN="Computertomografi"/></ServReq>'
    assert codes(message("svarrapport", more=request)) == ["KV-018"]
    assert codes(message("svarrapport", type_code="SVAR_RTG", more=request)) == []


def test_retired_values_were_right_in_the_older_messages() -> None:
    role = (
        '<HealthcareProfessional><RoleToPatient V="1" DN="Pasientansvarlig lege" S="{}9034"/></HealthcareProfessional>'
    )
    content = (
        '<Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/{}"><f:Rolle xmlns:f="{}">{}</f:Rolle></Dialogmelding>'
    )
    shared = "http://www.kith.no/xmlstds/felleskomponent1"
    inside = role.format(OID).replace("<", "<f:").replace("<f:/", "</f:")
    new = hodemelding(content=content.format("2013-01-23", shared, inside))
    old = hodemelding(type_code="DIALOG_NOTAT", content=content.format("2006-10-11", shared, inside))
    assert codes(new) == ["KV-016"]
    assert codes(old) == []


@pytest.mark.parametrize(
    "document",
    [
        f'<MsgHead xmlns="{MH}"/>',
        f'<MsgHead xmlns="{MH}"><Sex V="9" DN="x"/></MsgHead>',
        '<x V="1" S="2" DN="3"><TypeId V="1"/></x>',
        epikrise('<Event><AdmOutcome xmlns="urn:x" V="77"/></Event><TypeId/><Heading V=" "/>'),
        message(more=f'<Concept S="{OID}{"9" * 300}" V="{"9" * 300}"/><UnitDose U=" " V="NaN"/>'),
        referral("<Consent/><Consent><!-- x --></Consent><ReqServ><Priority>3</Priority></ReqServ>"),
    ],
)
def test_nothing_is_too_odd(document: str) -> None:
    judged(document, codes=LISTS)
    judged(document)


def test_many_wrong_codes_are_told_without_comparing_each() -> None:
    found = told(epikrise("".join(f'<Event><AdmOutcome V="{n}" DN="x"/></Event>' for n in range(1000, 1100))))
    assert [finding.code for finding in found] == ["KV-001"] * 100
