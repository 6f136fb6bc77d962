"""Envelopes signed in the usual form, verified on their canonical text alone.

Nearly every envelope is signed alike: SignedInfo in inclusive Canonical XML, one Reference to the document, References to
parts as they are, one certificate and nothing else in KeyInfo. The canonical text of the envelope, which its digest needs
anyway, then tells all there is to know, for what means the same is spelt the same in it. What repeats from mail to mail is
understood once and remembered by its exact bytes; only digests, the value and Content-IDs are new each time.

This way says yes or nothing. Whatever is formed otherwise, is out of proportion or does not hold is left to
``signature_reading``, which reads tolerantly and alone refuses. Vocabulary: the *head* is the start tags of Envelope and
Header, the *beginning* a signature's text before its first digest, the *rest* what follows. Sources: as ``verification``.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from meldingsloft.crypto import algorithms as alg
from meldingsloft.crypto import canonical, header_filter
from meldingsloft.crypto.certificates import public_key
from meldingsloft.crypto.signature_reading import base64_octets
from meldingsloft.domain.envelopes import SignedReference
from meldingsloft.domain.errors import CertificateError, SignatureError
from meldingsloft.domain.identifiers import ContentId

if TYPE_CHECKING:
    from lxml import etree

_WITH_COMMENTS = alg.CanonicalForm(comments=True)
"""Without comments in it a document reads the same in both forms; one that has some shows them here and is left alone."""
_PKCS1 = padding.PKCS1v15()
_LONGEST = 16_384
"""Bytes of a head, a beginning or a certificate's text: what is remembered stays small whatever arrives."""
_MOST_PARTS = 199

_START_TAG = rb'<[^ <>"]+((?: [^ =<>"]+="[^"<]*")*)>'
_HEAD = re.compile(_START_TAG + rb"[^<]*" + _START_TAG + rb"[^<]*")
_ATTRIBUTE = re.compile(rb' ([^ =<>"]+)="([^"<]*)"')
_NAMED = {b"@C14N": alg.C14N, b"@ENVELOPED": alg.ENVELOPED, b"@XPATH": alg.XPATH}
_BEGINNING = rb"""
    <(?P<p>(?:[^ :<>"=]+:)?)Signature (?P<declared>(?:[ ]xmlns(?::[^ =<>"]+)?="[^"<]*")*)>\s*
    <(?P=p)SignedInfo>(?P<inside>)\s*
        <(?P=p)CanonicalizationMethod[ ]Algorithm="@C14N"></(?P=p)CanonicalizationMethod>\s*
        <(?P=p)SignatureMethod[ ]Algorithm="(?P<method>[^"<]*)"></(?P=p)SignatureMethod>\s*
        (?P<reference>)<(?P=p)Reference[ ]URI="">\s*
            <(?P=p)Transforms>\s*
                <(?P=p)Transform[ ]Algorithm="@ENVELOPED"></(?P=p)Transform>\s*
                (?:<(?P=p)Transform[ ]Algorithm="@XPATH">\s*
                    <(?P=p)XPath (?:[ ]xmlns:(?P<prefix>[^ =<>"]+)="(?P<uri>[^"<]*)")?>(?P<xpath>[^<&]*)</(?P=p)XPath>\s*
                </(?P=p)Transform>\s*)?
                (?:<(?P=p)Transform[ ]Algorithm="@C14N"></(?P=p)Transform>\s*)?
            </(?P=p)Transforms>\s*
            <(?P=p)DigestMethod[ ]Algorithm="(?P<digest>[^"<]*)"></(?P=p)DigestMethod>\s*
"""
_PART = rb"""
            <@P:Reference[ ]URI="(cid:[^"<&%]+)">\s*
                <@P:DigestMethod[ ]Algorithm="([^"<]*)"></@P:DigestMethod>\s*
                <@P:DigestValue>([^<]*)</@P:DigestValue>\s*
            </@P:Reference>
"""
_REST = (
    rb"""
                (?P<digest>[^<]*)</@P:DigestValue>\s*
        </@P:Reference>(?P<end>)\s*
        (?P<parts>(?:"""
    + _PART
    + rb"""\s*)*)
    </@P:SignedInfo>(?P<closed>)\s*
    <@P:SignatureValue>(?P<value>[^<]*)</@P:SignatureValue>\s*
    <@P:KeyInfo>\s*<@P:X509Data>\s*
        <@P:X509Certificate>(?P<certificate>[^<]*)</@P:X509Certificate>\s*
    </@P:X509Data>\s*</@P:KeyInfo>\s*</@P:Signature>
"""
)


