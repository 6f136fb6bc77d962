"""What is read of a foreign envelope, and with which answer the rest is refused."""

from __future__ import annotations

import pytest
from lxml import etree

from meldingsloft.domain.envelopes import EnvelopeKind, PartyId, SoapFault
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.ebxml.faults import build_fault, fault_entity, read_fault
from meldingsloft.ebxml.mime import read_mail
from meldingsloft.ebxml.reading import read_addresses, read_envelope
from meldingsloft.ebxml.values import content_id_of
from meldingsloft.xmlsafe import parse

NEXT_MSH = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"
DOTNET = """<?xml version="1.0" encoding="UTF-8"?>
<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xlink="http://www.w3.org/1999/xlink"
    xmlns:eb="http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd">
  <S:Header>
    <!-- first -->
    <eb:MessageHeader S:mustUnderstand="true" eb:version="2.0">
      <eb:From><eb:PartyId eb:type="HER">80001</eb:PartyId><eb:PartyId eb:type="ENH">910000009</eb:PartyId><eb:Role>EPIKRISEsender</eb:Role></eb:From>
      <eb:To><eb:PartyId eb:type="HER"> 80002 </eb:PartyId><eb:Role>EPIKRISEreceiver</eb:Role></eb:To>
      <eb:CPAId>80001_80002</eb:CPAId>
      <eb:ConversationId>b6bbd462-a3a8-4483-8440-222e6e6977ce</eb:ConversationId>
      <eb:Service eb:type="string">S-EPIKRISE</eb:Service>
      <eb:Action>EPIKRISE</eb:Action>
      <eb:MessageData>
        <eb:MessageId>20260302-093107-1@qa.test</eb:MessageId>
        <eb:Timestamp>2026-03-02T09:31:07.8750778Z</eb:Timestamp>
        <eb:TimeToLive>2026-03-05T09:31:07+01:00</eb:TimeToLive>
      </eb:MessageData>
      <eb:DuplicateElimination />
      <eb:Description xml:lang="NO">{"MSH-system":"X","MSH-versjon":"1"}</eb:Description>
    </eb:MessageHeader>
    <eb:AckRequested S:actor="urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH" S:mustUnderstand="1" eb:signed="1" eb:version="2.0"/>
  </S:Header>
  <S:Body>
    <eb:Manifest eb:version="2.0"><eb:Reference xlink:href="cid:att-1%40host" xlink:type="simple"><eb:Schema eb:location="urn:x" eb:version=""/></eb:Reference></eb:Manifest>
  </S:Body>
</S:Envelope>"""


def read(text: str, **options: bool) -> object:
    return read_envelope(parse(text.encode()), **options)


def refused(text: str) -> EnvelopeError:
    with pytest.raises(EnvelopeError) as caught:
        read(text)
    return caught.value


