"""Every message in samples/bad breaks the rule it is named by, and nothing but what that rule implies; the good ones break none."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.code_texts import CodeTexts
from meldingsloft.adapters.schema_set import SchemaSet
from meldingsloft.adapters.shipped import shipped
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.validate.document import validate

SAMPLES = Path(__file__).parents[2] / "samples"
GOOD = sorted(SAMPLES.glob("good/*/*.xml"))
BAD = sorted(SAMPLES.glob("bad/*/*.xml"))


@cache
def found(path: Path) -> frozenset[str]:
    """The codes of all findings."""
    result = validate(path.read_bytes(), schemas=schemas(), catalogue=load_catalogue(), codes=PackagedCodeLists())
    return frozenset(finding.code for finding in result.findings)


@cache
def schemas() -> SchemaSet:
    return SchemaSet(shipped("schemas"))


def code_of(path: Path) -> str:
    """``samples/bad/gn/GN-008_migversion.xml``: the rule it breaks."""
    return path.name.partition("_")[0]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_sample_breaks_its_rule_and_no_other(path: Path) -> None:
    code = code_of(path)
    assert path.parent.name == code.partition("-")[0].lower()
    text = CodeTexts().find(code)
    assert text is not None
    assert code in found(path)
    assert found(path) - {code} <= set(text.implied)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_good_sample_breaks_none(path: Path) -> None:
    assert found(path) == frozenset()
