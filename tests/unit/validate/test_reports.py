"""Svarrapport: boundaries of its rules that no sample shows."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from meldingsloft.validate.rulebook import RuleBook
from meldingsloft.validate.rules.svarrapport.dates import later
from meldingsloft.validate.rules.svarrapport.intervals import reference
from tests.unit.validate.laboratory import CRP, KNEE, OID, Change, found, kind, report

ANALYSIS = f"<Investigation>{CRP}</Investigation>"
PROCEDURE = f"<Investigation>{KNEE}</Investigation>"
NEW = '<ServType V="N" DN="Ny"/>'


def told(inside: str, *changes: Change) -> list[str]:
    """The rules it breaks."""
    return [each.code for each in found("SV", report(inside, *changes))]


def details(inside: str, *changes: Change) -> list[str]:
    return [each.detail for each in found("SV", report(inside, *changes))]


def item(inside: str, state: str = NEW) -> str:
    return f"<ResultItem>{state}{inside}</ResultItem>"


def text(said: str, heading: str = "", code: str = "") -> str:
    head = f'<Heading V="{heading}" DN="x"/>' if heading else ""
    return f"<TextResult>{head}<TextResultValue>{said}</TextResultValue>{code}</TextResult>"


def measured(value: str, descr: str, mark: str, comparison: str = "") -> str:
    compared = f'<ArithmeticComp V="{comparison}" DN="x"/>' if comparison else ""
    return item(
        f'<NumResult>{compared}<NumResultValue V="{value}" U="g/L"/></NumResult>'
        f'<RefInterval><Descr>{escape(descr)}</Descr></RefInterval>{ANALYSIS}<DevResultInd V="{mark}" DN="x"/>'
    )


def of(discipline: str) -> Change:
    return ('V="CLIN"', f'V="{discipline}"')


RADIOLOGY = (of("MR"), ("SVAR_LAB", "SVAR_RTG"))
CHANGED, CANCELLED = kind("M"), kind("C")
ADDED = ('V="F" DN="Endelig', 'V="A" DN="Endelig')


def test_the_report_these_tests_start_from_is_right() -> None:
    assert told(item(f"{text('Negativ', 'LR')}{ANALYSIS}")) == []


def test_there_is_one_report() -> None:
    whole = report("")
    start, end = whole.index("<ServReport>"), whole.index("</Message>")
    twice = whole[:end] + whole[start:end] + whole[end:]
    assert "SV-001" in [each.code for each in found("SV", twice)]


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        (("<ServType V", "<Other V"), "SV-002", "ServReport has no ServType"),
        (("<IssueDate V", "<Other V"), "SV-004", ""),
        (of("HIST"), "", ""),
        (of("MR"), "SV-005", 'MsgDescr "MR" does not go with message type "SVAR_LAB"'),
        (of("ZZ"), "SV-005", 'MsgDescr "ZZ" is no code of kodeverk 8202'),
        (("<MsgDescr V", "<Other V"), "SV-005", "MsgDescr has no code"),
        (("<Id>NULL</Id>", "<Id> </Id>"), "SV-011", "ServReq has no Id"),
        (('V="AHP"', 'V="ARP"'), "", ""),
        (("RelServProv>", "Other>"), "SV-009", "ServReport has no RelServProv with Relation AHP or ARP"),
        (('V="REK"', 'V="FLE"'), "SV-010", "there is no ResponsibleHcp with Relation REK"),
    ],
)
def test_what_a_report_says_of_itself(change: Change, code: str, detail: str) -> None:
    findings = found("SV", report("", change))
    assert [(f.code, f.detail) for f in findings] == ([(code, detail)] if code else [])


def test_a_cancellation_needs_neither_people_nor_requisition() -> None:
    bare = (("RelServProv>", "Other>"), ("<ServReq>", "<Other>"), ("</ServReq>", "</Other>"), ('V="REK"', 'V="FLE"'))
    assert told("", *bare, CANCELLED) == []


def test_a_fax_is_no_telephone_and_a_unit_is_a_name() -> None:
    assert details("", ("tel:+4771000000", "fax:+4771000000")) == ["RelServProv has no telephone number in HCP/Address"]
    unit = ("<HCProf><Name>Kari Fjell</Name></HCProf>", "<Inst><Dept><Name>Klinikk</Name></Dept></Inst>")
    assert details("", unit) == []
    nobody = ("<HCProf><Name>Kari Fjell</Name></HCProf>", "<HCProf/>")
    assert told("", nobody) == ["SV-010", "SV-009"]


def test_the_legacy_profile_lowers_who_answers_and_who_asked() -> None:
    document = report("", ("RelServProv>", "Other>"), ('V="REK"', 'V="FLE"'))
    old = document.replace("labsvar/2012-02-15", "labsvar/2008-12-01").replace("SVAR_LAB", "S")
    findings = found("SV", old, RuleBook(profile="legacy-1.5"))
    assert {f.code: f.severity.value for f in findings} == {"SV-009": "warning", "SV-010": "warning"}


def test_inner_items_may_say_for_the_outer_whether_they_are_new() -> None:
    assert told(item(item(""), state="")) == []
    assert told(item(item("", state=""))) == []
    assert details(item("", state="") + item("", state="")) == [
        "2 outermost ResultItem without ServType, this is the first"
    ]


@pytest.mark.parametrize(("change", "allowed"), [(None, "NA"), (CHANGED, "NMCHA"), (CANCELLED, "C")])
def test_items_go_with_their_report(change: Change | None, allowed: str) -> None:
    for each in "NMCHAX":
        broken = told(item("", state=f'<ServType V="{each}"/>'), *([change] if change else []))
        assert ("SV-013" in broken) == (each not in allowed)


def test_history_and_what_is_taken_back_may_be_preliminary() -> None:
    state = '<StatusInvestigation V="2" DN="Foreløpig"/>'
    for each in "HC":
        assert told(item(item(state, state=""), state=f'<ServType V="{each}"/>') + item(""), CHANGED) == []
    assert told(item(item(state, state=""))) == ["SV-014"]
    assert told(item(state), ('V="F" DN="Endelig', 'V="P" DN="Endelig')) == []


def test_radiology_signs() -> None:
    signed = item(f'{text("Normalt")}{PROCEDURE}<StatusInvestigation V="11" DN="Signert"/>')
    assert told(signed, *RADIOLOGY) == []
    assert told(signed) == ["SV-014"]


def test_an_addition_adds() -> None:
    history = item("", state='<ServType V="H"/>')
    assert told(item("") + history, ADDED, CHANGED) == []
    assert details(history, ADDED, CHANGED) == ["the report has Status A and no new result"]


def test_links_are_resolved_wherever_the_target_stands() -> None:
    sample = "<AnalysedSubject><Type>Urin</Type><IdByServProvider> u1 </IdByServProvider></AnalysedSubject>"
    inner = item("<IdResultItem>1</IdResultItem>")
    link = item("<RefIdResultItem>1</RefIdResultItem><RefAnalysedSubject>u1</RefAnalysedSubject>")
    assert told(link + item(inner) + sample) == []
    assert told(link + item(inner)) == ["SV-016"]
    assert told(sample + sample) == ["SV-018"]
    assert told("<IdByServProvider>u1</IdByServProvider>" + sample) == []


@pytest.mark.parametrize(
    ("coded", "right"),
    [
        (f'<Id V="X" DN="Y" S="{OID}7280"/>', True),
        (f'<Id OT="Mengde" S="{OID}8212"/>', True),
        (f'<Id V="X" S="{OID}7280"/>', False),
        ('<Id V="X" DN="Y"/>', False),
        ("<Id/>", False),
    ],
)
def test_a_measured_result_says_of_what(coded: str, right: bool) -> None:
    investigation = f"<Investigation>{coded}</Investigation>"
    assert told(item(text("1", "LR") + investigation)) == ([] if right else ["SV-019"])
    assert told(item(text("Som før", "VU") + investigation)) == []


@pytest.mark.parametrize(
    ("number", "analysis", "detail"),
    [
        ('<NumResultValue V="1" U="U/L"/>', ANALYSIS, ""),
        ('<NumResultValue V="1" U="U/L"/>', ANALYSIS.replace("7280", "8212"), 'unit "U/L" is not in kodeverk 8364'),
        ('<NumResultValue V="1"/>', ANALYSIS, "NumResultValue has no unit in U"),
        ('<NumResultValue V="NaN" U="0"/>', ANALYSIS, "NumResultValue has no number in V"),
        ("", ANALYSIS, "NumResultValue has no number in V"),
        (
            '<ArithmeticComp V="XX"/><NumResultValue V="1" U="0"/>',
            ANALYSIS,
            'ArithmeticComp "XX" is not in kodeverk 8239',
        ),
    ],
)
def test_how_a_number_is_written(number: str, analysis: str, detail: str) -> None:
    assert details(item(f"<NumResult>{number}</NumResult>{analysis}")) == ([detail] if detail else [])


@pytest.mark.parametrize(
    ("value", "descr", "mark", "comparison", "right"),
    [
        ("16", "11,7 - 15,3", "1", "", True),
        ("15.3", "11,7 - 15,3", "1", "", False),
        ("11.7", "11,7 - 15,3", "2", "", False),
        ("11.6", "11,7 – 15,3", "2", "", True),
        ("12", "11,7 - 15,3", "3", "", False),
        ("16", "11,7 - 15,3", "3", "", True),
        ("5", "< 5", "1", "", True),
        ("5", "<= 5", "1", "", False),
        ("4", "< 5", "3", "", False),
        ("100", "> 90", "2", "", False),
        ("100", "> 90", "1", "", True),
        ("1", "11,7 - 15,3", "2", "LT", True),
        ("12", "11,7 - 15,3", "2", "LT", True),
        ("12", "11,7 - 15,3", "1", "GT", True),
        ("12", "11,7 - 15,3", "1", "LT", False),
        ("12", "negativ", "1", "", True),
        ("12", "15,3 - 11,7 ", "1", "", True),
    ],
)
def test_marks_are_held_against_the_reference(value: str, descr: str, mark: str, comparison: str, right: bool) -> None:
    assert ("SV-023" not in told(measured(value, descr, mark, comparison))) == right


def test_intervals_are_possible_and_of_one_unit() -> None:
    assert told(measured("1", "2 - 1", "")) == ["SV-022"]
    assert told(measured("1", "1 - 2 g/L", "")) == []
    assert told(measured("1", "1 - 2 mg/L", "")) == ["SV-022"]
    assert told(measured("1", "1 - 2 (voksne)", "")) == []
    interval = '<Interval><Low V="{}" U="{}"/><High V="20" U="mg/L"/></Interval>'
    assert told(item(interval.format("10", "mg/L"))) == []
    assert told(item(interval.format("20", "mg/L"))) == ["SV-022"]
    assert told(item(interval.format("10", "g/L"))) == ["SV-022"]
    assert told(item("<Interval/>")) == []


def test_long_texts_are_no_interval() -> None:
    assert reference("1 - " + "9" * 100_000) is None


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2026-03-02", "2026-03-01", True),
        ("2026-03-02T08:00:00", "2026-03-02", False),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:30:00Z", False),
        ("2026-03-02T10:31:00", "2026-03-02T09:30:00Z", True),
        ("2026-03", "2026-03-02", False),
        ("2026", "2025-12-31", True),
        ("i går", "2025-12-31", False),
        ("2026-03-02T99:00:00", "2026-03-02T09:30:00Z", False),
        ("", "", False),
    ],
)
def test_times_are_compared_as_far_as_they_are_precise(first: str, second: str, expected: bool) -> None:
    assert later(first, second) is expected


def test_a_change_is_measured_by_when_it_was_generated() -> None:
    examined = item('<InvDate V="2026-03-02T10:15:00"/>')
    assert told(examined) == ["SV-024"]
    assert told(examined, CHANGED) == []
    assert details(examined.replace("T10:15", "T11:15"), CHANGED) == ["InvDate is later than GenDate"]


def test_radiology_has_text_in_words_or_xhtml() -> None:
    said = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Normalt</p></div>'
    assert told(item(text(said) + PROCEDURE), *RADIOLOGY) == []
    assert details(item(text("") + PROCEDURE), *RADIOLOGY) == ["no ResultItem has a TextResult with text"]


def test_a_requisition_repeated_by_its_id_alone_needs_no_permission() -> None:
    repeated = ("<Id>NULL</Id>", "<Id>NULL</Id><ReqComment>Haster</ReqComment>")
    assert told("", *RADIOLOGY) == []
    assert told("", *RADIOLOGY, repeated) == ["SV-026"]
    assert told("", repeated) == []


def test_susceptibility_stands_under_its_heading_and_belongs_to_a_finding() -> None:
    code = f'<TextCode V="S" DN="Sensitiv" S="{OID}8271"/>'
    finding = text("E. coli", "LR") + ANALYSIS
    right = item(finding + item(text("0,25", "RSB", code) + ANALYSIS))
    assert told(right, of("MBIO")) == []
    assert details(item(text("0,25", "LR", code) + ANALYSIS), of("MBIO")) == [
        "TextCode is of kodeverk 8271, and Heading is not RSB"
    ]
    assert told(right.replace("8271", "8212")) == []


def test_findings_groups_and_quantities_of_microbiology() -> None:
    finding = text("E. coli", "LR") + ANALYSIS
    assert told(item(text("Dyrkning", "GR") + item(finding)), of("MBIO")) == []
    assert details(item(finding + item(finding)), of("MBIO")) == ["a Heading LR stands inside another"]
    assert details(item(text("Dyrkning", "VU") + item(finding)), of("MBIO")) == [
        "a Heading LR stands inside an item that is not GR"
    ]


def test_the_order_and_codes_of_pathology() -> None:
    def answer(date: str, kind: str) -> str:
        return item(f'{text("Normalt", "FU")}<InvDate V="{date}"/>', state=f'<ServType V="{kind}" DN="x"/>')

    newest, middle, oldest = answer("2026-02-20", "N"), answer("2026-02-10", "H"), answer("2026-01-05", "H")
    assert told(newest + middle + oldest, of("HIST"), CHANGED) == []
    assert details(newest + oldest + middle, of("HIST"), CHANGED) == ["this history is newer than the one before it"]
    assert details(middle + newest, of("HIST"), CHANGED) == ["this result comes after history"]
    foreign = newest.replace("</TextResult>", f'<TextCode V="S" DN="x" S="{OID}8271"/></TextResult>')
    assert details(foreign, of("HIST")) == [f'TextCode is of "{OID}8271", pathology has 7010']
    silent = item('<InvDate V="2026-02-20"/>')
    assert told(silent, of("HIST")) == ["SV-030"]
    assert told(silent, of("HIST"), ('V="F" DN="Endelig', 'V="P" DN="Endelig')) == []
    assert told(silent.replace("</ResultItem>", "<DiagComment/></ResultItem>"), of("HIST")) == []


def test_structured_information_is_for_pathology() -> None:
    structured = item('<InvDate V="2026-02-20"/><StructuredInfo/><DiagComment/>')
    assert [told(structured, of(each)) for each in ("OBD", "CLIN")] == [[], ["SV-032"]]


def test_a_change_without_results_is_not_complete() -> None:
    assert told("", CHANGED) == ["SV-034"]
    assert told(item(""), CHANGED) == []


@pytest.mark.parametrize(
    "name", ["ServReport", "ResultItem", "TextResult", "NumResult", "Investigation", "Patient", "HCP"]
)
def test_odd_shapes_are_no_fault_of_ours(name: str) -> None:
    odd = f"<{name}><{name}/><x:{name} xmlns:x='urn:x'/><!-- --></{name}><ResultItem/><RefInterval/><DevResultInd/><Interval/>"
    for discipline in ("CLIN", "MBIO", "HIST", "MR"):
        assert found("SV", report(odd, of(discipline)))