def test_an_envelope_of_another_system_gives_all_its_facts() -> None:
    envelope = read_envelope(parse(DOTNET.encode()))
    header = envelope.header
    assert header.kind is EnvelopeKind.MESSAGE
    assert header.sender.party_ids == (PartyId("80001", "HER"), PartyId("910000009", "ENH"))
    assert (header.sender.her_id, header.receiver.her_id) == ("80001", "80002")
    assert (header.sender.role, header.receiver.role) == ("EPIKRISEsender", "EPIKRISEreceiver")
    assert (header.service, header.service_type, header.action) == ("S-EPIKRISE", "string", "EPIKRISE")
    assert header.message_id == "20260302-093107-1@qa.test"
    assert header.timestamp == "2026-03-02T09:31:07.8750778Z"
    assert header.time_to_live == "2026-03-05T09:31:07+01:00"
    assert header.duplicate_elimination
    assert header.description == '{"MSH-system":"X","MSH-versjon":"1"}'
    assert envelope.ack_requested is not None
    assert envelope.ack_requested.signed
    assert [(r.content_id, r.schema_location, r.schema_version) for r in envelope.manifest] == [
        ("att-1@host", "urn:x", "")
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "answer", "location"),
    [
        ("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope", "ML-E003", "fault", "/"),
        ("<!-- first -->", '<x:y xmlns:x="urn:x" S:mustUnderstand="1"/>', "ML-E004", "fault", "/SOAP:Header/*"),
        ("<!-- first -->", '<eb:Trace S:mustUnderstand="true" eb:version="2.0"/>', "ML-E004", "fault", "/SOAP:Header/*"),
        ("<S:Body>", '<S:Body><x:y xmlns:x="urn:x"/>', "ML-E004", "fault", "/SOAP:Body/*"),
        ("<!-- first -->", '<eb:SyncReply eb:version="2.0" S:mustUnderstand="1" S:actor="http://schemas.xmlsoap.org/soap/actor/next"/>', "ML-E005", "fault", "eb:SyncReply"),
        ("</S:Header>", "</S:Header><S:Header/>", "ML-E006", "fault", "/SOAP:Envelope"),
        ("<!-- first -->", '<eb:AckRequested S:mustUnderstand="1" eb:signed="1" eb:version="2.0"/>', "ML-E006", "OtherXml", "eb:AckRequested"),
        ("actor:toPartyMSH", "actor:nextMSH", "ML-E007", "NotSupported", "eb:AckRequested/@SOAP:actor"),
        ("actor:toPartyMSH", "actor:somebody", "ML-E007", "Inconsistent", "eb:AckRequested/@SOAP:actor"),
        ("<eb:Manifest eb", f'<eb:Manifest S:actor="{NEXT_MSH}" eb', "ML-E007", "NotSupported", "@SOAP:actor"),
        ("<eb:Action>", f'<eb:Action S:actor=" {NEXT_MSH}">', "ML-E007", "NotSupported", "@SOAP:actor"),
        ("<!-- first -->", '<eb:MessageOrder eb:version="2.0" S:mustUnderstand="1"><eb:SequenceNumber>1</eb:SequenceNumber></eb:MessageOrder>', "ML-E007", "NotSupported", "eb:MessageOrder"),
        ("eb:MessageHeader", "eb:AckRequested", "ML-E006", "OtherXml", "eb:AckRequested"),
        ("<eb:CPAId>80001_80002</eb:CPAId>", "", "ML-E009", "OtherXml", "eb:MessageHeader/eb:CPAId"),
        ("80001_80002", " ", "ML-E009", "ValueNotRecognized", "eb:CPAId"),
        ("<eb:Action>EPIKRISE", "<eb:Action>", "ML-E009", "ValueNotRecognized", "eb:Action"),
        (">S-EPIKRISE<", "><", "ML-E009", "OtherXml", "eb:Service"),
        ("<eb:MessageId>20260302-093107-1@qa.test</eb:MessageId>", "", "ML-E009", "OtherXml", "eb:MessageData/eb:MessageId"),
        ("<eb:CPAId>", "<eb:Action>B</eb:Action><eb:CPAId>", "ML-E009", "OtherXml", "eb:CPAId"),
        ("<eb:CPAId>", "<eb:Surprise/><eb:CPAId>", "ML-E009", "OtherXml", "eb:MessageHeader"),
        ("<eb:CPAId>80001_80002", "<eb:CPAId>80001_<eb:x/>80002", "ML-E009", "ValueNotRecognized", "eb:CPAId"),
        ('<eb:PartyId eb:type="HER"> 80002 </eb:PartyId>', "", "ML-E009", "OtherXml", "eb:To/eb:PartyId"),
        ("<eb:Role>EPIKRISEreceiver</eb:Role>", "<eb:Role>A</eb:Role><eb:Role>B</eb:Role>", "ML-E009", "OtherXml", "eb:To/eb:Role"),
        ('"true" eb:version="2.0"', '"true" eb:version="3.0"', "ML-E010", "NotSupported", "eb:MessageHeader/@eb:version"),
        ('<eb:Manifest eb:version="2.0"', '<eb:Manifest eb:version="1.0"', "ML-E010", "NotSupported", "eb:Manifest/@eb:version"),
        ('eb:signed="1" eb:version="2.0"', 'eb:signed="1"', "ML-E010", "NotSupported", "eb:AckRequested/@eb:version"),
        ("09:31:07.8750778Z", "half past nine", "ML-E011", "OtherXml", "eb:Timestamp"),
        ("09:31:07+01:00", "", "ML-E011", "OtherXml", "eb:TimeToLive"),
        ("cid:att-1", "att-1", "ML-E012", "MimeProblem", "@xlink:href"),
        ("cid:att-1", "http://host/att-1", "ML-E012", "MimeProblem", "@xlink:href"),
    ],
)  # fmt: skip
def test_what_cannot_be_accepted_is_answered_precisely(
    old: str, new: str, code: str, answer: str, location: str
) -> None:
    assert old in DOTNET
    text = DOTNET.replace(old, new)
    error = refused(text.replace("2026-03-05T", "") if code == "ML-E011" else text)
    assert (error.code, error.answer) == (code, answer)
    assert error.location.endswith(location)


def test_no_header_at_all_ends_in_a_fault() -> None:
    start, end = DOTNET.index("<eb:MessageHeader"), DOTNET.index("</eb:MessageHeader>") + len("</eb:MessageHeader>")
    assert refused(DOTNET[:start] + DOTNET[end:]).answer == "fault"


def test_sync_reply_is_for_http() -> None:
    block = '<eb:SyncReply eb:version="2.0" S:mustUnderstand="1" S:actor="http://schemas.xmlsoap.org/soap/actor/next"/>'
    assert read(DOTNET.replace("<!-- first -->", block), synchronous=True)


def test_a_comment_inside_a_value_hides_nothing_of_what_is_signed() -> None:
    envelope = read_envelope(parse(DOTNET.replace("80001_80002", "80001<!-- x -->_80002").encode()))
    assert envelope.header.cpa_id == "80001_80002"


