"""A ds:Signature as facts, read strictly: what is not expressly accepted is refused before anything is computed.

Accepted are the algorithms of ``crypto.algorithms``; References to the whole document (``URI=""``) and to MIME parts
(``cid:``); as transforms enveloped-signature, the XPath of HIS 1037 §5.5 and one canonicalisation, in that order or with the
first two exchanged. Same-document ``#id`` references, ds:Object, ds:Manifest, XSLT and other XPath are refused: they let a
signature cover something else than what is read afterwards.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric import rsa

from meldingsloft.crypto import algorithms as alg
from meldingsloft.crypto.algorithms import CanonicalForm, HashName, SignatureMethod
from meldingsloft.crypto.certificates import public_key, read_certificate
from meldingsloft.crypto.header_filter import is_his_expression
from meldingsloft.crypto.signature_report import Reason
from meldingsloft.domain.errors import CertificateError

if TYPE_CHECKING:
    from lxml import etree

_DS = f"{{{alg.DS}}}"
SIGNATURE = f"{_DS}Signature"
_INCLUSIVE_NAMESPACES = f"{{{alg.EXCLUSIVE}}}InclusiveNamespaces"
_MOST_REFERENCES = 200
_PLAIN = CanonicalForm()


class SignatureRefusedError(Exception):
    """The signature is not of a kind that is looked at further."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reference:
    """One ds:Reference."""

    node: etree._Element
    uri: str
    kind: Literal["document", "part", "refused"]
    digest_name: HashName
    digest: bytes
    digest_value: str
    """Base64 without white space."""
    form: CanonicalForm = _PLAIN
    """Of the document; never with comments, which ``URI=""`` leaves out (XML Signature §4.4.3.3)."""
    filtered: bool = False
    """The XPath transform is to be carried out."""
    detail: str = ""
    """Why it is refused."""

    @property
    def content_id(self) -> str:
        """The Content-ID a ``cid:`` URI names, percent-decoded."""
        return unquote(self.uri[4:])


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """One ds:Signature."""

    signed_info: etree._Element
    form: CanonicalForm
    form_uri: str
    method: SignatureMethod
    method_uri: str
    references: tuple[Reference, ...]
    value: bytes
    certificate: bytes
    """DER."""
    public_key: rsa.RSAPublicKey


def read_signature(signature: etree._Element, *, one_certificate: bool) -> SignatureFacts:
    """The facts of a signature.

    ``one_certificate`` asks for exactly one X509Certificate (EB-141); else the one that is no issuer's counts.

    Raises:
        SignatureRefusedError: ``malformed``, ``algorithm-refused`` or ``reference-refused``.
    """
    children = list(_children(signature))
    if [child.tag for child in children[:3]] != [f"{_DS}SignedInfo", f"{_DS}SignatureValue", f"{_DS}KeyInfo"]:
        raise _malformed("the signature lacks SignedInfo, SignatureValue or KeyInfo")
    if len(children) > 3:
        raise SignatureRefusedError(
            Reason.REFERENCE_REFUSED, "the signature holds more than SignedInfo, SignatureValue and KeyInfo"
        )
    signed_info, value, key_info = children
    certificate, key = _signer(key_info, one=one_certificate)
    form_uri, form, method_uri, method = _methods(signed_info)
    return SignatureFacts(
        signed_info, form, form_uri, method, method_uri, _references(signed_info), _octets(value), certificate, key
    )


def stated_algorithms(signature: etree._Element) -> tuple[str, str, str]:
    """(signature, digest, canonicalisation) as URIs, empty where not stated; for reports, also of what is refused."""
    method, digest, form = (
        signature.find(f"{_DS}SignedInfo/{_DS}{name}")
        for name in ("SignatureMethod", "Reference/" + _DS + "DigestMethod", "CanonicalizationMethod")
    )
    return _algorithm(method), _algorithm(digest), _algorithm(form)


def stated_certificate(signature: etree._Element) -> bytes | None:
    """DER of the certificate in KeyInfo, None when there is none that can be read; for reports."""
    try:
        return _signer(_first(signature, "KeyInfo"), one=False)[0]
    except SignatureRefusedError:
        return None


def _methods(signed_info: etree._Element) -> tuple[str, CanonicalForm, str, SignatureMethod]:
    children = list(_children(signed_info))[:2]
    if [child.tag for child in children] != [f"{_DS}CanonicalizationMethod", f"{_DS}SignatureMethod"]:
        raise _malformed("SignedInfo lacks CanonicalizationMethod or SignatureMethod")
    form_uri, method_uri = _algorithm(children[0]), _algorithm(children[1])
    form, method = _canonical_form(children[0]), alg.SIGNATURES.get(method_uri)
    if form is None or method is None or len(children[1]):
        raise SignatureRefusedError(Reason.ALGORITHM_REFUSED, "SignedInfo names an algorithm that is not accepted")
    return form_uri, form, method_uri, method


def _references(signed_info: etree._Element) -> tuple[Reference, ...]:
    nodes = list(_children(signed_info))[2:]
    if not nodes or len(nodes) > _MOST_REFERENCES or any(node.tag != f"{_DS}Reference" for node in nodes):
        raise _malformed("SignedInfo holds no References, too many, or something else")
    return tuple(_reference(node) for node in nodes)


