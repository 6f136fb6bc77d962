"""Messages wrapped by what they say themselves, and mails unwrapped for whoever looks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from meldingsloft.adapters.ids import SeededIds
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.domain.envelopes import Enveloped, EnvelopeKind, SoapFault
from meldingsloft.domain.errors import DecryptionError, InvalidMessageError, SignatureError, WrongUsageError
from meldingsloft.ebxml.faults import fault_entity
from meldingsloft.ebxml.reading import read_envelope
from meldingsloft.ebxml.unwrapping import unwrap
from meldingsloft.ebxml.wrapping import Making, Wish, wrap
from meldingsloft.report.envelope import envelope_object, envelope_text
from meldingsloft.xmlsafe import parse
from tests.unit.ebxml import pki
from tests.unit.ebxml.mails import mail

NOW = dt.datetime(2026, 3, 2, 9, 31, 7, tzinfo=dt.UTC)
HCP = '<HCP><Inst><Name>x</Name><Id>910000009</Id><TypeId V="ENH"/><Dept><Name>y</Name><Id>{}</Id><TypeId V="HER"/></Dept></Inst></HCP>'
APPREC = (
    '<AppRec xmlns="http://www.kith.no/xmlstds/apprec/2012-02-15"><MsgType V="APPREC"/><MIGversion>v1.1 2012-02-15</MIGversion><GenDate>2026-03-02T09:31:07</GenDate>'
    f"<Id>a1b2c3d4-0000-4000-8000-000000000009</Id><Sender>{HCP.format(80001)}</Sender><Receiver>{HCP.format(80002)}</Receiver>"
    '<Status V="1"/><OriginalMsgId><MsgType V="EPIKRISE"/><IssueDate>2026-03-02T09:31:07</IssueDate><Id>b</Id></OriginalMsgId></AppRec>'
).encode()
UNKNOWN = b'<a xmlns="urn:unknown"/>'
ALL_SAID = Wish(sender="80001", receiver="80002", service="S", action="A")


def wrapped(payload: bytes, wish: Wish = ALL_SAID, making: Making | None = None) -> Enveloped:
    making = making or Making((pki.certificate("receiver"),))
    return wrap(
        payload,
        wish,
        making,
        catalogue=load_catalogue(),
        key=pki.key("sender"),
        ids=SeededIds(1),
        now=NOW,
        software=("meldingsloft", "1"),
    )


def test_an_apprec_goes_back_under_the_service_and_roles_of_what_it_answers() -> None:
    header = wrapped(APPREC, Wish()).header
    assert (header.service, header.action) == ("S-EPIKRISE", "APPREC")
    assert (header.sender.role, header.receiver.role) == ("EPIKRISEreceiver", "EPIKRISEsender")
    assert (header.sender.her_id, header.receiver.her_id, header.cpa_id) == ("80001", "80002", "80001_80002")


def test_an_unknown_type_needs_everything_said() -> None:
    enveloped = wrapped(UNKNOWN)
    envelope = read_envelope(parse(enveloped.soap))
    assert (envelope.manifest[0].schema_location, envelope.manifest[0].schema_version) == ("urn:unknown", None)
    with pytest.raises(InvalidMessageError):
        wrapped(UNKNOWN, replace(ALL_SAID, service=""))
    with pytest.raises(WrongUsageError) as caught:
        wrapped(UNKNOWN, replace(ALL_SAID, receiver=""))
    assert (caught.value.code, "--to" in caught.value.hint) == ("ML-E023", True)


def test_the_same_seed_gives_the_same_facts() -> None:
    assert wrapped(UNKNOWN).header == wrapped(UNKNOWN).header


def test_unwrapping_tells_everything() -> None:
    opened = unwrap(wrapped(APPREC, Wish()).entity, [pki.key("receiver")])
    assert opened.kind is EnvelopeKind.MESSAGE
    assert [payload.content for payload in opened.payloads] == [APPREC]
    assert opened.certificate == pki.certificate("sender")
    assert "80001" in envelope_text(opened)
    assert envelope_object(opened, "f", files=["g"])["payloads"][0]["file"] == "g"


def test_without_a_key_the_payload_stays_closed() -> None:
    (payload,) = unwrap(wrapped(APPREC, Wish()).entity, []).payloads
    assert (payload.content, payload.encrypted) == (None, True)
    with pytest.raises(DecryptionError):
        unwrap(wrapped(APPREC, Wish()).entity, [pki.key("sender")])


def test_a_plain_payload_is_open() -> None:
    (payload,) = unwrap(wrapped(UNKNOWN, making=Making()).entity, []).payloads
    assert (payload.content, payload.encrypted, payload.content_type) == (UNKNOWN, False, "application/xml")


def test_what_does_not_verify_is_looked_at_only_on_demand() -> None:
    enveloped = wrapped(UNKNOWN, making=Making())
    altered = mail(
        'SOAPAction: x\nContent-Type: multipart/related; boundary=b1; start="<s>"',
        ("Content-Type: text/xml\nContent-ID: <s>", enveloped.soap.replace(b">80002<", b">80003<")),
        (
            "Content-Type: application/xml\nContent-ID: <"
            + read_envelope(parse(enveloped.soap)).manifest[0].content_id
            + ">",
            UNKNOWN,
        ),
    )
    with pytest.raises(SignatureError):
        unwrap(altered, [])
    opened = unwrap(altered, [], must_verify=False)
    assert opened.doubt is not None
    assert opened.certificate is None
    assert envelope_object(opened, "f")["verified"] is False


def test_faults_and_bounces_are_told() -> None:
    fault = unwrap(fault_entity(SoapFault("Client", "nei")), [])
    assert (fault.kind, fault.fault) == (EnvelopeKind.FAULT, SoapFault("Client", "nei"))
    assert "Client: nei" in envelope_text(fault)
    bounce = unwrap(mail("Content-Type: multipart/report; boundary=b1", ("Content-Type: text/plain", b"x")), [])
    assert bounce.kind is EnvelopeKind.BOUNCE
    assert envelope_object(bounce, "f")["references"] == []
    assert "unknown mail" in envelope_text(bounce)
