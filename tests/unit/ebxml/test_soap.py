"""Envelopes are written in canonical form and read back as the same facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
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
)
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, HerId, MessageId
from meldingsloft.ebxml.reading import read_envelope
from meldingsloft.ebxml.soap import NAMESPACES, TEST_COMMENT, build_soap, cid, description_of
from meldingsloft.xmlsafe import parse
from tests.reference import needs_reference
from tests.unit.ebxml.official import envelope_schema
from tests.unit.ebxml.strategies import envelopes

DS = "http://www.w3.org/2000/09/xmldsig#"
REFERENCES = (
    (
        b'<ds:Reference xmlns:ds="http://www.w3.org/2000/09/xmldsig#" URI=""><ds:Transforms><ds:Transform '
        b'Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/">'
        b'not(ancestor-or-self::node()[@SOAP-ENV:actor="x"])</ds:XPath></ds:Transform></ds:Transforms>'
        b"<ds:DigestValue>aGVp</ds:DigestValue></ds:Reference>"
    ),
    (
        b"<Reference xmlns='http://www.w3.org/2000/09/xmldsig#' xmlns:eb=\"urn:other\" xmlns:SOAP='http://schemas.xmlsoap.org/soap/envelope/'\n"
        b" URI='cid:a'><!-- gone --><DigestMethod Algorithm='x'/><DigestValue>aGVp</DigestValue></Reference>"
    ),
)


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
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def message() -> Envelope:
    return Envelope(header(), AckRequested(), manifest=(ManifestReference(ContentId("doc"), "urn:x", "1.2"),))


def c14n(document: bytes) -> bytes:
    return etree.tostring(etree.fromstring(document).getroottree(), method="c14n", exclusive=False, with_comments=False)


@given(envelopes)
def test_what_is_built_is_its_own_canonical_form(envelope: Envelope) -> None:
    canonical = build_soap(envelope).canonical
    assert c14n(canonical) == canonical


@given(envelopes)
def test_what_is_built_is_read_as_the_same_facts(envelope: Envelope) -> None:
    assert read_envelope(parse(build_soap(envelope).signed(b""))) == envelope


@given(envelopes)
def test_a_signed_document_without_its_signature_is_the_canonical_form(envelope: Envelope) -> None:
    soap = build_soap(envelope, comment=TEST_COMMENT)
    root = etree.fromstring(soap.signed(f'<ds:Signature xmlns:ds="{DS}"></ds:Signature>'.encode()))
    root[0].remove(root[0][-1])
    assert etree.tostring(root.getroottree(), method="c14n", with_comments=False) == soap.canonical


def test_copied_references_are_canonical_in_their_new_place_and_keep_their_bindings() -> None:
    envelope = Envelope(header(), acknowledgment=Acknowledgment("2026-03-02T09:31:07Z", MessageId("m")))
    soap = build_soap(envelope, references=REFERENCES)
    assert c14n(soap.canonical) == soap.canonical
    read = read_envelope(parse(soap.signed(b"")))
    assert read.acknowledgment is not None
    assert read.acknowledgment.digests == (("", "aGVp"), ("cid:a", "aGVp"))
    xpath = etree.fromstring(soap.canonical).find(f".//{{{DS}}}XPath")
    assert xpath is not None
    assert xpath.nsmap["SOAP-ENV"] == "http://schemas.xmlsoap.org/soap/envelope/"


def test_the_test_comment_stands_first_in_the_header_and_outside_the_canonical_form() -> None:
    soap = build_soap(message(), comment=TEST_COMMENT)
    assert f"<SOAP:Header><!-- {TEST_COMMENT} -->".encode() in soap.signed(b"")
    assert b"<!--" not in soap.canonical


def test_namespaces_are_those_in_scope() -> None:
    root = etree.fromstring(build_soap(message()).canonical)
    assert root[0].nsmap == dict(NAMESPACES)


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\ufffe", "\ud800"])
def test_what_xml_cannot_carry_is_refused(sign: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        build_soap(Envelope(header(action=f"A{sign}")))
    assert caught.value.code == "ML-E002"


def test_the_description_is_the_json_of_hits_1210() -> None:
    assert description_of("meldingsloft", "1.0") == '{"MSH-system": "meldingsloft", "MSH-versjon": "1.0"}'
    assert '"fagsystem-versjon": "2"' in description_of("meldingsloft", "1.0", "System X", "2")


def test_a_cid_is_percent_encoded_where_a_uri_asks_it() -> None:
    assert cid("a b%c@d") == "cid:a%20b%25c@d"


@needs_reference
def test_what_is_built_is_valid_to_the_official_schema() -> None:
    signal = header(action="Acknowledgment", description=description_of("meldingsloft", "1"))
    acknowledgment = Envelope(signal, acknowledgment=Acknowledgment("2026-03-02T09:31:07Z", MessageId("m")))
    error = Envelope(
        header(action="MessageError"), error_list=ErrorList((EbxmlError("OtherXml", "Error", "what", "/where"),))
    )
    schema = envelope_schema()
    whole = REFERENCES[0].replace(b"<ds:DigestValue>", b'<ds:DigestMethod Algorithm="urn:x"/><ds:DigestValue>')
    for soap in (build_soap(message()), build_soap(acknowledgment, references=[whole]), build_soap(error)):
        assert schema.validate(etree.fromstring(soap.signed(b""))), schema.error_log
