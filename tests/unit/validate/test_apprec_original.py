"""What an AppRec says of the message it answers, seen by itself."""

from __future__ import annotations

import pytest

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.validate.rules.apprec.original import CHECKS
from tests.unit.validate.documents import ERROR, apprec, by_rules

OF_SERIES = {rule for check in CHECKS for rule in check.ids}
DEPT = '<Dept><Name>K</Name><Id>2002</Id><TypeId V="HER"/></Dept>'
PERSON = '<HCPerson><Name>F</Name><Id>9900111</Id><TypeId V="{}"/></HCPerson>'


def answering(code: str, document: str) -> str:
    original = (
        f'<OriginalMsgId><MsgType V="{code}"/><IssueDate>2026-03-02T10:00:00</IssueDate><Id>1</Id></OriginalMsgId>'
    )
    return document.replace("</AppRec>", f"{original}</AppRec>")


def found(document: str) -> list[str]:
    return [f.code for f in by_rules(document, codes=PackagedCodeLists()) if f.code in OF_SERIES]


OLD = apprec(year="2004-11-21", mig_version="1.0 2004-11-21", sender="SPR", receiver="RECEIVER")


@pytest.mark.parametrize(
    ("document", "code", "expected"),
    [
        (apprec(), "EPIKRISE", []),
        (OLD, "EPIKRISE", []),
        (OLD, "SVAR_KKL", []),
        (apprec(), "SVAR_KKL", ["AK-008"]),
        (OLD, "SVAR_LAB", ["AK-008"]),
        (OLD, "DIALOG_HELSEFAGLIG", ["AK-008"]),
        (apprec(), "DIALOG_NOTAT", ["AK-008"]),
        (apprec(), "E", ["AK-007"]),
        (apprec(), "", ["AK-007"]),
        (apprec(), "BEKREFT_REKVISISJON", []),
        (apprec(), "APPREC", ["AK-017"]),
        (apprec(status="2", errors=ERROR.replace("E21", "E31")), "EPIKRISE", ["AK-016"]),
        (apprec(status="2", errors=ERROR.replace("E21", "53").replace("8221", "8222")), "EPIKRISE", []),
    ],
)
def test_what_is_answered_is_possible(document: str, code: str, expected: list[str]) -> None:
    assert found(answering(code, document)) == expected


def test_only_communication_parties_of_a_hodemelding_are_mirrored() -> None:
    def speaking(inside: str, code: str = "DIALOG_HELSEFAGLIG") -> list[str]:
        inst = f"<HCP><Inst><Name>S</Name>{inside}</Inst></HCP></Sender>"
        return found(answering(code, apprec().replace("</Sender>", inst)))

    assert speaking(DEPT + PERSON.format("HPR")) == ["AK-010"]
    assert speaking(DEPT + PERSON.format("HER")) == []
    assert speaking(PERSON.format("HPR")) == []
    assert speaking(DEPT + PERSON.format("HPR"), "EPIKRISE") == []
