"""The form of svarrapport 1.4: what a laboratory or radiology department answers (HIS 80822:2014, HIS 1138 to 1142).

One form for all disciplines. Biochemistry uses numeric results with unit and reference; microbiology findings (heading LR)
with susceptibility (heading RSB) that refers to them; pathology and radiology texts (headings FU, VU) with codes.
"""

from __future__ import annotations

from collections.abc import Iterator

from meldingsloft.fagmelding import in_hcp
from meldingsloft.fagmelding import questions as q
from meldingsloft.fagmelding.codes import Code, Coding
from meldingsloft.fagmelding.forms import Fault, Field, Form, Group, Need, Values, Written, order_of
from meldingsloft.fagmelding.kinds import HPR, Raw, Reach, Surroundings, Text
from meldingsloft.fagmelding.moments import Moment
from meldingsloft.fagmelding.prose import Prose
from meldingsloft.fagmelding.svarrapport_results import dates, links, results, samples
from meldingsloft.hodemelding.msghead import BASE64_CONTAINER

NAMESPACE = "http://www.kith.no/xmlstds/labsvar/2012-02-15"
_ORDER = """
Message: Type MsgVersion MIGversion GenDate MsgId Status ServReport
ServReport: ServType IssueDate ApprDate Status CancellationCode Ack MsgDescr ServProvId Comment CodedComment RefDoc ServReq Patient Animal Material ServProvider Requester PaymentResponsible CopyDest RelServProv
ServReq: ServType IssueDate PaymentCat ReqComment Ack MsgDescr Id RequestedPrioReport ReceiptDate IdByServProvider Reservation ReasonAsText Comment
ReasonAsText: Heading TextResultValue TextCode
Comment: Heading TextResultValue TextCode
Patient: BasisForHealthServices Sex DateOfBirth DateOfDeath Name IdByServProvider IdByRequester OffId TypeOffId Relation ResponsibleHcp AdmLocation AdditionalId Address InfItem AnalysedSubject ResultItem Patient
ResponsibleHcp: Role Relation HCP
RelServProv: Role Relation HCP
AnalysedSubject: CollectedSample CollectedStudyProduct ServType Type TypeCoded IdByRequester PreservMaterial Comment AnatomicalOrigin Number SampleCollInd SampleCollProc SampleHandling IdByServProvider Accredited AnalysedSubject Pretreatment RelServProv
CollectedSample: CollectedDate CollectorComment CollectorCommentCoded Logistics
ResultItem: TextResult Interval DateResult NumResult ServType RefInterval Investigation InvDate Comment DevResultInd IdResultItem RefIdResultItem StatusInvestigation StatusChangeDate DescrDate CounterSignDate MedicalValidationDate RefAnalysedSubject Accredited RelServProv DiagComment StructuredInfo ResultItem
TextResult: Heading TextResultValue TextCode Unit
DateResult: DateResultValue
RefInterval: Descr
Investigation: Id Spec Comment
"""
RADIOLOGY = frozenset({"CT", "MA", "MR", "RTG", "SCI", "UL"})
DISCIPLINES = ("CLIN", "MBIO", "CYTO", "HIST", "LAB", "OBD", *sorted(RADIOLOGY))
"""Kodeverk 8202 for answers (rule KV-018)."""


def _responsible(values: Values, around: Surroundings) -> Iterator[Fault]:
    """Somebody, and only one, answers for the report (rule SV-009; the schema has room for one)."""
    given = [key for key in ("responsible", "responsible_unit") if key in values]
    if len(given) > 1 or (not given and not around.cancels):
        yield (
            "responsible",
            "exactly one of responsible and responsible_unit is wanted",
            "name who answers for the report, with phone",
        )


def _answered(values: Values, around: Surroundings) -> Iterator[Fault]:
    if not (around.cancels or values.get("results")):
        yield "results", "it is missing", "give at least one result"


def _request() -> Group:
    reason = (
        Field("heading", Code("8231"), "heading (kodeverk 8231)", "Heading", default="PROB"),
        Field("text", Prose(simple=True), "the clinical question", "TextResultValue", need=Need.ALWAYS),
    )
    comment = (
        Field("heading", Code("8234"), "heading (kodeverk 8234)", "Heading"),
        Field("text", Text(lines=True), "the comment", "TextResultValue"),
        Field("code", Coding(("8274",), words=False), "permission to change modality (kodeverk 8274)", "TextCode"),
    )
    items = (
        Written("ServType", Code("7309"), "N"),
        Field(
            "id", Text(), 'document id of the requisition, "NULL" when unknown', "Id", default="NULL", source="SV-011"
        ),
        Field("issued", Moment(), "when it was issued", "IssueDate"),
        Field("received", Moment(), "when it was received", "ReceiptDate"),
        Field("comment", Text(lines=True), "remark of the requester", "ReqComment"),
        Field("priority", Code("7303"), "wanted priority (kodeverk 7303)", "RequestedPrioReport"),
        Field("payment", Code("4101"), "payment category (kodeverk 4101)", "PaymentCat"),
        Field("laboratory_id", Text(), "id the laboratory gave the requisition", "IdByServProvider"),
        Group("reasons", "why it was asked for", reason, "ReasonAsText", many=True),
        Group("comments", "comments and permissions of the requester", comment, "Comment", many=True),
    )
    return Group("request", "the requisition that is answered", items, "ServReport/ServReq", Need.ALWAYS)


