"""Two levels of HER-ids, in both forms, for sender and receiver."""

from __future__ import annotations

import pytest

from meldingsloft.domain.findings import Severity
from meldingsloft.validate.rulebook import RuleBook
from tests.unit.validate.documents import (
    PERSON,
    SERVICE,
    hcp,
    hodemelding,
    ident,
    message,
    organisation,
    without_advice,
)

NO_HER = organisation("X", "1", SERVICE).replace("HER", "ENH", 1)
NAMELESS_PERSON = PERSON.replace("<GivenName>Kari</GivenName>", "")


@pytest.mark.parametrize(
    ("organisation_xml", "expected"),
    [
        ("", [("MH-007", "error")]),
        ("<Organisation/>", [("MH-007", "error")]),
        (organisation("X", "1", ""), [("MH-009", "error")]),
        (NO_HER, [("MH-008", "error")]),
        (organisation("", "1", SERVICE), [("MH-011", "error")]),
        (organisation("X", "1", NAMELESS_PERSON), [("MH-011", "error")]),
        (organisation("X", "1", SERVICE + PERSON), [("MH-010", "warning")]),
        (organisation("X", "", SERVICE), [("MH-008", "error")]),
        (
            organisation(
                "X", "1", f"<Organisation><OrganisationName>Y</OrganisationName>{ident('7', 'RSH')}</Organisation>"
            ),
            [("MH-009", "error")],
        ),
        (organisation("X", "1", PERSON), []),
    ],
)
def test_each_fault_of_a_hodemelding_address(organisation_xml: str, expected: list[tuple[str, str]]) -> None:
    for document in (hodemelding(sender=organisation_xml), hodemelding(receiver=organisation_xml)):
        assert [(f.code, f.severity.value) for f in without_advice(document)] == expected


def test_only_the_receiver_is_a_reason_to_answer_e21() -> None:
    assert [f.apprec for f in without_advice(hodemelding(sender="", receiver=""))] == ["", "E21"]


@pytest.mark.parametrize(
    ("family", "sender_rule", "receiver_rule", "sender", "receiver"),
    [
        ("epikrise", "EP-004", "EP-005", "provider", "requester"),
        ("svarrapport", "SV-008", "SV-008", "provider", "requester"),
        ("henvisning", "HE-002", "HE-002", "requester", "provider"),
        ("rekvisisjon", "RE-005", "RE-005", "requester", "provider"),
    ],
)
@pytest.mark.parametrize(
    ("address", "detail"),
    [
        (None, "has no"),
        (hcp(party=""), "neither Dept nor HCPerson"),
        (hcp(her=""), "no Id with TypeId"),
        (hcp().replace("<Name>Kirurgi</Name>", ""), "Dept of"),
        (hcp(party='<Dept><Name>Kirurgi</Name><AdditionalId><Id>2002</Id><Type V="HER"/></AdditionalId></Dept>'), ""),
    ],
)
def test_each_fault_of_an_hcp_address(
    family: str, sender_rule: str, receiver_rule: str, sender: str, receiver: str, address: str | None, detail: str
) -> None:
    names = {"provider": "ServProvider", "requester": "Requester"}
    for side, rule in ((sender, sender_rule), (receiver, receiver_rule)):
        xml = "" if address is None else f"<{names[side]}>{address}</{names[side]}>"
        findings = without_advice(message(family, **{side: xml}))
        assert [f.code for f in findings] == ([rule] if detail else [])
        assert all(detail in f.detail for f in findings)
        rejecting = side == receiver and detail and "of" not in detail
        assert [f.apprec for f in findings] == (["E21" if rejecting else ""] if detail else [])


def test_the_legacy_profile_lowers_rules_for_the_old_generation_only() -> None:
    for family, severity in (("rekvisisjon-1.5", Severity.WARNING), ("rekvisisjon", Severity.ERROR)):
        (finding,) = without_advice(
            message(family, provider=f"<ServProvider>{hcp(party='')}</ServProvider>"),
            rules=RuleBook(profile="legacy-1.5"),
        )
        assert finding.severity is severity
    (current,) = without_advice(message("rekvisisjon-1.5", provider=f"<ServProvider>{hcp(party='')}</ServProvider>"))
    assert current.severity is Severity.ERROR
