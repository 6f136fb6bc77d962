"""Mails with ebXML messages, and bare SOAP envelopes."""

from __future__ import annotations

from typing import Any

import pytest

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.validate.document import validate
from meldingsloft.validate.message import ValidationResult
from tests.unit.validate.documents import SmallSchemas, apprec

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EB = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
SOAP_XSD = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{SOAP}" elementFormDefault="qualified">
<xs:element name="Envelope"><xs:complexType><xs:sequence>
<xs:element name="Header"><xs:complexType><xs:sequence><xs:any namespace="##other" processContents="lax" maxOccurs="9"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="Body"><xs:complexType><xs:sequence><xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="9"/></xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:schema>"""
HEADER = f"""<eb:MessageHeader xmlns:eb="{EB}" eb:version="2.0" S:mustUnderstand="1">
<eb:From><eb:PartyId eb:type="HER">1002</eb:PartyId><eb:Role>APPRECsender</eb:Role></eb:From>
<eb:To><eb:PartyId eb:type="HER">2002</eb:PartyId><eb:Role>APPRECreceiver</eb:Role></eb:To>
<eb:CPAId>1002_2002</eb:CPAId><eb:ConversationId>c</eb:ConversationId>
<eb:Service>urn:oasis:names:tc:ebxml-msg:service</eb:Service><eb:Action>Ping</eb:Action>
<eb:MessageData><eb:MessageId>0d0b5c7e-6a1e-4b8b-9a55-3d2f6f1d9c11</eb:MessageId><eb:Timestamp>2026-03-02T10:31:07Z</eb:Timestamp></eb:MessageData>
</eb:MessageHeader>"""
SIGNATURE = """<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:Reference URI=""/></ds:SignedInfo>
<ds:KeyInfo><ds:X509Data><ds:X509Certificate>AA==</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"""
ENVELOPE = f"""<?xml version="1.0" encoding="UTF-8"?>
<S:Envelope xmlns:S="{SOAP}"><S:Header>
{HEADER}{SIGNATURE}
</S:Header><S:Body/></S:Envelope>"""
MAIL = """From: a@example.org
To: b@example.org
Message-ID: <1@example.org>
Date: Mon, 02 Mar 2026 10:31:07 +0100
MIME-Version: 1.0
SOAPAction: "ebXML"
Content-Type: text/xml; charset=UTF-8
Content-Transfer-Encoding: 8bit

"""


def judged(text: str, **options: Any) -> ValidationResult:
    return validate(text.encode(), schemas=SmallSchemas({SOAP: SOAP_XSD}), catalogue=load_catalogue(), **options)


@pytest.mark.parametrize("document", [ENVELOPE, MAIL + ENVELOPE])
def test_a_right_envelope_is_valid(document: str) -> None:
    result = judged(document)
    assert [f for f in result.findings if f.severity == "error"] == []
    assert (result.message_type, result.verdict, result.schema_valid) == ("ebxml", "valid", True)


@pytest.mark.parametrize("head", ["", MAIL])
def test_a_party_without_her_id_is_a_finding_of_the_profile(head: str) -> None:
    result = judged(head + ENVELOPE.replace("2002</eb:PartyId>", "x</eb:PartyId>"))
    assert result.verdict == "invalid"
    assert [f.code for f in result.findings if f.severity == "error"] == ["EB-052"]


def test_a_schema_violation_has_its_line_in_the_mail() -> None:
    broken = ENVELOPE.replace("<S:Body/>", "<S:Bodi/>")
    (alone,) = judged(broken, only={"schema"}).findings
    (mailed,) = judged(MAIL + broken, only={"schema"}).findings
    assert (alone.code, mailed.code) == ("XSD-ELEMENT-UNEXPECTED", "XSD-ELEMENT-UNEXPECTED")
    assert alone.place.line is not None
    assert mailed.place.line == alone.place.line + MAIL.count("\n")
    assert judged(MAIL + broken).schema_valid is False


def test_a_mail_that_cannot_be_read_is_one_finding() -> None:
    result = judged(MAIL + "<S:Envelope")
    assert (result.message_type, result.verdict, result.schema_valid) == ("ebxml", "unreadable", False)
    assert [f.code for f in result.findings] == ["GN-001"]


def test_a_message_is_judged_as_a_message() -> None:
    assert judged(apprec()).message_type == "apprec-1.1"


def test_groups_limit_the_findings() -> None:
    broken = MAIL.replace("From: a@example.org\n", "") + ENVELOPE.replace("<S:Body/>", "<S:Bodi/>")
    schema, envelope = judged(broken, only={"schema"}), judged(broken, only={"envelope"})
    assert {f.code[:3] for f in schema.findings} == {"XSD"}
    assert envelope.findings
    assert {f.code[:3] for f in envelope.findings} == {"EB-"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (SIGNATURE, "", "EB-140"),
        ('<ds:Reference URI=""/>', '<ds:Reference URI="cid:1"/>', "EB-140"),
        ("<ds:X509Certificate>AA==</ds:X509Certificate>", "", "EB-141"),
        (
            '<ds:Reference URI=""/>',
            '<ds:Reference URI=""/><ds:Reference URI="cid:1"><ds:Transforms/></ds:Reference>',
            "EB-143",
        ),
        ("</eb:MessageHeader>", "</eb:MessageHeader><eb:AckRequested S:actor='x'/>", "EB-009"),
    ],
)
def test_what_can_be_said_of_a_signature_without_keys(old: str, new: str, code: str) -> None:
    text = (MAIL + ENVELOPE).replace("<S:Envelope", f'<S:Envelope xmlns:eb="{EB}"', 1)
    assert old in text
    assert [f.code for f in judged(text.replace(old, new, 1)).findings if f.severity == "error"] == [code]


def test_an_unreadable_mail_has_the_code_of_the_rule_where_there_is_one() -> None:
    (finding,) = judged(MAIL.replace("text/xml", "text/plain") + ENVELOPE).findings
    assert finding.code == "EB-023"
