"""The SOAP envelope written in Canonical XML from the start, so that signing it parses nothing.

The text is the inclusive C14N 1.0 form of itself: namespaces declared once on the root in prefix order, attributes in order
of namespace and name, no empty-element tags, canonical escapes. The signature is spliced in as text before ``</SOAP:Header>``;
the XML declaration and the comment of a test message stand outside the canonical form. Sources: Canonical XML 1.0;
msg-header-2_0.xsd; ebXML profile §4–7.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from lxml import etree

from meldingsloft.domain.envelopes import (
    Acknowledgment,
    EbxmlError,
    Endpoint,
    Envelope,
    ErrorList,
    ManifestReference,
    MessageHeader,
)
from meldingsloft.domain.errors import EnvelopeError
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.ebxml.own_form import is_own_fragment
from meldingsloft.xmlsafe import parse

NAMESPACES = (("SOAP", ns.SOAP), ("eb", ns.EB), ("xlink", ns.XLINK))
"""In scope at SOAP:Header, in canonical order."""
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
TEST_COMMENT = "TEST. TEST. Sendt i testøyemed. Har ingen andre formål."
"""First comment in SOAP:Header and MIME preamble of test messages (HITS 1172 §5.15.2, EB-204)."""

_ROOT = "<SOAP:Envelope" + "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES) + ">"
_OPENING = f"{_ROOT}<SOAP:Header>".encode()
_MUST = f' SOAP:mustUnderstand="1" eb:version="{ns.VERSION}"'
_PLAIN = re.compile(r"[ !#-%'-;=?-~]*")
"""Signs that stand for themselves everywhere, and what nearly every value is made of."""
_SPECIAL = re.compile(r'[&<>"\t\n\r]')
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}
_ATTRIBUTE = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
_HOLDER_START = f"{_ROOT}<eb:Acknowledgment>".encode()
_HOLDER_END = b"</eb:Acknowledgment></SOAP:Envelope>"


class CanonicalSoap(NamedTuple):
    """A SOAP envelope without signature, in three pieces of canonical bytes."""

    opening: bytes
    """From the root's start tag to the end of ``<SOAP:Header>``."""
    blocks: bytes
    """The header blocks."""
    closing: bytes
    """From ``</SOAP:Header>`` to the end."""
    comment: bytes = b""
    """Stands first in the header when the envelope is written; no part of the canonical form."""

    @property
    def canonical(self) -> bytes:
        """C14N 1.0 without comments of the envelope without signature: what the reference ``URI=""`` digests."""
        return self.opening + self.blocks + self.closing

    def signed(self, signature: bytes) -> bytes:
        """The whole document with the signature as the last block of the header."""
        return b"".join((DECLARATION, self.opening, self.comment, self.blocks, signature, self.closing))


def build_soap(
    envelope: Envelope,
    *,
    references: Sequence[bytes] = (),
    comment: str = "",
    language: str = "no",
    error_language: str = "en",
) -> CanonicalSoap:
    """The canonical SOAP envelope of these facts.

    ``references`` are ds:Reference fragments for eb:Acknowledgment, each well-formed by itself; the languages are the
    xml:lang of the software's description and of error descriptions.

    Raises:
        EnvelopeError: ``ML-E002`` a value holds a character that XML cannot carry.
        UnreadableError: a fragment is not well-formed.
    """
    blocks = [_message_header(envelope.header, language)]
    if envelope.ack_requested is not None:
        signed = "true" if envelope.ack_requested.signed else "false"
        blocks.append(
            f'<eb:AckRequested SOAP:actor="{ns.TO_PARTY_MSH}" SOAP:mustUnderstand="1" eb:signed="{signed}" eb:version="{ns.VERSION}"></eb:AckRequested>'
        )
    if envelope.acknowledgment is not None:
        blocks.append(_acknowledgment(envelope.acknowledgment, in_context(references)))
    if envelope.error_list is not None:
        blocks.append(_error_list(envelope.error_list, error_language))
    body = _manifest(envelope.manifest) if envelope.manifest else ""
    closing = f"</SOAP:Header><SOAP:Body>{body}</SOAP:Body></SOAP:Envelope>"
    return CanonicalSoap(_OPENING, "".join(blocks).encode(), closing.encode(), _comment(comment))


def in_context(fragments: Sequence[bytes]) -> str:
    """Fragments in the canonical form they take inside our header; bindings used only in text (XPath) are kept."""
    if not fragments:
        return ""
    if all(is_own_fragment(fragment) for fragment in fragments):
        return b"".join(fragments).decode("ascii")
    root = parse(b"".join((_HOLDER_START, *fragments, _HOLDER_END)))
    canonical = etree.tostring(root.getroottree(), method="c14n", exclusive=False, with_comments=False)
    return canonical[len(_HOLDER_START) : -len(_HOLDER_END)].decode()


@lru_cache(maxsize=16)
def description_of(system: str, version: str, application: str = "", application_version: str = "") -> str:
    """The one-line JSON of HITS 1210 §6.2.2 that names the software."""
    values = {"MSH-system": system, "MSH-versjon": version}
    if application:
        values |= {"fagsystem": application, "fagsystem-versjon": application_version}
    return json.dumps(values, ensure_ascii=False)


