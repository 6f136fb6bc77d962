"""The hodemelding: codes of MsgInfo, copy receivers, documents, attachments and the signature."""

from __future__ import annotations

import pytest

from meldingsloft.crypto.signing import sign_message
from meldingsloft.validate.rules.head.registry import CHECKS
from tests.unit.crypto.identities import signer
from tests.unit.validate.documents import (
    DIALOG,
    PERSON,
    SERVICE,
    by_rules,
    hodemelding,
    ident,
    organisation,
    without_advice,
)

OF_SERIES = {rule for check in CHECKS for rule in check.ids}
TEST = '<ProcessingStatus V="T"/>'
PDF = "JVBERi0xLjQKMSAwIG9iag=="
PNG = "iVBORw0KGgoAAAANSUhEUg=="
WHOLE = organisation("Kommunen", "3001", SERVICE)


def found(document: str | bytes) -> list[str]:
    return sorted(finding.code for finding in by_rules(document) if finding.code in OF_SERIES)


def attached(
    container: str = PDF,
    *,
    facts: str = '<IssueDate V="2026-03-02"/><MsgType V="A"/>',
    mime: str = "application/pdf",
    more: str = "<Description>Vedlegg</Description>",
) -> str:
    """A hodemelding with an attachment."""
    content = f'<Base64Container xmlns="http://www.kith.no/xmlstds/base64container">{container}</Base64Container>'
    mime = f"<MimeType>{mime}</MimeType>" if mime else ""
    ref_doc = f"<RefDoc>{facts}{mime}{more}<Content>{content}</Content></RefDoc>"
    return hodemelding().replace("</MsgHead>", f"<Document>{ref_doc}</Document></MsgHead>")


def copied(inside: str) -> str:
    return hodemelding().replace("</Receiver>", f"</Receiver><OtherReceiver>{inside}</OtherReceiver>")


def test_a_right_hodemelding_with_copy_and_attachment_has_no_findings() -> None:
    assert found(hodemelding()) == []
    assert found(copied(f'<RoleReceiver V="COP"/>{WHOLE}')) == []
    assert found(attached()) == []
    assert found(attached(PNG, mime="image/png")) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('<ProcessingStatus V="X"/>', ["MH-004"]),
        (f'{TEST}<RequestedPriority V="L"/>', []),
        (f'{TEST}<RequestedPriority V="HAST"/>', ["MH-005"]),
        (f'{TEST}<Ack V="N"/>', ["MH-006"]),
    ],
)
def test_codes_of_the_message(more: str, expected: list[str]) -> None:
    assert found(hodemelding().replace(TEST, more)) == expected


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("", ["MH-016", "MH-017"]),
        ('<RoleReceiver V="COP"/><Organisation/>', ["MH-018", "MH-018"]),
        (f'<RoleReceiver V="COP"/>{organisation("Kommunen", "3001", "")}', ["MH-018"]),
        (f'<RoleReceiver V="COP"/>{organisation("Kommunen", "3001", SERVICE + PERSON)}', ["MH-018"]),
        (f'<RoleReceiver V="KOPI"/>{WHOLE}', ["MH-016"]),
        (f'<RoleReceiver V="COP"/>{organisation("Sykehuset", "2001", SERVICE)}', ["MH-019"]),
        (f'<RoleReceiver V="COP"/><Patient>{ident("1", "XXX")}</Patient>', ["MH-024"]),
    ],
)
def test_copy_receivers(inside: str, expected: list[str]) -> None:
    assert found(copied(inside)) == expected


def test_a_person_in_the_address_is_a_communication_party() -> None:
    responsible = (
        f"<HealthcareProfessional><FamilyName>F</FamilyName>{ident('9900310', 'HPR')}</HealthcareProfessional>"
    )
    beside = organisation("Sykehuset", "2001", SERVICE + responsible)
    below = organisation("Sykehuset", "2001", SERVICE.replace("</Organisation>", f"{responsible}</Organisation>"))
    assert found(hodemelding(receiver=beside)) == found(hodemelding(receiver=below)) == ["MH-014"]
    assert found(hodemelding(receiver=organisation("Legesenteret", "2001", responsible))) == []  # MH-009 tells of it


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ["MH-029", "MH-030"]),
        (f'<Dialogmelding xmlns="{DIALOG}"/><Dialogmelding xmlns="{DIALOG}"/>', ["MH-029"]),
        ('<Base64Container xmlns="http://www.kith.no/xmlstds/base64container">AAAA</Base64Container>', ["MH-042"]),
    ],
)
def test_the_first_document_is_the_fagmelding(content: str, expected: list[str]) -> None:
    assert found(hodemelding(content=content)) == expected


