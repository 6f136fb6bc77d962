"""Mails as the world sends them, and as nobody should."""

from __future__ import annotations

import quopri
import time

import pytest

from meldingsloft.domain.errors import UnreadableError
from meldingsloft.ebxml.mime import MailKind, MailLimits, is_ebxml_mail, read_entity, read_mail, read_mail_head
from tests.unit.ebxml.mails import CMS, CMS_HEAD, SOAP, SOAP_HEAD, TOP, b64, crlf, mail, ordinary


def refused(raw: bytes, limits: MailLimits | None = None) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        read_mail(raw, limits or MailLimits())
    return caught.value


def test_an_ordinary_mail_is_taken_apart() -> None:
    read = read_mail(ordinary())
    assert read.kind is MailKind.RELATED
    assert read.soap.content == SOAP
    assert read.soap.content_id == "soap"
    assert [(p.content_id, p.content_type, p.content) for p in read.parts] == [("doc", "application/pkcs7-mime", CMS)]
    assert read.parts[0].parameters == {"smime-type": "enveloped-data"}


@pytest.mark.parametrize(
    ("top", "soap_head", "cms_head"),
    [
        (TOP.replace('; start="<soap>"', ""), SOAP_HEAD, CMS_HEAD),
        (
            TOP.replace("SOAPAction", "SOAPACTION").replace('"ebXML"', '"ebxml"'),
            SOAP_HEAD.replace("Content-ID", "Content-Id"),
            CMS_HEAD.replace("Content-ID", "content-id"),
        ),
        (
            'mime-version: 1.0\nSOAPAction: "ebXML"\nContent-Type: multipart/related;\n\ttype="text/xml";\n\tcharset="utf-8";\n\tstart="<soap>";\n\tboundary="b1";',
            'Content-ID: <soap>\nContent-Type: text/xml;\n charset="UTF-8";\nContent-Transfer-Encoding: BASE64',
            CMS_HEAD.replace("enveloped-data", '"enveloped-data"; charset=utf-8')
            + "\nContent-Disposition: attachment; filename=smime.p7m",
        ),
        (TOP.replace("type=", "\ntype=").replace("; boundary", ";\nboundary"), SOAP_HEAD, CMS_HEAD),
        (TOP.replace("boundary=b1", 'boundary (so it is) = "b1" (end)'), SOAP_HEAD + " (the envelope)", CMS_HEAD),
        (TOP.replace('; start="<soap>"', ' start="<soap>"').replace("b1;", "b1;"), SOAP_HEAD, CMS_HEAD),
        (TOP.replace("boundary=b1", "boundary*0=b; boundary*1=1"), SOAP_HEAD, CMS_HEAD),
    ],
    ids=[
        "no start",
        "case",
        "folded, quoted, trailing semicolon",
        "lost indent",
        "comments",
        "missing semicolon",
        "continued parameter",
    ],
)
@pytest.mark.parametrize("line", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
def test_the_styles_of_other_systems_give_the_same_facts(top: str, soap_head: str, cms_head: str, line: bytes) -> None:
    read = read_mail(mail(top, (soap_head, b64(SOAP, line)), (cms_head, b64(CMS, line)), line=line))
    assert read.soap.content == SOAP
    assert read.parts[0].content == CMS
    assert read.soap.content_id == "soap"
    assert read.parts[0].content_id == "doc"


def test_lf_bodies_inside_crlf_headers_are_read() -> None:
    read = read_mail(mail(TOP, (SOAP_HEAD, b64(SOAP, b"\n")), (CMS_HEAD, b64(CMS, b"\n"))))
    assert read.parts[0].content == CMS


def test_start_decides_which_part_is_the_envelope() -> None:
    read = read_mail(mail(TOP, (CMS_HEAD, b64(CMS)), (SOAP_HEAD, b64(SOAP))))
    assert read.soap.content == SOAP
    assert read.parts[0].content == CMS


def test_preamble_epilogue_and_near_delimiters_are_no_parts() -> None:
    raw = mail(TOP, (SOAP_HEAD.replace("base64", "8bit"), b"<a>\r\n--b10\r\n x--b1\r\n</a>"), (CMS_HEAD, b64(CMS)))
    raw = raw.replace(b"\r\n\r\n--b1", b"\r\n\r\nThis is a multi-part message.\r\n--b1", 1) + b"after\r\n--b1\r\nmore"
    read = read_mail(raw)
    assert read.soap.content == b"<a>\r\n--b10\r\n x--b1\r\n</a>"
    assert len(read.parts) == 1


@pytest.mark.parametrize("encoding", ["8bit", "7bit", "binary", "quoted-printable", None])
def test_every_transfer_encoding_gives_the_bytes(encoding: str | None) -> None:
    content = "<a>æøå = ok</a>\r\n".encode()
    body = quopri.encodestring(content) if encoding == "quoted-printable" else content
    head = "Content-Type: text/xml\nContent-ID: <soap>" + (
        f"\nContent-Transfer-Encoding: {encoding}" if encoding else ""
    )
    read = read_mail(mail(TOP, (head, body)))
    assert read.soap.content == content
    assert read.parts == ()


def test_a_signal_is_one_part_or_a_multipart_of_one() -> None:
    single = crlf(
        'MIME-Version: 1.0\nSOAPAction: "ebXML"\nContent-Type: text/xml; charset="UTF-8"\nContent-Transfer-Encoding: base64\n\n'
    ) + b64(SOAP)
    assert read_mail(single).kind is MailKind.XML
    assert read_mail(single).soap.content == SOAP
    assert read_mail(mail(TOP, (SOAP_HEAD, b64(SOAP)))).soap.content == SOAP


def test_http_and_mbox_start_lines_are_passed_over() -> None:
    for line in (
        b"POST /ebxml/msh HTTP/1.1\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"From x@test Mon Jan 1 00:00:00 2026\r\n",
        b"\r\n",
    ):
        assert read_mail(line + ordinary()).soap.content == SOAP


def test_headers_keep_order_duplicates_and_encoded_words() -> None:
    raw = b"Received: one\r\nReceived: two\r\n  folded\r\nSubject: =?iso-8859-1?Q?Pr=F8ve?=\r\n" + ordinary()
    headers = read_mail(raw).headers
    assert headers.all("received") == ("one", "two  folded")
    assert headers.text("subject") == "Prøve"
    assert headers.get("SUBJECT").startswith("=?")
    assert "x-absent" not in headers


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "ML-U020"),
        (b"<xml/>", "ML-U020"),
        (b"\x00\x01\x02" * 500, "ML-U020"),
        (b"Subject: hello\r\nContent-Type: text/plain\r\n\r\nhello", "ML-U020"),
        (b'SOAPAction: "ebXML"\r\nContent-Type: text/plain\r\n\r\nhello', "ML-U020"),
        (b'SOAPAction: "ebXML"\r\n\r\nhello', "ML-U024"),
        (b"SOAPAction: x\r\nno header\r\n\r\nhello", "ML-U022"),
        (ordinary().replace(b"boundary=b1; ", b""), "ML-U024"),
        (ordinary().replace(b"boundary=b1", b"boundary=b1; boundary=b2"), "ML-U024"),
        (ordinary().replace(b"MIME-Version", b"Content-Type: text/xml\r\nMIME-Version"), "ML-U023"),
        (ordinary().replace(b"Content-ID: <doc>", b"Content-ID: <doc>\r\nContent-ID: <other>"), "ML-U023"),
        (ordinary().replace(b"Content-ID: <doc>", b"Content-ID: <soap>"), "ML-U028"),
        (ordinary().replace(b'start="<soap>"', b'start="<nowhere>"'), "ML-U031"),
        (ordinary()[:-10], "ML-U025"),
        (ordinary()[:150], "ML-U025"),
        (mail(TOP), "ML-U033"),
        (ordinary().replace(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: uuencode"), "ML-U030"),
        (
            mail(TOP, (SOAP_HEAD, b64(SOAP)), ("Content-Type: multipart/mixed; boundary=x", b"--x\r\n\r\n--x--")),
            "ML-U027",
        ),
    ],
)
def test_what_cannot_be_taken_apart_says_why(raw: bytes, code: str) -> None:
    assert refused(raw).code == code


