"""The algorithms of XML Signature that we make or accept, by URI; everything else is refused.

Sources: XML Signature Syntax and Processing §6, RFC 6931, HIS 1037:2011 §5.5, HITS 1172:2017 r33 and r84.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha1, sha256, sha384, sha512
from typing import Literal

from cryptography.hazmat.primitives import hashes

HashName = Literal["sha1", "sha256", "sha384", "sha512"]

DS = "http://www.w3.org/2000/09/xmldsig#"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = DS + "enveloped-signature"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_PSS = "http://www.w3.org/2007/05/xmldsig-more#"

DIGEST_URIS: Mapping[HashName, str] = {
    "sha1": DS + "sha1",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": _MORE + "sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
}
SIGNATURE_URIS: Mapping[HashName, str] = {
    "sha1": DS + "rsa-sha1",
    "sha256": _MORE + "rsa-sha256",
    "sha384": _MORE + "rsa-sha384",
    "sha512": _MORE + "rsa-sha512",
}
DIGESTS: Mapping[str, HashName] = {uri: name for name, uri in DIGEST_URIS.items()}

HASHERS: Mapping[HashName, Callable[[bytes], bytes]] = {
    "sha1": lambda data: sha1(data, usedforsecurity=False).digest(),
    "sha256": lambda data: sha256(data).digest(),
    "sha384": lambda data: sha384(data).digest(),
    "sha512": lambda data: sha512(data).digest(),
}
"""Digest of some bytes, by the name of the hash."""

HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - published value of HIS 1037; some partners know no other
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}

SMALLEST_KEY = 2048
"""Bits; shorter RSA keys are refused."""


@dataclass(frozen=True, slots=True)
class SignatureMethod:
    """An accepted ds:SignatureMethod: RSASSA-PKCS1-v1_5, or RSASSA-PSS with MGF1 of the same hash and a salt of its size."""

    hash_name: HashName
    pss: bool = False


@dataclass(frozen=True, slots=True)
class CanonicalForm:
    """An accepted canonicalisation; ``prefixes`` are those of ec:InclusiveNamespaces."""

    exclusive: bool = False
    comments: bool = False
    prefixes: tuple[str, ...] = ()


SIGNATURES: Mapping[str, SignatureMethod] = {
    **{uri: SignatureMethod(name) for name, uri in SIGNATURE_URIS.items()},
    **{f"{_PSS}{name}-rsa-MGF1": SignatureMethod(name, pss=True) for name in DIGEST_URIS},
}
CANONICAL_FORMS: Mapping[str, CanonicalForm] = {
    C14N: CanonicalForm(),
    C14N + "#WithComments": CanonicalForm(comments=True),
    EXCLUSIVE: CanonicalForm(exclusive=True),
    EXCLUSIVE + "WithComments": CanonicalForm(exclusive=True, comments=True),
}
