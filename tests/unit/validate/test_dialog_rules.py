"""Dialog rules: boundaries, negatives and hostile shapes; each rule's ordinary violation is a message in samples/bad/di."""

from __future__ import annotations

import pytest

from meldingsloft.adapters.code_lists import PackagedCodeLists
from tests.unit.validate.documents import DIALOG, DIALOGUE, FK1, hodemelding, judged

OLD = "http://www.kith.no/xmlstds/dialog/2006-10-11"
KINDS = ("FORESPORSEL", "SVAR", "NOTAT", "AVVIK", "HELSEFAGLIG", "STATUS_HENVISNING")
ROLE = (
    '<RollerRelatertNotat><RoleToPatient V="6"/><HealthcareProfessional><FamilyName>Fjell</FamilyName>'
    f'<GivenName>Kari</GivenName><TeleCom><TeleAddress xmlns="{FK1}" V="tel:+4790000000"/></TeleCom>'
    "</HealthcareProfessional></RollerRelatertNotat>"
)
CONVERSATION = "<ConversationRef/>"


def dialog(kind: str, inside: str, *, after_id: str = "") -> str:
    namespace = DIALOG if kind in ("HELSEFAGLIG", "STATUS_HENVISNING", "INNBYGGER_KONTAKT") else OLD
    content = f'<Dialogmelding xmlns="{namespace}">{inside}</Dialogmelding>'
    return hodemelding(type_code=f"DIALOG_{kind}", content=content).replace("</MsgId>", f"</MsgId>{after_id}")


def di(document: str) -> list[str]:
    """The DI codes of a document, each once."""
    found = judged(document, only={"rules", "codes"}, codes=PackagedCodeLists()).findings
    return sorted({each.code for each in found if each.code.startswith("DI-")})


def request(code: str, more: str = "", *, system: str = "9152", role: str = ROLE) -> str:
    return f'<Foresporsel><TypeForesp V="{code}" S="2.16.578.1.12.4.1.1.{system}"/>{more}{role}</Foresporsel>'


def note(system: str, more: str = "", *, code: str = "1", role: str = ROLE) -> str:
    return (
        f'<Notat><TemaKodet V="{code}" S="2.16.578.1.12.4.1.1.{system}"/><TekstNotatInnhold>…</TekstNotatInnhold>'
        f"<DatoNotat>2026-03-02</DatoNotat>{more}{role}</Notat>"
    )


def test_the_document_of_these_tests_breaks_no_rule() -> None:
    assert di(hodemelding(content=DIALOGUE)) == []


@pytest.mark.parametrize(
    "inside", ["", "<!-- --><?a?>", "<x xmlns=''/>", "<Notat/>", "<Foresporsel/>", "<Notat><a/></Notat>"]
)
@pytest.mark.parametrize("kind", [*KINDS, "INNBYGGER_KONTAKT"])
def test_nothing_is_too_odd_to_be_judged(kind: str, inside: str) -> None:
    found = di(dialog(kind, inside))
    assert ("DI-001" in found) is ("Notat" not in inside and "Foresporsel" not in inside)


def test_request_and_note_do_not_stand_side_by_side() -> None:
    assert di(dialog("SVAR", note("9069") + request("6"), after_id=CONVERSATION)) == ["DI-001", "DI-003"]


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        ("9152", "99", ["DI-004"]),
        ("9065", "5", ["DI-004"]),
        ("9152", "6", []),
        ("9066", "99", []),
        ("9152", "1", ["DI-005"]),
    ],
)
def test_what_a_request_must_say_goes_by_its_kind(system: str, code: str, expected: list[str]) -> None:
    assert di(dialog("FORESPORSEL", request(code, system=system))) == expected


def test_the_question_repeated_in_an_answer_needs_no_reason_again() -> None:
    inside = note("9069", request("1", role=""))
    assert di(dialog("SVAR", inside, after_id=CONVERSATION)) == []


@pytest.mark.parametrize(("end", "expected"), [("2026-03-01", []), ("2026-02-28", ["DI-006"]), ("i går", [])])
def test_a_period_may_be_of_one_day(end: str, expected: list[str]) -> None:
    assert di(dialog("FORESPORSEL", request("6", f"<FraDato>2026-03-01</FraDato><TilDato>{end}</TilDato>"))) == expected


def test_codes_are_looked_up_in_their_lists() -> None:
    given = '<Hastegrad V="{}"/><TypeJournalinfo V="{}"/>'
    assert di(dialog("FORESPORSEL", request("6", given.format("1", "A0")))) == []
    assert di(dialog("FORESPORSEL", request("6", given.format("8", "A0")))) == ["DI-007"]
    assert di(dialog("FORESPORSEL", request("6", given.format("", "A0")))) == []


