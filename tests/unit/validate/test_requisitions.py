"""Rekvisisjon: boundaries of its rules that no sample shows."""

from __future__ import annotations

import pytest

from meldingsloft.validate.rulebook import RuleBook
from tests.unit.validate.laboratory import CRP, KNEE, OID, Change, found, kind, requisition

PERMISSION = f'<Comment><TextCode V="1" DN="Tillatelse" S="{OID}8274"/></Comment>'
PROBLEM = (
    '<ReasonAsText><Heading V="PROB" DN="Aktuell problemstilling"/><TextResultValue>?</TextResultValue></ReasonAsText>'
)
SAFE = f'<InfItem><Observation><CodedDescr V="XXX" DN="x" S="{OID}8210"/></Observation><Type V="NB" DN="x"/></InfItem>'
PAID = '<PaymentCat V="1" DN="Ordinær pasient"/>'


def findings(*changes: Change, more: str = "", facts: str = "") -> list[tuple[str, str]]:
    """The rules it breaks, and how."""
    return [(each.code, each.detail) for each in found("RE", requisition(*changes, more=more, facts=facts))]


def told(*changes: Change, more: str = "", facts: str = "") -> list[str]:
    return [code for code, _ in findings(*changes, more=more, facts=facts)]


def radiology(
    *changes: Change, more: str = PERMISSION + PROBLEM + PAID, facts: str = SAFE, of: str = "MR"
) -> list[tuple[str, str]]:
    """What is found in a requisition of images."""
    images = (("REQ_LAB", "REQ_RTG"), ('MsgDescr V="LAB"', f'MsgDescr V="{of}"'), (CRP, KNEE))
    return findings(*images, *changes, more=more, facts=facts)


def sample(inside: str) -> Change:
    return ("</ReqInvestigation>", f"<AnalysedSubject>{inside}</AnalysedSubject></ReqInvestigation>")


def test_the_requisitions_these_tests_start_from_are_right() -> None:
    assert findings() == []
    assert radiology() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<ServType V", "<Other V"), "RE-001"),
        (kind("E"), "RE-001"),
        (("<IssueDate V", "<Other V"), "RE-003"),
        (("<Id>5b0b2a7e-9a3c-4f0c-8f2b-6d3f5e1c7a10</Id>", "<Id> </Id>"), "RE-002"),
        (('MsgDescr V="LAB"', 'MsgDescr V="MR"'), "RE-004"),
        (('MsgDescr V="LAB"', 'MsgDescr V="HIST"'), ""),
        (('V="REK"', 'V="FLE"'), "RE-007"),
        (("tel:+4771000000", "mailto:x@example.org"), "RE-007"),
        (("<HCProf><Name>Kari Fjell</Name></HCProf>", "<HCProf/>"), "RE-007"),
    ],
)
def test_what_a_requisition_says_of_itself(change: Change, code: str) -> None:
    codes = [each for each in told(change) if each in {"RE-001", "RE-002", "RE-003", "RE-004", "RE-007"}]
    assert codes == ([code] if code else [])


def test_other_images_are_asked_for_under_annet() -> None:
    assert radiology(of="AN", facts="") == []


def test_a_cancellation_carries_no_content() -> None:
    gone = (("ReqInvestigation", "Other"), ('V="REK"', 'V="FLE"'))
    assert told(*gone, kind("C")) == []
    assert "RE-014" not in [code for code, _ in radiology(kind("C"), more="", facts="")]


def test_the_legacy_profile_lowers_who_asks() -> None:
    old = requisition(('V="REK"', 'V="FLE"'), family="rekvisisjon-1.5")
    assert [f.severity.value for f in found("RE", old, RuleBook(profile="legacy-1.5"))] == ["warning"]
    assert [f.severity.value for f in found("RE", old)] == ["error"]


@pytest.mark.parametrize(
    ("coded", "expected"),
    [
        (f'<Id OT="Egen analyse" S="{OID}8212"/>', []),
        (f'<Id V="X" S="{OID}8212"/>', ["RE-008"]),
        ('<Id V="X" DN="Y"/>', ["RE-008"]),
        ("", ["RE-008"]),
        (f'<Id V="X"/>{CRP}', []),
    ],
)
def test_something_is_asked_for(coded: str, expected: list[str]) -> None:
    assert told((CRP, coded)) == expected