def _reference(node: etree._Element) -> Reference:
    children = list(_children(node))
    transforms = list(_children(children.pop(0))) if children and children[0].tag == f"{_DS}Transforms" else []
    if [child.tag for child in children] != [f"{_DS}DigestMethod", f"{_DS}DigestValue"]:
        raise _malformed("a Reference lacks DigestMethod or DigestValue")
    digest_name = alg.DIGESTS.get(_algorithm(children[0]))
    if digest_name is None or len(children[0]):
        raise SignatureRefusedError(Reason.ALGORITHM_REFUSED, "a Reference names a digest that is not accepted")
    digest = _octets(children[1])
    uri = node.get("URI")
    value = binascii.b2a_base64(digest, newline=False).decode("ascii")
    if uri is not None and uri[:4].lower() == "cid:" and len(uri) > 4 and not transforms:
        return Reference(node, uri, "part", digest_name, digest, value)
    plain = Reference(node, uri or "", "refused", digest_name, digest, value)
    if uri == "":
        return _document_reference(plain, transforms)
    return replace(plain, detail="a Reference is not to the document, nor to a part as it is")


def _document_reference(plain: Reference, transforms: list[etree._Element]) -> Reference:
    names = [_algorithm(transform) if transform.tag == f"{_DS}Transform" else "" for transform in transforms]
    form = _PLAIN
    if names and names[-1] in alg.CANONICAL_FORMS:
        found = _canonical_form(transforms.pop())
        if found is None:
            return replace(plain, detail="a canonicalisation has parameters that are not accepted")
        form = replace(found, comments=False)
        names.pop()
    if sorted(names) not in ([alg.ENVELOPED], sorted([alg.ENVELOPED, alg.XPATH])):
        return replace(plain, detail="the transforms are not enveloped-signature, XPath and canonicalisation")
    filtered = alg.XPATH in names
    if filtered and not _is_his_xpath(transforms[names.index(alg.XPATH)]):
        return replace(plain, detail="the XPath is not that of HIS 1037")
    if len(transforms[names.index(alg.ENVELOPED)]):
        return replace(plain, detail="enveloped-signature has parameters")
    return replace(plain, kind="document", form=form, filtered=filtered)


def _is_his_xpath(transform: etree._Element) -> bool:
    children = list(_children(transform))
    if len(children) != 1 or children[0].tag != f"{_DS}XPath" or len(children[0]):
        return False
    return is_his_expression(children[0].text or "", children[0].nsmap)


def _canonical_form(node: etree._Element) -> CanonicalForm | None:
    form = alg.CANONICAL_FORMS.get(_algorithm(node))
    children = list(_children(node))
    if form is None or not children:
        return form
    if not form.exclusive or len(children) != 1 or children[0].tag != _INCLUSIVE_NAMESPACES:
        return None
    prefixes = (children[0].get("PrefixList") or "").split()
    if "#default" in prefixes and node.nsmap.get(None):
        return None  # lxml cannot be told of the default namespace
    return replace(form, prefixes=tuple(prefix for prefix in prefixes if prefix != "#default"))


def _signer(key_info: etree._Element, *, one: bool) -> tuple[bytes, rsa.RSAPublicKey]:
    nodes = [cert for data in key_info.findall(f"{_DS}X509Data") for cert in data.findall(f"{_DS}X509Certificate")]
    if not nodes or len(nodes) > 10 or (one and (len(nodes) > 1 or len(key_info.findall(f"{_DS}X509Data")) > 1)):
        raise _malformed(
            "KeyInfo does not hold exactly one X509Certificate" if one else "KeyInfo holds no X509Certificate"
        )
    try:
        ders = [_octets(node) for node in nodes]
        signers = [der for der in ders if not read_certificate(der).is_ca] if len(ders) > 1 else ders
        if len(signers) != 1:
            raise _malformed("KeyInfo does not tell which certificate signed")
        key = public_key(signers[0])
    except CertificateError as fault:
        raise _malformed("the certificate in KeyInfo cannot be read") from fault
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < alg.SMALLEST_KEY:
        raise SignatureRefusedError(
            Reason.ALGORITHM_REFUSED, f"the signer's key is not an RSA key of at least {alg.SMALLEST_KEY} bits"
        )
    return signers[0], key


def _children(node: etree._Element) -> Iterator[etree._Element]:
    """Child elements, without comments and processing instructions."""
    return node.iterchildren("*")


def _first(node: etree._Element, name: str) -> etree._Element:
    found = node.find(_DS + name)
    if found is None:
        raise _malformed(f"the signature has no {name}")
    return found


def _algorithm(node: etree._Element | None) -> str:
    return str(node.get("Algorithm") or "") if node is not None else ""


def _octets(node: etree._Element) -> bytes:
    if len(node):
        raise _malformed("a value is not base64")
    try:
        return base64_octets(node.text or "")
    except ValueError as fault:
        raise _malformed("a value is not base64") from fault


def base64_octets(text: str) -> bytes:
    """The octets of base64 with white space anywhere, in the one spelling they have (no stray bits, RFC 4648 §3.5).

    Raises:
        ValueError: it is something else.
    """
    written = "".join(text.split())
    octets = binascii.a2b_base64(written, strict_mode=True)
    if binascii.b2a_base64(octets, newline=False).decode("ascii") != written:
        raise ValueError("another spelling")
    return octets


def _malformed(detail: str) -> SignatureRefusedError:
    return SignatureRefusedError(Reason.MALFORMED, detail)
