"""What is read in few steps is read as the general way reads it, and what only looks like it goes the general way."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from meldingsloft.adapters.schema_set import SchemaSet
from meldingsloft.adapters.shipped import shipped
from meldingsloft.domain.envelopes import (
    AckRequested,
    Endpoint,
    Envelope,
    Enveloped,
    ManifestReference,
    MessageHeader,
)
from meldingsloft.domain.errors import EnvelopeError, MeldingsloftError, UnreadableError
from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, HerId, MessageId
from meldingsloft.ebxml import opening, signals
from meldingsloft.ebxml.envelope import envelop
from meldingsloft.ebxml.headers import fields_of, parameters_of
from meldingsloft.ebxml.mime import write_mail
from meldingsloft.ebxml.plain_headers import plain_fields, plain_parameters
from meldingsloft.ebxml.reading import read_addresses, read_envelope
from meldingsloft.ebxml.sealing import leave_plain
from meldingsloft.ebxml.transfer import to_base64
from meldingsloft.xmlsafe import parse
from tests.unit.ebxml import pki

NOW = dt.datetime(2026, 3, 2, 9, 31, 7, tzinfo=dt.UTC)
_LINES = st.sampled_from(
    [
        b"From: a@edi.test", b"To:b@edi.test", b'Content-Type: multipart/related; type="text/xml";', b" boundary=b1", b'\tstart="<soap>"', b"start=x",
        b"Content-Type : text/xml", b"X-\xc3\xa6: y", b"Subject: \xe6", b"Subject:", b"", b" ", b"From a@edi.test Mon", b"no header", b":", b"a b: c", b"A: b: c",
    ]
)  # fmt: skip
_BLOCKS = st.lists(
    st.builds(bytes.__add__, _LINES, st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\r\n"])), max_size=8
).map(b"".join)
_PIECES = st.lists(
    st.sampled_from(
        [
            "multipart/related", "text/xml", "Text/XML", ";", "; ", " ;", "boundary=b1", 'boundary="b;1"', "type=", '"text/xml"', "start", "=", '"', "\\", "(c)",
            "a*0=x", "charset=UTF-8", "charset=utf-8", "CHARSET=x", "\r\n", "\t", "\x0b", "\xa0", "a=b=c", ' = "x" ', "<soap@a>",
        ]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@given(_BLOCKS)
def test_a_plain_block_has_the_fields_it_has(block: bytes) -> None:
    plain = plain_fields(block)
    if plain is not None:
        assert plain == fields_of(block, 0, len(block), "")


@given(_PIECES | st.builds("multipart/related;{}".format, _PIECES))
def test_plain_parameters_are_what_they_are(value: str) -> None:
    plain = plain_parameters(value)
    if plain is not None:
        assert plain == parameters_of(value)


@given(st.binary(max_size=2000))
def test_base64_stands_in_lines_of_76(data: bytes) -> None:
    assert to_base64(data) == b"\r\n".join(base64.encodebytes(data).splitlines())


@lru_cache(maxsize=2)
def _written(kind: str) -> bytes:
    """A mail in our own form but for its encoding: the envelope can be changed where it stands."""
    message = _message()
    if kind == "message":
        return _mail(message)
    verified = opening.verify(opening.read(_mail(message)))
    answer = signals.enveloped_acknowledgment(
        verified,
        message_id=MessageId("a1b2c3d4-0000-4000-8000-000000000002"),
        now=NOW,
        key=pki.key("receiver"),
        software=("meldingsloft", "1.0"),
    )
    return _mail(answer)


def _message() -> Enveloped:
    header = MessageHeader(
        sender=Endpoint.her(HerId("80001"), "EPIKRISEsender"),
        receiver=Endpoint.her(HerId("80002"), "EPIKRISEreceiver"),
        cpa_id=CpaId("80001_80002"),
        conversation_id=ConversationId("0b7c54e8-9d0a-4c5e-8f7e-0d9f5d0a8f11"),
        service="S-EPIKRISE",
        action="EPIKRISE",
        message_id=MessageId("a1b2c3d4-0000-4000-8000-000000000001"),
        timestamp="2026-03-02T09:31:07Z",
    )
    part = leave_plain(b"<a/>", content_id=ContentId("doc-1"), namespace="http://x.test/a", version="1.2")
    manifest = (ManifestReference(part.content_id, part.namespace, part.version),)
    facts = Envelope(header, AckRequested(), manifest=manifest)
    return envelop(facts, (part,), key=pki.key("sender"), software=("meldingsloft", "1.0"))


def _mail(enveloped: Enveloped) -> bytes:
    mail = write_mail(
        enveloped.entity, from_address="a@edi.test", to_address="b@edi.test", message_id="1@edi.test", date=NOW
    )
    head, _, rest = mail.partition(b"Content-Transfer-Encoding: base64")
    ids, _, coded = rest.partition(b"\r\n\r\n")
    _, ended, after = coded.partition(b"\r\n--")
    return head + b"Content-Transfer-Encoding: 8bit" + ids + b"\r\n\r\n" + enveloped.soap + ended + after


@lru_cache(maxsize=1)
def _schemas() -> SchemaSet:
    return SchemaSet(shipped("schemas"))


_OTHER = st.sampled_from(
    [
        b"", b" ", b"\n", b"<", b">", b"A", b"=", b"==", b"/", b"<!-- c -->", b"<?p i?>", b"&#x41;", b"&amp;", b'"', b"'", b"80001", b"ENH", b"true",
        b"<eb:Role>r</eb:Role>", b"<eb:Role></eb:Role>", b'<eb:PartyId eb:type="HER">1</eb:PartyId>', b'<x:y xmlns:x="urn:x"></x:y>',
        b' SOAP:actor="urn:oasis:names:tc:ebxml-msg:actor:nextMSH"', b' SOAP:actor=" http://schemas.xmlsoap.org/soap/actor/next "', b"\xc3\xa6", b"\xff",
    ]
)  # fmt: skip
_MARKS = (b">", b"</", b"<eb:", b'"', b"<ds:", b"=<", b"\n")


@st.composite
def _changed(draw: st.DrawFn) -> bytes:
    raw = _written(draw(st.sampled_from(["message", "acknowledgment"])))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(raw) - 1))
        if draw(st.booleans()):
            at = max(raw.find(draw(st.sampled_from(_MARKS)), at), 0) + 1
        gone = draw(st.sampled_from([0, 0, 1, 4, 30]))
        raw = raw[:at] + draw(_OTHER) + raw[at + gone :]
    return raw


@settings(max_examples=300)
@given(_changed())
def test_a_mail_read_in_few_steps_says_what_the_general_way_says(raw: bytes) -> None:
    try:
        quick = opening.read(raw)
    except UnreadableError:
        return
    general = replace(quick, own=None, blocks=None, envelope=None, parsed=parse(quick.soap))
    assert quick.fault is not None or quick.addresses == read_addresses(general.root)
    assert _told(quick) == _told(general)


def _told(arrived: opening.Arrived) -> list[object]:
    """Everything the steps of a receiver say of a mail, refusals too."""
    told: list[object] = [opening.encoding_warnings(arrived)]
    try:
        told.append(opening.check_structure(arrived, _schemas()))
        told.append(opening.verify(arrived))
    except MeldingsloftError as error:
        told.append((error.code, error.message, error.hint, error.detail))
        told += [error.answer, error.location] if isinstance(error, EnvelopeError) else []
    try:
        told.append(opening.tolerances(arrived, arrived.envelope or read_envelope(arrived.root)))
    except EnvelopeError as error:
        told.append(error.code)
    return told
