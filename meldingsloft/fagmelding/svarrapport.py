"""The form of svarrapport 1.4: what a laboratory or radiology department answers (HIS 80822:2014, HIS 1138 to 1142).

One form for all disciplines. Biochemistry uses numeric results with unit and reference; microbiology findings (heading LR)
with susceptibility (heading RSB) that refers to them; pathology and radiology texts (headings FU, VU) with codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from meldingsloft.fagmelding import in_hcp
from meldingsloft.fagmelding import questions as q
from meldingsloft.fagmelding.codes import Code, Coding
from meldingsloft.fagmelding.forms import Fault, Field, Form, Group, Need, Values, Written, order_of
from meldingsloft.fagmelding.kinds import HPR, Amount, Moment, Quantity, Raw, Reach, Surroundings, Text, YesNo, instant
from meldingsloft.fagmelding.prose import Prose
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
ANALYSES = ("7280", "7270", "8219", "8220", "8212")
_MEASURED_HEADINGS = frozenset({"LR", "RSB"})
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_BETWEEN = re.compile(rf"\s*({_NUMBER})\s*[-–]\s*({_NUMBER})\s*")
_BOUND = re.compile(rf"\s*([<>≤≥])\s*({_NUMBER})\s*")


def deviation(values: Values, _around: Surroundings) -> Raw:
    """How a plain number stands to its reference (kodeverk 8244), None inside it or when the reference cannot be compared."""
    value, reference = values.get("value"), values.get("reference")
    if not isinstance(value, Amount) or value.sign or not reference:
        return None
    measured = Decimal(value.number)
    between, bound = _BETWEEN.fullmatch(reference), _BOUND.fullmatch(reference)
    if between:
        low, high = (Decimal(text.replace(",", ".")) for text in between.groups())
        return "2" if measured < low else "1" if measured > high else None
    if bound:
        limit = Decimal(bound[2].replace(",", "."))
        if bound[1] in "<≤":
            return "1" if measured > limit or (bound[1] == "<" and measured == limit) else None
        return "2" if measured < limit or (bound[1] == ">" and measured == limit) else None
    return None


def _result_faults(values: Values, around: Surroundings) -> Iterator[Fault]:
    given = [key for key in ("value", "date_value") if values.get(key)]
    if values.get("text") or values.get("codes") or values.get("heading"):
        given.append("text")
    if len(given) > 1:
        yield "value", "a result has only one of value, text (with heading, codes) and date_value", "part them into several results"
    if not given and not values.get("analysis") and not values.get("results"):
        yield "value", "it is missing", "give value, text, date_value or results below this one"
    measured = bool(values.get("value")) or (values.get("heading") and values["heading"].code in _MEASURED_HEADINGS)
    if measured and not values.get("analysis"):
        yield "analysis", "it is missing", "say what was examined: code, text and system (SV-019)"
    said, compared = values.get("deviation"), deviation(values, around)
    if said and compared and said.code in ("1", "2") and said.code != compared:
        yield "deviation", "it does not agree with value and reference", "take it away to have it follow"


def _links(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """Samples and results that are referred to exist, and their ids are their own (rules SV-016 to SV-018)."""
    samples = [sample["id"] for sample in values.get("samples", [])]
    found = list(_all_results(values.get("results", []), "results"))
    ids = [result["id"] for _, result in found if result.get("id")]
    for number, sample in enumerate(samples):
        if sample in samples[:number]:
            yield f"samples.{number}.id", "another sample has this id", "give each its own"
    if len(set(ids)) != len(ids):
        yield "results", "two results have the same id", "give each its own"
    for path, result in found:
        if any(sample not in samples for sample in result.get("samples", [])):
            yield f"{path}.samples", "no sample of the case has this id", "use the id of one of [[samples]]"
        if result.get("refers_to") and result["refers_to"] not in ids:
            yield f"{path}.refers_to", "no result of the case has this id", "give the finding an id"


def _all_results(results: list[Values], path: str) -> Iterator[tuple[str, Values]]:
    for number, result in enumerate(results):
        yield f"{path}.{number}", result
        yield from _all_results(result.get("results", []), f"{path}.{number}.results")


def _dates(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """Nothing was taken or examined after the report (rule SV-024)."""
    latest = instant(values["issued"])
    for number, sample in enumerate(values.get("samples", [])):
        if sample.get("collected") and instant(sample["collected"]) > latest:
            yield f"samples.{number}.collected", "it is later than the report", "check it, or issued"
    for path, result in _all_results(values.get("results", []), "results"):
        if result.get("date") and instant(result["date"]) > latest:
            yield f"{path}.date", "it is later than the report", "check it, or issued"


def _responsible(values: Values, around: Surroundings) -> Iterator[Fault]:
    """Somebody, and only one, answers for the report (rule SV-009; the schema has room for one)."""
    given = [key for key in ("responsible", "responsible_unit") if key in values]
    if len(given) > 1 or (not given and not around.cancels):
        yield "responsible", "exactly one of responsible and responsible_unit is wanted", "name who answers for the report, with phone"


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
        Field("id", Text(), 'document id of the requisition, "NULL" when unknown', "Id", default="NULL", source="SV-011"),
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


def _sample() -> Group:
    items = (
        Field("id", Text(), "id of the sample, that results refer to", "IdByServProvider", need=Need.ALWAYS, source="SV-016"),
        Field(
            "material",
            Coding(("8351", "8216", "8212")),
            "what was taken, as Serum, Plasma, Blod, Urin; else code and text",
            "TypeCoded",
            need=Need.ALWAYS,
            source="SV-020",
        ),
        Field("collected", Moment(), "when it was taken", "CollectedSample/CollectedDate"),
        Field("collector_comment", Text(), "remark of who took it", "CollectedSample/CollectorComment"),
        Field("requester_id", Text(), "id the requester gave it", "IdByRequester"),
        Field("origin", Text(), "place on the body", "AnatomicalOrigin"),
        Field("comment", Text(), "remark", "Comment"),
    )
    return Group("samples", "what was examined", items, "ServReport/Patient/AnalysedSubject", many=True)


def _results(depth: int, place: str) -> Group:
    below = (_results(depth - 1, "ResultItem"),) if depth else ()
    items = (
        Field("analysis", Coding(ANALYSES), "what was examined; NLK, or name another system", "Investigation/Id", source="SV-019"),
        Field("specification", Coding(("7280", "7270", "7010", "8212")), "further specification", "Investigation/Spec", many=True),
        Field("value", Quantity("8364", closed=False, result=True), 'number and unit, as "4.8 mmol/L" or "< 5 mg/L"', "NumResult", source="SV-021"),
        Field("reference", Text(), 'reference, as "3,5 - 5,0" or "< 5"', "RefInterval/Descr"),
        Field("deviation", Code("8244"), "deviation (kodeverk 8244); follows from value and reference", "DevResultInd", default=deviation),
        Field("heading", Code("8243"), "heading of a result in words (kodeverk 8243): FU, VU, LR, RSB …", "TextResult/Heading"),
        Field("text", Prose(simple=True), "the result in words, or the MIC of a susceptibility", "TextResult/TextResultValue"),
        Field(
            "codes",
            Coding(("8271", "7010", "7270", "8212")),
            "codes of the result: susceptibility S I R (kodeverk 8271), SNOMED …",
            "TextResult/TextCode",
            many=True,
            source="SV-028",
        ),
        Field("date_value", Moment(), "a result that is a date", "DateResult/DateResultValue"),
        Field("date", Moment(), "when it was examined", "InvDate"),
        Field("comment", Text(lines=True), "remark of the laboratory", "Comment"),
        Field("id", Text(), "id of the result, that others refer to", "IdResultItem"),
        Field("refers_to", Text(), "id of the result this one is about", "RefIdResultItem", source="SV-017"),
        Field("samples", Text(), "ids of the samples", "RefAnalysedSubject", many=True, source="SV-016"),
        Field("change", Code("8270"), "new or earlier (kodeverk 8270)", "ServType", default="N", source="SV-012"),
        Field("status", Code("8245"), "status of the result (kodeverk 8245)", "StatusInvestigation", source="SV-014"),
        Field("accredited", YesNo(), "the method is accredited", "Accredited"),
        *below,
    )
    return Group("results", "the results", items, place, many=True, checks=(_result_faults,))


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
    patient = Group("patient", "the patient", in_hcp.patient_items("8327"), "ServReport/Patient", Need.ALWAYS, checks=(q.identified, _numbered))
    items = (
        *in_hcp.head(Written("Type", Code("8279"), _type_code), "v1.4 2012-02-15"),
        *_report(),
        in_hcp.party("sender", "who sends", "ServReport/ServProvider", extra=(in_hcp.role("Role", "SPR", "Tjenesteyter"),), need=Need.ALWAYS),
        in_hcp.party("receiver", "who receives", "ServReport/Requester", extra=(in_hcp.role("Role", "REQ", "Rekvirent"),), need=Need.ALWAYS),
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
        _sample(),
        _results(3, "ServReport/Patient/ResultItem"),
        in_hcp.attachments("ServReport/RefDoc[MsgType=8114:A]"),
    )
    checks = (q.of_this_type("svarrapport-1.4"), q.known_parties, q.issued_before_sent, _responsible, _answered, _links, _dates)
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
