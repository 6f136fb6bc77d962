"""PLO rules: boundaries, negatives and hostile shapes; each rule's ordinary violation is a message in samples/bad/pl."""

from __future__ import annotations

import pytest

from tests.unit.validate.documents import FK1, by_rules, codes, hodemelding

PO = "http://www.kith.no/xmlstds/po/poKomponent/2012-04-01"
EPJ = "http://www.kith.no/xmlstds/epj/epj2/2008-02-20"
UNIT = (
    f'<TilknyttetEnhet><Kontaktenhet><OrganisationName xmlns="{FK1}">Kirurgi</OrganisationName>'
    f'<TeleCom xmlns="{FK1}"><TeleAddress V="tel:+4790000000"/></TeleCom></Kontaktenhet></TilknyttetEnhet>'
)
NEW = '<InformasjonOmForsendelsen><Forsendelsesstatus V="N"/></InformasjonOmForsendelsen>'
ROOTS = {
    "INNLEGGELSESRAPPORT": ("Innleggelsesrapport", "Innleggelsesrapport/2012-04-01"),
    "HELSEOPPL_SOKNAD": ("HelseopplysningerVedSoknad", "HelseopplysningerVedSoknad/2012-04-01"),
    "ORIENTERING_TJENESTETILBUD": ("OrienteringOmTjenestetilbud", "OrienteringOmTjenestetilbud/2012-04-01"),
    "MEDISINSKE_OPPLYSNINGER": ("OverforingMedisinskeOpplysninger", "MedisinskeOpplysninger/2012-04-01"),
    "UTSKRIVNINGSRAPPORT": ("TverrfagligEpikrise", "TverrfagligEpikrise/2012-04-01"),
    "LOG_INNLAGT": ("Pasientlogistikk", "Pasientlogistikk/2012-04-01"),
    "FRAVARSMELDING": ("MeldingFravar", "MeldingFravar/2009-06-30"),
}


def plo(kind: str, content: str, *, sent: str = NEW, responsible: str = UNIT, after_id: str = "") -> str:
    root, namespace = ROOTS[kind]
    body = f'<r:{root} xmlns:r="http://www.kith.no/xmlstds/po/{namespace}" xmlns="{PO}" xmlns:f="{FK1}">{sent}{responsible}{content}</r:{root}>'
    return hodemelding(type_code=kind, content=body).replace("</MsgId>", f"</MsgId>{after_id}")


def pl(document: str) -> list[str]:
    """The PL codes of a document."""
    return [code for code in codes(document) if code.startswith("PL-")]


def heading(system: str, code: str) -> str:
    return (
        f'<Journaltekst xmlns="{EPJ}"><Overskriftskode V="{code}" S="2.16.578.1.12.4.1.1.{system}"/>'
        "<Notat>…</Notat></Journaltekst>"
    )


def event(code: str, at: str, guess: str = "false") -> str:
    return (
        f'<TidsfestetHendelse><Hendelsekode V="{code}" S="2.16.578.1.12.4.1.1.9121"/>'
        f'<TidspunktForHendelse V="{at}"/><Anslag>{guess}</Anslag></TidsfestetHendelse>'
    )


def admitted(*events: str) -> str:
    return f"<r:MeldingInnlagtPasient>{''.join(events)}</r:MeldingInnlagtPasient>"


SERVICE = "<EksisterendeTjeneste><BetegnelseTjeneste>Dusj</BetegnelseTjeneste>{}</EksisterendeTjeneste>"
STARTED = SERVICE.format("<Startdato>2026-01-03</Startdato>")
IN = admitted(event("1", "2026-03-01T10:00:00"))
C = NEW.replace('"N"', '"C"')


def test_a_cancellation_needs_no_content() -> None:
    assert pl(plo("LOG_INNLAGT", admitted(event("", "2026")), sent=C, responsible="")) == []


@pytest.mark.parametrize("sent", ["", "<InformasjonOmForsendelsen/>", NEW.replace('V="N"', "")])
def test_a_message_without_status_is_judged_as_a_new_one(sent: str) -> None:
    assert pl(plo("LOG_INNLAGT", IN, sent=sent)) == ["PL-001"]
    assert "PL-010" in pl(plo("LOG_INNLAGT", admitted(), sent=sent))