@pytest.mark.parametrize(
    ("kind", "system", "expected"),
    [("NOTAT", "9155", []), ("NOTAT", "7321", []), ("NOTAT", "7322", ["DI-008"]), ("INNBYGGER_KONTAKT", "7322", [])],
)
def test_each_message_has_its_themes(kind: str, system: str, expected: list[str]) -> None:
    assert di(dialog(kind, note(system))) == expected


def test_marked_up_text_is_text() -> None:
    marked = note("9155").replace("…", '<p xmlns="http://www.w3.org/1999/xhtml"/>')
    assert di(dialog("NOTAT", marked)) == []
    assert di(dialog("NOTAT", note("9155").replace("…", " \n"))) == ["DI-009"]


@pytest.mark.parametrize("missing", ["FamilyName", "GivenName", "TeleCom", "HealthcareProfessional"])
def test_a_responsible_person_is_told_whole(missing: str) -> None:
    role = ROLE.replace(f"<{missing}>", "<Other>").replace(f"</{missing}>", "</Other>")
    if missing == "TeleCom":
        role = role.replace("V=", "x=", 2).replace("x=", "V=", 1)
    assert di(dialog("NOTAT", note("9155", role=role))) == ["DI-012"]
    assert di(dialog("NOTAT", note("9155", role=role + ROLE))) == []


def test_a_unit_answers_too() -> None:
    unit = (
        f'<TilknyttetEnhet><Kontaktenhet><f:OrganisationName xmlns:f="{FK1}">Kirurgi</f:OrganisationName>'
        f'<f:TeleCom xmlns:f="{FK1}"><f:TeleAddress V="tel:+4790000000"/></f:TeleCom></Kontaktenhet></TilknyttetEnhet>'
    )
    role = f'<RollerRelatertNotat><RoleToPatient V="21"/>{unit}</RollerRelatertNotat>'
    inside = note("7322", code="6", role=role).replace("<Tekst", "<Tema>Kontroll</Tema><Tekst")
    assert di(dialog("HELSEFAGLIG", inside, after_id=CONVERSATION)) == []


def test_the_contact_at_the_receiver_does_not_answer_for_the_message() -> None:
    inside = note("9155", role=ROLE.replace('V="6"', 'V="24"'))
    assert di(dialog("NOTAT", inside)) == ["DI-012"]


def test_only_the_first_message_of_a_thread_names_its_reader() -> None:
    inside = note("7322", code="6").replace("<Tekst", "<Tema>Kontroll</Tema><Tekst")
    assert di(dialog("HELSEFAGLIG", inside)) == ["DI-013"]
    assert di(dialog("HELSEFAGLIG", inside, after_id=CONVERSATION)) == []


def test_personal_facts_are_looked_for_in_the_dialogue_alone() -> None:
    assert di(dialog("NOTAT", note("9155", role=ROLE.replace("<TeleCom>", '<Sex V="2"/><TeleCom>')))) == ["DI-022"]
    head = hodemelding().replace("</GivenName><Ident>", '</GivenName><Sex V="2"/><Ident>', 1)
    assert di(head) == []


def test_the_date_of_the_document_stands_for_that_of_the_note() -> None:
    undated = dialog("NOTAT", note("9155").replace("<DatoNotat>2026-03-02</DatoNotat>", ""))
    assert di(undated) == ["DI-021"]
    assert di(undated.replace("<RefDoc>", '<RefDoc><IssueDate V="2026-03-02"/>')) == []


BASE64 = '<Base64Container xmlns="http://www.kith.no/xmlstds/base64container">QQ==</Base64Container>'
ATTACHMENT = f'<Document><RefDoc><MsgType V="A"/><Content>{BASE64}</Content></RefDoc></Document>'


def test_attachments_follow_in_documents_of_their_own() -> None:
    message = hodemelding()
    assert di(message.replace("</MsgHead>", f"{ATTACHMENT}</MsgHead>")) == []
    assert di(message.replace("<Document>", f"{ATTACHMENT}<Document>")) == ["DI-023"]
    assert di(message.replace("</Content>", f"{BASE64}</Content>")) == ["DI-023"]


def test_what_came_with_1_1_is_no_news_there() -> None:
    newer = "<EmneSporsmal>Dose</EmneSporsmal><Sporsmal><p xmlns='http://www.w3.org/1999/xhtml'>Dose?</p></Sporsmal>"
    assert di(dialog("FORESPORSEL", request("6", newer))) == ["DI-025"]
    assert di(dialog("INNBYGGER_KONTAKT", request("6", newer))) == []