def test_only_a_message_that_carries_nothing_is_rejected() -> None:
    as_attachment = hodemelding().replace('<MsgType V="XML"/>', '<MsgType V="A"/>')
    assert [(f.code, f.apprec) for f in by_rules(as_attachment) if f.code in OF_SERIES] == [("MH-029", "")]
    nothing = [(f.code, f.apprec) for f in by_rules(hodemelding(content="")) if f.code in OF_SERIES]
    assert nothing == [("MH-029", "T02"), ("MH-030", "")]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ('<FromDate V="2026-03-02"/>', []),
        ('<FromDate V="2026-03-02"/><ToDate V="2026-03-03"/>', []),
        ('<FromDate V="2026-03-02"/><ToDate V="2026-03-02"/>', ["MH-033"]),
        ('<FromDate V="2026-03-02"/><ToDate/>', ["MH-033"]),
        ('<ToDate V="2026-03-02"/>', ["MH-033"]),
    ],
)
def test_the_period_of_a_document(period: str, expected: list[str]) -> None:
    assert found(hodemelding().replace("<Document>", f"<Document>{period}")) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (attached("JVBERi0x\n  LjQKMSAw\r\n\tIG9iag==\n"), []),
        (attached(""), ["MH-041"]),
        (attached("JVBERi0xLjQKMSAwIG9iag="), ["MH-041"]),
        (attached("JVBERi0xLjQKMSAwIG9i*g=="), ["MH-041"]),
        (attached("JVBERi0xLjQKMSAwIG9iøg=="), ["MH-041"]),
        (attached("<a/>"), ["MH-041"]),
        (attached(PNG), ["MH-045"]),
        (attached(PNG, mime="image/jpg"), ["MH-045", "MH-046"]),
        (attached(PNG, mime="image/x-png"), ["MH-046"]),
        (attached(PNG, mime="IMAGE/PNG"), []),
        (attached(mime="image/tiff"), ["MH-044"]),
        (attached(mime="tekst"), ["MH-044", "MH-046"]),
        (attached(mime=""), ["MH-039"]),
        (attached(facts='<MsgType V="A"/>'), ["MH-039"]),
        (attached(facts='<IssueDate V="2026-03-02"/><MsgType V="V"/>'), ["MH-039"]),
        (attached(facts='<IssueDate V="2026-03-02"/><MsgType V="XML"/>'), ["MH-031"]),
        (attached(more=""), ["MH-040"]),
        (attached(mime="text/xml"), ["MH-043", "MH-044"]),
        (attached(mime="application/xml"), ["MH-043", "MH-043", "MH-044"]),
        (attached(more='<Description>D</Description><Compression V="GZ"/>'), []),
        (attached(more='<Description>D</Description><Compression V="ZIP"/>'), ["MH-035"]),
    ],
)
def test_attachments(document: str, expected: list[str]) -> None:
    assert found(document) == expected


def test_a_signature_holds_and_stands_last() -> None:
    signed = sign_message(hodemelding().encode(), signer())
    assert found(signed) == []
    altered = signed.replace(b"Danser", b"Dansen")
    assert [(f.code, f.detail, f.apprec) for f in without_advice(altered)] == [
        ("MH-038", "reason: message-altered", "S01")
    ]
    moved = signed.replace(b"</MsgHead>", b"<Document><RefDoc/></Document></MsgHead>")
    assert found(moved).count("MH-038") == 2


def test_what_is_no_signature_is_told_as_one_that_does_not_hold() -> None:
    nothing = hodemelding().replace("</MsgHead>", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></MsgHead>')
    assert found(nothing) == ["MH-038"]


@pytest.mark.parametrize(
    ("patient", "expected"),
    [
        ('<Address><Type V="H"/></Address>', ["MH-026"]),
        ("<Address/>", ["MH-026"]),
        ('<Address><Type V="H"/><Country V="SE"/></Address>', []),
        ('<Address><County V="505"/></Address>', ["MH-027"]),
        ('<TeleCom><TeleAddress V="tel:+4771 66 00 00"/></TeleCom>', ["MH-028"]),
        ('<TeleCom><TeleAddress V="mailto:post@example.invalid"/></TeleCom>', []),
        ('<TeleCom><TeleAddress V="71660000"/></TeleCom>', ["MH-028"]),
        ("<TeleCom><TeleAddress/></TeleCom>", ["MH-028"]),
        ('<Nationality V="NO"/>', ["MH-025"]),
        ('<Nationality V="SE"/>', []),
    ],
)
def test_details_of_the_patient(patient: str, expected: list[str]) -> None:
    assert found(hodemelding().replace("</Patient>", f"{patient}</Patient>")) == expected


def test_nothing_is_asked_of_other_namespaces() -> None:
    foreign = '<x:y xmlns:x="urn:x"><x:Address/><x:TeleAddress V="1"/><x:OtherReceiver/><x:TypeId V="HER"/></x:y>'
    assert found(hodemelding(content=foreign)) == []