@pytest.mark.parametrize(("status", "expected"), [("M", ["PL-002"]), ("O", ["PL-002"]), ("C", []), ("n", ["PL-001"])])
def test_each_message_has_its_statuses(status: str, expected: list[str]) -> None:
    assert pl(plo("LOG_INNLAGT", IN, sent=NEW.replace('"N"', f'"{status}"'))) == expected


def test_an_answer_that_says_false_needs_no_request() -> None:
    sent = NEW.replace("</I", "<SvarPaaForesporsel>{}</SvarPaaForesporsel></I")
    assert pl(plo("LOG_INNLAGT", IN, sent=sent.format("false"))) == []
    assert pl(plo("LOG_INNLAGT", IN, sent=sent.format("1"))) == ["PL-004", "PL-003"]


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("FamilyName", ["PL-005"]),
        ("GivenName", ["PL-005"]),
        ("RoleToPatient", ["PL-005"]),
        ("TypeHealthcareProfessional", ["PL-005", "PL-006"]),
        ("TeleCom", ["PL-005"]),
    ],
)
def test_a_responsible_person_is_told_whole(missing: str, expected: list[str]) -> None:
    parts = {
        "TypeHealthcareProfessional": '<TypeHealthcareProfessional V="SP"/>',
        "RoleToPatient": '<RoleToPatient V="9"/>',
        "FamilyName": "<FamilyName>Fjell</FamilyName>",
        "GivenName": "<GivenName>Kari</GivenName>",
        "TeleCom": '<TeleCom><TeleAddress V="tel:+4790000000"/></TeleCom>',
    }
    lacking = "".join(part for name, part in parts.items() if name != missing)
    person = "<AnsvarForRapport><AnsvarligRapport>{}</AnsvarligRapport></AnsvarForRapport>"
    assert pl(plo("LOG_INNLAGT", IN, responsible=person.format(fk1(lacking)))) == expected
    assert pl(plo("LOG_INNLAGT", IN, responsible=person.format(fk1("".join(parts.values()))))) == []
    assert "PL-005" not in pl(plo("LOG_INNLAGT", IN, responsible=UNIT + person.format(fk1(lacking))))


def fk1(inside: str) -> str:
    """The children of an element of felleskomponent 1, written without their namespace."""
    return inside.replace("</", "</f:").replace("<", "<f:").replace("<f:/f:", "</f:")


@pytest.mark.parametrize(("year", "expected"), [("2008", []), ("2007", ["PL-008"]), ("2026", []), ("x", [])])
def test_a_child_of_eighteen_this_year_may_be_under_age(year: str, expected: list[str]) -> None:
    relative = (
        f"<ParorendeForesatt><FodselsarMindrearigParorende>{year}</FodselsarMindrearigParorende></ParorendeForesatt>"
    )
    assert pl(plo("LOG_INNLAGT", IN, responsible=relative + UNIT)) == expected


def test_a_wrong_type_is_said_once_and_the_events_are_those_of_the_content() -> None:
    assert pl(plo("LOG_INNLAGT", f"<r:OrienteringOmDod>{event('13', '2026-03-01')}</r:OrienteringOmDod>")) == ["PL-009"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2026-03-01T10:00:00", []), ("2026-03-01T10:00:00+01:00", []), ("2026-03-01", ["PL-010"]), ("", ["PL-010"])],
)
def test_an_admission_has_a_time_of_day(at: str, expected: list[str]) -> None:
    assert pl(plo("LOG_INNLAGT", admitted(event("1", at)))) == expected


@pytest.mark.parametrize(
    ("code", "guess", "expected"),
    [("3", "true", []), ("3", "0", ["PL-015"]), ("4", "true", ["PL-015"]), ("99", "true", []), ("1", "", [])],
)
def test_what_lies_ahead_is_an_estimate(code: str, guess: str, expected: list[str]) -> None:
    stay = f"<OpplysningOpphold>{event(code, '2026-03-01', guess)}</OpplysningOpphold>"
    assert pl(plo("ORIENTERING_TJENESTETILBUD", STARTED + stay)) == expected


def test_one_whole_service_is_enough_for_the_message() -> None:
    assert pl(plo("ORIENTERING_TJENESTETILBUD", SERVICE.format("") + STARTED)) == ["PL-018"]
    assert sorted(pl(plo("ORIENTERING_TJENESTETILBUD", SERVICE.format("")))) == ["PL-018", "PL-031"]


