"""RX-001…RX-007: the MIME package as NAV's synchronous entry reads it, which is stricter than its mail (interop facts, section 2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.ebxml.mime import Mail, MailKind, MimePart
from meldingsloft.validate.receivers.checks import NAV, Case, ReceiverCheck

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding

_ENCODINGS = ("8bit", "binary", "base64", "quoted-printable")
_PKCS7 = "application/pkcs7-mime"
_SOAP = "envelope part"


def _look(case: Case) -> Iterator[Finding]:
    mail = case.mail
    if mail is None or mail.kind is MailKind.REPORT:
        return
    if mail.soap.transfer_encoding not in _ENCODINGS:
        yield case.finding("RX-001", _SOAP, found=mail.soap.transfer_encoding or "none")
    if mail.kind is MailKind.XML:
        if not mail.soap.content_id:
            yield case.finding("RX-007", _SOAP)
        return
    yield from _related(case, mail)
    for number, part in enumerate(mail.parts, 1):
        yield from _attachment(case, part, f"attachment {number}")


def _related(case: Case, mail: Mail) -> Iterator[Finding]:
    if mail.soap.content_type != "text/xml":
        yield case.finding("RX-002", _SOAP, found=mail.soap.content_type)
    start, content_id = mail.parameters.get("start", ""), mail.soap.headers.get("content-id").strip()
    if start and start != content_id:
        yield case.finding("RX-003", _SOAP)
    kind = mail.parameters.get("type", "")
    if kind and kind.lower() != "text/xml":
        yield case.finding("RX-006", "mail")


def _attachment(case: Case, part: MimePart, where: str) -> Iterator[Finding]:
    if not part.content_id:
        yield case.finding("RX-004", where)
    written = part.headers.get("content-transfer-encoding").strip()
    if part.content_type == _PKCS7 and written != "base64":
        yield case.finding("RX-005", where, found=written or "none")


CHECK = ReceiverCheck(tuple(f"RX-00{n}" for n in range(1, 8)), NAV, _look)
