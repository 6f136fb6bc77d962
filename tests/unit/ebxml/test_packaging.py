"""Mails we write: read by ourselves and by the standard library."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.domain.envelopes import Sealed
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.identifiers import ContentId
from meldingsloft.ebxml.mime import MailKind, read_mail, write_entity, write_mail
from meldingsloft.ebxml.packaging import format_date

SOAP_ID = ContentId("soap-1")
WHEN = dt.datetime(2026, 3, 2, 10, 31, 7, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def mailed(entity: bytes, **changes: str) -> bytes:
    values = {
        "from_address": "a@edi.test",
        "to_address": "b@edi.test",
        "message_id": "<1@edi.test>",
        "subject": "EPIKRISE",
    } | changes
    return write_mail(entity, date=WHEN, **values)


@given(st.binary(max_size=3000), st.lists(st.binary(max_size=3000), min_size=1, max_size=3), st.booleans())
def test_every_byte_comes_back(soap: bytes, payloads: list[bytes], encrypted: bool) -> None:
    parts = [Sealed(ContentId(f"doc-{n}"), content, encrypted) for n, content in enumerate(payloads)]
    entity = write_entity(soap, SOAP_ID, parts, boundary="=_abc", preamble="for people -- øye")
    raw = mailed(entity)
    assert raw.endswith(entity)
    read = read_mail(raw)
    assert (read.soap.content_id, read.soap.content) == (SOAP_ID, soap)
    assert [(p.content_id, p.content) for p in read.parts] == [(p.content_id, p.content) for p in parts]
    theirs = list(message_from_bytes(raw, policy=policy.default).walk())[1:]
    assert [part.get_payload(decode=True) for part in theirs] == [soap, *payloads]


def test_headers_are_those_of_the_profile() -> None:
    entity = write_entity(b"<x/>", SOAP_ID, [Sealed(ContentId("doc"), b"0", encrypted=True)], boundary="=_abc")
    mail = message_from_bytes(mailed(entity, in_reply_to="<0@edi.test>"), policy=policy.default)
    assert mail["MIME-Version"] == "1.0"
    assert mail["SOAPAction"] == '"ebXML"'
    assert mail.get_content_type() == "multipart/related"
    assert mail["Content-Type"].params == {"type": "text/xml", "boundary": "=_abc", "start": "<soap-1>"}
    assert mail["In-Reply-To"] == "<0@edi.test>"
    assert mail["Date"].datetime == WHEN
    soap, payload = mail.iter_parts()
    assert soap["Content-Type"] == 'text/xml; charset="UTF-8"'
    assert payload["Content-Type"] == 'application/pkcs7-mime; smime-type="enveloped-data"'
    assert payload["Content-Transfer-Encoding"] == "base64"


def test_a_signal_is_plain_text_xml() -> None:
    entity = write_entity(b"<x/>" * 100, SOAP_ID)
    read = read_mail(mailed(entity))
    assert read.kind is MailKind.XML
    assert read.soap.content == b"<x/>" * 100
    assert max(map(len, entity.splitlines())) <= 78


def test_other_subjects_travel_as_encoded_words() -> None:
    subject = "Søknad om æøå " * 5
    raw = mailed(write_entity(b"<x/>", SOAP_ID), subject=subject)
    assert read_mail(raw).headers.text("subject") == " ".join(subject.split())
    assert raw.isascii()


def test_dates_are_english_and_utc() -> None:
    assert format_date(WHEN) == "Mon, 02 Mar 2026 09:31:07 +0000"


@pytest.mark.parametrize("field", ["from_address", "to_address", "message_id"])
@pytest.mark.parametrize("value", ["a@b\r\nBcc: c@d", "a b@c", "", "å@b"])
def test_nothing_is_smuggled_into_the_headers(field: str, value: str) -> None:
    with pytest.raises(EnvelopeError) as caught:
        mailed(b"", **{field: value})
    assert caught.value.code == "ML-E001"


def test_line_ends_in_a_subject_or_a_foreign_id_do_no_harm() -> None:
    raw = mailed(write_entity(b"<x/>", SOAP_ID), subject="a\r\nBcc: c@d", in_reply_to="x>\r\nBcc: c@d")
    assert "bcc" not in read_mail(raw).headers
    assert "in-reply-to" not in read_mail(raw).headers


@pytest.mark.parametrize(
    ("soap_id", "boundary"), [("a b", "=_a"), ("a", "a b"), ("a", ""), ("a", "x" * 71), ('a"', "=_a"), ("a>", "=_a")]
)
def test_ids_and_boundaries_are_checked(soap_id: str, boundary: str) -> None:
    with pytest.raises(EnvelopeError):
        write_entity(b"", ContentId(soap_id), [Sealed(ContentId("doc"), b"", encrypted=True)], boundary=boundary)
