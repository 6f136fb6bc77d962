"""What an epikrise tells of the contact: diagnoses, findings, results, procedures, drugs, texts (HIS 80226:2014 §4, §5).

Vocabulary: *clinical information* is an InfItem with a type of kodeverk 8233; a *text* is a Comment with a heading of 8311.
"""

from __future__ import annotations

from collections.abc import Iterator

from meldingsloft.fagmelding.amounts import Quantity
from meldingsloft.fagmelding.codes import Choice, Code, Coding
from meldingsloft.fagmelding.forms import Fault, Field, Group, Need, Values
from meldingsloft.fagmelding.kinds import Surroundings, Text
from meldingsloft.fagmelding.moments import Moment
from meldingsloft.fagmelding.prose import Prose

DIAGNOSES = ("7110", "7170", "7171")
PROCEDURES = ("7210", "7270", "7010")
ANALYSES = ("7280", "8212", "7270")
STARTED = Field("from", Moment(), "from when", "StartDateTime")
ENDED = Field("to", Moment(), "until when", "EndDateTime")


def _diagnosed(values: Values, _around: Surroundings) -> Iterator[Fault]:
    if not (values.get("diagnosis") or values.get("text")):
        yield "diagnosis", "it is missing", "give diagnosis (a code) or text"


def _one_outcome(values: Values, _around: Surroundings) -> Iterator[Fault]:
    given = [key for key in ("value", "text", "date_value") if values.get(key)]
    if len(given) != 1:
        yield "value", "a result has exactly one of value, text and date_value", "part them into several results"


def _diagnoses(key: str, place: str, concept: str, text: str) -> Group:
    items = (
        Field("main", Choice("8233", "H", "B"), "true for the main diagnosis", "Type", default=False),
        Field(
            "diagnosis",
            Coding(DIAGNOSES),
            "code and text; ICD-10, or name another system",
            f"{concept}/Concept",
            source="KV-019",
        ),
        Field(
            "star",
            Coding(("7110",), words=False),
            "ICD-10 star code",
            f"{concept}/Modifier[Name=7305:S]/Value",
            source="EP-019",
        ),
        Field("text", Prose(), "the diagnosis in words", "Observation/Description"),
        Field("comment", Text(), "a remark on the diagnosis", "Observation/Comment"),
        STARTED,
        ENDED,
    )
    return Group(key, text, items, place, many=True, checks=(_diagnosed,), source="EP-016")


def clinical() -> tuple[Group, ...]:
    """The groups of clinical information, each an InfItem of the contact."""
    observed = "Observation/Description"
    cave = (
        Field("text", Prose(), "what the patient must not be given, and why", observed, need=Need.ALWAYS),
        Field("substance", Coding(("7180",)), "the substance (ATC)", "Observation/CodedDescr/Concept"),
    )
    finding = (
        Field("text", Prose(), "what was found", observed, need=Need.ALWAYS),
        Field("date", Moment(), "when", "OrgDate"),
    )
    other = (
        Field("type", Code("8233"), "what it is about (kodeverk 8233): ANAM, OPPL, NB …", "Type", need=Need.ALWAYS),
        Field("text", Prose(), "the information", observed, need=Need.ALWAYS),
        STARTED,
        ENDED,
    )
    procedure = (
        Field(
            "type",
            Code("8233", only=("OPIN", "MPRS", "PRS")),
            "OPIN, MPRS or PRS (kodeverk 8233)",
            "Type",
            default="OPIN",
        ),
        Field(
            "procedure",
            Coding(PROCEDURES),
            "code and text; NCSP, or name another system",
            "Observation/CodedDescr/Concept",
            need=Need.ALWAYS,
        ),
        Field("text", Prose(), "how it was done", observed),
        Field("date", Moment(), "when it was done", "StartDateTime"),
    )
    place = "ServRprt/Event/InfItem"
    return (
        _diagnoses("diagnoses", place, "Observation/CodedDescr", "diagnoses of the contact, the main one first"),
        Group("cave", "critical information (CAVE)", cave, f"{place}[Type=8233:CAVE]", many=True, source="EP-023"),
        Group("findings", "findings and examinations, in words", finding, f"{place}[Type=8233:FUNN]", many=True),
        _results(place),
        Group("information", "other clinical information", other, place, many=True),
        Group("procedures", "operations and other procedures", procedure, place, many=True),
        _medication(place),
    )


def _results(place: str) -> Group:
    items = (
        Field(
            "analysis",
            Coding(ANALYSES),
            "what was examined; NLK, or name another system",
            "ResultItem/ClinInv/Id",
            need=Need.ALWAYS,
        ),
        Field(
            "value",
            Quantity("8364", closed=False, result=True),
            'number and unit, as "8.2 g/dL" or "< 5 mg/L"',
            "ResultItem/NumResult",
        ),
        Field("text", Prose(), "the result in words", "ResultItem/TextResult/Result/TextResultValue"),
        Field("date_value", Moment(), "a result that is a date", "ResultItem/DateResult/DateResultValue"),
        Field("date", Moment(), "when it was examined", "ResultItem/InvDate"),
        Field("comment", Text(), "remark", "ResultItem/Comment"),
    )
    return Group("results", "results, one by one", items, f"{place}[Type=8233:FUNN]", many=True, checks=(_one_outcome,))


def _medication(place: str) -> Group:
    items = (
        Field(
            "drug",
            Coding(("7180",)),
            "ATC code and name of the drug",
            "Medication/DrugId",
            need=Need.ALWAYS,
            source="EP-025",
        ),
        Field("status", Code("7307"), "status of use (kodeverk 7307)", "Medication/Status", default="6"),
        Field("strength", Quantity("9090"), 'strength, as "75 mg"', "Medication/UnitDose"),
        Field("dosage", Text(), "dosage in words", "Medication/DosageText"),
        Field("form", Code("7448", with_system=True), "form of the drug (kodeverk 7448)", "Medication/Form"),
        Field("route", Code("7477", with_system=True), "route (kodeverk 7477)", "Medication/RouteOfAdm"),
        Field("duration", Quantity("9088"), 'how long, as "10 Døgn"', "Medication/IntendedDuration"),
        Field("comment", Text(), "remark", "Medication/Comment"),
        STARTED,
        ENDED,
    )
    return Group(
        "medication", "drugs in use and stopped", items, f"{place}[Type=8233:MEDB]", many=True, source="EP-024, EP-025"
    )


def texts() -> Group:
    """The text of the epikrise, block by block."""
    items = (
        Field(
            "heading",
            Code("8311"),
            "heading (kodeverk 8311): VU Vurdering, FO, FU, OP, AI, HJ, IP …",
            "Heading",
            need=Need.ALWAYS,
        ),
        Field(
            "text",
            Prose(),
            "the text; an empty line parts paragraphs, '- ' makes a list",
            "TextResultValue",
            need=Need.ALWAYS,
        ),
    )
    return Group(
        "texts",
        "the text of the epikrise under its headings",
        items,
        "ServRprt/Event/Comment",
        many=True,
        source="EP-020 to EP-022",
    )