@pytest.mark.parametrize(("code", "allowed"), [("N", "N"), ("M", "NMCH"), ("A", "AH"), ("C", "C")])
def test_what_is_asked_for_goes_with_its_requisition(code: str, allowed: str) -> None:
    for each in "NMCHAX":
        item = ('<ReqInvestigation><ServType V="N"', f'<ReqInvestigation><ServType V="{each}"')
        assert ("RE-009" in told(item, kind(code))) == (each not in allowed)


def test_a_specification_is_of_one_investigation() -> None:
    assert told((CRP, CRP + CRP)) == []
    assert told((CRP, f"{CRP}<Spec/>")) == []
    assert told((CRP, f"{CRP}{CRP}<Spec/>")) == ["RE-010"]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<CollectedSample><CollectedDate V="2026-03-02"/></CollectedSample><Type>Serum</Type>', []),
        ('<CollectedSample><CollectedDate V="2026-03-02"/></CollectedSample>', ["RE-011"]),
        ("<CollectedSample/><TypeCoded/>", ["RE-013"]),
        ('<CollectedSample/><Type>Urin</Type><SampleCollInd V="2"/>', []),
        ('<CollectedSample><CollectedDate V="2026-03-02"/></CollectedSample><Type/><SampleCollInd V="2"/>', ["RE-012"]),
        ('<RequestedSubject/><Type>Urin</Type><SampleCollInd V="2"/>', []),
        ('<RequestedSubject/><Type>Urin</Type><SampleCollInd V="1"/>', ["RE-012"]),
        ("<CollectedStudyProduct/><Type>Vev</Type>", []),
    ],
)
def test_samples_taken_and_to_be_taken(inside: str, expected: list[str]) -> None:
    assert told(sample(inside)) == expected


def test_standing_orders() -> None:
    def standing(inside: str) -> Change:
        return ("</ReqInvestigation>", f"<StandingInv>{inside}</StandingInv></ReqInvestigation>")

    assert told(standing("<NumberOfTimes>3</NumberOfTimes>")) == []
    assert told(standing("<NumberOfTimes>3</NumberOfTimes><CycleTime>uke</CycleTime>")) == ["RE-019"]
    assert told(standing(""), ('MsgDescr V="LAB"', 'MsgDescr V="HIST"')) == ["RE-019"]


def test_nlk_codes_have_their_form_and_a_name() -> None:
    assert told(("NPU19748", "NOR05172")) == []
    assert told(("NPU19748", "npu19748")) == ["RE-023"]
    assert told(('V="NPU19748" DN="P-CRP"', 'V="NPU19748" DN="NPU19748"')) == ["RE-023"]
    assert told(("7280", "8212"), ("NPU19748", "CRP")) == []


def test_permission_in_radiology() -> None:
    assert [code for code, _ in radiology(more=PROBLEM + PAID)] == ["RE-014"]
    odd = PERMISSION.replace('V="1"', 'V="3"')
    assert radiology(more=odd + PROBLEM + PAID) == [("RE-014", 'found "3", kodeverk 8274 has 1 and 2')]
    other_comment = "<Comment><TextResultValue>Haster</TextResultValue></Comment>"
    assert radiology(more=other_comment + PERMISSION + PROBLEM + PAID) == []


def test_who_pays_for_images() -> None:
    insured = PAID.replace('V="1"', 'V="PF"')
    assert radiology(more=PERMISSION + PROBLEM + insured) == [("RE-020", 'PaymentCat "PF" without PaymentResponsible')]
    assert radiology(more=PERMISSION + PROBLEM + insured + "<PaymentResponsible/>") == []


def test_the_question_is_asked_of_radiology_and_headed_elsewhere() -> None:
    assert [code for code, _ in radiology(more=PERMISSION + PAID)] == ["RE-022"]
    assert "RE-022" not in [code for code, _ in radiology(kind("A"), more=PERMISSION + PAID)]
    assert findings(more="<ReasonAsText/>") == [("RE-022", "ReasonAsText has no Heading")]


