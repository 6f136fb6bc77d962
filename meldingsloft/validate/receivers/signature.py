"""RX-010…RX-018: the envelope's signature as NAV verifies it (interop facts, sections 3.1, 3.2 and 7). Nothing is verified here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.signature_reading import stated_certificate
from meldingsloft.domain.errors import CertificateError
from meldingsloft.ebxml.faults import read_fault
from meldingsloft.ebxml.namespaces import DS, SOAP
from meldingsloft.validate.receivers.checks import NAV, ONLY_STRICT, Case, ReceiverCheck

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding

_DS = f"{{{DS}}}"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
_ALGORITHMS = {
    "DigestMethod": ("http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2001/04/xmlenc#sha256"),
    "SignatureMethod": (
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    ),
}
_CANONICAL = ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2001/10/xml-exc-c14n#")


def _signatures(case: Case) -> list[etree._Element]:
    return list(case.root.iterfind(f"{{{SOAP}}}Header/{_DS}Signature"))


def _is_signed_kind(case: Case) -> bool:
    """An envelope, and no SOAP Fault: those are not signed."""
    return case.root.tag == f"{{{SOAP}}}Envelope" and read_fault(case.root) is None


def _look(case: Case) -> Iterator[Finding]:
    if not _is_signed_kind(case):
        return
    signatures = _signatures(case)
    if len(signatures) != 1:
        yield case.finding("RX-010", case.root, found=str(len(signatures)))
        return
    signature = signatures[0]
    references = list(signature.iterfind(f"{_DS}SignedInfo/{_DS}Reference"))
    if not any(reference.get("URI") == "" for reference in references):
        yield case.finding("RX-011", signature)
    for reference in references:
        yield from _reference(case, reference)
    yield from _methods(case, signature)
    yield from _certificate(case, signature)


def _reference(case: Case, reference: etree._Element) -> Iterator[Finding]:
    uri = reference.get("URI")
    if uri == "":
        transforms = [each.get("Algorithm", "") for each in reference.iterfind(f"{_DS}Transforms/{_DS}Transform")]
        if _ENVELOPED not in transforms or not any(each.startswith(_CANONICAL) for each in transforms):
            yield case.finding("RX-013", reference)
        if _XPATH not in transforms:
            yield case.finding("RX-015", reference)
    elif uri is None or not uri.startswith("cid:"):
        yield case.finding("RX-012", reference)


def _methods(case: Case, signature: etree._Element) -> Iterator[Finding]:
    for name, known in _ALGORITHMS.items():
        for element in signature.iter(f"{_DS}{name}"):
            if element.get("Algorithm") not in known:
                yield case.finding("RX-014", element)


def _certificate(case: Case, signature: etree._Element) -> Iterator[Finding]:
    der = stated_certificate(signature)
    if der is None:
        return
    try:
        facts = read_certificate(der)
    except CertificateError:
        return
    holder = signature.find(f"{_DS}KeyInfo")
    at = signature if holder is None else holder
    if facts.self_signed:
        yield case.finding("RX-016", at)
    if facts.key_usages != {"nonRepudiation"}:
        yield case.finding("RX-017", at, found=", ".join(sorted(facts.key_usages)) or "none")


def _covers_attachments(case: Case) -> Iterator[Finding]:
    if case.mail is None or not _is_signed_kind(case):
        return
    for signature in _signatures(case)[:1]:
        covered = {
            unquote((reference.get("URI") or "").removeprefix("cid:"))
            for reference in signature.iterfind(f"{_DS}SignedInfo/{_DS}Reference")
        }
        for number, part in enumerate(case.mail.parts, 1):
            if part.content_id not in covered:
                yield case.finding("RX-018", f"attachment {number}")


CHECKS = (
    ReceiverCheck(tuple(f"RX-01{n}" for n in range(8)), NAV, _look),
    ReceiverCheck(("RX-018",), ONLY_STRICT, _covers_attachments),
)