@pytest.mark.parametrize("junk", [b"!", b"=", b"AAA=A", b"\xff", b"AA==AA=="])
def test_base64_with_junk_does_not_decode(junk: bytes) -> None:
    error = refused(mail(TOP, (SOAP_HEAD, b64(SOAP)), (CMS_HEAD, b64(CMS) + b"\r\n" + junk)))
    assert error.code == "ML-U029"
    assert error.where == "part 2"
    assert error.detail.startswith("byte ")


@pytest.mark.parametrize("body", [b"a=zz", b"=\x00", b"\xc3\xa6"])
def test_broken_quoted_printable_does_not_decode(body: bytes) -> None:
    assert refused(mail(TOP, (SOAP_HEAD.replace("base64", "quoted-printable"), body))).code == "ML-U029"


def test_errors_never_hold_content() -> None:
    secret = b"HEMMELIG"
    for raw in (
        mail(TOP, (SOAP_HEAD, secret + b"!")),
        TOP.encode() + b"\n" + secret + b"\n\n",
        ordinary().replace(b"b1;", b"b1;" + secret + b"=1;" + secret + b"=2;"),
    ):
        error = refused(raw)
        told = f"{error} {error.hint} {error.where} {error.detail}"
        assert "HEMMELIG" not in told.upper() or error.code == "ML-U024"


