"""Mails changed on purpose, with nothing but string operations: not a line of the code under test."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable


def boundary_of(mail: bytes) -> bytes:
    found = re.search(rb'boundary="([^"]+)"', mail)
    assert found
    return found[1]


def change_part(mail: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    """Decode the n-th part (0 is the SOAP part), change it, and encode it again."""
    mark = b"--" + boundary_of(mail)
    pieces = mail.split(mark)
    head, empty, body = _halves(pieces[number + 1])
    decoded = base64.b64decode(body)
    changed = change(decoded)
    assert changed != decoded, "nothing was changed"
    pieces[number + 1] = head + empty + base64.encodebytes(changed).replace(b"\n", b"\r\n")
    return mark.join(pieces)


def part_of(mail: bytes, number: int) -> bytes:
    return base64.b64decode(_halves(mail.split(b"--" + boundary_of(mail))[number + 1])[2])


def change_soap(mail: bytes, old: bytes | str, new: bytes | str) -> bytes:
    """Replace one text in the SOAP part, of a multipart mail or of a signal."""
    before, after = (text.encode() if isinstance(text, str) else text for text in (old, new))

    def change(soap: bytes) -> bytes:
        assert before in soap, before
        return soap.replace(before, after, 1)

    if b"multipart/related" in mail:
        return change_part(mail, 0, change)
    head, empty, body = _halves(mail)
    return head + empty + base64.encodebytes(change(base64.b64decode(body))).replace(b"\n", b"\r\n")


def soap_of(mail: bytes) -> bytes:
    return part_of(mail, 0) if b"multipart/related" in mail else base64.b64decode(_halves(mail)[2])


def element(soap: bytes, name: str) -> str:
    found = re.search(rf"<(?:\w+:)?{name}[^>]*>([^<]*)<".encode(), soap)
    assert found, name
    return found[1].decode()


def _halves(part: bytes) -> tuple[bytes, bytes, bytes]:
    head, empty, body = part.partition(b"\r\n\r\n")
    assert empty
    return head, empty, body
