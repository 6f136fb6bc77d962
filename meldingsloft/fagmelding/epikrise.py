"""The form of epikrise 1.2: what a hospital tells when a patient leaves (HIS 80226:2014, HISD 1033, HITS 1174 §4.3).

What it tells of the contact stands in ``epikrise_content``.
"""

from __future__ import annotations

from collections.abc import Iterator

from meldingsloft.fagmelding import in_hcp
from meldingsloft.fagmelding import questions as q
from meldingsloft.fagmelding.codes import Code, Coding
from meldingsloft.fagmelding.epikrise_content import DIAGNOSES, ENDED, STARTED, clinical, texts
from meldingsloft.fagmelding.forms import Check, Fault, Field, Form, Group, Need, Values, Written, order_of
from meldingsloft.fagmelding.kinds import Reach, Surroundings, Text, Uuid
from meldingsloft.fagmelding.moments import Moment, instant
from meldingsloft.fagmelding.prose import Prose
from meldingsloft.hodemelding.msghead import BASE64_CONTAINER

NAMESPACE = "http://www.kith.no/xmlstds/epikrise/2012-02-15"
_ORDER = """
Message: Type MsgVersion MIGversion GenDate MsgId Status ServRprt
ServRprt: ServType IssueDate ApprDate Status Priority Ack MsgDescr ServProvId ServReq Event Patient ServProvider CopyDest Requester RelServProvider RefDoc
ServReq: ServType IssueDate ReceiptDate ReqComment MsgDescr Id ReasonAsText Diagnosis
Diagnosis: Concept Modifier
ReasonAsText: Heading TextResultValue TextCode
Patient: Sex DateOfBirth DateOfDeath Name IdByServProvider IdByRequester OffId TypeOffId PatientPrecaution PatientRelParty PatRelHCP AdditionalId Address
PatientPrecaution: Precaution StartDateTime EndDateTime
PatientRelParty: Relation Name RelPartyOffId Address
PatRelHCP: Relation StartDateTime EndDateTime HCP
RelServProvider: Relation Role HCP
Event: PlannedEvent ReportedEvent ServType Recipient Priority AdmOutcome ExpDuration Event Service RelServProvider AssRequest EventLocation InfItem Comment CodedComment
ReportedEvent: StartDateTime EndDateTime
Service: ServId MedSpecialty AdmCat
Comment: Heading TextResultValue TextCode
InfItem: ResultItem Medication Observation Type StartDateTime EndDateTime OrgDate Origin RelHCProvider
Observation: Description Comment CodedDescr
CodedDescr: Concept Modifier
Medication: DrugId DosageCoded Comment Status Form RouteOfAdm IntendedDuration QuantitySupplied UnitDose DosageText
ResultItem: TextResult Interval NumResult DateResult ServType InvDate Comment DevResultInd ClinInv DiagComment
TextResult: Result
Result: Heading TextResultValue TextCode
DateResult: DateResultValue
ClinInv: Id Spec
"""


def _in_order(first: str, last: str) -> Check:
    def check(values: Values, _around: Surroundings) -> Iterator[Fault]:
        if values.get(first) and values.get(last) and instant(values[last]) < instant(values[first]):
            yield last, f"it is earlier than {first}", "check both"

    return check


