"""The short way of verification and the long one agree, whatever is signed and whatever is changed afterwards."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from meldingsloft.crypto import header_filter, usual_form, verification
from meldingsloft.crypto.signing import signature_xml
from meldingsloft.crypto.verification import SignatureReport, verify_envelope
from meldingsloft.domain.identifiers import ContentId
from tests.unit.crypto import identities
from tests.unit.crypto.envelopes import (
    C14N,
    DS,
    ENVELOPED,
    EXCLUSIVE,
    HEADER,
    NAMESPACES,
    NEXT,
    NEXT_MSH,
    OPENING,
    PART,
    PARTS,
    SHA256,
    SOAP,
    SYNC_REPLY,
    TRANSFORMS,
    XPATH,
    Style,
    canonical_envelope,
    expression,
    signed_envelope,
    transform,
    xpath_transform,
)

CID = "cid:del-1@lege.example"
BARE_XPATH = xpath_transform().replace(f' xmlns:SOAP="{SOAP}"', "")
QUOTING = f'<eb:Acknowledgment><XPath xmlns="{DS}">{expression()}</XPath></eb:Acknowledgment>'
TWO = {**PARTS, "del-2@lege.example": b"other"}


def our_own() -> bytes:
    envelope = canonical_envelope()
    signed = signature_xml(envelope, [(CID, PART)], namespaces=NAMESPACES, key=identities.signer()).xml
    return envelope.replace(b"</SOAP:Header>", signed + b"</SOAP:Header>")


def both_ways(document: bytes, parts: dict[str, bytes]) -> tuple[SignatureReport, SignatureReport]:
    """The report as it is, and as it would be without the short way."""
    root = etree.fromstring(document)
    given = {ContentId(name): content for name, content in parts.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(usual_form, "held", lambda *_: None)
        long_way = verify_envelope(root, given)
    return verify_envelope(root, given), long_way


def agree(document: bytes, parts: dict[str, bytes]) -> bool:
    one, other = both_ways(document, parts)
    assert (one.verdict, one.reason, one.detail) == (other.verdict, other.reason, other.detail)
    assert (one.certificate, one.references, one.algorithms) == (other.certificate, other.references, other.algorithms)
    assert [meaning(xml) for xml in one.references_xml] == [meaning(xml) for xml in other.references_xml]
    return one.valid


def meaning(fragment: bytes) -> tuple[bytes, list[str | None]]:
    """What a Reference says, and what the prefixes in its XPath stand for; superfluous declarations mean nothing."""
    alone = etree.fromstring(fragment)
    xpath = alone.find(f".//{{{DS}}}XPath")
    prefixes = re.findall(r"@\s*([\w.-]+)", xpath.text or "") if xpath is not None else []
    bound = [xpath.nsmap.get(prefix) for prefix in prefixes] if xpath is not None else []
    return etree.tostring(alone, method="c14n", exclusive=True), bound


USUAL = {
    "default namespace, as .NET": Style(),
    "prefixed": Style(prefix="ds"),
    "another prefix": Style(prefix="dsig-1.x"),
    "indented": Style(indent="\n\t "),
    "no XPath": Style(transforms=transform(ENVELOPED) + transform(C14N)),
    "no canonicalisation transform": Style(transforms=transform(ENVELOPED) + xpath_transform()),
    "a prefix of the envelope in the XPath": Style(prefix="ds", transforms=transform(ENVELOPED) + BARE_XPATH),
    "an XPath spelt otherwise": Style(
        transforms=transform(ENVELOPED) + xpath_transform("S", expression("S", "\n", "'")) + transform(C14N)
    ),
    "two parts": Style(references=("", CID, "cid:del-2@lege.example")),
    "no parts": Style(references=("",)),
    "SHA-1": Style(
        hash_name="sha1",
        signature_method=f'<SignatureMethod Algorithm="{DS}rsa-sha1"/>',
        digest_method=f'<DigestMethod Algorithm="{DS}sha1"/>',
    ),
    "quoted XPath in the header": Style(header=HEADER + QUOTING),
    "a default namespace above": Style(root=OPENING[:-1] + ' xmlns="urn:default">', prefix="ds"),
}


def parts_of(style: Style) -> dict[str, bytes]:
    return {uri.removeprefix("cid:"): TWO[uri.removeprefix("cid:")] for uri in style.references if uri}


@pytest.mark.parametrize("style", USUAL.values(), ids=USUAL)
def test_usual_forms_take_the_short_way(style: Style, monkeypatch: pytest.MonkeyPatch) -> None:
    document, parts = signed_envelope(style, TWO), parts_of(style)
    assert agree(document, parts)
    monkeypatch.delattr(verification, "_Verifier")
    report = verify_envelope(etree.fromstring(document), {ContentId(name): data for name, data in parts.items()})
    assert report.valid


def test_our_own_form_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    document = our_own()
    assert agree(document, PARTS)
    monkeypatch.delattr(verification, "_Verifier")
    assert verify_envelope(etree.fromstring(document), {ContentId(name): data for name, data in PARTS.items()}).valid


METHODS = {
    f'<CanonicalizationMethod Algorithm="{C14N}"/>': {},
    f'<CanonicalizationMethod Algorithm="{C14N}#WithComments"/>': {"comments": True},
    f'<CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>': {"exclusive": True},
    f'<CanonicalizationMethod Algorithm="{C14N}"><x/></CanonicalizationMethod>': {},
}
CHOICES: dict[str, list[object]] = {
    "header": [
        HEADER,
        HEADER + SYNC_REPLY,
        HEADER + QUOTING,
        "<!-- TEST -->" + HEADER,
        "text" + HEADER,
        HEADER + "<?p <ds:Signature ?>",
        HEADER + '<ds:Signature xmlns:ds="urn:other">x</ds:Signature>',
        HEADER + '<Signature xmlns="urn:other"/>',
        HEADER.replace("<eb:CPAId>", f'<eb:CPAId SOAP:actor="{NEXT}">'),
        HEADER + '<none xmlns=""><a/></none>',
    ],
    "root": [
        OPENING,
        OPENING[:-1] + ' xml:lang="no">',
        OPENING[:-1] + ' xmlns="urn:default">',
        OPENING[:-1] + f' xmlns="{DS}">',
        OPENING[:-1] + f' xmlns:ds="{DS}">',
        OPENING[:-1] + ' xmlns:ds="urn:other">',
        OPENING[:-1] + ' xmlns:a="urn:a&amp;b" id="a>b">',
        OPENING + "\n ",
        OPENING + "<!-- first -->",
        OPENING + "<first/>",
    ],
    "before": ["", "<!-- <ds:Signature > -->", '<?xml version="1.0"?>\n'],
    "prefix": ["", "ds", "SOAP", "e"],
    "transforms": [
        TRANSFORMS,
        transform(ENVELOPED),
        transform(ENVELOPED) + transform(C14N),
        xpath_transform() + transform(ENVELOPED),
        transform(ENVELOPED) + BARE_XPATH,
        transform(ENVELOPED) + xpath_transform("ds", expression("ds")) + transform(C14N),
        transform(ENVELOPED) + xpath_transform("SOAP", expression("eb")),
        transform(ENVELOPED) + xpath_transform("SOAP", expression().replace(NEXT, NEXT + "x")),
        transform(ENVELOPED) + xpath_transform() + transform(EXCLUSIVE),
        transform(C14N),
        transform(ENVELOPED) + transform(ENVELOPED),
        "",
    ],
    "references": [
        ("", CID),
        (CID, ""),
        ("",),
        (CID,),
        ("", CID, CID),
        ("", CID.replace("@", "%40")),
        ("", CID.upper()),
        ("", CID, "cid:del-2@lege.example"),
        ("", "#x"),
        ("", ""),
    ],
    "info": ["", ' Id="i"', ' xml:lang="nn"'],
    "indent": ["", "\n", "&#xD;\n", "<!-- -->"],
    "hash_name": ["sha256", "sha512"],
    "signature_method": [
        Style().signature_method,
        f'<SignatureMethod Algorithm="{DS}rsa-sha1"/>',
        '<SignatureMethod Algorithm="urn:none"/>',
        Style().signature_method.replace("/>", "><a/></SignatureMethod>"),
    ],
    "digest_method": [
        f'<DigestMethod Algorithm="{SHA256}"/>',
        f'<DigestMethod Algorithm="{DS}md5"/>',
        f'<DigestMethod Algorithm="{SHA256}"> <a/></DigestMethod>',
    ],
    "after_key_info": ["", "<Object/>", " "],
}
_CERTIFICATES = [(), (identities.signer().certificate, identities.root()), (identities.receiver().certificate,)]
STYLES = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from(values) for name, values in CHOICES.items()}
    | {"method": st.sampled_from(list(METHODS)), "certificates": st.sampled_from(_CERTIFICATES)},
)


def styled(changes: dict[str, object]) -> Style:
    transforms = str(changes.get("transforms", TRANSFORMS))
    following = METHODS[str(changes.get("method", Style().method))]
    exclusive = f'Algorithm="{EXCLUSIVE}"' in transforms
    computed = {**following, "filtered": XPATH in transforms, "document_exclusive": exclusive}
    return Style().but(**{**computed, **changes})


SINGLE = [{name: value} for name, values in CHOICES.items() for value in values]
KNOWN_TRAPS = [
    {"header": HEADER + SYNC_REPLY, "filtered": False},
    {"references": ("", CID, CID.replace("@", "%40"))},
    {"prefix": "SOAP"},
    {"prefix": "ds", "root": OPENING[:-1] + ' xmlns:ds="urn:other">'},
    {"prefix": "ds", "transforms": transform(ENVELOPED) + xpath_transform("ds", expression("ds"))},
]


@pytest.mark.parametrize("changes", SINGLE + KNOWN_TRAPS, ids=str)
def test_each_way_of_signing_is_judged_the_same_both_ways(changes: dict[str, object]) -> None:
    document = signed_envelope(styled(changes), TWO)
    for parts in ({}, PARTS, TWO, {**PARTS, "del-1%40lege.example": b""}):
        agree(document, parts)


@settings(max_examples=400)
@given(changes=STYLES, parts=st.sampled_from([{}, PARTS, TWO]))
def test_whatever_is_signed_both_ways_say_the_same(changes: dict[str, object], parts: dict[str, bytes]) -> None:
    agree(signed_envelope(styled(changes), TWO), parts)


DOCUMENTS = [our_own(), signed_envelope(), signed_envelope(Style(prefix="ds", indent="\n "))]
INSERTED = [
    b"<!-- -->", b"<?p?>", b"<x/>", b" ", b"\n", b"text", b"&#xD;", b"=", b"A", b"<![CDATA[]]>",
    b' Id="a"', b' xml:lang="no"', b' xmlns=""', b' xmlns:ds="urn:x"', b' xmlns:unused="urn:x"', b' xmlns:xml="http://www.w3.org/XML/1998/namespace"',
    b' SOAP:actor="' + NEXT.encode() + b'"', b' URI=""', b' Algorithm="x"',
]  # fmt: skip


@settings(max_examples=600)
@given(document=st.sampled_from(DOCUMENTS), what=st.sampled_from(INSERTED), where=st.integers(0, 10**6))
def test_whatever_is_put_in_afterwards_both_ways_say_the_same(document: bytes, what: bytes, where: int) -> None:
    sign = b">" if what.startswith(b" ") and len(what) > 1 else (b">", b"<")[where % 2]
    places = [i for i, byte in enumerate(document) if bytes((byte,)) == sign]
    place = places[where // 2 % len(places)]
    if sign == b">" and not (what.startswith(b" ") and len(what) > 1):
        place += 1
    _agree_if_readable(document[:place] + what + document[place:])


@settings(max_examples=400)
@given(document=st.sampled_from(DOCUMENTS), where=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_whatever_bit_is_turned_both_ways_say_the_same(document: bytes, where: int, bit: int) -> None:
    place = where % len(document)
    _agree_if_readable(document[:place] + bytes((document[place] ^ 1 << bit,)) + document[place + 1 :])


def _agree_if_readable(document: bytes) -> None:
    try:
        etree.fromstring(document)
    except etree.XMLSyntaxError:
        return
    agree(document, PARTS)


@pytest.mark.parametrize("tag", [b"<SOAP:Envelope", b"<SOAP:Header", b"<ds:Signature", b"<ds:DigestMethod"])
def test_what_is_out_of_proportion_takes_the_long_way_and_is_not_remembered(tag: bytes) -> None:
    document = re.sub(tag + rb"(?=[ >])", tag + b' Id="' + b"x" * 20_000 + b'"', our_own())
    remembered = usual_form._frame.cache_info().currsize
    agree(document, PARTS)
    assert usual_form._frame.cache_info().currsize == remembered


@pytest.mark.parametrize("document", DOCUMENTS, ids=["ours", ".NET", "indented"])
def test_a_value_with_stray_bits_is_refused_both_ways(document: bytes) -> None:
    found = re.search(rb"([A-Za-z0-9+/])==\s*</[a-z:]*SignatureValue>", document)
    assert found is not None, "256 octets leave four bits"
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    place = found.start()
    other = alphabet[alphabet.index(document[place]) | 1]
    assert not agree(document[:place] + bytes((other,)) + document[place + 1 :], PARTS)
    assert agree(document, PARTS)


ACTORS = st.sampled_from([NEXT, NEXT_MSH, NEXT + "x", "urn:other"])
PREFIXES = st.sampled_from(["SOAP", "s", "å.ø-æ", "x" * 63, "x" * 64, "x" * 65, "x" * 200])
TEXTS = st.sampled_from(
    ["", "@", " ", "[@", f'[@SOAP:actor="{NEXT}"', f' SOAP:actor="{NEXT}"', expression(), "@ x=", "\u00a0@"]
)


@given(prefix=PREFIXES, actor=ACTORS, texts=st.tuples(TEXTS, TEXTS, TEXTS), first=st.booleans())
def test_an_actor_is_never_overlooked(prefix: str, actor: str, texts: tuple[str, str, str], first: bool) -> None:
    root = etree.Element("r", nsmap={prefix: SOAP})
    root.text = texts[0]
    block = etree.SubElement(root, "b")
    attributes = [("a", texts[1]), (f"{{{SOAP}}}actor", actor)]
    for name, value in attributes if first else reversed(attributes):
        block.set(name, value)
    block.text = texts[2]
    found = header_filter.mentions_actors(etree.tostring(root, method="c14n"))
    assert found or actor not in {NEXT, NEXT_MSH}


@pytest.mark.parametrize("prefix", ["SOAP-ENV", "s", "x" * 60])
def test_a_quoted_expression_is_no_actor(prefix: str) -> None:
    quoting = canonical_envelope(HEADER + QUOTING.replace("SOAP:", f"{prefix}:"))
    assert not header_filter.mentions_actors(quoting)
