"""What somebody would try who cannot sign: wrap, omit, double, inject. Nothing of it may be valid."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from lxml import etree

from meldingsloft.crypto.verification import SignatureReport, verify_envelope, verify_message
from meldingsloft.domain.identifiers import ContentId
from tests.unit.crypto import identities
from tests.unit.crypto.envelopes import (
    BODY,
    C14N,
    DS,
    ENVELOPED,
    EXCLUSIVE,
    HEADER,
    NEXT,
    OPENING,
    PART,
    PARTS,
    SHA256,
    SOAP,
    SYNC_REPLY,
    TRANSFORMS,
    XPATH,
    Style,
    expression,
    signed_envelope,
    transform,
    xpath_transform,
)

SIGNED = signed_envelope()
SIGNATURE = SIGNED[SIGNED.index(b"<Signature ") : SIGNED.index(b"</Signature>") + len(b"</Signature>")]
CID = "cid:del-1@lege.example"


def look(document: bytes, parts: dict[str, bytes] | None = None) -> SignatureReport:
    given = PARTS if parts is None else parts
    return verify_envelope(etree.fromstring(document), {ContentId(name): content for name, content in given.items()})


def change(old: str | bytes, new: str | bytes) -> Callable[[], bytes]:
    before, after = (text.encode() if isinstance(text, str) else text for text in (old, new))
    assert before in SIGNED, before
    return lambda: SIGNED.replace(before, after)


def made(**changes: object) -> Callable[[], bytes]:
    return lambda: signed_envelope(Style().but(**changes))


def wrapped() -> bytes:
    """The signed envelope moved whole into the header of another."""
    inner = SIGNED[SIGNED.index(b"<SOAP:Envelope") :]
    return (
        f"{OPENING}<SOAP:Header>{HEADER.replace('80225', '66666')}<w>".encode()
        + inner
        + f"</w></SOAP:Header>{BODY}</SOAP:Envelope>".encode()
    )


def own_signature_beside() -> bytes:
    """A second signature by somebody else, before the first."""
    other = SIGNATURE.replace(b"<SignatureValue>", b"<SignatureValue>AAAA")
    return SIGNED.replace(b"<SOAP:Header>", b"<SOAP:Header>" + other)


XSLT = '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform"/></Transform>'
FILTER2 = '<Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><f:XPath xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="intersect">/</f:XPath></Transform>'
DOUBLE = transform(ENVELOPED) + transform(ENVELOPED) + transform(C14N)

MALFORMED: dict[str, Callable[[], bytes]] = {
    "two signatures in the header": own_signature_beside,
    "the same signature twice": change(SIGNATURE, SIGNATURE + SIGNATURE),
    "wrapped in another envelope": wrapped,
    "signature in the body": lambda: SIGNED.replace(SIGNATURE, b"").replace(b"<SOAP:Body>", b"<SOAP:Body>" + SIGNATURE),
    "signature below a block": lambda: SIGNED.replace(SIGNATURE, b"<b>" + SIGNATURE + b"</b>"),
    "signature beside the header": lambda: SIGNED.replace(SIGNATURE, b"").replace(
        b"<SOAP:Body>", SIGNATURE + b"<SOAP:Body>"
    ),
    "a second header before": change("<SOAP:Header>", "<SOAP:Header/><SOAP:Header>"),
    "a header that is another's": lambda: SIGNED.replace(b"SOAP:Header", b"eb:Header"),
    "an envelope that is another's": lambda: SIGNED.replace(b"SOAP:Envelope", b"eb:Envelope"),
    "no SignatureValue": lambda: re.sub(rb"<SignatureValue>.*?</SignatureValue>", b"", SIGNED, flags=re.DOTALL),
    "an empty SignedInfo": lambda: re.sub(rb"<SignedInfo>.*?</SignedInfo>", b"<SignedInfo/>", SIGNED, flags=re.DOTALL),
    "no KeyInfo": lambda: re.sub(rb"<KeyInfo>.*?</KeyInfo>", b"", SIGNED, flags=re.DOTALL),
    "a KeyValue instead of a certificate": lambda: re.sub(
        rb"<X509Data>.*?</X509Data>", b"<KeyValue/>", SIGNED, flags=re.DOTALL
    ),
    "an empty certificate": lambda: re.sub(
        rb"<X509Certificate>.*?</X509Certificate>", b"<X509Certificate/>", SIGNED, flags=re.DOTALL
    ),
    "a certificate of garbage": lambda: re.sub(
        rb"<X509Certificate>.*?</", b"<X509Certificate>AAAA</", SIGNED, flags=re.DOTALL
    ),
    "two certificates": made(certificates=(identities.signer().certificate, identities.receiver().certificate)),
    "two X509Data": lambda: re.sub(rb"(<X509Data>.*?</X509Data>)", rb"\1\1", SIGNED, flags=re.DOTALL),
    "a value that is not base64": change("<SignatureValue>", "<SignatureValue>%"),
    "an element inside the value": change("<SignatureValue>", "<SignatureValue><a/>"),
    "a comment inside the digest": lambda: SIGNED.replace(b"<DigestValue>", b"<DigestValue><!-- -->", 1),
    "no references": lambda: re.sub(rb"<Reference .*</Reference>", b"", SIGNED, flags=re.DOTALL),
    "a Manifest among the references": change("</SignedInfo>", "<Manifest/></SignedInfo>"),
    "methods exchanged": change(Style().method + Style().signature_method, Style().signature_method + Style().method),
    "a reference without digest": lambda: re.sub(rb"<DigestValue>.*?</DigestValue>", b"", SIGNED, count=1),
}
ALGORITHMS: dict[str, Callable[[], bytes]] = {
    "MD5 digest": made(digest_method='<DigestMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"/>'),
    "unknown digest": change(SHA256, "urn:none"),
    "HMAC": made(signature_method=f'<SignatureMethod Algorithm="{DS}hmac-sha1"/>'),
    "HMAC cut short": made(
        signature_method=f'<SignatureMethod Algorithm="{DS}hmac-sha1"><HMACOutputLength>0</HMACOutputLength></SignatureMethod>'
    ),
    "parameters of RSA": made(
        signature_method=Style().signature_method.replace(
            "/>", "><HMACOutputLength>8</HMACOutputLength></SignatureMethod>"
        )
    ),
    "DSA": made(signature_method=f'<SignatureMethod Algorithm="{DS}dsa-sha1"/>'),
    "MD5 signature": made(
        signature_method='<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-md5"/>'
    ),
    "no method": made(signature_method="<SignatureMethod/>"),
    "canonicalisation by XPath": made(method=f'<CanonicalizationMethod Algorithm="{XPATH}"/>'),
    "canonicalisation 1.1": made(method='<CanonicalizationMethod Algorithm="http://www.w3.org/2006/12/xml-c14n11"/>'),
    "canonicalisation with an XPath inside": made(
        method=f'<CanonicalizationMethod Algorithm="{C14N}"><XPath>true()</XPath></CanonicalizationMethod>'
    ),
    "canonicalisation with a default prefix": made(
        method=f'<CanonicalizationMethod Algorithm="{EXCLUSIVE}"><n:InclusiveNamespaces xmlns:n="{EXCLUSIVE}" PrefixList="#default"/>'
        "</CanonicalizationMethod>"
    ),
}
REFERENCES: dict[str, Callable[[], bytes]] = {
    "no reference to the envelope": made(references=(CID,)),
    "two references to the envelope": made(references=("", "", CID)),
    "two references to one part": made(references=("", CID, CID)),
    "a part that is not covered": made(references=("",)),
    "a same-document reference": made(references=("", "#body", CID)),
    "an XPointer": made(references=("#xpointer(/)", CID)),
    "a web address": made(references=("", CID, "http://evil.example/x")),
    "a file": made(references=("", CID, "file:///etc/passwd")),
    "an empty cid": made(references=("", CID, "cid:")),
    "no URI": lambda: signed_envelope().replace(b'<Reference URI="">', b"<Reference>"),
    "a signature object": made(after_key_info="<Object><x/></Object>"),
    "no enveloped transform": made(transforms=xpath_transform() + transform(C14N)),
    "no transforms": made(transforms=""),
    "enveloped twice": made(transforms=DOUBLE),
    "two canonicalisations": made(transforms=transform(ENVELOPED) + transform(C14N) + transform(C14N)),
    "canonicalisation first": made(transforms=transform(C14N) + transform(ENVELOPED)),
    "XSLT": made(transforms=transform(ENVELOPED) + XSLT + transform(C14N)),
    "XPath filter 2": made(transforms=transform(ENVELOPED) + FILTER2 + transform(C14N)),
    "base64": made(transforms=transform(ENVELOPED) + transform(DS + "base64")),
    "a transform of another name": made(
        transforms=TRANSFORMS.replace("Transform ", "Transfrom ").replace("</Transform>", "</Transfrom>")
    ),
    "enveloped with parameters": made(
        transforms=f'<Transform Algorithm="{ENVELOPED}"><XPath>x</XPath></Transform>' + transform(C14N)
    ),
    "canonicalisation with parameters": made(
        transforms=transform(ENVELOPED) + f'<Transform Algorithm="{C14N}"><XPath>x</XPath></Transform>'
    ),
    "two XPaths": made(transforms=transform(ENVELOPED) + xpath_transform() + xpath_transform() + transform(C14N)),
    "an XPath without expression": made(
        transforms=transform(ENVELOPED) + f'<Transform Algorithm="{XPATH}"/>' + transform(C14N)
    ),
    "a part with transforms": lambda: signed_envelope().replace(
        f'<Reference URI="{CID}">'.encode(),
        f'<Reference URI="{CID}"><Transforms>{transform(C14N)}</Transforms>'.encode(),
    ),
}
OTHER_XPATHS = {
    "everything goes": "false()",
    "all but the body": 'not(ancestor-or-self::node()[@SOAP:actor="x"] | ancestor-or-self::SOAP:Body)',
    "one actor": f'not(ancestor-or-self::node()[@SOAP:actor="{NEXT}"])',
    "the same actor twice": expression().replace("urn:oasis:names:tc:ebxml-msg:actor:nextMSH", NEXT),
    "another actor": expression().replace("nextMSH", "toPartyMSH"),
    "another attribute": expression().replace("actor=", "mustUnderstand="),
    "another axis": expression().replace("ancestor-or-self", "descendant-or-self"),
    "only itself": expression().replace("ancestor-or-self", "self"),
    "an arm more": expression()[:-1] + " | //SOAP:Body)",
    "and": expression() + " and not(self::SOAP:Body)",
    "without not": expression()[4:-1],
    "a prefix that is not bound": expression(prefix="nobody"),
    "a quote too many": expression() + '"',
    "a function in between": expression().replace("not(", "not(boolean("),
}


@pytest.mark.parametrize("attack", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_signature_is_refused(attack: Callable[[], bytes]) -> None:
    report = look(attack())
    assert (report.verdict, report.reason) == ("invalid", "malformed")
    assert report.refusal().code == "ML-K037"


@pytest.mark.parametrize("attack", ALGORITHMS.values(), ids=ALGORITHMS)
def test_other_algorithms_are_refused(attack: Callable[[], bytes]) -> None:
    assert (look(attack()).verdict, look(attack()).reason) == ("invalid", "algorithm-refused")


@pytest.mark.parametrize("attack", REFERENCES.values(), ids=REFERENCES)
def test_other_references_are_refused(attack: Callable[[], bytes]) -> None:
    assert (look(attack()).verdict, look(attack()).reason) == ("invalid", "reference-refused")


@pytest.mark.parametrize("text", OTHER_XPATHS.values(), ids=OTHER_XPATHS)
def test_other_xpaths_are_refused(text: str) -> None:
    document = signed_envelope(Style(transforms=transform(ENVELOPED) + xpath_transform("SOAP", text) + transform(C14N)))
    report = look(document)
    assert (report.verdict, report.reason) == ("invalid", "reference-refused")
    assert [r.verdict for r in report.references] == ["refused", "ok"]


def test_an_xpath_whose_prefix_means_something_else_is_refused() -> None:
    transforms = (
        transform(ENVELOPED) + xpath_transform("S", expression("S")).replace(SOAP, "urn:other") + transform(C14N)
    )
    assert look(signed_envelope(Style(transforms=transforms))).reason == "reference-refused"


def test_a_part_more_is_refused() -> None:
    assert look(SIGNED, {**PARTS, "extra@evil.example": b"x"}).reason == "reference-refused"
    assert look(SIGNED, {**PARTS, "": b"x"}).reason == "reference-refused"


def test_parts_cannot_change_places() -> None:
    parts = {"a@x": b"first", "b@x": b"second"}
    document = signed_envelope(Style(references=("", "cid:a@x", "cid:b@x")), parts)
    assert look(document, parts).reason == "ok"
    assert look(document, {"a@x": b"second", "b@x": b"first"}).reason == "attachment-altered"


def test_one_reference_covers_one_part_only() -> None:
    """A part whose Content-ID is the percent-encoded form of another's is not covered by it."""
    document = signed_envelope(Style(references=("", "cid:a%20b")), {"a%20b": PART})
    assert look(document, {"a b": PART}).reason == "ok"
    assert look(document, {"a%20b": PART}).reason == "ok"
    assert look(document, {"a b": PART, "a%20b": b"evil"}).reason == "reference-refused"
    assert look(document, {"a b": b"evil", "a%20b": PART}).reason == "reference-refused"


