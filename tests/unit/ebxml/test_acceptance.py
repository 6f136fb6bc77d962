"""What a receiver refuses, what it lets pass, and by which rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from lxml import etree

from meldingsloft.domain.envelopes import (
    Acknowledgment,
    AckRequested,
    EbxmlError,
    Endpoint,
    Envelope,
    ErrorList,
    ManifestReference,
    MessageHeader,
    PartyId,
)
from meldingsloft.domain.errors import EnvelopeError, UnreadableError
from meldingsloft.domain.findings import Severity
from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, HerId, MessageId
from meldingsloft.ebxml.acceptance import check_mail, check_schema, check_values
from meldingsloft.ebxml.encoding import check_encoding, encoding_warnings, read_declaration
from meldingsloft.ebxml.mime import read_mail
from meldingsloft.ebxml.reading import read_envelope
from meldingsloft.ebxml.soap import build_soap
from meldingsloft.ebxml.tolerances import tolerances_of
from meldingsloft.xmlsafe import parse
from tests.reference import needs_reference
from tests.unit.ebxml.mails import CMS, CMS_HEAD, SOAP_HEAD, TOP, b64, mail, ordinary
from tests.unit.ebxml.official import OfficialSchemas

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MAIL_HEADERS = "From: a@edi.test\nTo: b@edi.test\nDate: Mon, 02 Mar 2026 09:31:07 +0000\nMessage-ID: <1@edi.test>\n"


def header(**changes: object) -> MessageHeader:
    made = MessageHeader(
        sender=Endpoint.her(HerId("80001"), "EPIKRISEsender"),
        receiver=Endpoint.her(HerId("80002"), "EPIKRISEreceiver"),
        cpa_id=CpaId("80001_80002"),
        conversation_id=ConversationId("0b7c54e8-9d0a-4c5e-8f7e-0d9f5d0a8f11"),
        service="S-EPIKRISE",
        action="EPIKRISE",
        message_id=MessageId("a1b2c3d4-0000-4000-8000-000000000001"),
        timestamp="2026-03-02T09:31:07Z",
        description='{"MSH-system":"X","MSH-versjon":"1"}',
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def message(**changes: object) -> Envelope:
    return Envelope(header(**changes), AckRequested(), manifest=(ManifestReference(ContentId("doc"), "urn:x", "1.2"),))


def signal(action: str, **changes: object) -> MessageHeader:
    made = header(
        sender=Endpoint.her(HerId("80001")), receiver=Endpoint.her(HerId("80002")), service="urn:oasis:names:tc:ebxml-msg:service", service_type=None,
        action=action, duplicate_elimination=False,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"MIME-Version: 1.0\r\n", b"", "EB-021"),
        (b"MIME-Version: 1.0", b"MIME-Version: 2.0", "EB-021"),
        (b'SOAPAction: "ebXML"\r\n', b"", "EB-022"),
        (b'SOAPAction: "ebXML"', b'SOAPAction: ""', "EB-022"),
        (b'type="text/xml"', b'type="text/html"', "EB-024"),
        (b"Content-Type: text/xml", b"Content-Type: text/html", "EB-025"),
    ],
)
def test_mime_headers_that_end_in_a_fault(old: bytes, new: bytes, rule: str) -> None:
    raw = ordinary()
    check_mail(read_mail(raw))
    with pytest.raises(EnvelopeError) as caught:
        check_mail(read_mail(raw.replace(old, new, 1)))
    assert caught.value.answer == "fault"
    assert rule in caught.value.hint


def test_mime_headers_that_do_not() -> None:
    raw = (
        ordinary()
        .replace(b'"ebXML"', b"ebxml")
        .replace(b'type="text/xml"; ', b"")
        .replace(b"MIME-Version: 1.0", b"mime-version: 1.0 (made by X)")
    )
    check_mail(read_mail(raw))


@pytest.mark.parametrize(
    ("envelope", "answer"),
    [
        (message(sender=Endpoint((PartyId("80001"), PartyId("80003")), "x")), "ValueNotRecognized"),
        (message(sender=Endpoint((PartyId("8000a"),), "x")), "ValueNotRecognized"),
        (message(receiver=Endpoint((PartyId("x", "DN"),), "x")), "ValueNotRecognized"),
        (message(sender=Endpoint.her(HerId("80001"))), "ValueNotRecognized"),
        (message(service_type=None), "Inconsistent"),
        (message(time_to_live="2026-03-02T11:59:59Z"), "TimeToLiveExpired"),
        (replace(message(), manifest=()), "OtherXml"),
        (replace(message(), manifest=message().manifest * 2), "Inconsistent"),
    ],
)
def test_values_that_cannot_be_processed_are_answered_precisely(envelope: Envelope, answer: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        check_values(envelope, NOW)
    assert caught.value.answer == answer
    assert caught.value.location.startswith("/SOAP:Envelope/")


@pytest.mark.parametrize(
    "envelope",
    [
        message(),
        message(sender=Endpoint((PartyId("910000009", "ENH"),), "x")),
        message(sender=Endpoint((PartyId("80001"), PartyId("910000009", "ENH")), "x")),
        message(service_type=None, service="urn:x:y"),
        message(time_to_live="2026-03-02T12:00:01Z"),
        Envelope(signal("Acknowledgment"), acknowledgment=Acknowledgment("2026-03-02T09:31:07Z", MessageId("m"))),
    ],
)
def test_values_that_can(envelope: Envelope) -> None:
    check_values(envelope, NOW)


def test_time_to_live_is_not_judged_without_a_clock() -> None:
    check_values(message(time_to_live="2020-01-01T00:00:00Z"))


def codes(envelope: Envelope, raw: bytes | None = None, document: bytes | None = None) -> dict[str, Severity]:
    soap = document if document is not None else build_soap(envelope).signed(b"")
    if raw is None:
        head = SOAP_HEAD if envelope.manifest else SOAP_HEAD.replace("UTF-8", "utf-8")
        raw = mail(MAIL_HEADERS + TOP, (head, b64(soap)), *([(CMS_HEAD, b64(CMS))] if envelope.manifest else []))
    return {f.code: f.severity for f in tolerances_of(read_mail(raw), parse(soap), soap, envelope)}


def test_an_envelope_by_the_book_has_nothing_to_tolerate() -> None:
    assert codes(message()) == {}


@pytest.mark.parametrize(
    ("envelope", "rule"),
    [
        (message(sender=Endpoint((PartyId("80001"), PartyId("x", "DN")), "x")), "EB-055"),
        (message(cpa_id=CpaId("what")), "EB-058"),
        (message(cpa_id=CpaId("80002_80001")), "EB-059"),
        (message(cpa_id=CpaId("80001_80002_7")), "EB-059"),
        (message(conversation_id=ConversationId("c")), "EB-060"),
        (message(message_id=MessageId("a b")), "EB-065"),
        (message(message_id=MessageId("20260302-1@qa.test")), "EB-066"),
        (message(timestamp="2026-03-02T09:31:07"), "EB-067"),
        (message(duplicate_elimination=False), "EB-070"),
        (replace(message(), ack_requested=None), "EB-080"),
        (replace(message(), ack_requested=AckRequested(signed=False)), "EB-080"),
        (replace(message(), manifest=(ManifestReference(ContentId("doc")),)), "EB-123"),
        (replace(message(), manifest=(ManifestReference(ContentId("doc"), "urn:x", ""),)), "EB-123"),
        (message(description=None), "EB-124"),
        (message(description="{,}"), "EB-124"),
        (message(description='{"MSH-system":"X"}'), "EB-124"),
        (message(description='{"MSH-system":"X","MSH-versjon":"1","fagsystem":"Y"}'), "EB-125"),
        (replace(message(), error_list=ErrorList((EbxmlError("OtherXml", "Error"),))), "EB-005"),
        (
            Envelope(
                signal("Acknowledgment", sender=Endpoint.her(HerId("80001"), "r")),
                acknowledgment=Acknowledgment("t", MessageId("m"), (("", "x"),)),
            ),
            "EB-057",
        ),
        (
            Envelope(
                signal("Acknowledgment", ref_to_message_id=MessageId("m")),
                acknowledgment=Acknowledgment("t", MessageId("m"), (("", "x"),)),
            ),
            "EB-069",
        ),
        (
            Envelope(
                signal("Acknowledgment"),
                ack_requested=AckRequested(),
                acknowledgment=Acknowledgment("t", MessageId("m"), (("", "x"),)),
            ),
            "EB-081",
        ),
        (Envelope(signal("Acknowledgment")), "EB-085"),
        (Envelope(signal("Acknowledgment"), acknowledgment=Acknowledgment("t", MessageId("m"))), "EB-087"),
        (
            Envelope(
                signal("Acknowledgment"),
                acknowledgment=Acknowledgment("t", MessageId("m")),
                error_list=ErrorList((EbxmlError("OtherXml", "Error"),)),
            ),
            "EB-089",
        ),
        (Envelope(signal("MessageError"), error_list=ErrorList((EbxmlError("OtherXml", "Error"),))), "EB-068"),
        (Envelope(signal("MessageError")), "EB-103"),
        (Envelope(signal("MessageError"), error_list=ErrorList((EbxmlError("Strange", "Error"),))), "EB-104"),
        (
            Envelope(
                signal("MessageError"),
                acknowledgment=Acknowledgment("t", MessageId("m")),
                error_list=ErrorList((EbxmlError("OtherXml", "Error"),)),
            ),
            "EB-106",
        ),
        (Envelope(signal("Pong"), manifest=(ManifestReference(ContentId("doc")),)), "EB-122"),
        (Envelope(signal("Ping", duplicate_elimination=True)), "EB-070"),
    ],
)
def test_each_deviation_is_told_by_its_rule(envelope: Envelope, rule: str) -> None:
    assert rule in codes(envelope)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"Date: Mon, 02 Mar 2026 09:31:07 +0000\r\n", b"", "EB-020"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.0 (x)", "EB-021"),
        (b'"ebXML"', b'"ebxml"', "EB-022"),
        (b'; start="<soap>"', b"", "EB-024"),
        (b'type="text/xml"; ', b"", "EB-024"),
        (b"; charset=UTF-8", b"", "EB-025"),
        (
            b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data",
            b"Content-Type: application/xml",
            "EB-027",
        ),
        (b"; smime-type=enveloped-data", b"", "EB-027"),
        (b"smime-type=enveloped-data", b"smime-type=enveloped-data; charset=utf-8", "EB-027"),
        (b"Content-ID: <doc>\r\n", b"", "EB-030"),
    ],
)
def test_each_deviation_of_the_mail_is_told_by_its_rule(old: bytes, new: bytes, rule: str) -> None:
    raw = mail(MAIL_HEADERS + TOP, (SOAP_HEAD, b64(b"<x/>")), (CMS_HEAD, b64(CMS)))
    assert old in raw
    assert codes(message(), raw.replace(old, new, 1)).keys() == {rule}


def test_deviations_of_the_xml_are_told_by_their_rules() -> None:
    soap = build_soap(message()).signed(
        b'<x:S xmlns:x="http://www.w3.org/2000/09/xmldsig#"><x:SignatureMethod Algorithm="rsa-sha256"/></x:S>'.replace(
            b"x:S", b"x:Signature", 1
        ).replace(b"</x:S>", b"</x:Signature>")
    )
    soap = soap.replace(b'mustUnderstand="1"', b'mustUnderstand="true"', 1).replace(b' encoding="UTF-8"', b"")
    assert codes(message(), document=soap) == {
        "EB-040": Severity.WARNING,
        "EB-051": Severity.WARNING,
        "EB-142": Severity.WARNING,
        "EB-144": Severity.INFO,
    }


@needs_reference
def test_schema_violations_are_refused_but_for_those_everybody_makes() -> None:
    document = build_soap(message()).signed(b"")
    schemas = OfficialSchemas()
    assert check_schema(parse(document), schemas) == []
    tolerated = document.replace(b'mustUnderstand="1"', b'mustUnderstand="true"').replace(
        b'eb:version="1.2"', b'eb:version=""'
    )
    assert {f.code for f in check_schema(parse(tolerated), schemas)} == {"EB-042"}
    with pytest.raises(EnvelopeError) as caught:
        check_schema(parse(document.replace(b' xlink:type="simple"', b' xlink:type="other"')), schemas)
    assert (caught.value.code, caught.value.answer) == ("ML-E014", "OtherXml")


@pytest.mark.parametrize(
    ("data", "charset", "code"),
    [
        (b'<?xml version="1.1" encoding="UTF-8"?><a/>', "", "ML-U035"),
        (b'<?xml version="1.0" encoding="x-klingon"?><a/>', "", "ML-U036"),
        (b'<?xml version="1.0" encoding="UTF-8"?><a/>', "x-klingon", "ML-U036"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "UTF-8", "ML-U037"),
        (b'<?xml version="1.0"?><a/>', "iso-8859-1", "ML-U037"),
        ("<a>æ</a>".encode(), "us-ascii", "ML-U037"),
    ],
)
def test_encodings_that_must_not_be_guessed_at(data: bytes, charset: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        check_encoding(data, charset)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "charset", "warned"),
    [
        (b'<?xml version="1.0" encoding="UTF-8"?><a/>', "utf-8", False),
        (b"<?xml version='1.0' encoding='utf8' standalone='yes'?><a/>", "UTF8", False),
        (b"<a/>", "", False),
        (b"<a/>", "us-ascii", False),
        (b"\xef\xbb\xbf<a/>", "UTF-8", False),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "", True),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>æ</a>'.encode("latin-1"), "iso-8859-1", True),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "utf-16", True),
    ],
)
def test_encodings_that_decode_are_taken(data: bytes, charset: str, warned: bool) -> None:
    check_encoding(data, charset)
    assert etree.fromstring(data).tag == "a"
    assert [f.code for f in encoding_warnings(data)] == ["EB-040"] * warned


def test_a_declaration_need_not_be_there() -> None:
    assert not read_declaration(b"<a/>").present
    assert read_declaration(b'<?xml version="1.0" encoding="UTF-8"?>').encoding == "UTF-8"


def test_tolerances_look_at_what_was_read() -> None:
    soap = build_soap(message()).signed(b"")
    assert read_envelope(parse(soap)) == message()
