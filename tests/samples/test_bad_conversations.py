"""Every folder in samples/bad/SERIES holds messages that are right by themselves and break one rule together."""

from __future__ import annotations

from pathlib import Path

import pytest

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.code_texts import CodeTexts
from meldingsloft.adapters.schema_set import SchemaSet
from meldingsloft.adapters.shipped import shipped
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.domain.findings import Severity
from meldingsloft.ebxml.reading import read_envelope
from meldingsloft.validate.document import validate
from meldingsloft.validate.message import ValidationResult, validate_message
from meldingsloft.validate.rules.conversation.findings import IDS, conversation_findings

SAMPLES = Path(__file__).parents[2] / "samples"
FOLDERS = sorted(path for path in (SAMPLES / "bad").glob("*/*") if path.is_dir())


@pytest.fixture(scope="module")
def schemas() -> SchemaSet:
    return SchemaSet(shipped("schemas"))


def judged(folder: Path, schemas: SchemaSet) -> dict[str, ValidationResult]:
    """Each message or envelope by itself, by name of file."""
    catalogue, codes = load_catalogue(), PackagedCodeLists()
    return {
        path.name: validate(path.read_bytes(), schemas=schemas, catalogue=catalogue, codes=codes)
        for path in sorted(folder.iterdir())
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_messages_break_their_rule_together_and_no_other(folder: Path, schemas: SchemaSet) -> None:
    code = folder.name.partition("_")[0]
    results = judged(folder, schemas)
    envelopes = [read_envelope(r.root) for r in results.values() if r.message_type == "ebxml" and r.root is not None]
    messages = [(name, result.subject) for name, result in results.items() if result.subject]
    together = conversation_findings(messages, envelopes)
    found = {finding.code for findings in together.values() for finding in findings}
    found |= {f.code for r in results.values() for f in r.findings if f.severity is not Severity.INFO or r.subject}
    text = CodeTexts().find(code)
    assert text is not None
    assert code in found
    assert found - {code} <= set(text.implied)


def test_every_rule_over_several_messages_has_a_conversation() -> None:
    assert {folder.name.partition("_")[0] for folder in FOLDERS} == set(IDS)


def test_the_order_of_the_files_makes_no_difference(schemas: SchemaSet) -> None:
    folder = next(folder for folder in FOLDERS if folder.name.startswith("XR-019"))
    given = [(name, result.subject) for name, result in judged(folder, schemas).items() if result.subject]
    assert conversation_findings(given) == conversation_findings(reversed(given))


GOOD_CONVERSATIONS = [
    ("dialog-helsefaglig-1.1/fastlege-til-sykehus", "dialog-helsefaglig-1.1/sykehus-svarer-fastlege"),
    ("epikrise-1.2/sykehus-til-kommunen", "apprec-1.1/epikrise-mottatt"),
    ("svarrapport-1.4/biokjemi-til-fastlege", "apprec-1.1/svarrapport-avvist"),
]


@pytest.mark.parametrize("stories", GOOD_CONVERSATIONS, ids=lambda stories: stories[-1])
def test_a_right_conversation_breaks_none(stories: tuple[str, ...], schemas: SchemaSet) -> None:
    catalogue = load_catalogue()
    given = []
    for story in stories:
        data = (SAMPLES / "good" / f"{story}.xml").read_bytes()
        subject = validate_message(data, schemas=schemas, catalogue=catalogue).subject
        assert subject is not None
        given.append((story, subject))
    assert set(conversation_findings(given).values()) == {()}
