"""What the shipped schemas say of whole documents: oddities of the standards are kept, and official examples judged alike."""

from __future__ import annotations

import csv

import pytest
from lxml import etree

from meldingsloft.adapters.schema_set import SchemaSet
from meldingsloft.adapters.shipped import shipped
from tests.reference import REFERENCE, needs_reference

SCHEMAS = SchemaSet(shipped("schemas"))
KITH = "http://www.kith.no/xmlstds"
EPIKRISE_11 = f"{KITH}/epikrise/2006-09-23"
EPIKRISE_12 = f"{KITH}/epikrise/2012-02-15"
MSGHEAD = f"{KITH}/msghead/2006-05-24"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DIALOG = f"{KITH}/dialog/2013-01-23"
EPJ = f"{KITH}/epj/epj2/2008-02-20"
EPJ_META = f"{KITH}/epj/meta/2008-02-20"


def valid(text: str) -> bool:
    return valid_root(etree.fromstring(text))


def valid_root(root: etree._Element) -> bool:
    namespaces = frozenset(uri for element in root.iter("*") for uri in element.nsmap.values())
    return bool(SCHEMAS.for_namespaces(namespaces).validate(root))


def event(namespace: str, number: str, inner: str = "") -> str:
    return (
        f'<Event xmlns="{namespace}"><ReportedEvent><StartDateTime V="2024-05-06"/></ReportedEvent>'
        f'<ServType V="N"/>{number}{inner}<Service/></Event>'
    )


def ref_doc(content: str) -> str:
    return f'<RefDoc xmlns="{MSGHEAD}"><MsgType V="XML"/>{content}</RefDoc>'


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ('V="1" S="2.16.578.1.12.4.1.1.8116"', True),
        ('V="1" S="216578"', True),
        ('V="1" S="2..16"', False),
        ('V="1" S="2.16."', False),
        ('V="1" S="٢.16"', True),
        ('DN="only a display name"', True),
        ("", True),
        ('V="1" OT="x" U="kg"', False),
    ],
)
def test_a_code_needs_nothing_and_takes_few_attributes(code: str, verdict: bool) -> None:
    assert valid(f'<AdditionalId xmlns="{EPIKRISE_12}"><Id>1</Id><Type V="HER"/></AdditionalId>')
    assert valid(f'<CodedDescr xmlns="{EPIKRISE_12}"><Concept {code}/></CodedDescr>') is verdict


def test_a_boolean_is_spelt_out() -> None:
    flag = f'<BooleanInfo xmlns="{KITH}/labsvar/2012-02-15"><Flag V="{{}}"/></BooleanInfo>'
    assert valid(flag.format("true"))
    assert not valid(flag.format("1"))


@pytest.mark.parametrize("time", ["2024", "2024-05", "2024-05-06", "2024-05-06T12:00:00+02:00", "12:00:00"])
def test_a_point_in_time_has_five_forms(time: str) -> None:
    assert valid(f'<DateResult xmlns="{EPIKRISE_12}"><DateResultValue V="{time}"/></DateResult>')
    assert not valid(f'<DateResult xmlns="{EPIKRISE_12}"><DateResultValue V="{time}x"/></DateResult>')


def test_an_event_inside_an_event_is_never_valid_in_epikrise_1_1() -> None:
    number = "<Id>1</Id>"
    assert valid(event(EPIKRISE_11, number))
    assert not valid(event(EPIKRISE_11, number, event(EPIKRISE_11, number)))
    assert valid(event(EPIKRISE_12, "", event(EPIKRISE_12, "")))


def test_content_is_strict() -> None:
    assert not valid(ref_doc('<Content><Anything xmlns="urn:unknown"/></Content>'))
    assert valid(ref_doc(f'<Content><Dialogmelding xmlns="{DIALOG}"/></Content>'))
    assert valid(ref_doc("<Content/>"))
    assert not valid(ref_doc("<Content>text</Content>"))
    assert not valid(ref_doc("<Content/><Content/>"))
    assert valid(ref_doc(""))


def test_content_sees_what_only_the_document_tells_of() -> None:
    broken = f'<Dialogmelding xmlns="{DIALOG}"><Sakstype/><Sakstype/></Dialogmelding>'
    assert not valid(ref_doc(f"<Content>{broken}</Content>"))
    assert not valid(f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{broken}</s:Body></s:Envelope>')
    assert valid(f'<s:Envelope xmlns:s="{SOAP}"><s:Body><anything xmlns="urn:unknown"/></s:Body></s:Envelope>')


def test_must_understand_is_a_digit() -> None:
    sync = (
        f'<eb:SyncReply xmlns:eb="http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd" xmlns:s="{SOAP}" '
        'eb:version="2.0" s:mustUnderstand="{}" s:actor="http://schemas.xmlsoap.org/soap/actor/next"/>'
    )
    assert valid(sync.format("1"))
    assert not valid(sync.format("true"))


def test_component_type_of_a_journal_note_is_required() -> None:
    note = f'<GenereltJournalnotat xmlns="{EPJ}" xmlns:m="{EPJ_META}" {{}}><Journaltekst><Notat/></Journaltekst></GenereltJournalnotat>'
    told = 'm:basiskomponenttype="EPJ dokument" m:komponenttype="2.16.578.1.12.4.1.6.13.11009.0"'
    assert valid(note.format(f'{told} komponentID="1"'))
    assert not valid(note.format(told))


def test_documents_can_name_only_types_of_the_standards() -> None:
    """Shared parts are groups, so xsi:type reaches no type that the standards lack."""
    concept = f'<CodedDescr xmlns="{EPIKRISE_12}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:k="{KITH}"><Concept xsi:type="{{}}"/></CodedDescr>'
    assert valid(concept.format("k:CV"))
    assert not valid(concept.format("k:CS"))
    assert not valid(concept.format("CodedConcept"))


def official() -> list[tuple[str, bool]]:
    if REFERENCE is None:
        return []
    with (REFERENCE / "examples" / "verdicts.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["file"], row["libxml2_verdict"] == "valid") for row in csv.DictReader(lines)]


@needs_reference
def test_official_examples_are_judged_as_the_official_schemas_judge_them() -> None:
    assert REFERENCE is not None
    cases = official()
    assert len(cases) > 90
    wrong = [
        file
        for file, verdict in cases
        if valid_root(etree.parse(str(REFERENCE / "examples" / file)).getroot()) is not verdict
    ]
    assert wrong == []


@needs_reference
def test_a_foreign_folder_gives_the_same_verdicts() -> None:
    assert REFERENCE is not None
    foreign = SchemaSet.from_folder(REFERENCE / "schemas")
    assert foreign.namespaces == SCHEMAS.namespaces
    schema = foreign.for_namespaces(foreign.namespaces)
    wrong = [
        file
        for file, verdict in official()
        if schema.validate(etree.parse(str(REFERENCE / "examples" / file))) is not verdict
    ]
    assert wrong == []