def test_an_envelope_addressed_to_next_as_a_whole_covers_nothing() -> None:
    root = OPENING[:-1] + f' SOAP:actor="{NEXT}">'
    report = look(signed_envelope(Style(root=root, filtered=False)))
    assert (report.verdict, report.reason) == ("invalid", "reference-refused")


def test_what_is_not_signed_cannot_be_smuggled_in_as_addressed_to_next_without_being_seen() -> None:
    """It stays valid, as HIS 1037 says; the reader must not take facts from such blocks."""
    assert look(SIGNED.replace(b"<SOAP:Header>", b"<SOAP:Header>" + SYNC_REPLY.encode())).reason == "ok"
    assert (
        look(SIGNED.replace(b"<SOAP:Header>", b'<SOAP:Header><eb:X SOAP:actor="urn:mine"/>')).reason == "header-altered"
    )


def test_another_certificate_of_the_same_key_is_told_by_trust_and_not_here() -> None:
    twin = identities.certificate("twin", key_name="signer")
    report = look(signed_envelope(certificate=twin))
    assert report.reason == "ok"
    assert report.certificate == twin


def test_a_subtree_cannot_be_verified_as_if_it_were_the_document() -> None:
    root = etree.fromstring(b"<outer>" + SIGNED[SIGNED.index(b"<SOAP:Envelope") :] + b"</outer>")
    assert verify_envelope(root[0], {ContentId(n): c for n, c in PARTS.items()}).reason == "malformed"
    assert verify_message(root[0]).verdict == "unsigned"


