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
from meldingsloft.validate.receivers.asking import as_receiver
from meldingsloft.validate.receivers.checks import RECEIVERS, Receiver
from meldingsloft.validate.receivers.registry import CHECKS as RECEIVER_CHECKS
from meldingsloft.validate.rulebook import RuleBook

SAMPLES = Path(__file__).parents[2] / "samples"
GOOD = sorted((*SAMPLES.glob("good/*/*.xml"), *SAMPLES.glob("good/*/*.eml")))
BAD = sorted((*SAMPLES.glob("bad/*/*.xml"), *SAMPLES.glob("bad/*/*.eml")))


@cache
def found(path: Path) -> frozenset[str]:
    """The codes of all findings."""
    data = path.read_bytes()
    result = validate(data, schemas=schemas(), catalogue=load_catalogue(), codes=PackagedCodeLists())
    receiver = receiver_of(path)
    if receiver is not None:
        result = as_receiver(result, data, receiver, RuleBook())
    remarks = {"EB-144"} - {code_of(path)}  # of every envelope: algorithms newer than the standard's
    return frozenset(f.code for f in result.findings) - remarks


def receiver_of(path: Path) -> Receiver | None:
    """The profile that has the rule of an RX sample; the strictest where several have it."""
    if code_of(path).partition("-")[0] != "RX" or "bad" not in path.parts:
        return None
    profiles = {receiver for check in RECEIVER_CHECKS if code_of(path) in check.ids for receiver in check.receivers}
    return max(profiles, key=RECEIVERS.index)


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


def test_every_rule_of_a_receiver_has_a_sample() -> None:
    assert {code for check in RECEIVER_CHECKS for code in check.ids} - {code_of(path) for path in BAD} == set()


@pytest.mark.parametrize("path", GOOD, ids=lambda path: "/".join(path.parts[-2:]))
@pytest.mark.parametrize("receiver", RECEIVERS)
def test_every_receiver_takes_a_good_sample(receiver: Receiver, path: Path) -> None:
    data = path.read_bytes()
    result = validate(data, schemas=schemas(), catalogue=load_catalogue(), codes=PackagedCodeLists())
    refused = {f.code for f in as_receiver(result, data, receiver, RuleBook()).findings} - {"EB-144"}
    assert refused == ({"RX-043"} if receiver == "amqp" and path.suffix == ".eml" else set())