def _requester() -> Group:
    items = (
        Written("Relation", Code("7319"), "REK"),
        Field("organisation", Text(), "where the requester works", "HCP/Inst/Name"),
        Field("name", Text(), "name of the requester", "HCP/Inst/HCPerson/Name", need=Need.ALWAYS),
        Field("hpr", HPR, "HPR-nummer", "HCP/Inst/HCPerson/Id"),
        Written("HCP/Inst/HCPerson/TypeId", Code("8116"), lambda values, _around: "HPR" if values.get("hpr") else None),
        Field("phone", Reach(), "telephone", "HCP/Address/TeleAddress"),
        Written("HCP/Address/Type", Code("3401"), "WP", inside=True),
    )
    text = "the professional who asked for the examination"
    return Group("requested_by", text, items, "ServReport/Patient/ResponsibleHcp", Need.CONTENT, source="SV-010")


def _type_code(values: Values, _around: Surroundings) -> Raw:
    return "SVAR_RTG" if values["discipline"].code in RADIOLOGY else "SVAR_LAB"


def _report() -> tuple[Field | Written, ...]:
    return (
        Field(
            "discipline",
            Code("8202", only=DISCIPLINES),
            "discipline (kodeverk 8202): Medisinsk biokjemi, Mikrobiologi …",
            "ServReport/MsgDescr",
            need=Need.ALWAYS,
            source="SV-005",
        ),
        q.CHANGE.at("ServReport/ServType"),
        Field("status", Code("7306"), "status of the report (kodeverk 7306)", "ServReport/Status", default="F"),
        q.ISSUED.at("ServReport/IssueDate"),
        Field("approved", Moment("time", zoned=True), "when the report was approved", "ServReport/ApprDate"),
        q.DOCUMENT_ID.at("ServReport/ServProvId"),
        Field("comment", Text(lines=True), "remark on the report as a whole", "ServReport/Comment"),
        Field(
            "coded_comments",
            Coding(("8269", "8272", "8273"), words=False),
            "coded remarks (kodeverk 8269, 8272, 8273)",
            "ServReport/CodedComment",
            many=True,
            source="SV-033",
        ),
    )


def form() -> Form:
    """The form of svarrapport 1.4."""
    cop = (in_hcp.role("Role", "COP", "Kopimottaker"),)
    patient = Group(
        "patient",
        "the patient",
        in_hcp.patient_items("8327"),
        "ServReport/Patient",
        Need.ALWAYS,
        checks=(q.identified, _numbered),
    )
    items = (
        *in_hcp.head(Written("Type", Code("8279"), _type_code), "v1.4 2012-02-15"),
        *_report(),
        in_hcp.party(
            "sender",
            "who sends",
            "ServReport/ServProvider",
            extra=(in_hcp.role("Role", "SPR", "Tjenesteyter"),),
            need=Need.ALWAYS,
        ),
        in_hcp.party(
            "receiver",
            "who receives",
            "ServReport/Requester",
            extra=(in_hcp.role("Role", "REQ", "Rekvirent"),),
            need=Need.ALWAYS,
        ),
        in_hcp.party("copies", "copy receivers", "ServReport/CopyDest", extra=cop, many=True),
        patient,
        _requester(),
        in_hcp.contact(
            "responsible",
            "the professional who answers for the report",
            "ServReport/RelServProv[Relation=8254:AHP]",
            phone=Need.ALWAYS,
            source="SV-009",
        ),
        in_hcp.responsible_unit("ServReport/RelServProv[Relation=8254:ARP]", "SV-009"),
        _request(),
        samples(),
        results(3, "ServReport/Patient/ResultItem"),
        in_hcp.attachments("ServReport/RefDoc[MsgType=8114:A]"),
    )
    checks = (
        q.of_this_type("svarrapport-1.4"),
        q.known_parties,
        q.issued_before_sent,
        _responsible,
        _answered,
        links,
        dates,
    )
    return Form(
        "svarrapport-1.4",
        "Svarrapport",
        NAMESPACE,
        "Message",
        Group("", "the case", items, checks=checks),
        {**order_of(NAMESPACE, in_hcp.HCP_ORDER), **order_of(NAMESPACE, _ORDER)},
        {"b64": BASE64_CONTAINER},
    )


def _numbered(values: Values, around: Surroundings) -> Iterator[Fault]:
    """A report goes by the patient's number (rule SV-006; the schema demands it)."""
    if "id" not in values:
        yield "id", "it is missing", "a svarrapport needs the patient's number"
    yield from q.official_number(values, around)