def message(inside: str = "", count: int = 1) -> bytes:
    from meldingsloft.crypto.signing import sign_message

    signed = sign_message(f'<M xmlns="urn:m"><a>x</a>{inside}</M>'.encode(), identities.signer())
    start, end = signed.index(b"<ds:Signature "), signed.index(b"</M>")
    return signed[:end] + signed[start:end] * (count - 1) + signed[end:]


def test_messages_are_held_to_the_same() -> None:
    assert verify_message(etree.fromstring(message())).reason == "ok"
    assert verify_message(etree.fromstring(message(count=2))).reason == "malformed"
    assert verify_message(etree.fromstring(message().replace(b"<a>x", b"<a>y"))).reason == "message-altered"
    assert verify_message(etree.fromstring(b"<w>" + message() + b"</w>")).verdict == "unsigned"
    nested = message("<d>" + message().decode() + "</d>")
    assert verify_message(etree.fromstring(nested)).reason == "ok"
    moved = etree.fromstring(message())
    moved[0].append(moved[-1])
    assert verify_message(moved).verdict == "unsigned"


def test_a_message_may_carry_its_issuers_beside_its_certificate() -> None:
    signed = message()
    chain = b"<ds:X509Certificate>" + etree.tostring(etree.fromstring(b"<a/>")) + b"</ds:X509Certificate>"
    assert (
        verify_message(etree.fromstring(signed.replace(b"</ds:X509Data>", chain + b"</ds:X509Data>"))).reason
        == "malformed"
    )
    import base64

    chain = b"<ds:X509Certificate>" + base64.b64encode(identities.root()) + b"</ds:X509Certificate>"
    report = verify_message(etree.fromstring(signed.replace(b"<ds:X509Data>", b"<ds:X509Data>" + chain)))
    assert (report.reason, report.certificate) == ("ok", identities.signer().certificate)
    twin = b"<ds:X509Certificate>" + base64.b64encode(identities.receiver().certificate) + b"</ds:X509Certificate>"
    assert (
        verify_message(etree.fromstring(signed.replace(b"<ds:X509Data>", b"<ds:X509Data>" + twin))).reason
        == "malformed"
    )


def test_details_and_refusals_never_hold_content() -> None:
    for attack in (*MALFORMED.values(), *ALGORITHMS.values(), *REFERENCES.values()):
        report = look(attack())
        error = report.refusal()
        assert error.ebxml_error == "SecurityFailure"
        assert "Sørby" not in f"{report.detail} {error.message} {error.hint} {error.detail}"
        assert len(PART) == 1024
