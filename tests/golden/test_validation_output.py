"""What ``validate`` and ``explain`` print, as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from meldingsloft.adapters.code_texts import CodeTexts
from meldingsloft.domain.code_texts import LANGUAGES, Language
from meldingsloft.report.codes import explanation_text
from meldingsloft.report.findings import json_line, validation_object, validation_text
from meldingsloft.report.text import Terminal
from meldingsloft.validate.rulebook import RuleBook
from tests.golden.comparing import assert_golden
from tests.unit.validate.documents import PATIENT, SMALL, apprec, hodemelding, judged, message

DOCUMENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "right": (SMALL, {"only": {"schema"}}),
    "schema": (
        SMALL.replace("<MsgId>", "<MsgID>")
        .replace("</MsgId>", "</MsgID>")
        .replace('V="TEST"', 'V="Per Hansen"')
        .replace("<Dept>", "<Dept>A</Dept><Dept>"),
        {"only": {"schema"}},
    ),
    "hodemelding": (
        hodemelding(
            msg_id="1", mig_version="v1.2", type_code="EPIKRISE", receiver="", patient=PATIENT.replace("1391", "1390")
        ),
        {"only": {"rules"}},
    ),
    "epikrise": (message(patient="", requester="", gen_date="02.03.2026"), {"only": {"rules"}}),
    "apprec": (apprec(status="2", sender="", msg_type="X"), {"only": {"rules"}}),
    "unreadable": ("<MsgHead><MsgInfo></MsgHead>", {}),
    "unknown": (message().replace("2012-02-15", "2012-02-16"), {}),
    "many": (SMALL.replace("<Dept>", "<Dept>A</Dept>" * 7 + "<Dept>"), {"only": {"schema"}}),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_validation_as_text(name: str, language: Language) -> None:
    document, options = DOCUMENTS[name]
    result = judged(document, **options, rules=RuleBook(language=language))
    assert_golden(f"validate-{name}.{language}.txt", validation_text(result, f"{name}.xml", language=language) + "\n")


def test_validation_as_json_lines() -> None:
    lines = [
        json_line(validation_object(judged(document, **options), f"{name}.xml"))
        for name, (document, options) in DOCUMENTS.items()
    ]
    assert_golden("validate.jsonl", "".join(lines))


def test_validation_on_a_latin_1_terminal_with_colours() -> None:
    document, options = DOCUMENTS["many"]
    text = validation_text(
        judged(document, **options), "many.xml", terminal=Terminal(colour=True, encoding="iso-8859-1")
    )
    assert_golden("validate-many.colour.txt", text + "\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_explanations(language: Language) -> None:
    codes = ("GN-008", "MH-009", "XSD-ELEMENT-MISSING", "ML-U001")
    text = "\n\n".join(explanation_text(CodeTexts().explain(code, language), language=language) for code in codes)
    assert_golden(f"explain.{language}.txt", text + "\n")
