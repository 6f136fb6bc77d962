"""The blocks beside the MessageHeader as facts: AckRequested, Acknowledgment, ErrorList and Manifest.

Source: msg-header-2_0.xsd; HIS 1037 §6.2.2, §6.3, §7.2.3, §7.2.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.envelopes import Acknowledgment, AckRequested, EbxmlError, ErrorList, ManifestReference
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.identifiers import MessageId
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.ebxml.blocks import is_true
from meldingsloft.ebxml.values import EB, attribute_of, check_version, content_id_of, only_text, text_of
from meldingsloft.xmlsafe import nodes_inside

if TYPE_CHECKING:
    from lxml import etree

_DS_REFERENCE, _DIGEST_VALUE = f"{{{ns.DS}}}Reference", f"{{{ns.DS}}}DigestValue"
_HREF = f"{{{ns.XLINK}}}href"
_REFERENCE, _SCHEMA = f"{EB}Reference", f"{EB}Schema"
_HEADER_PATH = "/SOAP:Envelope/SOAP:Header"


def read_ack_requested(element: etree._Element | None) -> AckRequested | None:
    """eb:AckRequested; None when there is none.

    Raises:
        EnvelopeError: ``ML-E010``.
    """
    if element is None:
        return None
    check_version(element, f"{_HEADER_PATH}/eb:AckRequested")
    return AckRequested(signed=is_true(attribute_of(element, "signed")))


def read_acknowledgment(element: etree._Element | None) -> Acknowledgment | None:
    """eb:Acknowledgment with the digests it returns; None when there is none.

    Raises:
        EnvelopeError: ``ML-E009``, ``ML-E010``.
    """
    if element is None:
        return None
    path = f"{_HEADER_PATH}/eb:Acknowledgment"
    check_version(element, path)
    reference = only_text(element, "RefToMessageId")
    if not reference:
        raise EnvelopeError(
            "ML-E009",
            "eb:Acknowledgment does not say what it acknowledges",
            answer="OtherXml",
            location=f"{path}/eb:RefToMessageId",
            hint="EB-086",
        )
    digests = tuple([_digest(child) for child in nodes_inside(element) if child.tag == _DS_REFERENCE])
    return Acknowledgment(only_text(element, "Timestamp"), MessageId(reference), digests)


def _digest(reference: etree._Element) -> tuple[str, str]:
    value = next((child for child in nodes_inside(reference) if child.tag == _DIGEST_VALUE), None)
    return reference.get("URI") or "", "".join(text_of(value).split())


def read_error_list(element: etree._Element | None) -> ErrorList | None:
    """eb:ErrorList; None when there is none. A severity that is not Warning counts as Error.

    Raises:
        EnvelopeError: ``ML-E009``, ``ML-E010``.
    """
    if element is None:
        return None
    path = f"{_HEADER_PATH}/eb:ErrorList"
    check_version(element, path)
    errors = tuple(_errors(element))
    if not errors:
        raise EnvelopeError(
            "ML-E009", "eb:ErrorList has no eb:Error", answer="OtherXml", location=f"{path}/eb:Error", hint="EB-042"
        )
    return ErrorList(errors)


def _errors(element: etree._Element) -> Iterator[EbxmlError]:
    for error in element.findall(f"{EB}Error"):
        severity = attribute_of(error, "severity") or ""
        yield EbxmlError(
            code=attribute_of(error, "errorCode") or "Unknown",
            severity="Warning" if severity == "Warning" else "Error",
            description=text_of(error.find(f"{EB}Description")),
            location=attribute_of(error, "location") or "",
        )


def read_manifest(element: etree._Element | None) -> tuple[ManifestReference, ...]:
    """The references of eb:Manifest, none where there is no manifest.

    Raises:
        EnvelopeError: ``ML-E009``, ``ML-E010``; ``ML-E012`` a reference that is no ``cid:`` URI.
    """
    if element is None:
        return ()
    path = "/SOAP:Envelope/SOAP:Body/eb:Manifest"
    check_version(element, path)
    references = tuple([_manifest_reference(child, path) for child in nodes_inside(element) if child.tag == _REFERENCE])
    if not references:
        raise EnvelopeError(
            "ML-E009",
            "eb:Manifest has no eb:Reference",
            answer="OtherXml",
            location=f"{path}/eb:Reference",
            hint="EB-120",
        )
    return references


def _manifest_reference(element: etree._Element, path: str) -> ManifestReference:
    content_id = content_id_of(element.get(_HREF) or "")
    if content_id is None:
        raise EnvelopeError(
            "ML-E012",
            "a reference of the manifest does not name a MIME part",
            answer="MimeProblem",
            location=f"{path}/eb:Reference/@xlink:href",
            hint="EB-121",
        )
    schema = next((child for child in nodes_inside(element) if child.tag == _SCHEMA), None)
    if schema is None:
        return ManifestReference(content_id)
    return ManifestReference(content_id, attribute_of(schema, "location"), attribute_of(schema, "version"))
