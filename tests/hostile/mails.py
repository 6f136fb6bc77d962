"""Hostile mails, written by hand: not a line of the code under test. Each speaks of ebXML and names a sender that can be told."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from tests.hostile.running import PATIENT

SENDER = "8800110@edi.example"
SOAP_TYPE = 'text/xml; charset="UTF-8"'
EVIL = "../../../../../../tmp/evil"

EB = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def head(name: str, content_type: str, *more: str) -> bytes:
    lines = (
        f"From: <{SENDER}>", "To: <8800210@edi.example>", f"Message-ID: <{name}@evil.example>", "Date: Mon, 02 Mar 2026 10:00:00 +0000",
        "MIME-Version: 1.0", 'SOAPAction: "ebXML"', f"Content-Type: {content_type}", *more,
    )  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n"


def single(name: str, soap: bytes, content_type: str = SOAP_TYPE) -> bytes:
    """A mail that is one text/xml part in base64."""
    return head(name, content_type, "Content-Transfer-Encoding: base64") + b"\r\n" + wrapped(soap) + b"\r\n"


def multipart(name: str, parts: Iterable[bytes], *, boundary: str = "b1", closed: bool = True) -> bytes:
    """A multipart/related mail of parts that are written out with their heads."""
    mark = b"--" + boundary.encode()
    body = b"".join(b"\r\n" + mark + b"\r\n" + part for part in parts)
    return (
        head(name, f'multipart/related; type="text/xml"; boundary="{boundary}"; start="<soap>"')
        + body
        + (b"\r\n" + mark + b"--\r\n" if closed else b"")
    )


def part(
    content: bytes, content_id: str = "soap", encoding: str = "base64", kind: str = SOAP_TYPE, *more: str
) -> bytes:
    lines = (f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}", f"Content-ID: <{content_id}>", *more)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (wrapped(content) if encoding == "base64" else content)


def wrapped(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def envelope(
    *, sender: str = "8800110", receiver: str = "8800210", message_id: str = "0d0b5c7e-6a1e-4b8b-9a55-3d2f6f1d9c11", conversation: str = "c",
    before: str = "", header: str = "", body: str = "", cpa: str = "8800110_8800210",
) -> bytes:  # fmt: skip
    """An ebXML envelope without a signature; what it says is well formed."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
{before}<SOAP:Envelope xmlns:SOAP="{SOAP}" xmlns:eb="{EB}" xmlns:xlink="http://www.w3.org/1999/xlink"><SOAP:Header>
<eb:MessageHeader SOAP:mustUnderstand="1" eb:version="2.0"><eb:From><eb:PartyId eb:type="HER">{sender}</eb:PartyId><eb:Role>a</eb:Role></eb:From>
<eb:To><eb:PartyId eb:type="HER">{receiver}</eb:PartyId><eb:Role>b</eb:Role></eb:To><eb:CPAId>{cpa}</eb:CPAId>
<eb:ConversationId>{conversation}</eb:ConversationId><eb:Service eb:type="kithService">DIALOG</eb:Service><eb:Action>DIALOG_HELSEFAGLIG</eb:Action>
<eb:MessageData><eb:MessageId>{message_id}</eb:MessageId><eb:Timestamp>2026-03-02T10:00:00Z</eb:Timestamp></eb:MessageData>
<eb:DuplicateElimination/></eb:MessageHeader>{header}</SOAP:Header><SOAP:Body>{body}</SOAP:Body></SOAP:Envelope>""".encode()


BILLION_LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "' + PATIENT + '">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)) + "]>"
)  # fmt: skip
QUADRATIC = f'<!DOCTYPE q [<!ENTITY a "{PATIENT * 5000}">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>'
PLAIN_DOCTYPE = "<!DOCTYPE x>"
DOCTYPES = {
    "billion laughs": (BILLION_LAUGHS, "&j;"),
    "quadratic expansion": (QUADRATIC, "&a;" * 20_000),
    "external file": (EXTERNAL, "&a;"),
    "external http": (REMOTE, "&a;"),
    "parameter entity": (PARAMETER, ""),
    "doctype alone": (PLAIN_DOCTYPE, ""),
}
"""(declaration, what refers to it)."""