def test_three_main_diagnoses_are_two_too_many() -> None:
    one = "<MedisinskDiagnose><Hoveddiagnose>true</Hoveddiagnose><Diagnosekode OT='Hoste'/></MedisinskDiagnose>"
    found = pl(plo("ORIENTERING_TJENESTETILBUD", STARTED + f"<InfoMedisinskDiagnose>{one * 3}</InfoMedisinskDiagnose>"))
    assert found == ["PL-020", "PL-020"]


@pytest.mark.parametrize("date", ["12.3.2026", "12. mars", "2026-03-12", "12/3-26"])
def test_a_date_is_read_as_people_write_it(date: str) -> None:
    survey = "<InfoKartleggingFunksjonsniva><SamletVurderingFunksjonsniva><Merknad>{}</Merknad></SamletVurderingFunksjonsniva></InfoKartleggingFunksjonsniva>"
    assert "PL-023" not in pl(plo("INNLEGGELSESRAPPORT", survey.format(f"Vurdert {date} av primærkontakt")))
    assert "PL-023" in pl(plo("INNLEGGELSESRAPPORT", survey.format("Vurdert i dag")))


def test_the_list_of_a_heading_counts() -> None:
    assert "PL-024" not in pl(plo("INNLEGGELSESRAPPORT", heading("9142", "AAI")))
    assert "PL-024" in pl(plo("INNLEGGELSESRAPPORT", heading("9141", "11")))


def test_what_is_expected_is_named_in_one_finding() -> None:
    (finding,) = (each for each in by_rules(plo("INNLEGGELSESRAPPORT", heading("9143", "1"))) if each.code == "PL-025")
    assert finding.detail.startswith("not there: InfoMedisinskDiagnose, Legemiddelinfo, 9141/8, 9141/14,")


def kind(code: str) -> str:
    return f'<TypeInnholdIMelding><TypeInnhold V="{code}"/></TypeInnholdIMelding>'


def test_more_is_expected_for_new_services_and_less_after_a_birth() -> None:
    def missing(message: str, content: str) -> str:
        return "; ".join(each.detail for each in by_rules(plo(message, content)) if each.code in ("PL-033", "PL-035"))

    assert "UTRED" not in missing("MEDISINSKE_OPPLYSNINGER", kind("1"))
    assert "InfoTidligereSykdommer, 9142/UTRED" in missing("MEDISINSKE_OPPLYSNINGER", kind("5"))
    sent = "<OpplysningerTilSoknad><EgensoknadSendt>true</EgensoknadSendt></OpplysningerTilSoknad>"
    assert missing("MEDISINSKE_OPPLYSNINGER", kind("1") + sent).endswith("SendtDokument")
    assert missing("UTSKRIVNINGSRAPPORT", kind("12")) == ""
    assert missing("UTSKRIVNINGSRAPPORT", kind("11")) != ""


@pytest.mark.parametrize(
    ("status", "code", "conversation", "expected"),
    [
        ("N", "1", "", []),
        ("N", "2", "", ["PL-026"]),
        ("N", "2", "<ConversationRef/>", []),
        ("M", "2", "", []),
        ("M", "1", "", ["PL-026"]),
        ("N", "3", "", ["PL-026"]),
    ],
)
def test_the_first_notice_is_told_from_updates(status: str, code: str, conversation: str, expected: list[str]) -> None:
    content = kind(code) + f"<OpplysningOpphold>{event('3', '2026-03-09', 'true')}</OpplysningOpphold>"
    content += heading("9145", "1") + heading("9145", "2")
    sent = NEW.replace('"N"', f'"{status}"')
    assert pl(plo("HELSEOPPL_SOKNAD", content, sent=sent, after_id=conversation)) == expected


@pytest.mark.parametrize(("end", "expected"), [("2026-03-01", []), ("2026-02-28", ["PL-040"]), ("uke 9", []), ("", [])])
def test_an_absence_may_be_of_one_day(end: str, expected: list[str]) -> None:
    absence = f"<FravarendeFraDato>2026-03-01</FravarendeFraDato><FravarendeTilDato>{end}</FravarendeTilDato>"
    assert pl(plo("FRAVARSMELDING", f"<Fraversassistent>{absence}</Fraversassistent>")) == expected


@pytest.mark.parametrize(
    "content", ["", "<!-- --><?a?>", "<x xmlns=''/>", "<TidsfestetHendelse/>", "<Overskriftskode/>"]
)
@pytest.mark.parametrize("message", ROOTS)
def test_nothing_is_too_odd_to_be_judged(message: str, content: str) -> None:
    assert "PL-001" in pl(plo(message, content, sent=content, responsible=""))
