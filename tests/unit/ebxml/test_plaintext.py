"""What stands inside the CMS object, in every form that is met."""

from __future__ import annotations

import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.domain.errors import UnreadableError
from meldingsloft.ebxml.plaintext import Plaintext, read_plaintext, write_plaintext

XML = '<?xml version="1.0" encoding="UTF-8"?>\r\n<a>æøå</a>\n'.encode()


@given(st.binary(max_size=500), st.sampled_from(["mime", "bare"]))
def test_the_payload_comes_back_byte_for_byte(tail: bytes, form: Plaintext) -> None:
    payload = b"<" + tail
    assert read_plaintext(write_plaintext(payload, form)) == payload


@pytest.mark.parametrize(
    "data",
    [
        XML,
        b"Content-Type: application/xml\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(XML),
        b"Content-Type: text/xml; charset=utf-8\nContent-Transfer-Encoding: 8bit\nContent-ID: <x>\n\n" + XML,
        gzip.compress(XML),
        b"Content-Type: application/x-gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(gzip.compress(XML)),
        gzip.compress(b"Content-Type: application/xml\r\n\r\n" + XML),
    ],
    ids=["bare", "MIME base64", "MIME LF 8bit", "gzip", "MIME gzip", "gzipped MIME"],
)
def test_every_form_gives_the_document(data: bytes) -> None:
    assert read_plaintext(data) == XML


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf<a/>", "<a/>".encode("utf-16"), b" \r\n<a/>"])
def test_documents_with_marks_or_space_before_them_stay_as_they_are(data: bytes) -> None:
    assert read_plaintext(data) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (gzip.compress(b"<" + b"a" * 10_000_000), "ML-U034"),
        (gzip.compress(XML)[:-6], "ML-U034"),
        (b"\x1f\x8bnonsense", "ML-U034"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(XML)))), "ML-U034"),
        (b"\x00\xff nonsense", "ML-U022"),
        (b"Content-Type: application/xml\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!", "ML-U029"),
    ],
    ids=["bomb", "cut", "broken", "layers", "noise", "base64"],
)
def test_what_does_not_unpack_says_why(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_plaintext(data, max_bytes=1_000_000)
    assert caught.value.code == code
