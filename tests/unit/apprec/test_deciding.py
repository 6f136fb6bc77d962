"""Each row of the table failure → answer (HIS 80415:2012 §3.3.4), and the system test cases it covers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import pytest

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.apprec.deciding import Decision, ReceivedDocument, decide
from meldingsloft.domain.findings import Finding, Severity
from meldingsloft.domain.heads import Head
from meldingsloft.domain.identifiers import HerId, MsgId
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.xmlsafe import parse
from tests.unit.hodemelding import written


@dataclass(frozen=True)
class Settings:
    unknown_party: Literal["reject", "accept"] = "reject"
    misaddressed: Literal["silent", "e21"] = "silent"


def head_of(data: bytes) -> Head:
    return read_head(parse(data), load_catalogue())


HEAD = head_of(written.epikrise())
BOTH = head_of(written.epikrise(copies=written.COPY.format(roles="")))
PAPER = "<CopyDestRole><MsgType V='EPIKRISE'/><ActComMethod V='PST'/></CopyDestRole>"
GP, GP_OFFICE, CARE, MUNICIPALITY = HerId("1002"), HerId("1001"), HerId("3002"), HerId("3001")


def decided(
    document: ReceivedDocument | Head,
    own: tuple[HerId, ...] = (GP,),
    organisations: tuple[HerId, ...] = (),
    settings: Settings = Settings(),
) -> Decision:
    if isinstance(document, Head):
        document = ReceivedDocument(document)
    return decide(document, own=own, organisations=organisations, settings=settings)


def codes(decision: Decision) -> list[tuple[str | None, list[str]]]:
    return [(answer.recipient.her_id, [error.code for error in answer.errors]) for answer in decision.answers]


def test_s1_all_well() -> None:
    decision = decided(HEAD)
    assert codes(decision) == [("1002", [])]
    assert (decision.deliver, decision.duplicate, decision.reason) == (True, False, "taken in")


def test_no_apprec_when_nothing_can_be_read() -> None:
    for document in (ReceivedDocument(None, well_formed=False), ReceivedDocument(None, known_type=False)):
        decision = decided(document)
        assert (decision.answers, decision.deliver) == ((), False)


@pytest.mark.parametrize("sender", ["", "<HCP><Inst/></HCP>", "<HCP><Inst><Name>Uten id</Name></Inst></HCP>"])
def test_no_apprec_when_the_sender_cannot_be_read(sender: str) -> None:
    decision = decided(head_of(written.epikrise(sender=sender)))
    assert (decision.answers, decision.deliver) == ((), False)
    assert "sender" in decision.reason


def test_a_sender_with_level_1_alone_is_answered() -> None:
    sender = "<HCP><Inst><Name>HF</Name><Id>2001</Id><TypeId V='HER'/></Inst></HCP>"
    assert codes(decided(head_of(written.epikrise(sender=sender)))) == [("1002", [])]


def test_an_apprec_is_never_answered() -> None:
    data = (
        b"<AppRec xmlns='http://www.kith.no/xmlstds/apprec/2012-02-15'><Sender><HCP><Inst><Id>1</Id><TypeId V='HER'/></Inst></HCP></Sender>"
        b"<Receiver><HCP><Inst><Dept><Id>1002</Id><TypeId V='HER'/></Dept></Inst></HCP></Receiver></AppRec>"
    )
    assert decided(head_of(data)) == Decision((), deliver=True, reason="an AppRec is not answered")
    assert not decided(ReceivedDocument(head_of(data), schema_valid=False)).deliver


def test_s21_no_recipient_is_ours() -> None:
    decision = decided(HEAD, own=(HerId("4002"),), organisations=(HerId("4001"),))
    assert (decision.answers, decision.deliver, decision.duplicate) == ((), False, False)


def test_s22_another_organisations_message_is_answered_with_e21_by_choice() -> None:
    decision = decided(BOTH, own=(HerId("4002"),), settings=Settings(misaddressed="e21"))
    assert codes(decision) == [("1002", ["E21"])]
    assert not decision.deliver
    again = decided(ReceivedDocument(BOTH, duplicate=True), own=(HerId("4002"),), settings=Settings(misaddressed="e21"))
    assert (again.answers, again.duplicate) == ((), True)
    nobody = head_of(written.epikrise(receiver=""))
    assert decided(nobody, settings=Settings(misaddressed="e21")).answers == ()


def test_s12_s41_a_duplicate_is_ignored_whatever_is_wrong_with_it() -> None:
    for schema_valid in (True, False):
        decision = decided(ReceivedDocument(HEAD, duplicate=True, schema_valid=schema_valid))
        assert (decision.answers, decision.deliver, decision.duplicate) == ((), False, True)


def test_s34_not_well_formed_with_a_sender_that_could_be_made_out() -> None:
    decision = decided(ReceivedDocument(replace(HEAD, msg_id=MsgId("12345")), well_formed=False, schema_valid=False))
    assert codes(decision) == [("1002", ["T01"])]
    assert not decision.deliver


def test_s33_a_format_that_is_not_supported() -> None:
    assert codes(decided(ReceivedDocument(HEAD, known_type=False, schema_valid=False))) == [("1002", ["T10"])]
    unknown = head_of(written.hodemelding("<x xmlns='urn:y'/>"))
    assert codes(decided(ReceivedDocument(unknown, schema_valid=False))) == [("1002", ["T10"])]


def test_a_hodemelding_alone_is_taken_in_as_a_cover_letter() -> None:
    letter = head_of(
        written.hodemelding(
            "<Base64Container xmlns='http://www.kith.no/xmlstds/base64container'/>", kind="HODE_FOLGEBREV"
        )
    )
    assert codes(decided(letter)) == [("1002", [])]


def test_s32_invalid_by_its_schema() -> None:
    assert codes(decided(ReceivedDocument(HEAD, schema_valid=False))) == [("1002", ["T02"])]
    empty = head_of(written.hodemelding(""))
    assert codes(decided(ReceivedDocument(empty, schema_valid=False))) == [("1002", ["T02"])]


def test_schema_and_message_id_are_two_faults_and_the_patient_is_not_asked_for() -> None:
    head = replace(HEAD, msg_id=MsgId("12345"), patient_identified=False)
    assert codes(decided(ReceivedDocument(head, schema_valid=False))) == [("1002", ["T02", "E10"])]


@pytest.mark.parametrize("msg_id", ["12345", "", "6f0b3a5291d74c1e8a4d2b7c9e15f001"])
def test_s28_a_message_id_that_is_no_uuid(msg_id: str) -> None:
    decision = decided(replace(HEAD, msg_id=MsgId(msg_id)))
    assert codes(decision) == [("1002", ["E10"])]
    assert not decision.deliver


PARTIES = {
    "S17 level 1 missing": ("<Name>X</Name>{party}", (GP,), ()),
    "S18 level 2 missing": ("<Id>1001</Id><TypeId V='HER'/>", (GP,), (GP_OFFICE,)),
    "S19 person unknown": (
        "<Id>1001</Id><TypeId V='HER'/><HCPerson><Id>77</Id><TypeId V='HER'/></HCPerson>",
        (GP,),
        (GP_OFFICE,),
    ),
    "S20 service unknown": (
        "<Id>1001</Id><TypeId V='HER'/><Dept><Id>78</Id><TypeId V='HER'/></Dept>",
        (GP,),
        (GP_OFFICE,),
    ),
}


@pytest.mark.parametrize("case", PARTIES)
def test_s17_to_s20_s36_to_s38_an_unknown_party_of_ours(case: str) -> None:
    inside, own, organisations = PARTIES[case]
    party = "<HCPerson><Id>1002</Id><TypeId V='HER'/></HCPerson>"
    head = head_of(written.epikrise(receiver=f"<HCP><Inst>{inside.format(party=party)}</Inst></HCP>"))
    rejected = decided(head, own, organisations)
    assert [errors for _, errors in codes(rejected)] == [["E21"]]
    assert not rejected.deliver
    accepted = decided(head, own, organisations, Settings(unknown_party="accept"))
    assert [errors for _, errors in codes(accepted)] == [[]]
    assert accepted.deliver


@pytest.mark.parametrize(("own", "expected"), [((GP,), ["1002"]), ((CARE,), ["3002"]), ((GP, CARE), ["1002", "3002"])])
def test_s7_to_s11_each_own_recipient_answers_once_and_no_other(own: tuple[HerId, ...], expected: list[str]) -> None:
    assert codes(decided(BOTH, own)) == [(her_id, []) for her_id in expected]


def test_s39_s40_unknown_copy_recipient_beside_a_known_one() -> None:
    decision = decided(BOTH, (GP,), (MUNICIPALITY,))
    assert codes(decision) == [("1002", []), ("3002", ["E21"])]
    assert decision.deliver
    assert decision.reason == "taken in for 1 of 2 recipients; E21 Mottaker finnes ikke"
    both = decided(BOTH, (), (MUNICIPALITY, GP_OFFICE))
    assert codes(both) == [("1002", ["E21"]), ("3002", ["E21"])]
    assert not both.deliver


def test_a_recipient_by_letter_does_not_answer_unless_the_envelope_is_for_it() -> None:
    head = head_of(written.epikrise(copies=written.COPY.format(roles=PAPER)))
    assert codes(decided(ReceivedDocument(head, envelope_to=GP), (GP, CARE))) == [("1002", [])]
    assert codes(decided(ReceivedDocument(head, envelope_to=CARE), (GP, CARE))) == [("1002", []), ("3002", [])]


@pytest.mark.parametrize("code", ["S01", "S02", "S03"])
def test_s29_to_s31_a_personal_signature(code: Literal["S01", "S02", "S03"]) -> None:
    assert codes(decided(ReceivedDocument(HEAD, signature=code))) == [("1002", [code])]


def test_s24_a_patient_who_is_not_identified() -> None:
    decision = decided(head_of(written.epikrise(patient="<Patient><Name>Tang, Sukker</Name></Patient>")))
    assert codes(decision) == [("1002", ["E36"])]
    assert decision.reason == "E36 Pasientopplysninger er utilstrekkelige"


def test_s24_an_urgent_referral_is_taken_in_all_the_same() -> None:
    service = HerId("2002")
    finding = Finding("HE-003", Severity.ERROR, "x", apprec="E36")
    urgent, ordinary = (head_of(written.henvisning(priority, patient="<Patient/>")) for priority in ("0", "N"))
    assert codes(decided(ReceivedDocument(urgent, findings=(finding,)), (service,))) == [("2002", [])]
    assert codes(decided(ReceivedDocument(ordinary, findings=(finding,)), (service,))) == [("2002", ["E36"])]


def test_s23_no_record_rejects_epikrise_and_svarrapport_only() -> None:
    assert codes(decided(ReceivedDocument(HEAD, no_record=True))) == [("1002", ["E35"])]
    answer = head_of(written.svarrapport(("CLIN", "a")))
    assert codes(decided(ReceivedDocument(answer, no_record=True))) == [("1002", ["E35"])]
    for other, own in ((written.henvisning(), "2002"), (written.hodemelding(), "1002")):
        assert codes(decided(ReceivedDocument(head_of(other), no_record=True), (HerId(own),))) == [(own, [])]


def test_an_attachment_that_cannot_be_handled() -> None:
    (answer,) = decided(ReceivedDocument(HEAD, attachment="image/tiff is not supported")).answers
    assert [(e.code, e.text) for e in answer.errors] == [("T99", "image/tiff is not supported")]


def test_findings_reject_only_where_the_standard_demands_it() -> None:
    findings = tuple(
        Finding(code, severity, "x", apprec=apprec)
        for code, severity, apprec in [
            ("KV-001", Severity.ERROR, ""),
            ("GN-008", Severity.ERROR, "T10"),
            ("MH-029", Severity.ERROR, "T02"),
            ("MH-008", Severity.ERROR, "E21"),
            ("GN-005", Severity.WARNING, "E10"),
        ]
    )
    assert codes(decided(ReceivedDocument(HEAD, findings=findings))) == [("1002", [])]
    demanded = (
        *findings,
        Finding("MH-038", Severity.ERROR, "x", apprec="S01"),
        Finding("GN-005", Severity.ERROR, "x", apprec="E10"),
    )
    assert codes(decided(ReceivedDocument(HEAD, findings=demanded))) == [("1002", ["E10", "S01"])]


def test_s26_several_faults_are_told_in_one_answer_in_the_order_of_the_list() -> None:
    head = replace(HEAD, msg_id=MsgId("12345"), patient_identified=False)
    decision = decided(ReceivedDocument(head, signature="S02", attachment="x"), own=(), organisations=(GP_OFFICE,))
    assert codes(decision) == [("1002", ["E10", "E21", "S02", "E36", "T99"])]


def test_one_answer_for_each_report_of_a_svarrapport_13() -> None:
    decision = decided(head_of(written.svarrapport(("CLIN", "a"), ("CLIN", "b"))))
    assert [(a.recipient.her_id, a.quoted_id) for a in decision.answers] == [("1002", "a"), ("1002", "b")]


def test_a_type_that_is_not_answered_by_apprec() -> None:
    old = replace(HEAD, message_type=load_catalogue().named("epikrise-1.0"))
    decision = decided(old)
    assert (decision.answers, decision.deliver) == ((), True)
    bad = decided(replace(old, msg_id=MsgId("1")))
    assert (bad.answers, bad.deliver) == ((), False)
    assert "not answered by AppRec" in bad.reason
    assert decided(old, own=(CARE,), settings=Settings(misaddressed="e21")).answers == ()
