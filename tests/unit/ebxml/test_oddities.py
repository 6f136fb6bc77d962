"""Rare forms that a receiver meets once a year, and must not stumble over."""

from __future__ import annotations

import pytest
from lxml import etree

from meldingsloft.domain.envelopes import (
    EbxmlError,
    Endpoint,
    Envelope,
    EnvelopeKind,
    ErrorList,
    ManifestReference,
    PartyId,
    SoapFault,
)
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.identifiers import ContentId, CpaId, HerId, MessageId
from meldingsloft.ebxml import opening, signals
from meldingsloft.ebxml.acceptance import check_schema
from meldingsloft.ebxml.blocks import read_blocks
from meldingsloft.ebxml.bounces import read_bounce
from meldingsloft.ebxml.faults import fault_entity, read_fault
from meldingsloft.ebxml.headers import Headers, read_parameters
from meldingsloft.ebxml.mime import read_entity, read_mail, write_entity, write_mail
from meldingsloft.ebxml.reading import Addresses, read_addresses, read_envelope
from meldingsloft.ebxml.soap import build_soap
from meldingsloft.ebxml.tolerances import tolerances_of
from meldingsloft.xmlsafe import parse
from tests.unit.ebxml.mails import SOAP_HEAD, TOP, b64, mail
from tests.unit.ebxml.test_acceptance import NOW, header, message, signal
from tests.unit.ebxml.test_reading import DOTNET

SOAP = 'xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"'


class NoSchemas:
    name = "none"

    def knows(self, namespace: str) -> bool:
        return False

    def for_namespaces(self, namespaces: frozenset[str]) -> etree.XMLSchema:
        raise AssertionError

    def source(self, namespace: str) -> str:
        raise AssertionError


def test_a_schema_set_without_the_envelope_judges_nothing() -> None:
    assert check_schema(etree.Element("x"), NoSchemas()) == []


def test_a_bounce_and_a_fault_arrive_as_what_they_are() -> None:
    raw = mail(
        "Content-Type: multipart/report; boundary=b1",
        ("Content-Type: message/delivery-status", b"Original-Envelope-Id: e-1"),
    )
    bounced = opening.read(raw)
    assert bounced.bounce is not None
    assert bounced.bounce.references == ("e-1",)
    assert opening.addresses(bounced) == Addresses()
    faulted = opening.read(fault_entity(SoapFault("Server", "x")))
    assert faulted.fault == SoapFault("Server", "x")
    assert read_blocks(faulted.root).fault is not None


def test_a_returned_mail_without_id_tells_nothing() -> None:
    raw = mail(
        "Content-Type: multipart/report; boundary=b1",
        ("Content-Type: message/rfc822", b"From: a@b"),
        ("Content-Type: text/rfc822-headers", b"Message-ID: <2@x>"),
    )
    found = read_bounce(read_mail(raw))
    assert found is not None
    assert found.references == ("2@x",)


def test_a_fault_may_qualify_its_parts() -> None:
    text = f"<S:Envelope {SOAP}><S:Body><S:Fault><S:faultcode>S:Client</S:faultcode><S:faultstring>x</S:faultstring></S:Fault></S:Body></S:Envelope>"
    assert read_fault(parse(text.encode())) == SoapFault("Client", "x")


