"""What is built: valid by our schemas and the official ones, the same every time, with everything in its place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.ids import SeededIds
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.apprec import document, reading
from meldingsloft.domain.errors import CaseError, UnknownTypeError
from meldingsloft.domain.heads import ReceiverRole
from meldingsloft.fagmelding.building import build
from meldingsloft.fagmelding.registry import BUILDABLE
from tests.unit.fagmelding.making import FILES, MISSING, NOW, PDF, found, judged, made, starting, tree

EPI, LAB, DIA = "epikrise-1.2", "svarrapport-1.4", "dialog-helsefaglig-1.1"
UUID = "b9270660-4567-41e7-9598-0800200c9a66"
WITHOUT_NUMBER = {
    "patient__id": MISSING,
    "patient__sex": "Kvinne",
    "patient__birth_date": dt.date(1980, 1, 31),
}
CULTURE: dict[str, Any] = {
    "discipline": "Mikrobiologi",
    "samples": [{"id": "u1", "material": "Urin", "collected": dt.date(2026, 2, 27)}],
    "results": [
        {
            "analysis": {"code": "NPU06061", "text": "Us-Aerob dyrkning"},
            "heading": "LR",
            "text": "Escherichia coli",
            "id": "f1",
            "samples": ["u1"],
            "results": [{"analysis": {"text": "Mengde", "system": "local"}, "text": ">100 000 pr. ml"}],
        },
        {
            "analysis": {"code": "NPU54389", "text": "Us-Mecillinam"},
            "heading": "Resistensbestemmelse",
            "text": "0,25",
            "codes": ["S"],
            "refers_to": "f1",
            "samples": ["u1"],
        },
    ],
}
RADIOLOGY: dict[str, Any] = {
    "discipline": "CT",
    "samples": MISSING,
    "request__comments": [{"heading": "ADM", "text": "Kan endres"}],
    "results": [
        {
            "heading": "Gruppe",
            "text": "Ingen lungeemboli.\n\nIngen fortetninger.",
            "results": [
                {
                    "analysis": {"code": "SXE0AD", "text": "CT Thorax", "system": "NCRP"},
                    "specification": [{"code": "ZTX0EA", "text": "Intravenøs kontrast", "system": "NCRP"}],
                    "status": "Signert",
                    "date": dt.date(2026, 2, 27),
                }
            ],
        }
    ],
}
PATHOLOGY: dict[str, Any] = {
    "discipline": "Histologi",
    "samples": [{"id": "p1", "material": {"text": "Hudbit", "system": "local"}, "origin": "Venstre underarm"}],
    "results": [
        {
            "analysis": {"code": "A", "system": "8219"},
            "date": dt.date(2026, 2, 27),
            "samples": ["p1"],
            "results": [
                {
                    "heading": "Funn og undersøkelsesresultater",
                    "text": "Hud med betennelse.",
                    "codes": [
                        {"code": "T01000", "text": "hud UNS", "system": "SNOMED"},
                        {"code": "M40000", "text": "Betennelse", "system": "SNOMED"},
                    ],
                },
                {"heading": "Vurdering", "text": "Godartet."},
            ],
        },
        {
            "analysis": {"code": "A", "system": "8219"},
            "change": "Historikk",
            "results": [{"heading": "FU", "text": "Foreløpig."}],
        },
    ],
}
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    (EPI, {"change": "Endring", "document_id": UUID}),
    (EPI, {"responsible": MISSING, "responsible_unit": {"name": "Medisinsk avdeling", "phone": "71120000"}}),
    (EPI, WITHOUT_NUMBER),
    (EPI, {"contact__type": 1, "contact__urgency": 0}),
    (
        EPI,
        {
            "patient__id": "85012345678",
            "patient__id_type": "HNR",
            "patient__sex": "1",
            "patient__birth_date": dt.date(1990, 1, 1),
        },
    ),
    (
        EPI,
        {
            "attachments": [
                {"file": "a.pdf", "description": "EKG"},
                {"file": "b.png", "description": "Bilde", "date": dt.date(2026, 2, 1)},
            ]
        },
    ),
    (
        EPI,
        {
            "diagnoses": [
                {"text": "Usikker tilstand"},
                {"diagnosis": {"text": "uten kode"}},
                {"diagnosis": {"code": "A97", "system": "ICPC-2", "text": "x"}},
            ]
        },
    ),
    (EPI, {"medication": [{"drug": {"text": "Naturmiddel"}, "route": "Bruk på hud", "form": "Granulat"}]}),
    (
        EPI,
        {
            "results": [
                {"analysis": {"text": "CRP"}, "value": ">= 8 mg/L"},
                {"analysis": {"text": "A"}, "text": "pos"},
                {"analysis": {"text": "B"}, "date_value": dt.date(2026, 1, 1)},
            ]
        },
    ),
    (EPI, {"texts__0__text": {"xhtml": "<div><p>a <b>b</b></p><table border='1'><tr><td>c</td></tr></table></div>"}}),
    (
        EPI,
        {"contact__admitted": dt.datetime(2026, 2, 23, 8, tzinfo=dt.UTC), "contact__discharged": dt.date(2026, 2, 27)},
    ),
    (LAB, CULTURE),
    (LAB, RADIOLOGY),
    (LAB, PATHOLOGY),
    (
        LAB,
        {
            "change": "M",
            "document_id": UUID,
            "issued": dt.datetime(2026, 2, 28, 9),
            "attachments": [{"file": "a.pdf", "description": "Svar"}],
        },
    ),
    (
        LAB,
        {
            "results": [{"analysis": {"text": "Dato", "system": "local"}, "date_value": dt.date(2026, 1, 1)}],
            "responsible": MISSING,
            "responsible_unit": {"name": "Lab", "phone": "71120120"},
        },
    ),
    (DIA, {"reply_to": {"parent": UUID, "conversation": UUID}, "note__roles__1": MISSING}),
    (
        DIA,
        {
            "note__roles__0": {
                "role": "5",
                "unit": {"name": "Medisinsk poliklinikk", "her_id": 8800110, "phone": "71120000"},
            }
        },
    ),
    (DIA, {"attachments": [{"file": "a.pdf", "description": "EKG"}, {"file": "b.png", "description": "Bilde"}]}),
    (DIA, WITHOUT_NUMBER),
]
CANCELLED = {"change": "C", "document_id": UUID, "responsible": MISSING}
CANCELLATIONS: list[tuple[str, dict[str, Any]]] = [
    (EPI, {**CANCELLED, "contact": MISSING, "diagnoses": MISSING, "texts": MISSING}),
    (LAB, {**CANCELLED, "results": MISSING, "samples": MISSING, "requested_by": MISSING}),
]


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("short_name", BUILDABLE)
def test_the_starter_cases_are_valid_messages(short_name: str, full: bool) -> None:
    judged(made(short_name, starting(short_name, full=full)).payload)


@pytest.mark.parametrize(("short_name", "changes"), [*VARIANTS, *CANCELLATIONS])
def test_what_the_forms_allow_is_valid(short_name: str, changes: dict[str, Any]) -> None:
    judged(made(short_name, starting(short_name, **changes)).payload)


@pytest.mark.parametrize("short_name", BUILDABLE)
def test_no_element_is_empty_and_every_shown_code_has_its_text(short_name: str) -> None:
    """Rules GN-016 and DT-005."""
    for element in tree(short_name, starting(short_name, full=True)).iter(etree.Element):
        if "XHTML" not in element.tag.upper():
            assert len(element) or element.text or element.attrib, element.tag
        assert all(value.strip() == value and value for value in map(str, element.attrib.values()))
        assert ("V" in element.attrib) <= ("DN" in element.attrib or not element.attrib.get("S"))


@pytest.mark.parametrize("short_name", BUILDABLE)
def test_the_same_case_ids_and_time_give_the_same_bytes(short_name: str) -> None:
    case = starting(short_name, full=True)
    assert made(short_name, case).payload == made(short_name, case).payload
    assert made(short_name, case).payload != made(short_name, case, seed="other").payload


def test_the_head_says_who_what_and_when() -> None:
    head = made(EPI, starting(EPI, full=True)).head
    assert (head.message_type.short_name, head.type_code, head.service, head.test) == (
        EPI,
        "EPIKRISE",
        "S-EPIKRISE",
        True,
    )
    assert head.sender is not None
    assert [head.sender.her_id, *(receiver.her_id for receiver in head.receivers)] == ["8800110", "8800310", "8800210"]
    assert [receiver.role for receiver in head.receivers] == [ReceiverRole.PRIMARY, ReceiverRole.COPY]
    assert head.generated == "2026-03-02T10:31:07+01:00", "Norwegian time"
    assert head.patient_identified
    head = made(DIA, starting(DIA, full=True)).head
    assert [receiver.her_id for receiver in head.receivers] == ["8800310", "8800110"]
    assert (head.test, made(LAB, starting(LAB, **RADIOLOGY)).head.action) == (True, "SVAR_RTG")
    assert made(EPI, starting(EPI, test=False)).head.test is False


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_receipt_is_the_one_that_the_apprec_room_writes_of_the_same_facts(version: str) -> None:
    ours = tree(f"apprec-{version}", starting(f"apprec-{version}", full=True))
    theirs = etree.fromstring(document.write(reading.read(ours)))
    assert flat(theirs) == flat(ours)


def flat(root: etree._Element) -> list[tuple[str, dict[str, str], str]]:
    """Elements in order with attributes and text, blanks between elements left out."""
    return [
        (str(e.tag), {str(k): str(v) for k, v in e.attrib.items()}, (e.text or "").strip())
        for e in root.iter(etree.Element)
    ]


def test_the_patient_follows_from_the_number() -> None:
    root = tree(EPI, starting(EPI))
    assert found(root, "//Patient/Name/text()") == ["Havnes, Odd"]
    assert found(root, "//Patient/Sex/@V") == ["1"]
    assert found(root, "//Patient/DateOfBirth/@V") == ["1949-01-30"]
    assert found(root, "//Patient/TypeOffId/@V") == ["FNR"]
    assert found(tree(DIA, starting(DIA)), "//Patient/DateOfBirth/text()") == ["1949-01-30"]


def test_a_help_number_says_nothing_of_sex_or_birth() -> None:
    root = tree(EPI, starting(EPI, patient__id=help_number()))
    assert found(root, "//Patient/TypeOffId/@V") == ["FHN"]
    assert found(root, "//Patient/Sex") == found(root, "//Patient/DateOfBirth") == []


def help_number() -> str:
    """A felles hjelpenummer with check digits that hold (HIS 1001:2010 §3.1)."""
    for number in range(800000000, 800000099):
        digits = [int(digit) for digit in str(number)]
        first = -sum(d * w for d, w in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True)) % 11
        second = -sum(d * w for d, w in zip([*digits, first], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if first < 10 and second < 10:
            return f"{number}{first}{second}"
    raise AssertionError


def test_codes_get_their_text_and_code_systems_their_oid() -> None:
    root = tree(EPI, starting(EPI, full=True))
    assert found(root, "//AdmCat/@DN") == ["Heldøgnsopphold"]
    assert found(root, "//Modifier/Value/@S") == ["2.16.578.1.12.4.1.1.7110"]
    assert found(root, "//Dept/TypeId/@S") == [], "no OID in HCP structures"
    root = tree(DIA, starting(DIA))
    assert found(root, "//Sender/Organisation/Ident/TypeId/@S") == ["2.16.578.1.12.4.1.1.9051"]
    assert set(found(root, "//Sender//HealthcareProfessional/Ident/TypeId/@S")) == {"2.16.578.1.12.4.1.1.8116"}


@pytest.mark.parametrize(
    ("value", "reference", "told"),
    [
        ("9 mg/L", "10 - 20", ["2"]),
        ("10 mg/L", "10 - 20", []),
        ("20,1 mg/L", "10,0 – 20,0", ["1"]),
        ("5 mg/L", "< 5", ["1"]),
        ("5 mg/L", "≤ 5", []),
        ("60 mg/L", "> 60", ["2"]),
        ("60 mg/L", "≥ 60", []),
        ("< 1 mg/L", "< 5", []),
        ("7 mg/L", "se kommentar", []),
    ],
)
def test_the_deviation_follows_from_value_and_reference(value: str, reference: str, told: list[str]) -> None:
    root = tree(LAB, starting(LAB, results__0__value=value, results__0__reference=reference))
    assert found(root, "//DevResultInd/@V") == told


def test_a_result_keeps_its_number_as_written() -> None:
    root = tree(LAB, starting(LAB, results__0__value="< 15,50 µg/L"))
    assert found(root, "//NumResultValue/@V") == ["15.50"]
    assert found(root, "//NumResultValue/@U") == ["µg/L"]
    assert found(root, "//ArithmeticComp/@V") == ["LT"]


def test_an_answer_belongs_to_its_conversation() -> None:
    root = tree(DIA, starting(DIA, reply_to={"parent": UUID}, note__roles__1=MISSING))
    assert found(root, "//ConversationRef/RefToConversation/text()") == [UUID]


def test_attachments_come_back_as_they_were() -> None:
    import base64

    case = starting(
        DIA, attachments=[{"file": "a.pdf", "description": "EKG"}, {"file": "b.png", "description": "Bilde"}]
    )
    root = tree(DIA, case)
    assert [base64.b64decode(text) for text in found(root, "//Base64Container/text()")] == [PDF, FILES["b.png"]]
    assert found(root, "//RefDoc/MsgType/@V") == ["XML", "A", "A"]
    assert found(root, "//RefDoc/MimeType/text()") == ["application/pdf", "image/png"]


def test_a_message_above_ten_megabytes_is_not_built() -> None:
    FILES["large.pdf"] = b"%PDF" + bytes(8_000_000)
    with pytest.raises(CaseError) as caught:
        made(EPI, starting(EPI, attachments=[{"file": "large.pdf", "description": "Stor"}]))
    assert caught.value.code == "ML-C043"


def test_without_a_loader_no_file_is_found() -> None:
    case = starting("apprec-1.1")
    surroundings: dict[str, Any] = {
        "catalogue": load_catalogue(),
        "codes": PackagedCodeLists(),
        "ids": SeededIds(1),
        "now": NOW,
    }
    assert build("apprec-1.1", case, **surroundings).head.apprec is not None
    with pytest.raises(CaseError) as caught:
        build(DIA, starting(DIA, attachments=[{"file": "a.pdf", "description": "EKG"}]), **surroundings)
    assert "the file cannot be read" in caught.value.problems[0]


def test_an_unknown_type_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownTypeError) as caught:
        made("epikrise-1.3", {})
    assert "epikrise-1.2" in caught.value.hint


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("æøåÆØÅ<>&\"']] \u2028"),
    min_size=1,
    max_size=40,
).filter(lambda text: text.strip() == text)


@given(name=texts, topic=texts, title=texts)
def test_odd_text_arrives_as_written(name: str, topic: str, title: str) -> None:
    root = tree(
        EPI,
        starting(EPI, patient__family_name=name, title=title, diagnoses__0__diagnosis={"code": "J189", "text": topic}),
    )
    assert found(root, "//Patient/Name/text()") == [f"{name}, Odd"]
    assert found(root, "//ServRprt/MsgDescr/text()") == [title]
    assert found(root, "//CodedDescr/Concept/@DN") == [topic]
    assert found(tree(DIA, starting(DIA, note__topic=topic)), "//Tema/text()") == [topic]


def test_line_breaks_of_plain_text_survive() -> None:
    assert found(tree(LAB, starting(LAB, comment="en\nto")), "//ServReport/Comment/text()") == ["en\r\nto"]
