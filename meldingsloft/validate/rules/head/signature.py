"""MH-038: a signature of the message stands last and holds (HIS 80601:2006 MsgHead; HIS 80415:2012 §3.3.4).

Verified is what the mathematics tells. Whether the certificate is valid and not revoked takes a certificate authority's
word, which is not asked. Cryptography is loaded only for messages that are signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from meldingsloft.validate.checks import HEADS, Check

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"


def _look(subject: Subject) -> Iterator[Finding]:
    signature = next(subject.root.iterchildren(_SIGNATURE), None)
    if signature is None:
        return
    if next(signature.itersiblings(etree.Element), None) is not None:
        yield subject.finding("MH-038", signature, detail="position", apprec="")
    from meldingsloft.crypto.verification import verify_message

    report = verify_message(subject.root)
    if not report.valid:
        reason = "" if report.reason is None else report.reason.value
        yield subject.finding("MH-038", signature, detail="broken", reason=reason)


CHECK = Check(("MH-038",), "rules", _look, HEADS, answer=True)
