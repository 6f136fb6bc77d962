"""Envelopes spelt exactly as ``ebxml.soap`` and ``crypto.signing`` spell them, read without a parser.

A text that matches this one pattern from its first byte to its last is well-formed, canonical (C14N 1.0), valid to its schemas,
signed in the form of HIS 1037 §5.5 and free of everything a receiver would have to tolerate: the values between the fixed
parts hold no markup, and each is of a shape that its schema type allows. So its facts are the pattern's groups, and the octets
that were digested and signed are slices of it. Whatever differs in one byte is None here and goes the general way; that
way refuses, this one never does. Source: as ``ebxml.soap``; interoperability with other senders is the general way's.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from meldingsloft.domain.envelopes import (
    Acknowledgment,
    AckRequested,
    Endpoint,
    Envelope,
    EnvelopeKind,
    ManifestReference,
    MessageHeader,
    PartyId,
    parse_instant,
)
from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, MessageId
from meldingsloft.ebxml import namespaces as ns

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_XPATH = (
    'not(ancestor-or-self::node()[@SOAP-ENV:actor="urn:oasis:names:tc:ebxml-msg:actor:nextMSH"] | '
    'ancestor-or-self::node()[@SOAP-ENV:actor="http://schemas.xmlsoap.org/soap/actor/next"])'
)
_ENVELOPE_SIGNED = (
    '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>'
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/">'
    f"{_XPATH}</ds:XPath></ds:Transform>"
    '<ds:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></ds:Transform></ds:Transforms>'
)
_DIGEST_METHOD = f'<ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod>'
_CANONICAL_AND_METHOD = (
    '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></ds:CanonicalizationMethod>'
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>'
)
_SIGNED_INFO = f'<ds:SignedInfo xmlns:SOAP="{ns.SOAP}" xmlns:ds="{ns.DS}" xmlns:eb="{ns.EB}" xmlns:xlink="{ns.XLINK}">'
"""SignedInfo's start tag with all it inherits, as inclusive C14N writes it."""

_ID = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,199}"
_CODE = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_DIGEST = r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
_ENDED = re.compile(r"[A-Za-z0-9+/]{3}|[A-Za-z0-9+/][AEIMQUYcgkosw048]=|[AQgw]==")
"""The last three signs of an xs:base64Binary: no bits are left over."""


def _literal(text: str) -> str:
    return re.escape(text)


def _reference(uri: str, inside: str, declared: str = "") -> str:
    return f'<ds:Reference{declared} URI="{uri}">{inside}{_literal(_DIGEST_METHOD)}<ds:DigestValue>{_DIGEST}</ds:DigestValue></ds:Reference>'


def _party(name: str) -> str:
    return (
        f'<eb:{name}><eb:PartyId eb:type="HER">(?P<{name}>[0-9]{{1,12}})</eb:PartyId>'
        f"(?:<eb:Role>(?P<{name}_role>{_CODE})</eb:Role>)?</eb:{name}>"
    )


_DECLARED = _literal(f' xmlns:ds="{ns.DS}"')
_HEADER = (
    '<eb:MessageHeader SOAP:mustUnderstand="1" eb:version="2\\.0">'
    + _party("From")
    + _party("To")
    + rf"<eb:CPAId>(?P<cpa>{_CODE})</eb:CPAId><eb:ConversationId>(?P<conversation>{_ID})</eb:ConversationId>"
    + rf'<eb:Service(?: eb:type="(?P<type>{_CODE})")?>(?P<service>{_CODE})</eb:Service><eb:Action>(?P<action>{_CODE})</eb:Action>'
    + rf"<eb:MessageData><eb:MessageId>(?P<id>{_ID})</eb:MessageId><eb:Timestamp>(?P<time>{_TIME})</eb:Timestamp></eb:MessageData>"
    + "(?P<once><eb:DuplicateElimination></eb:DuplicateElimination>)?"
    + '<eb:Description xml:lang="no">(?P<description>[{\\[][ !"#$%\'-;=?-~]{0,500})</eb:Description></eb:MessageHeader>'
)
_ACK_REQUESTED = _literal(
    f'<eb:AckRequested SOAP:actor="{ns.TO_PARTY_MSH}" SOAP:mustUnderstand="1" eb:signed="true" eb:version="2.0"></eb:AckRequested>'
)
_ACKNOWLEDGMENT = (
    '<eb:Acknowledgment SOAP:mustUnderstand="1" eb:version="2\\.0">'
    rf"<eb:Timestamp>(?P<acknowledged>{_TIME})</eb:Timestamp><eb:RefToMessageId>(?P<ref>{_ID})</eb:RefToMessageId>"
    rf"(?P<copies>{_reference('', _literal(_ENVELOPE_SIGNED), _DECLARED)}(?:{_reference(f'cid:{_ID}', '', _DECLARED)})*)</eb:Acknowledgment>"
)
_SIGNATURE = (
    f'<ds:Signature xmlns:ds="{re.escape(ns.DS)}"><ds:SignedInfo>(?P<signed>{_literal(_CANONICAL_AND_METHOD)}'
    f"{_reference('', _literal(_ENVELOPE_SIGNED))}(?:{_reference(f'cid:{_ID}', '')})*</ds:SignedInfo>)"
    "<ds:SignatureValue>(?P<value>[A-Za-z0-9+/]{340,690}={0,2})</ds:SignatureValue>"
    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>(?P<certificate>[A-Za-z0-9+/]{400,8000}={0,2})</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
)
_MANIFEST = (
    rf'<eb:Manifest eb:version="2\.0"><eb:Reference xlink:href="cid:(?P<cid>{_ID})" xlink:type="simple">'
    r'<eb:Schema eb:location="(?P<location>https?://[A-Za-z0-9./_-]{1,200})" eb:version="(?P<version>[A-Za-z0-9.]{1,20})"></eb:Schema>'
    "</eb:Reference></eb:Manifest>"
)
_WHOLE = re.compile(
    _literal(f'<SOAP:Envelope xmlns:SOAP="{ns.SOAP}" xmlns:eb="{ns.EB}" xmlns:xlink="{ns.XLINK}"><SOAP:Header>')
    + _HEADER
    + f"(?:(?P<payload>{_ACK_REQUESTED})|{_ACKNOWLEDGMENT})"
    + f"(?P<signature>{_SIGNATURE})</SOAP:Header><SOAP:Body>(?:{_MANIFEST})?</SOAP:Body></SOAP:Envelope>"
)
_ONE_REFERENCE = re.compile(
    r'<ds:Reference[^>]*?( URI="([^"]*)">.*?<ds:DigestValue>([^<]*)</ds:DigestValue></ds:Reference>)'
)


