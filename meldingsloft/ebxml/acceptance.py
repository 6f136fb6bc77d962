"""What a receiver refuses of a readable envelope, and why (ebXML profile §13 steps 2–5 and 11).

Only what prevents correct or safe processing is refused; the rest is a finding (``ebxml.tolerances``). Sources: HITS 1172
§5.5–5.8 and §5.14; rules EB-021–EB-025, EB-042, EB-052, EB-056, EB-058, EB-061, EB-071, EB-120, EB-121.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from meldingsloft.domain.envelopes import Endpoint, Envelope, EnvelopeKind, MessageHeader, parse_instant
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.domain.findings import Finding, Severity
from meldingsloft.domain.identifiers import is_her_id
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.ebxml.blocks import FAULT
from meldingsloft.ebxml.headers import strip_comments
from meldingsloft.ebxml.mime import Mail, MailKind

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.ports import Schemas

_HEADER = "/SOAP:Envelope/SOAP:Header/eb:MessageHeader"
_MANIFEST = "/SOAP:Envelope/SOAP:Body/eb:Manifest"
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_ENVELOPE_NAMESPACES = frozenset({ns.SOAP, ns.EB, ns.DS, ns.XLINK})
_TOLERATED = re.compile(
    r"Element '[^']*', attribute '[^']*\}mustUnderstand'|Element '[^']*\}Schema', attribute '[^']*\}version'|Element '[^']*xmldsig#\}"
)
"""Schema violations that real systems make and that change nothing (ebXML profile §13), or that verification judges."""


def check_mail(mail: Mail) -> None:
    """Refuse a payload mail whose MIME headers say that it is something else.

    Raises:
        EnvelopeError: ``ML-E013`` with the answer ``fault`` (EB-021, EB-022, EB-024, EB-025).
    """
    version = "".join(strip_comments(mail.headers.get("mime-version")).split())
    if version != "1.0":
        raise _mime("MIME-Version is not 1.0", "EB-021")
    if mail.headers.get("soapaction").strip(' \t"').lower() != "ebxml":
        raise _mime('SOAPAction is not "ebXML"', "EB-022")
    if mail.kind is MailKind.RELATED and mail.parameters.get("type", "text/xml").strip().lower() != "text/xml":
        raise _mime("the type of the multipart is not text/xml", "EB-024")
    if mail.soap.content_type != "text/xml":
        raise _mime("the first part is not text/xml", "EB-025")


def check_schema(root: etree._Element, schemas: Schemas) -> list[Finding]:
    """Findings for schema violations that are tolerated; nothing where the schema set does not know the envelope.

    Raises:
        EnvelopeError: ``ML-E014`` for any other violation (EB-042).
    """
    if not schemas.knows(ns.EB):
        return []
    schema = schemas.for_namespaces(_ENVELOPE_NAMESPACES)
    if schema.validate(root):
        return []
    findings = []
    for entry in schema.error_log:
        if not _TOLERATED.match(entry.message):
            raise EnvelopeError(
                "ML-E014",
                "the envelope is not valid to its schema",
                answer="OtherXml",
                location=entry.path or "",
                hint="EB-042",
            )
        findings.append(
            Finding(
                "EB-042",
                Severity.WARNING,
                "the envelope is not valid to its schema in a way that is tolerated",
                detail=f"line {entry.line}",
                source="HITS 1172:2017 r16, r17",
            )
        )
    return findings


def check_values(envelope: Envelope, now: dt.datetime | None = None) -> None:
    """Refuse a payload message whose header or manifest cannot be processed; ``now`` is for its time to live.

    Raises:
        EnvelopeError: ``ML-E015`` parties; ``ML-E016`` roles; ``ML-E017`` service; ``ML-E018`` manifest; ``ML-E019`` time.
    """
    header = envelope.header
    _check_parties(header)
    if header.service_type is None and not _URI.fullmatch(header.service):
        raise EnvelopeError(
            "ML-E017",
            "eb:Service has no type and is no URI",
            answer="Inconsistent",
            location=f"{_HEADER}/eb:Service",
            hint="EB-061",
        )
    if header.kind is EnvelopeKind.MESSAGE:
        _check_roles(header)
        _check_manifest(envelope)
    if now is not None and header.time_to_live:
        expires = parse_instant(header.time_to_live)
        if expires is not None and expires < now:
            raise EnvelopeError(
                "ML-E019",
                "the time to live of the envelope is past",
                answer="TimeToLiveExpired",
                location=f"{_HEADER}/eb:MessageData/eb:TimeToLive",
                hint="EB-071",
            )


def _check_parties(header: MessageHeader) -> None:
    for name, endpoint in (("From", header.sender), ("To", header.receiver)):
        if not _has_party(endpoint):
            raise EnvelopeError(
                "ML-E015",
                f"eb:{name} does not name exactly one HER-id",
                answer="ValueNotRecognized",
                location=f"{_HEADER}/eb:{name}/eb:PartyId",
                hint="EB-052",
            )


def _has_party(endpoint: Endpoint) -> bool:
    """One HER-id of digits, or no HER-id and an organisation number where nothing is registered (EB-055)."""
    if endpoint.her_id is not None:
        return is_her_id(endpoint.her_id)
    types = [party.type for party in endpoint.party_ids]
    return "HER" not in types and types.count("ENH") == 1


def _check_roles(header: MessageHeader) -> None:
    for name, endpoint in (("From", header.sender), ("To", header.receiver)):
        if not endpoint.role:
            raise EnvelopeError(
                "ML-E016",
                f"eb:{name} has no eb:Role",
                answer="ValueNotRecognized",
                location=f"{_HEADER}/eb:{name}/eb:Role",
                hint="EB-056",
            )


def _check_manifest(envelope: Envelope) -> None:
    if not envelope.manifest:
        raise EnvelopeError(
            "ML-E018",
            "the message has no eb:Manifest",
            answer="OtherXml",
            location="/SOAP:Envelope/SOAP:Body",
            hint="EB-120",
        )
    ids = [reference.content_id for reference in envelope.manifest]
    if len(set(ids)) != len(ids):
        raise EnvelopeError(
            "ML-E018",
            "the manifest names one part twice",
            answer="Inconsistent",
            location=f"{_MANIFEST}/eb:Reference",
            hint="EB-120",
        )


def _mime(message: str, rule: str) -> EnvelopeError:
    return EnvelopeError("ML-E013", message, answer=FAULT, hint=f"see `meldingsloft explain {rule}`")