def text(value: str) -> str:
    """A text node in canonical form.

    Raises:
        EnvelopeError: ``ML-E002``.
    """
    return value if _PLAIN.fullmatch(value) else _escaped(value, _TEXT)


def attribute(value: str) -> str:
    """An attribute value in canonical form, without its quotes.

    Raises:
        EnvelopeError: ``ML-E002``.
    """
    return value if _PLAIN.fullmatch(value) else _escaped(value, _ATTRIBUTE)


def _escaped(value: str, signs: Mapping[str, str]) -> str:
    if _IMPOSSIBLE.search(value):
        raise EnvelopeError("ML-E002", "a value of the envelope holds a character that XML cannot carry", answer="")
    return _SPECIAL.sub(lambda sign: signs.get(sign[0], sign[0]), value)


def _message_header(header: MessageHeader, language: str) -> str:
    typed = f' eb:type="{attribute(header.service_type)}"' if header.service_type else ""
    pieces = [
        f"<eb:MessageHeader{_MUST}>",
        _endpoint("From", header.sender),
        _endpoint("To", header.receiver),
        f"<eb:CPAId>{text(header.cpa_id)}</eb:CPAId><eb:ConversationId>{text(header.conversation_id)}</eb:ConversationId>",
        f"<eb:Service{typed}>{text(header.service)}</eb:Service><eb:Action>{text(header.action)}</eb:Action>",
        f"<eb:MessageData><eb:MessageId>{text(header.message_id)}</eb:MessageId><eb:Timestamp>{text(header.timestamp)}</eb:Timestamp>",
        _element("RefToMessageId", header.ref_to_message_id),
        _element("TimeToLive", header.time_to_live),
        "</eb:MessageData>",
        "<eb:DuplicateElimination></eb:DuplicateElimination>" if header.duplicate_elimination else "",
        _description(header.description, language),
        "</eb:MessageHeader>",
    ]
    return "".join(pieces)


def _element(name: str, value: str | None) -> str:
    return f"<eb:{name}>{text(value)}</eb:{name}>" if value else ""


def _description(value: str | None, language: str) -> str:
    return (
        f'<eb:Description xml:lang="{attribute(language)}">{_description_text(value)}</eb:Description>' if value else ""
    )


@lru_cache(maxsize=16)
def _description_text(value: str) -> str:
    """As ``text``: JSON is full of quotation marks, and every header of ours carries the same."""
    return text(value)


def _endpoint(name: str, endpoint: Endpoint) -> str:
    ids = []
    for party in endpoint.party_ids:
        typed = f' eb:type="{attribute(party.type)}"' if party.type else ""
        ids.append(f"<eb:PartyId{typed}>{text(party.value)}</eb:PartyId>")
    return f"<eb:{name}>{''.join(ids)}{_element('Role', endpoint.role)}</eb:{name}>"


def _acknowledgment(facts: Acknowledgment, references: str) -> str:
    return (
        f"<eb:Acknowledgment{_MUST}><eb:Timestamp>{text(facts.timestamp)}</eb:Timestamp>"
        f"<eb:RefToMessageId>{text(facts.ref_to_message_id)}</eb:RefToMessageId>{references}</eb:Acknowledgment>"
    )


def _error_list(facts: ErrorList, language: str) -> str:
    errors = "".join(_error(error, language) for error in facts.errors)
    return f'<eb:ErrorList SOAP:mustUnderstand="1" eb:highestSeverity="{facts.highest_severity}" eb:version="{ns.VERSION}">{errors}</eb:ErrorList>'


def _error(error: EbxmlError, language: str) -> str:
    location = f' eb:location="{attribute(error.location)}"' if error.location else ""
    return (
        f'<eb:Error eb:codeContext="{ns.ERROR_CONTEXT}" eb:errorCode="{attribute(error.code)}"{location} eb:severity="{attribute(error.severity)}">'
        f"{_description(error.description, language)}</eb:Error>"
    )


def _manifest(references: Sequence[ManifestReference]) -> str:
    return f'<eb:Manifest eb:version="{ns.VERSION}">{"".join(map(_reference, references))}</eb:Manifest>'


def _reference(reference: ManifestReference) -> str:
    schema = ""
    if reference.schema_location:
        version = f' eb:version="{attribute(reference.schema_version)}"' if reference.schema_version else ""
        schema = f'<eb:Schema eb:location="{attribute(reference.schema_location)}"{version}></eb:Schema>'
    return (
        f'<eb:Reference xlink:href="{attribute(cid(reference.content_id))}" xlink:type="simple">{schema}</eb:Reference>'
    )


def cid(content_id: str) -> str:
    """The ``cid:`` URI of a Content-ID, percent-encoded where a URI asks it (RFC 2392)."""
    return "cid:" + quote(content_id, safe="!$&'()*+,;=:@/-._~")


def _comment(value: str) -> bytes:
    if not value:
        return b""
    safe = _IMPOSSIBLE.sub("", value).replace("--", "- -").rstrip("-")
    return f"<!-- {safe} -->".encode()
