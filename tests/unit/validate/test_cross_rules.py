"""What parts of one message say of each other, and what messages of a conversation do."""

from __future__ import annotations

import pytest

from meldingsloft.validate.rules.conversation.findings import conversation_findings
from meldingsloft.validate.rules.cross.registry import CHECKS
from tests.unit.validate.documents import FNR, apprec, by_rules, hodemelding, ident, judged, message

OF_SERIES = {rule for check in CHECKS for rule in check.ids}
PLO = (
    '<Pasientlogistikk xmlns="http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"><p:InformasjonOmForsendelsen '
    'xmlns:p="urn:p"><p:Forsendelsesstatus V="{}"/></p:InformasjonOmForsendelsen>{}</Pasientlogistikk>'
)
ONE, TWO, THREE = (f"0d0b5c7e-6a1e-4b8b-9a55-3d2f6f1d9c1{n}" for n in (1, 2, 3))


def found(document: str) -> list[str]:
    return sorted(finding.code for finding in by_rules(document) if finding.code in OF_SERIES)


def referring(document: str, parent: str, conversation: str) -> str:
    ids = f"<RefToParent>{parent}</RefToParent><RefToConversation>{conversation}</RefToConversation>"
    return document.replace("<Sender>", f"<ConversationRef>{ids}</ConversationRef><Sender>", 1)


def plo(status: str, more: str = "") -> str:
    return hodemelding(type_code="LOG_INNLAGT", content=PLO.format(status, more))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (plo("N"), []),
        (plo("M"), ["XR-006"]),
        (plo("C"), ["XR-006"]),
        (referring(plo("M"), ONE, ONE), []),
        (referring(plo("N"), ONE, ONE), ["XR-007"]),
        (referring(plo("N", "<SvarPaaForesporsel/>"), ONE, ONE), []),
        (referring(hodemelding(), ONE, ONE), []),
        (referring(hodemelding(), "1", ""), ["XR-009", "XR-009"]),
        (message(), []),
        (apprec(), []),
    ],
)
def test_references_to_earlier_messages(document: str, expected: list[str]) -> None:
    assert found(document) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Se vedlegg.", ["XR-023"]),
        ("EKG er vedlagt", ["XR-023"]),
        ("uten vedlegg", []),
        ("vedlegger ingenting", []),
    ],
)
def test_a_text_that_promises_an_attachment(text: str, expected: list[str]) -> None:
    assert found(message(more=f"<Comment>{text}</Comment>")) == expected
    assert found(message(more=f"<Comment>{text}</Comment><RefDoc/>")) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('<Event><StartDateTime V="2026-03-02"/><EndDateTime V="2026-03-01"/></Event>', ["XR-027"]),
        ('<Event><StartDateTime V="2026-03-02T10:00:00"/><EndDateTime V="2026-03-02"/></Event>', []),
        ('<Event><EndDateTime V="2026-03-01"/></Event>', []),
        ('<Event><StartDateTime/><EndDateTime V="2026-03-01"/></Event>', []),
        ('<Subject><DateOfBirth V="2026-03-03"/></Subject>', ["XR-027"]),
        ('<Subject><DateOfBirth V="2026"/></Subject>', []),
    ],
)
def test_dates_that_cannot_be(more: str, expected: list[str]) -> None:
    assert found(message(more=more)) == expected


def test_numbers_that_contradict_each_other() -> None:
    patient = f'<Patient><Name>D, L</Name><OffId>{FNR}</OffId><TypeOffId V="FNR"/><AdditionalId><Id>{{}}</Id><Type V="{{}}"/></AdditionalId></Patient>'
    assert found(message(patient=patient.format("13916910163", "FNR"))) == ["XR-026"]
    assert found(message(patient=patient.format(FNR, "FNR"))) == []
    assert found(message(patient=patient.format("53916910032", "DNR"))) == []
    other = f'<OtherReceiver><RoleReceiver V="COP"/><Patient>{ident("13916910163", "FNR")}</Patient></OtherReceiver>'
    assert found(hodemelding().replace("</Receiver>", f"</Receiver>{other}")) == ["XR-004"]


def together(*documents: str) -> list[list[str]]:
    """Codes of each message, beside the others."""
    subjects = [(str(place), judged(document).subject) for place, document in enumerate(documents)]
    findings = conversation_findings((name, subject) for name, subject in subjects if subject is not None)
    return [[finding.code for finding in findings[name]] for name, _ in subjects]


def test_three_messages_in_a_row_lead_back_to_the_first() -> None:
    first, second = hodemelding(msg_id=ONE), referring(hodemelding(msg_id=TWO), ONE, ONE)
    third = referring(hodemelding(msg_id=THREE), TWO, ONE)
    assert together(third, first, second) == [[], [], []]
    assert together(first, second, referring(hodemelding(msg_id=THREE), TWO.upper(), ONE.upper())) == [[], [], []]
    assert together(first, second, referring(hodemelding(msg_id=THREE), TWO, TWO)) == [[], [], ["XR-008"]]
    assert together(first, third) == [[], ["XR-008"]]


def test_messages_that_refer_to_themselves_or_round_in_a_ring_do_no_harm() -> None:
    ring = [referring(hodemelding(msg_id=ONE), TWO, TWO), referring(hodemelding(msg_id=TWO), ONE, ONE)]
    assert all(set(codes) <= {"XR-008"} for codes in together(*ring))
    assert together(referring(hodemelding(msg_id=ONE), ONE, ONE)) == [[]]


def test_receipts_and_what_is_no_message_are_passed_over() -> None:
    assert together(apprec(), "<a/>", hodemelding(content="")) == [[], [], []]
    assert together() == []


def test_the_same_message_twice_is_a_copy_and_another_of_its_id_is_not() -> None:
    assert together(hodemelding(), hodemelding()) == [[], []]
    assert together(hodemelding(), hodemelding(gen_date="2026-03-02T10:31:08")) == [[], ["XR-024"]]
