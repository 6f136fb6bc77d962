from __future__ import annotations

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from meldingsloft.crypto.signing import sign_message
from meldingsloft.crypto.verification import SignatureReport, verify_envelope, verify_message
from meldingsloft.domain.identifiers import ContentId
from tests.unit.crypto import identities
from tests.unit.crypto.envelopes import (
    C14N,
    DS,
    ENVELOPED,
    EXCLUSIVE,
    HEADER,
    NEXT,
    NEXT_MSH,
    OPENING,
    PART,
    PARTS,
    SOAP,
    SYNC_REPLY,
    TRANSFORMS,
    Style,
    expression,
    prefixed,
    signed_envelope,
    transform,
    xpath_transform,
)


def look(document: bytes, parts: dict[str, bytes] | None = None) -> SignatureReport:
    """The report, after making sure that looking changes nothing."""
    root = etree.fromstring(document)
    before = etree.tostring(root.getroottree())
    given = {ContentId(name): content for name, content in (PARTS if parts is None else parts).items()}
    report = verify_envelope(root, given)
    assert etree.tostring(root.getroottree()) == before
    return report


GOOD = {
    "default namespace, as .NET": Style(),
    "prefixed": Style(prefix="ds"),
    "prefix of one letter": Style(prefix="e"),
    "indented": Style(indent="\r\n\t"),
    "no XPath": Style(transforms=transform(ENVELOPED) + transform(C14N)),
    "no canonicalisation transform": Style(transforms=transform(ENVELOPED) + xpath_transform()),
    "enveloped alone": Style(transforms=transform(ENVELOPED)),
    "XPath first": Style(transforms=xpath_transform() + transform(ENVELOPED) + transform(C14N)),
    "exclusive document": Style(
        transforms=transform(ENVELOPED) + xpath_transform() + transform(EXCLUSIVE), document_exclusive=True
    ),
    "exclusive SignedInfo": Style(method=f'<CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>', exclusive=True),
    "exclusive with prefixes": Style(
        method=f'<CanonicalizationMethod Algorithm="{EXCLUSIVE}"><n:InclusiveNamespaces xmlns:n="{EXCLUSIVE}"'
        ' PrefixList="eb xlink"/></CanonicalizationMethod>',
        exclusive=True,
        prefixes=("eb", "xlink"),
    ),
    "with comments": Style(method=f'<CanonicalizationMethod Algorithm="{C14N}#WithComments"/>', comments=True),
    "with comments in SignedInfo": Style(
        method=f'<CanonicalizationMethod Algorithm="{C14N}#WithComments"/>',
        comments=True,
        inside_first="<!-- <Reference > -->",
    ),
    "a comment in SignedInfo that does not count": Style(inside_first="<!-- <Reference > -->"),
    "a processing instruction in SignedInfo": Style(inside_first="<?p <Reference >?>"),
    "comments and instructions before the root": Style(before="<!-- <Signature> --><?p <Signature >?>"),
    "a comment before the root": Style(before="<!-- <Signature> -->"),
    "a comment in the header": Style(header="<!-- TEST. <Signature > -->" + HEADER),
    "SHA-1": Style(
        hash_name="sha1",
        signature_method=f'<SignatureMethod Algorithm="{DS}rsa-sha1"/>',
        digest_method=f'<DigestMethod Algorithm="{DS}sha1"/>',
    ),
    "xml attributes above": Style(root=OPENING[:-1] + ' xml:lang="no" xml:space="preserve">'),
    "a default namespace above": Style(root=OPENING[:-1] + ' xmlns="urn:default">'),
    "a default namespace above and none below": Style(
        root=OPENING[:-1] + ' xmlns="urn:default">', header=HEADER + '<none xmlns=""><a/></none>'
    ),
    "SyncReply": Style(header=HEADER + SYNC_REPLY),
    "nextMSH": Style(header=f'<a xmlns="urn:a" SOAP:actor="{NEXT_MSH}"><b/></a>' + HEADER),
    "next below a block": Style(header=HEADER.replace("<eb:CPAId>", f'<eb:CPAId SOAP:actor="{NEXT}">')),
    "text round the filtered": Style(
        header=f'<a xmlns="urn:a" SOAP:actor="{NEXT}"/>\n 1 {SYNC_REPLY}2{HEADER} 3 {SYNC_REPLY} 4 {SYNC_REPLY} 5 '
    ),
    "an instruction and the filtered": Style(header=f"<?p?> 1 {HEADER} 2 {SYNC_REPLY} 3 "),
    "another default namespace named like ours": Style(
        header=HEADER + '<ds:Signature xmlns:ds="urn:not-dsig">x</ds:Signature>', prefix="ds"
    ),
    "attributes of SignedInfo": Style(info=' Id="s1"'),
    "a language of SignedInfo": Style(
        info=' xml:lang="no"', root=OPENING[:-1] + ' xml:lang="en" xml:space="preserve">'
    ),
    "angle brackets in an attribute of SignedInfo": Style(
        info=' Id="a>b" xml:lang="no"', root=OPENING[:-1] + ' xml:lang="en">'
    ),
    "carriage returns in the values": Style(indent="&#xD;\n"),
}


