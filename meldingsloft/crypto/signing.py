"""Making XML signatures by writing text: the signature is composed canonically and spliced in, nothing is parsed again.

``signature_xml`` signs an ebXML envelope and its sealed parts (HIS 1037:2011 §5.5); ``sign_message`` puts an enveloped
signature into a business document such as MsgHead, whose other bytes stay as they are. The hash is SHA-256 unless a partner
needs another (C2 of the ebXML profile). Codes ``ML-K010``–``ML-K015``.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from meldingsloft.crypto import algorithms as alg
from meldingsloft.crypto import canonical, header_filter
from meldingsloft.crypto.algorithms import HashName
from meldingsloft.domain.errors import SignatureError
from meldingsloft.ports import SigningKey
from meldingsloft.xmlsafe import parse

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["HIS_XPATH", "SignatureText", "sign_message", "signature_xml"]

Namespaces = Sequence[tuple[str, str]]

HIS_XPATH = (
    f'not(ancestor-or-self::node()[@SOAP-ENV:actor="{header_filter.NEXT_MSH}"] | '
    f'ancestor-or-self::node()[@SOAP-ENV:actor="{header_filter.NEXT}"])'
)
"""The expression of HIS 1037 §5.5: what is addressed to a next MSH is not signed."""

_XPATH_PREFIX = "SOAP-ENV"
_END_TAG = re.compile(rb"</[^<>]*>\s*\Z")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")


class SignatureText(NamedTuple):
    """A finished signature."""

    xml: bytes
    """The whole ds:Signature in canonical form, to be spliced in as the last child of SOAP:Header."""
    digests: tuple[tuple[str, str], ...]
    """(URI, DigestValue in base64) of each reference, in order."""


def signature_xml(
    envelope: bytes,
    references: Sequence[tuple[str, bytes]],
    *,
    namespaces: Namespaces,
    key: SigningKey,
    hash_name: HashName = "sha256",
) -> SignatureText:
    """The signature of an envelope and of what it refers to.

    Args:
        envelope: the SOAP envelope without signature in C14N 1.0, as it will stand round the signature; its elements
            from SOAP:Header upwards carry no ``xml:`` attributes.
        references: (``cid:`` URI, octets) of each sealed part, the octets before base64.
        namespaces: (prefix, URI) of everything in scope at SOAP:Header, ``""`` for a default namespace.
        key: signs; its certificate goes into KeyInfo.
        hash_name: of all digests and of the signature.
    """
    pairs = [("", _digest(header_filter.signed_form(envelope), hash_name))]
    pairs += [(uri, _digest(content, hash_name)) for uri, content in references]
    inside = _envelope_references(namespaces, hash_name).format(pairs[0][1]) + "".join(
        _reference(uri, value, hash_name) for uri, value in pairs[1:]
    )
    xml = _signature(inside, tuple(namespaces), (), key, hash_name)
    return SignatureText(xml, tuple(pairs))


def sign_message(xml: bytes, key: SigningKey, *, hash_name: HashName = "sha256") -> bytes:
    """The document with an enveloped signature as the last child of its root; all other bytes stay as they are.

    Any encoding of which ASCII is a part is kept (UTF-8, ISO-8859-1 …), for the signature itself is ASCII.

    Raises:
        UnreadableError: it is not XML.
        SignatureError: ``ML-K010`` it has no root end tag to write before, ``ML-K011`` it is signed already, ``ML-K012`` its
            encoding cannot be written into, ``ML-K015`` it cannot be canonicalised.
    """
    root = parse(xml)
    if xml.startswith(_WIDE) or not _ascii_compatible(root):
        raise SignatureError(
            "ML-K012", "the message is in an encoding that cannot be signed in place", hint="write it in UTF-8"
        )
    if root.find(f"{{{alg.DS}}}Signature") is not None:
        raise SignatureError("ML-K011", "the message is signed already", hint="sign the message as it was before")
    place = _end_tag(xml)
    value = _digest(canonical.document(root, alg.CanonicalForm()), hash_name)
    reference = (
        f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{alg.ENVELOPED}"></ds:Transform></ds:Transforms>'
        f"{_digest_xml(value, hash_name)}</ds:Reference>"
    )
    namespaces = tuple((prefix or "", uri) for prefix, uri in root.nsmap.items())
    inherited = f"{{{canonical.XML_NAMESPACE}}}"
    attributes = tuple((str(k), str(v)) for k, v in root.attrib.items() if str(k).startswith(inherited))
    signature = _signature(reference, namespaces, attributes, key, hash_name)
    return xml[:place] + signature + xml[place:]


def _digest(data: bytes, hash_name: HashName) -> str:
    return binascii.b2a_base64(alg.HASHERS[hash_name](data), newline=False).decode("ascii")


def _digest_xml(value: str, hash_name: HashName) -> str:
    uri = alg.DIGEST_URIS[hash_name]
    return f'<ds:DigestMethod Algorithm="{uri}"></ds:DigestMethod><ds:DigestValue>{value}</ds:DigestValue>'


def _reference(uri: str, value: str, hash_name: HashName) -> str:
    return f'<ds:Reference URI="{canonical.attribute_text(uri)}">{_digest_xml(value, hash_name)}</ds:Reference>'


def _envelope_references(namespaces: Namespaces, hash_name: HashName) -> str:
    """Reference ``URI=""`` with a place for its digest."""
    return _envelope_reference(_is_bound(namespaces), hash_name)


@lru_cache(maxsize=16)
def _envelope_reference(bound: bool, hash_name: HashName) -> str:
    """Canonical, so the XPath's prefix is declared only where it is not in scope already."""
    declaration = "" if bound else f' xmlns:{_XPATH_PREFIX}="{alg.SOAP}"'
    transforms = (
        f'<ds:Transform Algorithm="{alg.ENVELOPED}"></ds:Transform>'
        f'<ds:Transform Algorithm="{alg.XPATH}"><ds:XPath{declaration}>{HIS_XPATH}</ds:XPath></ds:Transform>'
        f'<ds:Transform Algorithm="{alg.C14N}"></ds:Transform>'
    )
    return (
        f'<ds:Reference URI=""><ds:Transforms>{transforms}</ds:Transforms>{_digest_xml("{}", hash_name)}</ds:Reference>'
    )