def test_bounds_end_hostile_mails_quickly() -> None:
    started = time.perf_counter()
    many = mail(TOP, *((f"Content-ID: <{n}>", b"x") for n in range(10_000)))
    nested = (
        TOP.encode().replace(b"\n", b"\r\n")
        + b"\r\n\r\n"
        + b"".join(b"--b1\r\nContent-Type: multipart/related; boundary=b%d\r\n\r\n" % n for n in range(10_000))
        + b"--b1--"
    )
    assert refused(many).code == "ML-U026"
    assert refused(nested).code in {"ML-U026", "ML-U027"}
    assert refused(b"SOAPAction: x\r\n" + b"X: y\r\n" * 100_000).code == "ML-U021"
    assert refused(b"SOAPAction: x\r\n" + b"X: y\r\n" * 5_000 + b"\r\n").code == "ML-U021"
    assert refused(b"SOAPAction: x\r\nX: " + b"y" * 1_000_000).code == "ML-U021"
    assert refused(b'Content-Type: multipart/related; boundary="' + b"(" * 60_000).code in {
        "ML-U021",
        "ML-U024",
        "ML-U025",
    }
    assert refused(TOP.encode() + b"\n\n" + b"--b1" * 200_000).code == "ML-U025"
    assert refused(ordinary(), MailLimits(max_bytes=100)).code == "ML-U032"
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("head", "yes"),
    [
        (b'SOAPAction: "ebXML"\r\nX: y', True),
        (b"From: a@b\r\ncontent-type:multipart/related; boundary=x\r\n\r\n", True),
        (b"From: a@b\r\nContent-Type:\r\n text/xml\r\n\r\n", True),
        (b"From: a@b\r\nContent-Type: multipart/report; boundary=x\r\n\r\n", True),
        (b"From: a@b\r\nContent-Type: text/plain\r\n\r\nSOAPAction: x", False),
        (b"<?xml version='1.0'?><a/>", False),
        (b"\x89PNG\r\n", False),
        (b"", False),
    ],
)
def test_a_broken_ebxml_mail_is_told_from_something_else(head: bytes, yes: bool) -> None:
    assert is_ebxml_mail(head) is yes


def test_an_inner_entity_is_decoded() -> None:
    part = read_entity(b"Content-Type: application/xml\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(SOAP))
    assert part.content == SOAP
    assert part.content_type == "application/xml"


def test_the_head_of_a_broken_mail_tells_whom_to_answer() -> None:
    head = read_mail_head(
        b"Return-Path: <a@x.test>\r\nFrom: Legekontor <b@x.test>\r\nbroken\r\nMessage-Id: <1@x.test>\r\nIn-Reply-To: <0@y.test>\r\nReferences: <1@y>\r\n <2@y>\r\nSOAPAction: x"
    )
    assert head is not None
    assert head.ebxml
    assert head.reply_address == "a@x.test"
    assert (head.message_id, head.in_reply_to, head.references) == ("1@x.test", "0@y.test", ("1@y", "2@y"))


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (b"From: mailto:b@x.test", "b@x.test"),
        (b"Reply-To: <c@x.test>\r\nReturn-Path: <a@x.test>\r\nFrom: b@x.test", "c@x.test"),
        (b"Return-Path: <>\r\nFrom: b@x.test", ""),
        (b"Sender: s@x.test\r\nFrom: b@x.test", "s@x.test"),
        (b"Subject: nobody", ""),
    ],
)
def test_a_fault_goes_to_reply_to_else_to_mail_from(lines: bytes, address: str) -> None:
    head = read_mail_head(lines)
    assert head is not None
    assert head.reply_address == address
    assert not head.ebxml


def test_no_header_no_head() -> None:
    assert read_mail_head(b"\x00\x01") is None