@pytest.mark.parametrize("style", GOOD.values(), ids=GOOD)
def test_what_others_sign_rightly_is_valid(style: Style) -> None:
    report = look(signed_envelope(style))
    assert (report.verdict, report.reason, report.detail) == ("valid", "ok", "")
    assert report.certificate == identities.signer().certificate
    assert [(r.uri, r.verdict) for r in report.references] == [("", "ok"), ("cid:del-1@lege.example", "ok")]


EXPRESSIONS = {
    "our own": expression(),
    "single quotes": expression(quote="'"),
    "no spaces": expression(space=""),
    "line breaks": expression(space="\n\t "),
    "spaces everywhere": expression().replace("(", " ( ").replace("[", " [ ").replace("=", " = ").replace("::", " :: "),
    "another prefix": expression(prefix="soap.env-1"),
    "any element": expression().replace("node()", "*"),
    "the other way round": expression().replace(NEXT, "#").replace(NEXT_MSH, NEXT).replace("#", NEXT_MSH),
}


@pytest.mark.parametrize("text", EXPRESSIONS.values(), ids=EXPRESSIONS)
@pytest.mark.parametrize("header", [HEADER, HEADER + SYNC_REPLY], ids=["plain", "SyncReply"])
def test_the_xpath_is_known_by_its_meaning(text: str, header: str) -> None:
    prefix = "soap.env-1" if "soap.env-1" in text else "SOAP"
    style = Style(header=header, transforms=transform(ENVELOPED) + xpath_transform(prefix, text) + transform(C14N))
    assert look(signed_envelope(style)).reason == "ok"


def test_what_the_xpath_takes_out_may_change_on_the_way() -> None:
    document = signed_envelope(Style(header=HEADER + SYNC_REPLY))
    assert look(document.replace(SYNC_REPLY.encode(), b"")).reason == "ok"


def test_without_the_xpath_everything_counts() -> None:
    style = Style(header=HEADER + SYNC_REPLY, transforms=transform(ENVELOPED) + transform(C14N), filtered=False)
    document = signed_envelope(style)
    assert look(document).reason == "ok"
    assert look(document.replace(SYNC_REPLY.encode(), b"")).reason == "header-altered"


def test_each_fault_has_its_reason() -> None:
    document = signed_envelope()
    changed = {"del-1@lege.example": PART + b"x"}
    assert look(document, {}).reason == "attachment-missing"
    assert look(document, changed).reason == "attachment-altered"
    assert look(document.replace(b"79768_80225", b"79768_80226")).reason == "header-altered"
    assert look(document.replace(b"79768_80225", b"79768_80226"), changed).reason == "attachment-altered"
    assert look(signed_envelope(key="receiver")).reason == "wrong-key"
    other = signed_envelope(Style(method=f'<CanonicalizationMethod Algorithm="{C14N}"/>', exclusive=True))
    assert look(other).reason == "canonicalisation"


def test_references_tell_which_part() -> None:
    document = signed_envelope()
    verdicts = [(r.uri, r.verdict) for r in look(document, {}).references]
    assert verdicts == [("", "ok"), ("cid:del-1@lege.example", "missing")]
    verdicts = [(r.uri, r.verdict) for r in look(document.replace(b"79768_", b"79769_")).references]
    assert verdicts == [("", "altered"), ("cid:del-1@lege.example", "ok")]


def test_a_cid_is_percent_decoded() -> None:
    style = Style(references=("", "cid:del%201%40lege.example"))
    document = signed_envelope(style, {"del%201%40lege.example": PART})
    assert look(document, {"del 1@lege.example": PART}).reason == "ok"
    assert look(document, {"del%201%40lege.example": PART}).reason == "ok"


def test_unsigned_is_no_fault_of_mathematics() -> None:
    root = etree.fromstring(f"{OPENING}<SOAP:Header/><SOAP:Body/></SOAP:Envelope>")
    report = verify_envelope(root, {})
    assert (report.verdict, report.reason, report.valid) == ("unsigned", None, False)
    assert report.refusal().code == "ML-K030"


