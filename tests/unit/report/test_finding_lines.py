"""Findings as text and JSON."""

from __future__ import annotations

import json

from meldingsloft.domain.errors import CaseError, MailboxError, UnreadableError
from meldingsloft.domain.findings import Finding, Place, Severity
from meldingsloft.report.errors import error_object, error_text
from meldingsloft.report.findings import (
    finding_object,
    finding_text,
    grouped,
    json_line,
    outcome_object,
    validation_object,
    validation_text,
)
from meldingsloft.report.outcomes import unopened
from meldingsloft.report.text import Terminal
from meldingsloft.validate.message import ValidationResult

GN_008 = Finding(
    "GN-008",
    Severity.ERROR,
    "MIGversion has another value than its namespace asks",
    Place(7, 5, "/MsgHead/MsgInfo/MIGversion"),
    detail='found "v1.2", the schema says "v1.2 2006-05-24"',
    hint="copy the value exactly",
    source="HIS 80601:2006",
)


def test_the_form_is_the_promised_one() -> None:
    assert finding_text(GN_008, "samples/dialog.xml") == (
        "error[GN-008]: MIGversion has another value than its namespace asks\n"
        "  --> samples/dialog.xml:7:5   /MsgHead/MsgInfo/MIGversion\n"
        '   |  found "v1.2", the schema says "v1.2 2006-05-24"\n'
        "   = mend: copy the value exactly; more with `meldingsloft explain GN-008`"
    )


def test_what_is_not_known_is_left_out() -> None:
    bare = Finding("XSD-OTHER", Severity.WARNING, "x")
    assert finding_text(bare) == "warning[XSD-OTHER]: x\n   = more with `meldingsloft explain XSD-OTHER`"
    assert finding_text(bare, "a.xml").splitlines()[1] == "  --> a.xml"
    assert set(finding_object(bare)) == {"code", "severity", "path", "message", "hint", "source"}


def test_one_kind_is_grouped_and_counted() -> None:
    many = [Finding("A-1", Severity.INFO, "m", Place(line, 1, "/x")) for line in range(1, 9)]
    assert [len(group) for group in grouped([*many[:3], GN_008, *many[3:]])] == [8, 1]
    text = validation_text(ValidationResult("epikrise-1.2", "valid", schema_valid=True, findings=tuple(many)), "a.xml")
    assert text.count("  --> ") == 5
    assert text.splitlines()[-2:] == ["   = 8 of this kind", "a.xml: valid, epikrise-1.2 (8 remarks)"]
    everything = validation_text(
        ValidationResult("epikrise-1.2", "valid", schema_valid=True, findings=tuple(many)), "a.xml", most=None
    )
    assert everything.count("  --> ") == 8


def test_the_json_form_is_the_promised_one() -> None:
    made = validation_object(
        ValidationResult("epikrise-1.2", "invalid", schema_valid=False, findings=(GN_008,)), "a.xml"
    )
    assert made == {
        "form": "meldingsloft.validation/1",
        "file": "a.xml",
        "message_type": "epikrise-1.2",
        "verdict": "invalid",
        "schema_valid": False,
        "findings": [
            {
                "code": "GN-008",
                "severity": "error",
                "line": 7,
                "column": 5,
                "path": "/MsgHead/MsgInfo/MIGversion",
                "message": "MIGversion has another value than its namespace asks",
                "detail": 'found "v1.2", the schema says "v1.2 2006-05-24"',
                "hint": "copy the value exactly",
                "source": "HIS 80601:2006",
            }
        ],
    }
    line = json_line(made)
    assert line.endswith("}\n")
    assert line.count("\n") == 1
    assert json.loads(line) == made


def test_a_file_that_cannot_be_opened_has_its_line_too() -> None:
    made = outcome_object(unopened("b.xml", MailboxError("ML-P001", "no such file")))
    assert (made["file"], made["verdict"], made["schema_valid"]) == ("b.xml", "unreadable", False)
    assert made["findings"][0]["code"] == "ML-P001"


def test_norwegian_and_colour() -> None:
    result = ValidationResult("epikrise-1.2", "invalid", schema_valid=False, findings=(GN_008, GN_008))
    text = validation_text(result, "a.xml", terminal=Terminal(colour=True), language="nb")
    assert "\x1b[1;31merror[GN-008]\x1b[0m" in text
    assert "= rett: " in text
    assert "2 av dette slaget" in text
    assert "ikke gyldig" in text


def test_an_error_has_the_same_form() -> None:
    error = UnreadableError(
        "ML-U001", "the document is not well-formed XML", hint="close it", where="a.xml", detail="line 3"
    )
    assert error_text(error) == (
        "error[ML-U001]: the document is not well-formed XML\n  --> a.xml\n   |  line 3\n"
        "   = mend: close it; more with `meldingsloft explain ML-U001`"
    )
    assert error_object(error) == {
        "form": "meldingsloft.error/1",
        "code": "ML-U001",
        "message": "the document is not well-formed XML",
        "hint": "close it",
        "file": "a.xml",
        "detail": "line 3",
    }


def test_an_error_without_mend_takes_that_of_the_catalogue() -> None:
    assert "look at the line and column" in error_text(UnreadableError("ML-U001", "x"))
    assert error_text(UnreadableError("ML-Z999", "x")).endswith("= mend: more with `meldingsloft explain ML-Z999`")


def test_all_problems_of_a_case_are_told() -> None:
    error = CaseError("ML-C020", "the case does not build", problems=("patient.sex: unknown", "sender: missing"))
    assert error_text(error).count("\n   |  ") == 2
    assert error_object(error)["problems"] == ["patient.sex: unknown", "sender: missing"]