class Held(NamedTuple):
    """A signature that holds."""

    certificate: bytes
    """DER."""
    references: tuple[SignedReference, ...]
    references_xml: tuple[bytes, ...]
    """Each ds:Reference with the declarations of the prefixes it uses."""
    algorithms: tuple[str, str, str]
    """URIs: signature, first digest, canonicalisation."""


class _Frame(NamedTuple):
    """What a head and a beginning mean."""

    start: bytes
    """SignedInfo's start tag in its canonical form as an apex."""
    inside: int
    """Offset of the text after SignedInfo's start tag."""
    reference: int
    """Offset of the first Reference."""
    declared: tuple[bytes, bytes]
    """Declarations that the first Reference, and one to a part, need to stand alone."""
    algorithms: tuple[str, str, str]
    filtered: bool
    """The XPath of HIS 1037 is among the transforms."""


def held(root: etree._Element, signature: etree._Element, parts: Mapping[ContentId, bytes]) -> Held | None:
    """The facts of an envelope's signature that has the usual form and holds; None says nothing at all.

    ``signature`` is the only ds:Signature of the document and a child of ``root``'s only SOAP:Header.
    """
    try:
        text = canonical.document(root, _WITH_COMMENTS)
    except SignatureError:
        return None
    cut = canonical.cut(text, signature)
    if cut is None or root[0] is not signature.getparent():
        return None
    prefix = f"{signature.prefix}:".encode() if signature.prefix else b""
    beginning, mark, rest = cut.inside.partition(b"<" + prefix + b"DigestValue>")
    head = text[: text.find(b"<", text.find(b"<", 1) + 1)]
    if len(head) > _LONGEST or len(beginning) > _LONGEST:
        return None
    frame, stated = _frame(head, beginning), _rest(prefix).fullmatch(rest)
    if frame is None or stated is None:
        return None
    text = cut.inside
    offset = len(beginning) + len(mark)
    certificate = _signed_by(frame, text[frame.inside : offset + stated.end("closed")], stated)
    document = _document(frame, cut.without, stated["digest"])
    others = _others(prefix, stated, parts)
    if certificate is None or document is None or others is None:
        return None
    place = len(prefix) + len(b"<Reference")
    first = text[frame.reference : offset + stated.end("end")]
    fragments = [first[:place] + frame.declared[0] + first[place:]]
    fragments += [other[:place] + frame.declared[1] + other[place:] for _, other in others]
    references = (document, *(reference for reference, _ in others))
    return Held(certificate, references, tuple(fragments), frame.algorithms)


def _signed_by(frame: _Frame, signed: bytes, stated: re.Match[bytes]) -> bytes | None:
    """The certificate under whose key the value is that of SignedInfo."""
    signer = _signer(stated["certificate"]) if len(stated["certificate"]) <= _LONGEST else None
    if signer is None:
        return None
    certificate, key = signer
    try:
        value = base64_octets(stated["value"].decode())
        key.verify(value, frame.start + signed, _PKCS1, alg.HASHES[alg.SIGNATURES[frame.algorithms[0]].hash_name])
    except (ValueError, InvalidSignature):
        return None
    return certificate


def _document(frame: _Frame, envelope: bytes, digest: bytes) -> SignedReference | None:
    """The Reference to the document; what is addressed to a next MSH must be taken out of it and is not looked at here."""
    if frame.filtered and header_filter.mentions_actors(envelope):
        return None
    return _reference("", alg.DIGESTS[frame.algorithms[1]], envelope, digest)


def _others(
    prefix: bytes, stated: re.Match[bytes], parts: Mapping[ContentId, bytes]
) -> list[tuple[SignedReference, bytes]] | None:
    """References to exactly the parts there are, each with its text."""
    found: dict[str, tuple[SignedReference, bytes]] = {}
    for part in _part(prefix).finditer(stated.string, *stated.span("parts")):
        uri, digest_name = part[1].decode(), alg.DIGESTS.get(part[2].decode())
        content = parts.get(ContentId(uri[4:]))
        if digest_name is None or content is None or uri in found:
            return None
        reference = _reference(uri, digest_name, content, part[3])
        if reference is None:
            return None
        found[uri] = reference, part[0]
    return list(found.values()) if len(found) == len(parts) <= _MOST_PARTS else None