@pytest.mark.parametrize("inside", ["<S:Body/>", "<S:Header/>", ""])
def test_header_and_body_must_both_be_there(inside: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        read_blocks(parse(f"<S:Envelope {SOAP}>{inside}</S:Envelope>".encode()))
    assert (caught.value.code, caught.value.answer) == ("ML-E003", "fault")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("</eb:Manifest>", '</eb:Manifest><eb:Manifest eb:version="2.0"/>', "ML-E006"),
        (
            "<!-- first -->",
            '<d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/><d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/>',
            "ML-E006",
        ),
        ("<!-- first -->", '<eb:Acknowledgment eb:version="2.0" S:mustUnderstand="1"/>', "ML-E009"),
        ("<!-- first -->", '<eb:ErrorList eb:version="2.0" S:mustUnderstand="1"/>', "ML-E009"),
        ("<eb:Role>EPIKRISEreceiver</eb:Role>", "<eb:Rolle/>", "ML-E009"),
    ],
)
def test_blocks_out_of_order_are_refused(old: str, new: str, code: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        read_envelope(parse(DOTNET.replace(old, new).encode()))
    assert caught.value.code == code
    assert "xmldsig#" not in caught.value.message


@pytest.mark.parametrize(
    ("attributes", "answer"),
    [
        ('eb:version="1.0" S:actor="http://schemas.xmlsoap.org/soap/actor/next"', "Inconsistent"),
        ('eb:version="2.0"', "Inconsistent"),
    ],
)
def test_a_sync_reply_must_be_one(attributes: str, answer: str) -> None:
    text = DOTNET.replace("<!-- first -->", f'<eb:SyncReply S:mustUnderstand="1" {attributes}/>')
    with pytest.raises(EnvelopeError) as caught:
        read_envelope(parse(text.encode()), synchronous=True)
    assert caught.value.answer == answer


def test_addresses_without_message_data_and_parties() -> None:
    text = DOTNET.replace("eb:MessageData", "eb:Other").replace("eb:From", "eb:Fra")
    found = read_addresses(parse(text.encode()))
    assert (found.sender, found.message_id) == (None, None)
    assert found.receiver is not None


def test_parameters_however_they_are_written() -> None:
    assert read_parameters(r'text/xml ; a="x\"y\\z" ;; junk ; b = c (d (e) \) "f)') == (
        "text/xml",
        {"a": 'x"y\\z', "b": "c"},
    )
    assert read_parameters('text/xml; a="no end') == ("text/xml", {"a": ""})
    assert read_parameters("text/xml; =x; a=1") == ("text/xml", {"a": "1"})


def test_headers_know_how_many_they_are_and_leave_broken_words() -> None:
    headers = Headers((("Subject", "=?utf-8?B?!?="), ("X", "=?x-none?Q?a?=")))
    assert len(headers) == 2
    assert headers.text("subject") in {"", "=?utf-8?B?!?="}
    assert headers.text("x") == "=?x-none?Q?a?="
    assert headers.text("absent") == ""


@pytest.mark.parametrize("raw", [b"\r\n<a/>", b"\n<a/>"])
def test_a_part_may_have_no_headers(raw: bytes) -> None:
    part = read_entity(raw)
    assert (part.content_type, part.content) == ("text/plain", b"<a/>")


def test_a_mail_needs_no_subject() -> None:
    raw = write_mail(
        write_entity(b"<x/>", ContentId("s")), from_address="a@b", to_address="c@d", message_id="1@b", date=NOW
    )
    assert "subject" not in read_mail(raw).headers


def test_a_party_without_her_id_is_answered_too() -> None:
    addresses = Addresses(sender=Endpoint((PartyId("orgnr", "ENH"),)))
    facts = signals.error_list(
        addresses, [EbxmlError("OtherXml", "Error")], own=HerId("80002"), message_id=MessageId("m"), now=NOW
    )
    assert facts.header.cpa_id == "80002_orgnr"
    assert facts.header.receiver.her_id is None


def told(envelope: Envelope, soap: bytes, raw: bytes) -> set[str]:
    return {f.code for f in tolerances_of(read_mail(raw), parse(soap), soap, envelope)}


def test_the_rarer_deviations_are_told_too() -> None:
    envelope = message(cpa_id=CpaId("0b7c54e8-9d0a-4c5e-8f7e-0d9f5d0a8f12"))
    soap = build_soap(envelope).signed(b"")
    raw = mail(
        TOP.replace('type="text/xml"; ', ""),
        (SOAP_HEAD.replace("base64", "7bit"), soap),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-ID: <doc>", b"0"),
    )
    assert told(envelope, soap, raw) == {"EB-020", "EB-024", "EB-026", "EB-027"}
    two = soap.replace(b"<SOAP:Body>", b"<SOAP:Body><eb:StatusRequest></eb:StatusRequest>")
    assert "EB-047" in told(envelope, two, raw)
    by_issuer = message(cpa_id=CpaId("nav:89252"))
    assert "EB-058" not in told(by_issuer, build_soap(by_issuer).signed(b""), raw)


def test_deviations_of_signals_are_told() -> None:
    answered = signal("MessageError", ref_to_message_id=MessageId("m"))
    envelope = Envelope(answered, error_list=ErrorList((EbxmlError("OtherXml", "Warning"),)))
    soap = build_soap(envelope).signed(b"").replace(b'eb:highestSeverity="Warning"', b'eb:highestSeverity="Error"')
    codes = told(envelope, soap, mail(TOP, (SOAP_HEAD, b64(soap))))
    assert {"EB-028", "EB-105"} <= codes
    assert "EB-068" not in codes


def test_a_message_with_more_than_a_manifest_keeps_its_kind() -> None:
    envelope = Envelope(header(), manifest=(ManifestReference(ContentId("d")),))
    assert envelope.header.kind is EnvelopeKind.MESSAGE