def test_blocks_for_others_and_foreign_elements_are_passed_over() -> None:
    text = DOTNET.replace(
        "<!-- first -->",
        '<x:y xmlns:x="urn:x" S:mustUnderstand="1" S:actor="urn:somebody-else"/><x:z xmlns:x="urn:x"/>',
    )
    assert read(text.replace("</eb:MessageHeader>", '<x:more xmlns:x="urn:x"/></eb:MessageHeader>'))


def test_signals_are_read() -> None:
    signal = DOTNET.replace(' eb:type="string">S-EPIKRISE', ">urn:oasis:names:tc:ebxml-msg:service")
    ack = signal.replace(">EPIKRISE<", ">Acknowledgment<").replace(
        "<!-- first -->",
        '<eb:Acknowledgment eb:version="2.0" S:mustUnderstand="1"><eb:Timestamp>2026-03-02T09:31:07Z</eb:Timestamp><eb:RefToMessageId>\n m-1 \n</eb:RefToMessageId>'
        '<Reference xmlns="http://www.w3.org/2000/09/xmldsig#" URI="cid:a"><DigestValue>aG\n Vp</DigestValue></Reference></eb:Acknowledgment>',
    )
    read_ack = read_envelope(parse(ack.encode()))
    assert read_ack.header.kind is EnvelopeKind.ACKNOWLEDGMENT
    assert read_ack.acknowledgment is not None
    assert read_ack.acknowledgment.ref_to_message_id == "m-1"
    assert read_ack.acknowledgment.digests == (("cid:a", "aGVp"),)

    error = signal.replace(">EPIKRISE<", ">MessageError<").replace(
        "<!-- first -->",
        '<eb:ErrorList eb:version="2.0" S:mustUnderstand="1" eb:highestSeverity="Error"><eb:Error eb:errorCode="SecurityFailure" eb:severity="Error" eb:location="/x">'
        '<eb:Description xml:lang="no">hvorfor</eb:Description></eb:Error><eb:Error eb:errorCode="OtherXml" eb:severity="Warning"/></eb:ErrorList>',
    )
    read_error = read_envelope(parse(error.encode()))
    assert read_error.header.kind is EnvelopeKind.ERROR
    assert read_error.error_list is not None
    assert [(e.code, e.severity, e.description, e.location) for e in read_error.error_list.errors] == [
        ("SecurityFailure", "Error", "hvorfor", "/x"),
        ("OtherXml", "Warning", "", ""),
    ]


def test_addresses_are_read_of_a_half_broken_header() -> None:
    broken = (
        DOTNET.replace('"true" eb:version="2.0"', '"1" eb:version="9"')
        .replace("<eb:CPAId>80001_80002</eb:CPAId>", "")
        .replace("eb:Manifest", "eb:Unknown")
    )
    found = read_addresses(parse(broken.encode()))
    assert found.sender is not None
    assert found.sender.her_id == "80001"
    assert found.message_id == "20260302-093107-1@qa.test"
    assert found.cpa_id is None
    assert found.kind is EnvelopeKind.MESSAGE


@pytest.mark.parametrize(
    "text",
    [
        "<a/>",
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"/>',
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Header/></S:Envelope>',
        DOTNET.split("?>", 1)[1].replace("<eb:MessageHeader", f'<eb:MessageHeader S:actor="{NEXT_MSH}"'),
    ],
)
def test_addresses_that_cannot_be_believed_are_not_read(text: str) -> None:
    assert read_addresses(parse(text.strip().encode())).sender is None


@pytest.mark.parametrize(
    ("href", "content_id"),
    [
        ("cid:a@b", "a@b"),
        ("CID:a%20b", "a b"),
        (" cid:x ", "x"),
        ("cid:", None),
        ("a@b", None),
        ("http://a", None),
        ("", None),
    ],
)
def test_a_cid_names_a_part_percent_decoded(href: str, content_id: str | None) -> None:
    assert content_id_of(href) == content_id


def test_a_fault_comes_back_as_it_went() -> None:
    fault = SoapFault("Client", "ML-U025: the multipart is cut off & gone <æøå>", "more")
    assert read_fault(parse(build_fault(fault))) == fault
    mail = read_mail(fault_entity(fault))
    assert read_fault(parse(mail.soap.content)) == fault


def test_faults_of_others_are_read() -> None:
    text = (
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault><faultcode>S:MustUnderstand</faultcode>'
        "<faultstring>\n no \n such</faultstring><detail><x xmlns='urn:x'>a<y>b</y></x></detail></S:Fault></S:Body></S:Envelope>"
    )
    assert read_fault(etree.fromstring(text)) == SoapFault("MustUnderstand", "no such", "a b")
    assert read_fault(etree.fromstring("<a/>")) is None
    assert read_fault(parse(DOTNET.encode())) is None
