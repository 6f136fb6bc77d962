"""Mails as different systems write them; invented ids, no real parties."""

from __future__ import annotations

import base64

SOAP = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP:Envelope xmlns:SOAP="http://schemas.xmlsoap.org/soap/envelope/"/>'
)
CMS = bytes(range(256)) * 3


def b64(data: bytes, end: bytes = b"\r\n") -> bytes:
    return end.join(base64.encodebytes(data).splitlines())


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def mail(head: str, *parts: tuple[str, bytes], boundary: str = "b1", line: bytes = b"\r\n") -> bytes:
    """A multipart mail; ``head`` and part heads are written with LF and sent with ``line``."""
    pieces = [head.replace("\n", line.decode()).encode(), line, line]
    for part_head, body in parts:
        pieces += [
            b"--",
            boundary.encode(),
            line,
            part_head.replace("\n", line.decode()).encode(),
            line,
            line,
            body,
            line,
        ]
    pieces += [b"--", boundary.encode(), b"--", line]
    return b"".join(pieces)


SOAP_HEAD = "Content-Type: text/xml; charset=UTF-8\nContent-Transfer-Encoding: base64\nContent-ID: <soap>"
CMS_HEAD = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-Transfer-Encoding: base64\nContent-ID: <doc>"
TOP = 'MIME-Version: 1.0\nSOAPAction: "ebXML"\nContent-Type: multipart/related; type="text/xml"; boundary=b1; start="<soap>"'


def ordinary() -> bytes:
    return mail(TOP, (SOAP_HEAD, b64(SOAP)), (CMS_HEAD, b64(CMS)))
