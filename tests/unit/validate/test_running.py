"""The runner and the result: order, groups, what the flows rely on."""

from __future__ import annotations

from typing import Any

import pytest

from meldingsloft.domain.code_texts import CodeText, Language
from meldingsloft.validate.checks import GROUPS
from meldingsloft.validate.rulebook import RuleBook, shipped_text
from meldingsloft.validate.rules.registry import CHECKS
from tests.unit.validate.documents import PATIENT, SMALL, apprec, hodemelding, judged, message


def test_findings_come_in_document_order() -> None:
    document = hodemelding(msg_id="1", mig_version="v1", receiver="", patient=PATIENT.replace("1391", "1390"))
    places = [(f.place.line, f.place.column) for f in judged(document).findings]
    assert len(places) > 3
    assert places == sorted(places, key=lambda place: (place[0] or 0, place[1] or 0))


def test_no_text_is_read_for_a_message_without_faults() -> None:
    def find(code: str, _language: Language) -> CodeText | None:
        raise AssertionError(code)

    document = SMALL.replace("<Dept>", "<Dept>")
    assert judged(document, only={"schema"}, rules=RuleBook(find)).verdict == "valid"
    assert judged(apprec(), only={"rules"}, rules=RuleBook(find)).findings == ()


def test_the_parsed_root_is_given_on() -> None:
    result = judged(apprec())
    assert result.root is not None
    assert result.root.tag.endswith("}AppRec")
    assert result.head is not None
    assert result.head.apprec is not None


def test_what_is_no_message_has_no_head() -> None:
    assert judged('<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"/>').head is None
    assert judged("<x/>").head is None


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (message(), "epikrise-1.2"),
        (hodemelding(), "dialog-helsefaglig-1.1"),
        (apprec(), "apprec-1.1"),
        ('<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"/>', "ebxml"),
        (
            '<CollaborationProtocolProfile xmlns="http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd"/>',
            "cpp",
        ),
        (
            '<CollaborationProtocolAgreement xmlns="http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd"/>',
            "cpa",
        ),
        ("<x/>", "unknown"),
    ],
)
def test_each_kind_of_document_has_its_name(document: str, kind: str) -> None:
    assert judged(document).message_type == kind


def test_every_check_belongs_to_a_group_and_no_id_to_two_checks() -> None:
    ids = [code for check in CHECKS.checks for code in check.ids]
    assert len(ids) == len(set(ids))
    assert {check.group for check in CHECKS.checks} <= set(GROUPS)


def test_checks_that_only_advise_give_nothing_that_counts() -> None:
    heavy = [
        code
        for check in CHECKS.checks
        if check.advice
        for code in check.ids
        if (text := shipped_text(code)) is not None and (text.severity == "error" or text.apprec)
    ]
    assert heavy == []


def test_a_receiver_asks_all_that_decides_its_answer_and_nothing_else() -> None:
    for check in CHECKS.checks:
        texts = [text for code in check.ids if (text := shipped_text(code)) is not None]
        assert check.answer == any(text.apprec for text in texts), check.ids


def test_a_rule_without_texts_is_a_fault_of_ours() -> None:
    options: dict[str, Any] = {"rules": RuleBook(lambda _code, _language: None)}
    with pytest.raises(KeyError):
        judged(apprec(own_id="1"), **options)