def _reference(uri: str, digest_name: alg.HashName, octets: bytes, stated: bytes) -> SignedReference | None:
    value = binascii.b2a_base64(alg.HASHERS[digest_name](octets), newline=False)
    if b"".join(stated.split()) != value:
        return None
    return SignedReference(uri, "ok", alg.DIGEST_URIS[digest_name], value.decode("ascii"))


@lru_cache(maxsize=256)
def _signer(text: bytes) -> tuple[bytes, rsa.RSAPublicKey] | None:
    """DER and key of a certificate in base64, None when it cannot sign for us."""
    try:
        certificate = base64_octets(text.decode())
        key = public_key(certificate)
    except (ValueError, CertificateError):
        return None
    return (certificate, key) if isinstance(key, rsa.RSAPublicKey) and key.key_size >= alg.SMALLEST_KEY else None


@lru_cache(maxsize=128)
def _frame(head: bytes, beginning: bytes) -> _Frame | None:
    """The meaning of a head and a beginning in their exact bytes, None when they are not of the usual form."""
    tags, found = _HEAD.fullmatch(head), _beginning().fullmatch(beginning)
    scope = _scope(tags[1] + tags[2] + found["declared"]) if tags and found else None
    if found is None or scope is None or scope.get(_declaring(found["p"])) != alg.DS.encode():
        return None
    method, digest = found["method"].decode(), found["digest"].decode()
    if method not in alg.SIGNATURES or alg.SIGNATURES[method].pss or digest not in alg.DIGESTS:
        return None
    declarations = _expression_declarations(found, scope)
    if declarations is None:
        return None
    own = {_declaring(found["p"]): alg.DS.encode()}
    return _Frame(
        start=b"<" + found["p"] + b"SignedInfo" + _written(scope) + b">",
        inside=found.end("inside"),
        reference=found.end("reference"),
        declared=(_written(own | declarations), _written(own)),
        algorithms=(method, digest, alg.C14N),
        filtered=found["xpath"] is not None,
    )


def _scope(attributes: bytes) -> dict[bytes, bytes] | None:
    """The namespaces declared by some start tags from the outermost inwards, by the attributes that declare them.

    None when other things are inherited too, or a namespace is not written as plainly as usual.
    """
    scope: dict[bytes, bytes] = {}
    for name, value in _ATTRIBUTE.findall(attributes):
        if name.startswith(b"xml:"):
            return None
        if name == b"xmlns" or name.startswith(b"xmlns:"):
            if not value or b"&" in value:
                return None
            scope[name] = value
    return scope


def _declaring(prefix: bytes) -> bytes:
    """The attribute that declares a prefix, which is given with its colon, or empty for the default namespace."""
    return b"xmlns:" + prefix[:-1] if prefix else b"xmlns"


def _written(scope: Mapping[bytes, bytes]) -> bytes:
    """Declarations in canonical order."""
    return b"".join(b' %s="%s"' % declaration for declaration in sorted(scope.items()))


def _expression_declarations(found: re.Match[bytes], scope: Mapping[bytes, bytes]) -> dict[bytes, bytes] | None:
    """What the XPath needs that is declared above it; None when it is not that of HIS 1037."""
    text, declared = found["xpath"], found["prefix"]
    if text is None:
        return {}
    if declared is not None and declared + b":" == found["p"]:
        return None  # the element would not be one of XML Signature
    bound = {**scope, b"xmlns:" + declared: found["uri"]} if declared is not None else scope
    namespaces: dict[str | None, str] = {
        name[6:].decode(): uri.decode() for name, uri in bound.items() if name != b"xmlns"
    }
    if not header_filter.is_his_expression(text.decode(), namespaces):
        return None
    return {
        name: uri
        for name, uri in scope.items()
        if uri == alg.SOAP.encode() and b"@" + name[6:] + b":" in b"".join(text.split()) and name[6:] != declared
    }


@lru_cache(maxsize=1)
def _beginning() -> re.Pattern[bytes]:
    pattern = _BEGINNING
    for name, uri in _NAMED.items():
        pattern = pattern.replace(name, re.escape(uri.encode()))
    return re.compile(pattern, re.VERBOSE)


@lru_cache(maxsize=32)
def _part(prefix: bytes) -> re.Pattern[bytes]:
    return re.compile(_PART.replace(b"@P:", re.escape(prefix)), re.VERBOSE)


@lru_cache(maxsize=32)
def _rest(prefix: bytes) -> re.Pattern[bytes]:
    return re.compile(_REST.replace(b"@P:", re.escape(prefix)), re.VERBOSE)