def _is_bound(namespaces: Namespaces) -> bool:
    return (_XPATH_PREFIX, alg.SOAP) in namespaces


@lru_cache(maxsize=16)
def _signed_info_head(hash_name: HashName) -> str:
    return (
        f'<ds:CanonicalizationMethod Algorithm="{alg.C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{alg.SIGNATURE_URIS[hash_name]}"></ds:SignatureMethod>'
    )


def _signature(
    references: str,
    namespaces: tuple[tuple[str, str], ...],
    attributes: tuple[tuple[str, str], ...],
    key: SigningKey,
    hash_name: HashName,
) -> bytes:
    """The whole ds:Signature. SignedInfo is signed as it will be canonicalised in its context: all that is in scope on it."""
    inside = f"{_signed_info_head(hash_name)}{references}</ds:SignedInfo>".encode()
    value = binascii.b2a_base64(key.sign(_apex(namespaces, attributes) + inside, hash_name), newline=False)
    declaration = b"" if ("ds", alg.DS) in namespaces else b' xmlns:ds="' + alg.DS.encode() + b'"'
    return b"".join(
        (
            b"<ds:Signature", declaration, b"><ds:SignedInfo>", inside,
            b"<ds:SignatureValue>", value, b"</ds:SignatureValue>", _key_info(key.certificate), b"</ds:Signature>",
        )
    )  # fmt: skip


@lru_cache(maxsize=16)
def _apex(namespaces: tuple[tuple[str, str], ...], attributes: tuple[tuple[str, str], ...]) -> bytes:
    """SignedInfo's start tag with all that is in scope on it."""
    return canonical.start_tag("ds:SignedInfo", {**dict(namespaces), "ds": alg.DS}.items(), dict(attributes))


@lru_cache(maxsize=128)
def _key_info(certificate: bytes) -> bytes:
    text = binascii.b2a_base64(certificate, newline=False)
    return b"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" + text + b"</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"


def _ascii_compatible(root: etree._Element) -> bool:
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    try:
        return "<ds/>".encode(encoding) == b"<ds/>"
    except LookupError:
        return False


def _end_tag(xml: bytes) -> int:
    """Offset of the root's end tag, in a document known to be well-formed."""
    plain = _END_TAG.search(xml)
    if plain:
        return plain.start()
    place, depth = -1, 0

    def start(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1

    def end(_name: str) -> None:
        nonlocal depth, place
        depth -= 1
        if depth == 0:
            place = scanner.CurrentByteIndex

    scanner = expat.ParserCreate()
    scanner.StartElementHandler, scanner.EndElementHandler = start, end
    try:
        scanner.Parse(xml, True)  # noqa: FBT003 - expat takes no names
    except (expat.ExpatError, ValueError, LookupError) as fault:
        raise SignatureError(
            "ML-K012", "the message is in an encoding that cannot be signed in place", hint="write it in UTF-8"
        ) from fault
    if place < 0 or xml[place : place + 2] != b"</":
        raise SignatureError(
            "ML-K010", "the message is empty: there is no place for a signature", hint="sign a whole message"
        )
    return place