def test_pss_is_read() -> None:
    uri = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
    style = Style(signature_method=f'<SignatureMethod Algorithm="{uri}"/>')
    document = signed_envelope(style)
    assert look(document).reason == "wrong-key"
    from tests.unit.crypto.envelopes import signed_info

    value = identities.key("signer").sign(
        signed_info(document, style), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()
    )
    start, end = document.index(b"<SignatureValue>") + 16, document.index(b"</SignatureValue>")
    assert look(document[:start] + base64.b64encode(value) + document[end:]).reason == "ok"


def test_a_key_that_is_not_rsa_is_refused() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = identities.name_of("ec")
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(5)
        .not_valid_before(identities.NOW).not_valid_after(identities.NOW + identities.DAY).sign(private, hashes.SHA256())
    )  # fmt: skip
    report = look(signed_envelope(certificate=certificate.public_bytes(Encoding.DER)))
    assert report.reason == "algorithm-refused"


@pytest.mark.parametrize(
    "name",
    [
        "default namespace, as .NET",
        "prefixed",
        "exclusive SignedInfo",
        "with comments in SignedInfo",
        "a default namespace above",
    ],
)
def test_references_can_be_copied_into_another_document(name: str) -> None:
    report = look(signed_envelope(GOOD[name]))
    assert len(report.references_xml) == 2
    holder = etree.fromstring(
        b'<h xmlns="urn:h" xmlns:SOAP="urn:not-soap">' + b"".join(report.references_xml) + b"</h>"
    )
    first, second = holder
    assert [node.get("URI") for node in holder] == ["", "cid:del-1@lege.example"]
    assert [node.get("Algorithm") for node in first.iter(f"{{{DS}}}Transform")] == [
        node.get("Algorithm")
        for node in etree.fromstring(f'<x xmlns="{DS}">{TRANSFORMS}</x>').iter(f"{{{DS}}}Transform")
    ]
    (xpath,) = first.iter(f"{{{DS}}}XPath")
    assert xpath.text == expression()
    assert xpath.nsmap["SOAP"] == SOAP
    for node, seen in zip(holder, report.references, strict=True):
        assert node.findtext(f"{{{DS}}}DigestValue") == seen.digest_value
    assert second.tag == f"{{{DS}}}Reference"


def test_a_message_is_signed_without_parts() -> None:
    template = (
        f'<M xmlns="urn:m"><a>x</a><Signature xmlns="{DS}"><SignedInfo><CanonicalizationMethod Algorithm="{C14N}"/>'
        f'<SignatureMethod Algorithm="x"/><Reference URI="cid:a"/></SignedInfo></Signature></M>'
    )
    report = verify_message(etree.fromstring(prefixed(template, "q")))
    assert (report.verdict, report.reason) == ("invalid", "malformed")
    assert verify_message(etree.fromstring(b'<M xmlns="urn:m"/>')).verdict == "unsigned"


def test_a_document_without_canonical_form_is_malformed() -> None:
    document = signed_envelope().replace(b"<SOAP:Body>", b'<SOAP:Body xmlns:r="relative">')
    report = look(document)
    assert (report.verdict, report.reason) == ("invalid", "malformed")
    assert report.certificate == identities.signer().certificate


def test_a_messages_signature_covers_no_parts() -> None:
    signed = sign_message(b'<M xmlns="urn:m"><a/></M>', identities.signer())
    start, end = signed.index(b"<ds:Reference"), signed.index(b"</ds:Reference>") + len(b"</ds:Reference>")
    digest = signed[signed.index(b"<ds:DigestMethod") : end]
    more = signed[:end] + b'<ds:Reference URI="cid:a">' + digest + signed[end:]
    assert verify_message(etree.fromstring(more)).reason == "reference-refused"
    instead = signed[:start] + b'<ds:Reference URI="cid:a">' + digest + signed[end:]
    assert verify_message(etree.fromstring(instead)).reason == "reference-refused"


def test_a_key_info_without_certificate_is_malformed_and_tells_nobody() -> None:
    signed = sign_message(b'<M xmlns="urn:m"><a/></M>', identities.signer())
    start, end = signed.index(b"<ds:KeyInfo>"), signed.index(b"</ds:KeyInfo>") + len(b"</ds:KeyInfo>")
    report = verify_message(etree.fromstring(signed[:start] + signed[end:]))
    assert (report.reason, report.certificate) == ("malformed", None)
