"""What manifest, signature and MIME parts say of each other: EB-121, EB-140, EB-141, EB-143, EB-149. Nothing is verified here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.envelopes import EnvelopeKind
from meldingsloft.domain.findings import Finding, Place, Severity
from meldingsloft.ebxml.blocks import HEADER, SIGNATURE
from meldingsloft.ebxml.namespaces import DS
from meldingsloft.ebxml.values import content_id_of

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.envelopes import Envelope
    from meldingsloft.domain.identifiers import ContentId
    from meldingsloft.ebxml.mime import Mail

_DS = f"{{{DS}}}"
_MANIFEST = "/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference"
_SIGNATURE = "/SOAP:Envelope/SOAP:Header/ds:Signature"
_REFERENCE = f"{_SIGNATURE}/ds:SignedInfo/ds:Reference"


def findings(mail: Mail, root: etree._Element, envelope: Envelope) -> Iterator[Finding]:
    """All that can be said without keys, of an envelope whose blocks can be read."""
    signature = root.find(f"{HEADER}/{SIGNATURE}")
    if signature is None:
        yield _found("EB-140", "the envelope has no ds:Signature", "/SOAP:Envelope/SOAP:Header")
    references = [] if signature is None else list(signature.iterfind(f"{_DS}SignedInfo/{_DS}Reference"))
    if signature is not None:
        yield from _form(signature, references)
    if envelope.header.kind is not EnvelopeKind.MESSAGE:
        return
    sent = {part.content_id for part in mail.parts}
    named = {reference.content_id for reference in envelope.manifest}
    if named and not (_present(named, sent) and len(named) == len(mail.parts)):
        yield _found("EB-121", "manifest and MIME parts do not match", _MANIFEST)
    signed = {found for each in references if (found := content_id_of(each.get("URI", "")))}
    if signature is not None and not signed >= named:
        yield _found("EB-149", "a payload part is not among the references of the signature", _REFERENCE)


def _form(signature: etree._Element, references: list[etree._Element]) -> Iterator[Finding]:
    if not any(reference.get("URI") == "" for reference in references):
        yield _found("EB-140", "the signature does not cover the envelope", _REFERENCE)
    if len(list(signature.iterfind(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"))) != 1:
        yield _found("EB-141", "the signature does not carry exactly one certificate", f"{_SIGNATURE}/ds:KeyInfo")
    for reference in references:
        if reference.get("URI") and reference.find(f"{_DS}Transforms") is not None:
            yield _found("EB-143", "the reference to a payload part has transforms", f"{_REFERENCE}/ds:Transforms")


def _present(named: set[ContentId], sent: set[ContentId]) -> bool:
    """Every name is that of a part, percent signs decoded or as in the URI."""
    return named <= sent | {found for each in sent if (found := content_id_of(f"cid:{each}"))}


def _found(code: str, message: str, path: str) -> Finding:
    return Finding(code, Severity.ERROR, message, Place(path=path), source="HIS 1037; HITS 1172:2017")
