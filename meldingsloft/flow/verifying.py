"""Who signed a file, what the signature covers, and whether to trust the certificate: for messages, envelopes and SOAP alike.

The two questions stay apart: ``report`` is the mathematics of the signature, ``trust`` is the certificate (EB-145, EB-146).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Literal

from meldingsloft.crypto.algorithms import SOAP
from meldingsloft.crypto.revocation import Standing, status_of
from meldingsloft.crypto.trust import Judgement, TrustVerdict, assess
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
    statements: tuple[bytes, ...] | None = None
    """CRLs and OCSP responses; None: revocation is not asked."""
    production: bool = False
    """Test certificates are not trusted."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of one readable file."""

    kind: FileKind
    report: SignatureReport
    trust: TrustVerdict
    trust_reason: str = ""
    """Where the verdict alone does not say it."""
    revocation: Standing | None = None
    """None: not asked, or not come to."""

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
        return _judged("envelope", report, at, store)
    root = parse(data)
    if root.tag == f"{{{SOAP}}}Envelope":
        report = verify_envelope(root, {})
        return _judged("envelope", report, at, store)
    return _judged("message", verify_message(root), at, store)


def _judged(kind: FileKind, report: SignatureReport, at: dt.datetime, store: TrustStore | None) -> Verification:
    if store is None or report.certificate is None:
        return Verification(kind, report, TrustVerdict.UNCHECKED)
    found = judged_by(store, report.certificate, at)
    return Verification(kind, report, found.verdict, found.reason, found.revocation)


def judged_by(store: TrustStore, certificate: bytes, at: dt.datetime) -> Judgement:
    """What a store has to say of a signer's certificate at an instant, which is also when statements must be in force."""
    asked = None if store.statements is None else partial(status_of, at=at, now=at, statements=store.statements)
    return assess(
        certificate,
        purpose="signing",
        at=at,
        roots=store.roots,
        intermediates=store.intermediates,
        registered=store.registered,
        status_of=asked,
        production=store.production,
    )