def _one_main(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """Only one main diagnosis (rule EP-017)."""
    mains = [number for number, diagnosis in enumerate(values.get("diagnoses", [])) if diagnosis["main"].code == "H"]
    for number in mains[1:]:
        yield (
            f"diagnoses.{number}.main",
            "there is a main diagnosis already",
            "an epikrise has one; take main away from the others",
        )


def _responsible(values: Values, around: Surroundings) -> Iterator[Fault]:
    """Somebody answers for the report (rule EP-013)."""
    if not around.cancels and not ("responsible" in values or "responsible_unit" in values):
        yield (
            "responsible",
            "it is missing",
            "name the professional (or responsible_unit) that answers for the report, with phone",
        )


_OF_THE_CONTACT = ("diagnoses", "cave", "findings", "results", "information", "procedures", "medication", "texts")


def _content_has_contact(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """Clinical content stands inside the contact, which a cancellation may leave out."""
    if "contact" not in values and any(values.get(key) for key in _OF_THE_CONTACT):
        yield "contact", "it is missing, and the clinical content belongs to it", "give it, or take the content away"


def _contact() -> Group:
    items = (
        Field(
            "admitted",
            Moment(),
            "when the contact began",
            "ReportedEvent/StartDateTime",
            need=Need.ALWAYS,
            source="EP-011",
        ),
        Field("discharged", Moment(), "when it ended", "ReportedEvent/EndDateTime", source="EP-012"),
        Written("ServType", Code("7309"), "N"),
        Field(
            "type", Code("8240"), "kind of contact (kodeverk 8240)", "Service/AdmCat", need=Need.ALWAYS, source="EP-011"
        ),
        Field("specialty", Coding(("8451", "8655"), words=False), "specialty (kodeverk 8451)", "Service/MedSpecialty"),
        Field("discharged_to", Code("7300"), "where the patient went (kodeverk 7300)", "AdmOutcome"),
        Field("urgency", Code("8304"), "urgency (kodeverk 8304)", "Priority"),
        Field("recipient", Code("8250"), "who received the service (kodeverk 8250)", "Recipient"),
    )
    return Group(
        "contact",
        "the stay or consultation",
        items,
        "ServRprt/Event",
        Need.CONTENT,
        checks=(_in_order("admitted", "discharged"),),
    )


def _referral() -> Group:
    diagnosis = (
        Field("diagnosis", Coding(DIAGNOSES), "code and text", "Concept", need=Need.ALWAYS),
        Field("star", Coding(("7110",), words=False), "ICD-10 star code", "Modifier[Name=7305:S]/Value"),
    )
    items = (
        Written("ServType", Code("7309"), "N"),
        Field("id", Text(), "document id of the referral", "Id", need=Need.ALWAYS, source="HITS 1218:2019 §3.1"),
        Field("issued", Moment(), "when it was issued", "IssueDate", need=Need.ALWAYS),
        Field("received", Moment(), "when it was received", "ReceiptDate"),
        Field("type", Code("8455"), "type of referral (kodeverk 8455)", "MsgDescr", default="10"),
        Field("comment", Text(), "remark of the referrer", "ReqComment"),
        Field("problem", Prose(), "why the patient was referred", "ReasonAsText[Heading=8311:PROB]/TextResultValue"),
        Group(
            "diagnoses",
            "diagnoses of the referral, at least one",
            diagnosis,
            "Diagnosis",
            Need.ALWAYS,
            many=True,
            source="EP-026",
        ),
    )
    return Group("referral", "the referral that led to the contact", items, "ServRprt/ServReq")


def _patient() -> Group:
    relative = (
        Field("relation", Code("7317"), "relation to the patient (kodeverk 7317)", "Relation", need=Need.ALWAYS),
        Field("name", Text(), "name", "Name", need=Need.ALWAYS),
        Field("phone", Reach(), "telephone", "Address/TeleAddress"),
        in_hcp.address("Address"),
        Written("Address/Type", Code("3401"), "H", inside=True),
    )
    warning = (Field("text", Text(), "what others must beware of", "Precaution", need=Need.ALWAYS), STARTED, ENDED)
    items = (
        *in_hcp.patient_items("8116"),
        Group("warnings", "warnings to others who meet the patient", warning, "PatientPrecaution", many=True),
        Group("relatives", "next of kin", relative, "PatientRelParty", many=True),
        in_hcp.contact("referrer", "who referred the patient", "PatRelHCP[Relation=8254:HHE]", source="EP-015"),
        in_hcp.contact("gp", "the patient's fastlege", "PatRelHCP[Relation=8254:FLE]", source="EP-014"),
    )
    return Group(
        "patient", "the patient", items, "ServRprt/Patient", Need.ALWAYS, checks=(q.identified, q.official_number)
    )


def _report() -> tuple[Field | Written, ...]:
    return (
        q.CHANGE.at("ServRprt/ServType"),
        Field("title", Text(), "title of the document", "ServRprt/MsgDescr", default="Epikrise"),
        Field(
            "status",
            Code("7306"),
            "status of the report (kodeverk 7306)",
            "ServRprt/Status",
            default="F",
            source="EP-002",
        ),
        q.ISSUED.at("ServRprt/IssueDate"),
        q.APPROVED.at("ServRprt/ApprDate"),
        Field("priority", Code("7303"), "priority (kodeverk 7303)", "ServRprt/Priority"),
        q.DOCUMENT_ID.at("ServRprt/ServProvId", kind=Uuid()),
    )


def form() -> Form:
    """The form of epikrise 1.2."""
    copies = in_hcp.party(
        "copies", "copy receivers", "ServRprt/CopyDest", extra=(in_hcp.role("Role", "COP", "Kopimottaker"),), many=True
    )
    items = (
        *in_hcp.head(Written("Type", Code("8279"), "EPIKRISE"), "v1.2 2012-02-15"),
        *_report(),
        in_hcp.party(
            "sender",
            "who sends",
            "ServRprt/ServProvider",
            extra=(in_hcp.role("Role", "SPR", "Tjenesteyter"),),
            need=Need.ALWAYS,
        ),
        in_hcp.party(
            "receiver",
            "who receives",
            "ServRprt/Requester",
            extra=(in_hcp.role("Role", "REQ", "Rekvirent"),),
            need=Need.ALWAYS,
        ),
        copies,
        _patient(),
        in_hcp.contact(
            "responsible",
            "the professional who answers for the report",
            "ServRprt/RelServProvider[Relation=8254:AHP]",
            phone=Need.ALWAYS,
            source="EP-013",
        ),
        in_hcp.responsible_unit("ServRprt/RelServProvider[Relation=8254:ARP]", "EP-013"),
        _contact(),
        _referral(),
        *clinical(),
        texts(),
        in_hcp.attachments("ServRprt/RefDoc[MsgType=8114:A]"),
    )
    checks = (
        q.of_this_type("epikrise-1.2"),
        q.known_parties,
        q.issued_before_sent,
        _one_main,
        _responsible,
        _content_has_contact,
    )
    return Form(
        "epikrise-1.2",
        "Epikrise",
        NAMESPACE,
        "Message",
        Group("", "the case", items, checks=checks),
        {**order_of(NAMESPACE, in_hcp.HCP_ORDER), **order_of(NAMESPACE, _ORDER)},
        {"b64": BASE64_CONTAINER},
    )