def test_precautions_of_mr() -> None:
    assert radiology(facts="") == [("RE-016", "there is no InfItem with a contraindication of kodeverk 8210")]
    misplaced = SAFE.replace("8210", "8209").replace("XXX", "ANN")
    assert radiology(facts=SAFE + misplaced) == [("RE-016", 'code "ANN" belongs to kodeverk 8210, not 8209')]
    assert radiology(of="CT", facts="") == []


def creatinine(observed: str, of: str, date: str = "") -> str:
    return f'<InfItem><Observation>{observed}</Observation><Type V="{of}" DN="x"/>{date}</InfItem>'


IN_WORDS, CODED = "<Description>Kreatinin 72</Description>", '<CodedDescr DN="P-Kreatinin"/>'
DATED = '<OrgDate V="2026-02-20"/>'


@pytest.mark.parametrize(
    ("facts", "right"),
    [
        ("", False),
        (creatinine(IN_WORDS, "FUNN"), False),
        (creatinine(IN_WORDS, "FUNN", DATED), True),
        (creatinine(CODED, "OPPL", DATED), False),
        (creatinine("<Description>Hb 14</Description>", "FUNN", DATED), False),
    ],
)
def test_contrast_asks_for_creatinine(facts: str, right: bool) -> None:
    contrast = (KNEE, f'{KNEE}<Spec V="ZTX0EA" DN="Intravenøs kontrast" S="{OID}7270"/>')
    assert [code for code, _ in radiology(contrast, facts=SAFE + facts)] == ([] if right else ["RE-017"])


def test_gynaecological_cytology() -> None:
    cytology = ('MsgDescr V="LAB"', 'MsgDescr V="CYTO"')
    taken = (
        f'<CollectedSample><CollectedDate V="2026-03-02"/><CollectorsCommentCoded V="BS" DN="x" S="{OID}8275"/>'
        f'</CollectedSample><TypeCoded V="{{}}" DN="x" S="{OID}8216"/>'
    )
    facts = f'<InfItem><Observation><CodedDescr V="MENO" DN="x" S="{OID}8217"/></Observation><Type V="GOPL"/></InfItem>'
    assert told(cytology, sample(taken.format("CVX")), facts=facts) == []
    assert told(cytology, sample(taken.format("CVX"))) == ["RE-018"]
    assert told(cytology, sample(taken.format("UR"))) == []
    examined = (CRP, f'<Id V="D" DN="Vaginal - Cervix cytologi" S="{OID}8219"/>')
    assert told(cytology, examined, sample("<CollectedSample/><Type>Utstryk</Type>"), facts=facts).count("RE-018") == 2


def test_priorities_of_version_1_6() -> None:
    urgent = '<RequestedPrioReport V="OHJELP" DN="x"/>'
    assert told(more=urgent) == ["RE-021"]
    assert found("RE", requisition(more=urgent, family="rekvisisjon-1.5")) == []
    assert told(("</ReqInvestigation>", '<Priority V="8H"/></ReqInvestigation>')) == []
    assert told(("</ReqInvestigation>", '<Priority V="9H"/></ReqInvestigation>')) == ["RE-021"]


def test_a_change_says_why() -> None:
    assert told(kind("M")) == ["RE-024"]
    assert told(kind("M"), more="<ReqComment>La til kontrast</ReqComment>") == []
    assert told(kind("M"), more="<Comment><TextResultValue>La til</TextResultValue></Comment>") == []


@pytest.mark.parametrize(
    "name",
    ["ServReq", "ReqInvestigation", "Investigation", "AnalysedSubject", "InfItem", "Observation", "Patient", "HCP"],
)
def test_odd_shapes_are_no_fault_of_ours(name: str) -> None:
    odd = f"<{name}><{name}/><x:{name} xmlns:x='urn:x'/><!-- --></{name}><InfItem/><StandingInv/>"
    for discipline in ("LAB", "CYTO", "MR"):
        findings(('MsgDescr V="LAB"', f'MsgDescr V="{discipline}"'), more=odd, facts=odd)
