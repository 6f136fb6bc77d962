"""Delivery reports of mail servers."""

from __future__ import annotations

from meldingsloft.ebxml.bounces import Bounce, read_bounce
from meldingsloft.ebxml.mime import read_mail
from tests.unit.ebxml.mails import mail, ordinary

TOP = "From: MAILER-DAEMON@mail.test\nReturn-Path: <>\nReferences: <ref@edi.test>\nContent-Type: multipart/report; report-type=delivery-status; boundary=b1"
TEXT = ("Content-Type: text/plain", b"I could not deliver it")
STATUS = (
    "Content-Type: message/delivery-status",
    b"Reporting-MTA: dns; mail.test\r\nOriginal-Envelope-Id: env-1\r\n\r\nFinal-Recipient: rfc822; b@edi.test\r\nAction: failed\r\nStatus: 5.1.1\r\n",
)


def bounce(*parts: tuple[str, bytes]) -> Bounce:
    found = read_bounce(read_mail(mail(TOP, *parts)))
    assert found is not None
    return found


def test_a_bounce_names_our_mail_the_surest_first() -> None:
    returned = ("Content-Type: text/rfc822-headers", b"From: a@edi.test\r\nMessage-ID: <m-1.1@edi.test>\r\n")
    found = bounce(TEXT, STATUS, returned)
    assert found.references == ("env-1", "m-1.1@edi.test", "ref@edi.test")
    assert (found.status, found.action, found.permanent) == ("5.1.1", "failed", True)


def test_the_whole_mail_may_be_returned() -> None:
    found = bounce(
        TEXT, ("Content-Type: message/rfc822", b"Message-ID: <m-1.1@edi.test>\r\n" + ordinary().replace(b"b1", b"b2"))
    )
    assert found.references[0] == "m-1.1@edi.test"
    assert found.status == ""


def test_a_delay_is_not_the_end() -> None:
    assert not bounce(TEXT, (STATUS[0], b"Action: delayed\r\nStatus: 4.4.1")).permanent


def test_an_ordinary_mail_is_no_bounce() -> None:
    assert read_bounce(read_mail(ordinary())) is None
