"""Envelopes as different systems sign them, made with lxml alone: a straightforward signer that shares no code with ours."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from tests.unit.crypto import identities

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EB = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
ENVELOPED = DS + "enveloped-signature"
NEXT_MSH = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH"
NEXT = "http://schemas.xmlsoap.org/soap/actor/next"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
PART = bytes(range(256)) * 4
PARTS = {"del-1@lege.example": PART}

NAMESPACES = (("SOAP", SOAP), ("eb", EB), ("xlink", "http://www.w3.org/1999/xlink"))
OPENING = "<SOAP:Envelope" + "".join(f' xmlns:{p}="{u}"' for p, u in NAMESPACES) + ">"
HEADER = (
    '<eb:MessageHeader SOAP:mustUnderstand="1" eb:version="2.0"><eb:CPAId>79768_80225</eb:CPAId>'
    '<eb:Description xml:lang="no">Sørby &amp; Åse &lt;x&gt;</eb:Description></eb:MessageHeader>'
)
BODY = (
    '<SOAP:Body><eb:Manifest eb:version="2.0"><eb:Reference xlink:href="cid:del-1@lege.example" xlink:type="simple">'
    "</eb:Reference></eb:Manifest></SOAP:Body>"
)
SYNC_REPLY = f'<eb:SyncReply SOAP:actor="{NEXT}" SOAP:mustUnderstand="1" eb:version="2.0"></eb:SyncReply>'


def canonical_envelope(header: str = HEADER) -> bytes:
    return f"{OPENING}<SOAP:Header>{header}</SOAP:Header>{BODY}</SOAP:Envelope>".encode()


def expression(prefix: str = "SOAP", space: str = " ", quote: str = '"') -> str:
    arms = [f"ancestor-or-self::node()[@{prefix}:actor={quote}{actor}{quote}]" for actor in (NEXT_MSH, NEXT)]
    return f"not({arms[0]}{space}|{space}{arms[1]})"


def xpath_transform(prefix: str = "SOAP", text: str | None = None) -> str:
    text = expression(prefix) if text is None else text
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<Transform Algorithm="{XPATH}"><XPath xmlns:{prefix}="{SOAP}">{escaped}</XPath></Transform>'


def transform(uri: str) -> str:
    return f'<Transform Algorithm="{uri}"/>'


TRANSFORMS = transform(ENVELOPED) + xpath_transform() + transform(C14N)


@dataclass(frozen=True)
class Style:
    """How a vendor writes a signed envelope."""

    header: str = HEADER
    root: str = OPENING
    before: str = '<?xml version="1.0" encoding="UTF-8"?>\n'
    method: str = f'<CanonicalizationMethod Algorithm="{C14N}"/>'
    signature_method: str = f'<SignatureMethod Algorithm="{RSA_SHA256}"/>'
    digest_method: str = f'<DigestMethod Algorithm="{SHA256}"/>'
    hash_name: str = "sha256"
    transforms: str = TRANSFORMS
    references: tuple[str, ...] = ("", "cid:del-1@lege.example")
    prefix: str = ""
    """Of the signature; empty is a default namespace, as .NET writes it."""
    indent: str = ""
    info: str = ""
    """Attributes of SignedInfo."""
    inside_first: str = ""
    """Text at the start of SignedInfo."""
    exclusive: bool = False
    """How SignedInfo is canonicalised."""
    document_exclusive: bool = False
    comments: bool = False
    after_key_info: str = ""
    certificates: tuple[bytes, ...] = ()
    filtered: bool = True
    prefixes: tuple[str, ...] = ()
    body: str = BODY

    def but(self, **changes: object) -> Style:
        return replace(self, **changes)  # type: ignore[arg-type]


def signed_envelope(
    style: Style = Style(),
    parts: Mapping[str, bytes] = PARTS,
    *,
    key: str = "signer",
    certificate: bytes | None = None,
    digest: Callable[[str, bytes], bytes] | None = None,
) -> bytes:
    """A signed envelope in UTF-8, computed the long way: parse, copy, take out, canonicalise, digest, sign, parse again."""
    bare = f"{style.before}{style.root}<SOAP:Header>{style.header}{{}}</SOAP:Header>{style.body}</SOAP:Envelope>"
    octets = canonical_without_next(
        bare.format("").encode(), filtered=style.filtered, exclusive=style.document_exclusive
    )
    references = ""
    for uri in style.references:
        data = octets if uri == "" else parts.get(uri.removeprefix("cid:"), b"")
        value = base64.b64encode(hashlib.new(style.hash_name, digest(uri, data) if digest else data).digest()).decode()
        transforms = f"<Transforms>{style.transforms}</Transforms>" if uri == "" and style.transforms else ""
        references += (
            f'{style.indent}<Reference URI="{uri}">{transforms}{style.digest_method}'
            f"<DigestValue>{value}</DigestValue></Reference>"
        )
    certificates = style.certificates or (certificate or identities.signer().certificate,)
    listed = "".join(f"<X509Certificate>{base64.encodebytes(c).decode()}</X509Certificate>" for c in certificates)
    text = (
        f'<Signature xmlns="{DS}">{style.indent}<SignedInfo{style.info}>{style.inside_first}{style.method}{style.signature_method}{references}'
        f"{style.indent}</SignedInfo><SignatureValue>@VALUE@</SignatureValue>"
        f"<KeyInfo><X509Data>{listed}</X509Data></KeyInfo>{style.after_key_info}</Signature>"
    )
    if style.prefix:
        text = prefixed(text, style.prefix)
    document = bare.format(text)
    value_octets = identities.key(key).sign(
        signed_info(document.encode(), style), padding.PKCS1v15(), getattr(hashes, style.hash_name.upper())()
    )
    return document.replace("@VALUE@", base64.encodebytes(value_octets).decode().replace("\n", "\n  ")).encode()


def signed_info(document: bytes, style: Style) -> bytes:
    """SignedInfo canonicalised in its context, by serialising and parsing it again."""
    node = etree.fromstring(document).find(f".//{{{DS}}}SignedInfo")
    assert node is not None
    alone = etree.fromstring(etree.tostring(node, with_tail=False, encoding="utf-8"))
    if not style.exclusive:
        for ancestor in node.iterancestors():
            for name, value in ancestor.attrib.items():
                if str(name).startswith("{http://www.w3.org/XML/") and name not in alone.attrib:
                    alone.set(name, value)
    return etree.tostring(
        alone.getroottree(),
        method="c14n",
        exclusive=style.exclusive,
        with_comments=style.comments,
        inclusive_ns_prefixes=list(style.prefixes) or None,
    )


def canonical_without_next(document: bytes, *, filtered: bool = True, exclusive: bool = False) -> bytes:
    root = copy.deepcopy(etree.fromstring(document).getroottree()).getroot()
    for node in list(root.iter("*")) if filtered else []:
        if node.get(f"{{{SOAP}}}actor") in (NEXT, NEXT_MSH):
            parent = node.getparent()
            assert parent is not None
            before = node.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + (node.tail or "")
            else:
                parent.text = (parent.text or "") + (node.tail or "")
            parent.remove(node)
    return etree.tostring(root.getroottree(), method="c14n", exclusive=exclusive, with_comments=False)


def prefixed(text: str, prefix: str) -> str:
    for name in (
        "Signature", "SignedInfo", "CanonicalizationMethod", "SignatureMethod", "Reference", "Transforms", "Transform", "XPath",
        "DigestMethod", "DigestValue", "SignatureValue", "KeyInfo", "X509Data", "X509Certificate",
    ):  # fmt: skip
        for end in (" ", ">", "/"):
            text = text.replace(f"<{name}{end}", f"<{prefix}:{name}{end}").replace(
                f"</{name}{end}", f"</{prefix}:{name}{end}"
            )
    return text.replace(f'xmlns="{DS}"', f'xmlns:{prefix}="{DS}"')
