"""Samples and results of a svarrapport, how they refer to each other, and what follows from a reference (HIS 80822:2014 §7.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from meldingsloft.fagmelding.amounts import Amount, Quantity
from meldingsloft.fagmelding.codes import Code, Coding
from meldingsloft.fagmelding.forms import Fault, Field, Group, Need, Values
from meldingsloft.fagmelding.kinds import Raw, Surroundings, Text, YesNo
from meldingsloft.fagmelding.moments import Moment, instant
from meldingsloft.fagmelding.prose import Prose

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
        yield (
            "value",
            "a result has only one of value, text (with heading, codes) and date_value",
            "part them into several results",
        )
    if not given and not values.get("analysis") and not values.get("results"):
        yield "value", "it is missing", "give value, text, date_value or results below this one"
    measured = bool(values.get("value")) or (values.get("heading") and values["heading"].code in _MEASURED_HEADINGS)
    if measured and not values.get("analysis"):
        yield "analysis", "it is missing", "say what was examined: code, text and system (SV-019)"
    said, compared = values.get("deviation"), deviation(values, around)
    if said and compared and said.code in ("1", "2") and said.code != compared:
        yield "deviation", "it does not agree with value and reference", "take it away to have it follow"


def links(values: Values, _around: Surroundings) -> Iterator[Fault]:
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


def dates(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """Nothing was taken or examined after the report (rule SV-024)."""
    latest = instant(values["issued"])
    for number, sample in enumerate(values.get("samples", [])):
        if sample.get("collected") and instant(sample["collected"]) > latest:
            yield f"samples.{number}.collected", "it is later than the report", "check it, or issued"
    for path, result in _all_results(values.get("results", []), "results"):
        if result.get("date") and instant(result["date"]) > latest:
            yield f"{path}.date", "it is later than the report", "check it, or issued"


def samples() -> Group:
    """What was examined."""
    items = (
        Field(
            "id",
            Text(),
            "id of the sample, that results refer to",
            "IdByServProvider",
            need=Need.ALWAYS,
            source="SV-016",
        ),
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


def results(depth: int, place: str) -> Group:
    """The results, nested as deep as ``depth`` says."""
    below = (results(depth - 1, "ResultItem"),) if depth else ()
    items = (
        Field(
            "analysis",
            Coding(ANALYSES),
            "what was examined; NLK, or name another system",
            "Investigation/Id",
            source="SV-019",
        ),
        Field(
            "specification",
            Coding(("7280", "7270", "7010", "8212")),
            "further specification",
            "Investigation/Spec",
            many=True,
        ),
        Field(
            "value",
            Quantity("8364", closed=False, result=True),
            'number and unit, as "4.8 mmol/L" or "< 5 mg/L"',
            "NumResult",
            source="SV-021",
        ),
        Field("reference", Text(), 'reference, as "3,5 - 5,0" or "< 5"', "RefInterval/Descr"),
        Field(
            "deviation",
            Code("8244"),
            "deviation (kodeverk 8244); follows from value and reference",
            "DevResultInd",
            default=deviation,
        ),
        Field(
            "heading",
            Code("8243"),
            "heading of a result in words (kodeverk 8243): FU, VU, LR, RSB …",
            "TextResult/Heading",
        ),
        Field(
            "text",
            Prose(simple=True),
            "the result in words, or the MIC of a susceptibility",
            "TextResult/TextResultValue",
        ),
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
