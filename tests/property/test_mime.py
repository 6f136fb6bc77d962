"""Whatever bytes come as a mail: facts or a coded error, quickly, and nothing lost of what is well made."""

from __future__ import annotations

import base64
import quopri

from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.domain.errors import MeldingsloftError
from meldingsloft.ebxml import opening
from meldingsloft.ebxml.mail_head import read_mail_head
from meldingsloft.ebxml.mime import is_ebxml_mail, read_mail

HEAD = b'MIME-Version: 1.0\r\nSOAPAction: "ebXML"\r\nContent-Type: multipart/related; type="text/xml"; boundary=b1; start="<soap>"\r\n\r\n'
_PIECES = st.sampled_from(
    [
        b"--b1", b"--b1--", b"\r\n", b"\n", b"\r\n\r\n", b"Content-Type: ", b"text/xml", b"multipart/related", b"; boundary=b1", b"Content-ID: <soap>",
        b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"PGEvPg==", b"<a/>", b"=", b'"', b"(", b"\\", b"SOAPAction: x", b":", b" ", b"=?utf-8?q?x?=",
    ]
)  # fmt: skip
noise = st.lists(_PIECES | st.binary(max_size=6), max_size=40).map(b"".join)
encodings = st.sampled_from(["base64", "quoted-printable", "8bit", "binary", "7bit", ""])
line_ends = st.sampled_from([b"\r\n", b"\n"])


@given(noise | st.builds(bytes.__add__, st.just(HEAD), noise))
def test_any_bytes_give_facts_or_a_coded_error(raw: bytes) -> None:
    is_ebxml_mail(raw)
    read_mail_head(raw)
    try:
        read_mail(raw)
    except MeldingsloftError as error:
        assert error.code.startswith("ML-U0")  # noqa: PT017 - both ways out are allowed, this one with a code


@given(st.builds(bytes.__add__, st.just(HEAD + b"--b1\r\nContent-Type: text/xml\r\nContent-ID: <soap>\r\n\r\n"), noise))
def test_whatever_stands_in_the_envelope_is_answered_with_a_code(raw: bytes) -> None:
    try:
        arrived = opening.read(raw + b"\r\n--b1--")
        opening.addresses(arrived)
        opening.verify(arrived)
    except MeldingsloftError as error:
        assert error.code  # noqa: PT017 - as above


def encoded(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(content)
    return quopri.encodestring(content, quotetabs=True) if encoding == "quoted-printable" else content


@given(st.lists(st.tuples(st.binary(max_size=300), encodings), min_size=1, max_size=4), line_ends)
def test_parts_come_out_as_they_went_in(parts: list[tuple[bytes, str]], line: bytes) -> None:
    parts = [(b"<" + content.replace(b"--b1", b"").replace(b"\r", b"") + b">", encoding) for content, encoding in parts]
    pieces = [HEAD.replace(b"\r\n", line)]
    for number, (content, encoding) in enumerate(parts):
        name = b"soap" if number == 0 else b"p%d" % number
        body = encoded(content, encoding)
        transfer = b"Content-Transfer-Encoding: " + encoding.encode() + line if encoding else b""
        pieces.append(b"--b1" + line + b"Content-ID: <" + name + b">" + line + transfer + line + body + line)
    read = read_mail(b"".join(pieces) + b"--b1--")
    assert [read.soap.content, *(part.content for part in read.parts)] == [content for content, _ in parts]
