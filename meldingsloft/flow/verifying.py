"""Who signed a file, what the signature covers, and whether to trust the certificate: for messages, envelopes and SOAP alike.

The two questions stay apart: ``report`` is the mathematics of the signature, ``trust`` is the certificate (EB-145, EB-146).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from meldingsloft.crypto.algorithms import SOAP
from meldingsloft.crypto.trust import TrustVerdict, judge
from meldingsloft.crypto.verification import SignatureReport, verify_envelope, verify_message
from meldingsloft.ebxml.mime import is_ebxml_mail
from meldingsloft.ebxml.opening import read
from meldingsloft.xmlsafe import parse

FileKind = Literal["envelope", "message"]

_HEAD = 64 * 1024
"""Bytes that are looked at to tell a mail from XML."""


@dataclass(frozen=True, slots=True)
class TrustStore:
    """What trust begins from; all certificates in DER."""

    roots: tuple[bytes, ...]
    intermediates: tuple[bytes, ...] = ()
    registered: tuple[bytes, ...] | None = None
    """The certificates the register or CPA has for the sender; None: that is not asked."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of one readable file."""

    kind: FileKind
    report: SignatureReport
    trust: TrustVerdict

    @property
    def accepted(self) -> bool:
        """Valid and trusted."""
        return self.report.valid and self.trust is TrustVerdict.TRUSTED


def kind_of(data: bytes) -> FileKind:
    """What a file looks like, also when it cannot be read."""
    return "envelope" if is_ebxml_mail(data[:_HEAD]) or b"Envelope" in data[:2048] else "message"


def verify_file(data: bytes, *, at: dt.datetime, store: TrustStore | None) -> Verification:
    """The verdicts on a signed message, a mail with an envelope, or a bare SOAP envelope (whose parts are then missing).

    ``at`` is the aware instant at which the certificate must be in force; without a ``store`` trust is not looked at.

    Raises:
        UnreadableError: neither MIME nor XML.
    """
    if is_ebxml_mail(data[:_HEAD]):
        arrived = read(data)
        report = verify_envelope(arrived.root, {part.content_id: part.content for part in arrived.mail.parts})
        return Verification("envelope", report, _trust(report, at, store))
    root = parse(data)
    if root.tag == f"{{{SOAP}}}Envelope":
        report = verify_envelope(root, {})
        return Verification("envelope", report, _trust(report, at, store))
    report = verify_message(root)
    return Verification("message", report, _trust(report, at, store))


def _trust(report: SignatureReport, at: dt.datetime, store: TrustStore | None) -> TrustVerdict:
    if store is None or report.certificate is None:
        return TrustVerdict.UNCHECKED
    return judge(
        report.certificate,
        purpose="signing",
        at=at,
        roots=store.roots,
        intermediates=store.intermediates,
        registered=store.registered,
    )