class OwnForm(NamedTuple):
    """An envelope of the form we write ourselves; says nothing of its signature."""

    envelope: Envelope
    document: bytes
    """Canonical octets of the envelope without its signature; no block is addressed to a next MSH."""
    signed: bytes
    """Canonical octets of SignedInfo."""
    value: bytes
    """SignatureValue, base64."""
    certificate: bytes
    """The certificate, base64."""
    stated: tuple[tuple[str, bytes], ...]
    """(URI, DigestValue in base64) of each reference, SHA-256, in order; the envelope's first."""
    fragments: tuple[bytes, ...]
    """Each ds:Reference as it stands in an Acknowledgment."""


def recognise(soap: bytes) -> OwnForm | None:
    """The facts of an envelope in our own form, None for every other text."""
    if not soap.startswith(_DECLARATION):
        return None
    try:
        text = soap.decode("ascii")  # as the pattern is: offsets into the text are offsets into the bytes
    except UnicodeDecodeError:
        return None
    found = _WHOLE.fullmatch(text, len(_DECLARATION))
    if found is None or (found["payload"] is None) is not (found["cid"] is None):
        return None
    if not (_is_base64(found["value"]) and _is_base64(found["certificate"])):
        return None
    envelope = _envelope(found)
    kind = EnvelopeKind.ACKNOWLEDGMENT if found["payload"] is None else EnvelopeKind.MESSAGE
    if envelope is None or envelope.header.kind is not kind:
        return None
    signed = found["signed"]
    references = _ONE_REFERENCE.findall(signed)
    stated = tuple([(uri, value.encode()) for _, uri, value in references])
    if len(dict(stated)) != len(stated):
        return None
    opening, closing = found.span("signature")
    return OwnForm(
        envelope,
        document=soap[len(_DECLARATION) : opening] + soap[closing:],
        signed=(_SIGNED_INFO + signed).encode(),
        value=found["value"].encode(),
        certificate=found["certificate"].encode(),
        stated=stated,
        fragments=tuple([(_FRAGMENT_START + rest).encode() for rest, _, _ in references]),
    )


def _is_base64(text: str) -> bool:
    """True when signs of base64 make up whole bytes, as their schema type asks."""
    return len(text) % 4 == 0 and _ENDED.fullmatch(text, len(text) - 3) is not None


def is_own_fragment(fragment: bytes) -> bool:
    """True for a ds:Reference that ``recognise`` gave: it stands in our Acknowledgment as it is."""
    return _FRAGMENT.fullmatch(fragment) is not None


_FRAGMENT = re.compile(
    f"{_reference('', _literal(_ENVELOPE_SIGNED), _DECLARED)}|{_reference(f'cid:{_ID}', '', _DECLARED)}".encode()
)


_FRAGMENT_START = f'<ds:Reference xmlns:ds="{ns.DS}"'


def _envelope(found: re.Match[str]) -> Envelope | None:
    text = found.groupdict()
    acknowledged = text["acknowledged"]
    if parse_instant(text["time"]) is None or (acknowledged is not None and parse_instant(acknowledged) is None):
        return None
    header = MessageHeader(
        sender=Endpoint((PartyId(text["From"]),), text["From_role"]),
        receiver=Endpoint((PartyId(text["To"]),), text["To_role"]),
        cpa_id=CpaId(text["cpa"]),
        conversation_id=ConversationId(text["conversation"]),
        service=text["service"],
        action=text["action"],
        message_id=MessageId(text["id"]),
        timestamp=text["time"],
        service_type=text["type"],
        duplicate_elimination=text["once"] is not None,
        description=text["description"].strip(),
    )
    cid = text["cid"]
    manifest = () if cid is None else (ManifestReference(ContentId(cid), text["location"], text["version"]),)
    return Envelope(
        header,
        ack_requested=None if text["payload"] is None else AckRequested(),
        acknowledgment=None if acknowledged is None else _acknowledgment(acknowledged, text["ref"], text["copies"]),
        manifest=manifest,
    )


def _acknowledgment(timestamp: str, answered: str, copies: str) -> Acknowledgment:
    digests = tuple([(uri, value) for _, uri, value in _ONE_REFERENCE.findall(copies)])
    return Acknowledgment(timestamp, MessageId(answered), digests)
