"""What is wrong with a case is told: all of it, in plain words, without what was written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.fagmelding.registry import BUILDABLE
from tests.unit.fagmelding.making import FILES, MISSING, problems, starting

EPI, LAB, DIA, ACK, OLD = "epikrise-1.2", "svarrapport-1.4", "dialog-helsefaglig-1.1", "apprec-1.1", "apprec-1.0"
ATTACHED = {"file": "a.pdf", "description": "EKG"}

CORPUS: list[tuple[str, dict[str, Any], str]] = [
    # keys
    (EPI, {"pasient": {}}, "pasient: no such key; did you mean patient?"),
    (EPI, {"patient__hpr": 1}, "patient.hpr: no such key; a key of that name stands in [sender.person]"),
    (EPI, {"admitted": 1}, "admitted: no such key; a key of that name stands in [contact]"),
    (EPI, {"contact__change": "N"}, "contact.change: no such key; a key of that name stands in the top of the case"),
    (EPI, {"patient__qqq": 1}, "patient.qqq: no such key; the keys here are "),
    # tables and lists
    (EPI, {"patient": MISSING}, "patient: it is missing; the patient"),
    (EPI, {"patient": "Odd"}, "patient: a table is wanted, this is a text; write it as [patient]"),
    (EPI, {"diagnoses": {}}, "diagnoses: a list is wanted, this is a table; write it as [[diagnoses]]"),
    (EPI, {"diagnoses__0": 7}, "diagnoses[1]: a table is wanted, this is a number; write it as [[diagnoses]]"),
    (LAB, {"results__0__samples": "1"}, "results[1].samples: a list is wanted, this is a text; write it as […, …]"),
    (DIA, {"note__roles": []}, "note.roles: it is missing"),
    # texts
    (EPI, {"patient__family_name": MISSING}, "patient.family_name: it is missing; family name"),
    (EPI, {"patient__family_name": 7}, "patient.family_name: a text is wanted, this is a number; put it in quotes"),
    (EPI, {"patient__family_name": " "}, "patient.family_name: it is empty; fill it in or take the key away"),
    (EPI, {"patient__family_name": "Hav\nnes"}, "patient.family_name: it has several lines, and only one is allowed"),
    (
        EPI,
        {"patient__family_name": "Hav\x07nes"},
        "patient.family_name: it holds the character U+0007, which XML cannot carry",
    ),
    (EPI, {"texts__0__text": "a\x00b"}, "texts[1].text: it holds the character U+0000"),
    # numbers and ids
    (EPI, {"sender__her_id": "88-1"}, "sender.her_id: it is not a HER-id; write digits only"),
    (EPI, {"sender__her_id": True}, "sender.her_id: a HER-id is wanted, this is true or false"),
    (EPI, {"sender__org_number": 12}, "sender.org_number: it is not an organisasjonsnummer"),
    (EPI, {"receiver__person__hpr": 12}, "receiver.person.hpr: it is not an HPR-nummer"),
    (EPI, {"msg_id": "1"}, "msg_id: it is not a UUID"),
    (EPI, {"patient__address__postal_code": "65"}, "patient.address.postal_code: it is not a postal code"),
    (EPI, {"responsible__phone": "ring meg"}, "responsible.phone: it is not a telephone number"),
    # dates
    (EPI, {"contact__admitted": "i går"}, "contact.admitted: a date or a time is wanted; write it as 2026-03-02"),
    (EPI, {"contact__admitted": dt.time(10)}, "contact.admitted: a date or a time is wanted"),
    (EPI, {"issued": dt.date(2026, 3, 1)}, "issued: a date with a time is wanted; write it as 2026-03-02T10:31:07"),
    (DIA, {"note__date": dt.datetime(2026, 3, 1, 9)}, "note.date: a date is wanted; write it as 2026-03-02"),
    (EPI, {"contact__discharged": dt.date(2026, 1, 1)}, "contact.discharged: it is earlier than admitted"),
    (EPI, {"issued": dt.datetime(2026, 3, 2, 10, 31, 8)}, "issued: it is later than the time the message is made"),
    (EPI, {"approved": dt.datetime(2027, 1, 1, 0, 0)}, "approved: it is later than the time the message is made"),
    # codes
    (
        EPI,
        {"contact__type": "Heldøgn"},
        "contact.type: it is no code of kodeverk 8240 (Kontakttype) that can stand here; nearest: 1 Heldøgnsopphold",
    ),
    (EPI, {"contact__type": True}, "contact.type: a code of kodeverk 8240 is wanted, this is true or false"),
    (
        EPI,
        {"change": "A"},
        "change: it is no code of kodeverk 7309 (Tjenestetype) that can stand here; one of: C Kansellering, M Endring, N Ny",
    ),
    (
        EPI,
        {"contact__specialty": "Trolldom"},
        "contact.specialty: it is not a code of kodeverk 8451, kodeverk 8655; nearest: ",
    ),
    (
        EPI,
        {"diagnoses__0__diagnosis": "J189"},
        "diagnoses[1].diagnosis: a code of ICD-10, ICPC-2, ICPC-2-B needs its text too",
    ),
    (
        EPI,
        {"diagnoses__0__diagnosis": 1.5},
        "diagnoses[1].diagnosis: a code of ICD-10, ICPC-2, ICPC-2-B is wanted, this is a number",
    ),
    (EPI, {"diagnoses__0__diagnosis": {"code": "J189"}}, "diagnoses[1].diagnosis: the text of the code is missing"),
    (
        EPI,
        {"diagnoses__0__diagnosis": {"kode": "J189"}},
        "diagnoses[1].diagnosis: a coded value has no key 'kode'; the keys are code, text",
    ),
    (
        EPI,
        {"diagnoses__0__diagnosis": {"code": "lunge", "text": "x"}},
        "diagnoses[1].diagnosis: a code of ICD-10 looks different",
    ),
    (
        EPI,
        {"diagnoses__0__diagnosis": {"code": "J189", "text": "x", "system": "ATC"}},
        "diagnoses[1].diagnosis: the code system cannot stand here; it is one of ICD-10",
    ),
    (
        EPI,
        {"diagnoses__0__diagnosis": {"code": "J189", "text": "x\ny"}},
        "diagnoses[1].diagnosis: a coded value has several lines",
    ),
    (EPI, {"diagnoses__0__star": {"text": "x"}}, "diagnoses[1].star: the code is missing"),
    (
        EPI,
        {"medication": [{"drug": {"code": "C03C A01", "text": "Furix"}}]},
        "medication[1].drug: a code of ATC looks different; it is seven signs without a blank",
    ),
    (ACK, {"status": "Avvist", "errors": [{"code": "Q1", "text": "x"}]}, "errors[1]: it is no code of kodeverk 8221"),
    # amounts
    (
        EPI,
        {"medication": [{"drug": {"text": "x"}, "strength": "mye"}]},
        "medication[1].strength: a number with a unit is wanted; write both",
    ),
    (
        EPI,
        {"medication": [{"drug": {"text": "x"}, "strength": "< 5 mg"}]},
        "medication[1].strength: a number with a unit is wanted",
    ),
    (
        EPI,
        {"medication": [{"drug": {"text": "x"}, "duration": "3 dager"}]},
        "medication[1].duration: the unit is not one of kodeverk 9088",
    ),
    (LAB, {"results__0__value": "5"}, "results[1].value: a number with a unit is wanted"),
    # flags
    (EPI, {"test": "ja"}, "test: true or false is wanted; write true or false without quotes"),
    (EPI, {"diagnoses__0__main": "ja"}, "diagnoses[1].main: true or false is wanted"),
    # text with XHTML
    (EPI, {"texts__0__text": {"html": "x"}}, "texts[1].text: a text or { xhtml = … } is wanted"),
    (EPI, {"texts__0__text": {"xhtml": "<div>"}}, "texts[1].text: the XHTML is not well-formed"),
    (
        EPI,
        {"texts__0__text": {"xhtml": "<div><script/></div>"}},
        "texts[1].text: the XHTML element script is not permitted",
    ),
    (
        EPI,
        {"texts__0__text": {"xhtml": "<p onclick='x'>y</p>"}},
        "texts[1].text: the XHTML attribute onclick is not permitted",
    ),
    # parties and patient
    (EPI, {"sender__unit": MISSING}, "sender: the communication party is missing; give one table: unit"),
    (EPI, {"receiver__unit": {"name": "x", "her_id": 1}}, "receiver: both a unit and a person are given"),
    (
        EPI,
        {"copies": [{"organisation": "x", "her_id": 1, "unit": {"name": "y", "her_id": 8800310}}]},
        "copies[1]: this party is addressed already",
    ),
    (EPI, {"patient__id": "30814920752"}, "patient.id: it is not a number that can have been issued"),
    (EPI, {"patient__id": "3081492075"}, "patient.id: it is no Norwegian person number of eleven digits"),
    (EPI, {"patient__id": "308 14920751", "patient__id_type": "FNR"}, "patient.id: it is not eleven digits"),
    (EPI, {"patient__id_type": "DNR"}, "patient.id_type: the type does not fit the number; it looks like FNR"),
    (EPI, {"patient__sex": "Kvinne"}, "patient.sex: it does not agree with the id"),
    (EPI, {"patient__birth_date": dt.date(1950, 1, 30)}, "patient.birth_date: it does not agree with the id"),
    (EPI, {"patient__id": MISSING}, "patient.id: it is missing; give the id, or birth_date and sex"),
    (
        DIA,
        {"patient__id": "AB12", "patient__id_type": "PNR"},
        "patient.id: an id of this type does not identify the patient alone",
    ),
    (
        EPI,
        {
            "patient__id": "AB12",
            "patient__id_type": "PNR",
            "patient__sex": "1",
            "patient__birth_date": dt.date(1980, 1, 1),
        },
        "patient.id_type: this message identifies by fødselsnummer",
    ),
    (
        LAB,
        {"patient__id": MISSING, "patient__sex": "1", "patient__birth_date": dt.date(1980, 1, 1)},
        "patient.id: it is missing; a svarrapport needs",
    ),
    # epikrise
    (EPI, {"message_type": "epikrise-1.1"}, "message_type: the case is for another type than epikrise-1.2"),
    (EPI, {"change": "M"}, "document_id: it is missing"),
    (EPI, {"responsible": MISSING}, "responsible: it is missing; name the professional"),
    (EPI, {"contact": MISSING}, "contact: it is missing"),
    (
        EPI,
        {"contact": MISSING, "change": "C", "document_id": "b9270660-4567-41e7-9598-0800200c9a66"},
        "contact: it is missing, and the clinical",
    ),
    (
        EPI,
        {"diagnoses": [{"main": True, "text": "a"}, {"main": True, "text": "b"}]},
        "diagnoses[2].main: there is a main diagnosis already",
    ),
    (EPI, {"diagnoses": [{"main": True}]}, "diagnoses[1].diagnosis: it is missing; give diagnosis (a code) or text"),
    (
        EPI,
        {"results": [{"analysis": {"text": "CRP"}}]},
        "results[1].value: a result has exactly one of value, text and date_value",
    ),
    (
        EPI,
        {"referral": {"id": "1", "issued": dt.date(2026, 1, 1), "diagnoses": []}},
        "referral.diagnoses: it is missing",
    ),
    # svarrapport
    (LAB, {"responsible": MISSING}, "responsible: exactly one of responsible and responsible_unit is wanted"),
    (LAB, {"responsible_unit": {"name": "x", "phone": "12345"}}, "responsible: exactly one of"),
    (LAB, {"results": MISSING}, "results: it is missing; give at least one result"),
    (LAB, {"requested_by": MISSING}, "requested_by: it is missing"),
    (LAB, {"results__0__text": "x"}, "results[1].value: a result has only one of value, text"),
    (LAB, {"results__0__analysis": MISSING}, "results[1].analysis: it is missing; say what was examined"),
    (LAB, {"results__0": {"samples": ["1"]}}, "results[1].value: it is missing"),
    (LAB, {"results__0__deviation": "2"}, "results[1].deviation: it does not agree with value and reference"),
    (LAB, {"results__0__samples": ["9"]}, "results[1].samples: no sample of the case has this id"),
    (LAB, {"results__0__refers_to": "9"}, "results[1].refers_to: no result of the case has this id"),
    (
        LAB,
        {"samples": [{"id": "1", "material": "Serum"}, {"id": "1", "material": "Blod"}]},
        "samples[2].id: another sample has this id",
    ),
    (
        LAB,
        {"samples__0__material": "Tårer"},
        "samples[1].material: a code of kodeverk 8351, kodeverk 8216, local needs its text too",
    ),
    (LAB, {"samples__0__collected": dt.datetime(2026, 3, 3, 9)}, "samples[1].collected: it is later than the report"),
    (LAB, {"results__0__date": dt.datetime(2026, 3, 3, 9)}, "results[1].date: it is later than the report"),
    (LAB, {"discipline": "Annet"}, "discipline: it is no code of kodeverk 8202"),
    (
        LAB,
        {
            "results": [
                {"analysis": {"text": "A"}, "text": "x", "id": "1"},
                {"analysis": {"text": "B"}, "text": "y", "id": "1"},
            ]
        },
        "results: two results have the same id",
    ),
    # dialogue
    (DIA, {"note__topic": MISSING}, "note.topic: it is missing"),
    (
        DIA,
        {"note__roles__1": MISSING},
        "note.roles: the first message of a dialogue names the wanted contact at the receiver",
    ),
    (DIA, {"note__roles__0__phone": MISSING}, "note.roles: nobody answers for the message"),
    (DIA, {"note__roles__0__role": MISSING}, "note.roles[1].role: it is missing"),
    (DIA, {"note__roles__0__given_name": MISSING}, "note.roles[1].family_name: a person has both"),
    (DIA, {"note__roles__0": {"role": "Fastlege", "phone": "12345"}}, "note.roles[1]: nobody is named"),
    (DIA, {"reply_to": {}}, "reply_to.parent: it is missing; msg_id of the message directly before"),
    # AppRec
    (ACK, {"status": "Avvist"}, "errors: it is missing; a rejection has at least one code"),
    (ACK, {"errors": ["E21"]}, "errors: an accepted message has no errors"),
    (ACK, {"status": "3"}, "status: it is no code of kodeverk 8258"),
    (OLD, {"sender__role": "PRIM"}, "sender.role: it is no code of kodeverk 7301"),
    (ACK, {"original": MISSING}, "original: it is missing"),
    # attachments
    (EPI, {"attachments": [{**ATTACHED, "file": "gone.pdf"}]}, "attachments[1].file: the file cannot be read"),
    (EPI, {"attachments": [{**ATTACHED, "file": "empty.pdf"}]}, "attachments[1].file: the file is empty"),
    (EPI, {"attachments": [{**ATTACHED, "file": "word.doc"}]}, "attachments[1].file: the file is no PDF, JPEG or PNG"),
    (
        EPI,
        {"attachments": [{**ATTACHED, "file": "huge.pdf"}]},
        "attachments[1].file: the file is larger than the 10 MB that a message may have",
    ),
    (EPI, {"attachments": [{**ATTACHED, "mime": "image/png"}]}, "attachments[1].mime: it is not the type of the file"),
    (DIA, {"attachments": [{"file": "a.pdf"}]}, "attachments[1].description: it is missing"),
]


@pytest.mark.parametrize(
    ("short_name", "changes", "told"), CORPUS, ids=[f"{case[0]}-{case[2][:40]}" for case in CORPUS]
)
def test_one_fault_is_told_alone(short_name: str, changes: dict[str, Any], told: str) -> None:
    found = problems(short_name, starting(short_name, **changes))
    assert len(found) == 1, found
    assert found[0].startswith(told)


def test_all_faults_are_told_at_once_and_with_their_lines() -> None:
    case = starting(EPI, contact__type="x", pasient={}, patient=MISSING, sender__her_id="x", texts__0__heading="Y")
    found = problems(EPI, case, lambda path: f"c.toml:{len(path)}")
    assert [line.partition(": ")[2].partition(":")[0] for line in found] == [
        "pasient",
        "sender.her_id",
        "patient",
        "contact.type",
        "texts[1].heading",
    ]
    assert [line.partition(": ")[0] for line in found] == ["c.toml:1", "c.toml:2", "c.toml:1", "c.toml:2", "c.toml:3"]


@pytest.mark.parametrize("short_name", BUILDABLE)
def test_an_empty_case_is_told_what_it_needs(short_name: str) -> None:
    found = problems(short_name, {})
    assert {"sender", "receiver"} <= {line.partition(":")[0] for line in found}
    assert all("; " in line for line in found), "each says how to mend it"


@given(
    raw=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=8)
        | st.dates()
        | st.datetimes()
        | st.times(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=6,
    ),
    short_name=st.sampled_from(BUILDABLE),
    data=st.data(),
)
def test_no_value_breaks_the_reader_and_none_is_repeated(raw: Any, short_name: str, data: st.DataObject) -> None:
    """Any value in any place is either taken or told about, and a text of its own is not given away."""
    case = starting(short_name)
    place: Any = case
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = {"secret": "Zebulon"} if raw is None else raw
            break
        place = place[key]
    try:
        told = problems(short_name, case)
    except pytest.fail.Exception:
        return  # the value was good
    assert told
    assert not any("Zebulon" in line for line in told)


def test_what_is_wrong_is_never_repeated() -> None:
    secret = "Kari Nordmann 01017012345"
    for short_name in BUILDABLE:
        case = dict.fromkeys(starting(short_name, full=True), secret)
        assert not any("Kari" in line or "01017" in line for line in problems(short_name, case))
    for path in (
        "patient__id",
        "contact__type",
        "diagnoses__0__diagnosis",
        "receiver__her_id",
        "responsible__phone",
        "issued",
    ):
        assert not any(
            "Kari" in line or "01017" in line for line in problems(EPI, starting(EPI, full=False, **{path: secret}))
        )


def test_the_files_of_this_test_are_what_they_are_said_to_be() -> None:
    assert len(FILES["huge.pdf"]) == 10_000_005
