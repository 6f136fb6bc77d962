"""The official examples: the verdict is the official one, and no error rule fires on the current generation."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.schema_set import SchemaSet
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.validate.message import validate_message
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference

ROWS = (
    list(csv.reader((REFERENCE / "examples" / "verdicts.csv").read_text("utf-8").splitlines()))[1:] if REFERENCE else []
)
KNOWN = {
    "apprec-1.0/apprec-eksempel.xml": {
        "AK-002",
        "AK-011",
    },  # the digest of the AppRec names both as faults of this example
    "ebxml/ebxml-eksempel.xml": {"EB-061"},
}


@pytest.fixture(scope="module")
def schemas() -> SchemaSet:
    assert REFERENCE is not None
    return SchemaSet.from_folder(REFERENCE / "schemas")


@pytest.mark.parametrize("row", ROWS, ids=[Path(row[0]).name for row in ROWS])
def test_the_verdict_is_the_official_one(row: list[str], schemas: SchemaSet) -> None:
    assert REFERENCE is not None
    data = (REFERENCE / "examples" / row[0]).read_bytes()
    result = validate_message(data, schemas=schemas, catalogue=load_catalogue(), codes=PackagedCodeLists())
    assert result.schema_valid is (row[2] == "valid")
    errors = {f.code for f in result.findings if f.severity == "error"}
    if result.schema_valid:
        assert errors == KNOWN.get(row[0], set())
    else:
        assert any(code.startswith("XSD-") for code in errors)
        assert all(
            f.place.line and f.place.column and f.place.path for f in result.findings if f.code.startswith("XSD-")
        )
