from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from meldingsloft.crypto.algorithms import HashName
from meldingsloft.crypto.signing import HIS_XPATH, sign_message, signature_xml
from meldingsloft.crypto.verification import verify_envelope, verify_message
from meldingsloft.domain.errors import SignatureError, UnreadableError
from meldingsloft.domain.identifiers import ContentId
from tests.unit.crypto import envelopes, identities
from tests.unit.crypto.envelopes import DS, NAMESPACES, PART, SOAP, SYNC_REPLY, Style, canonical_envelope, signed_info

CID = "cid:del-1@lege.example"


def spliced(envelope: bytes, signature: bytes) -> bytes:
    return envelope.replace(b"</SOAP:Header>", signature + b"</SOAP:Header>")


@pytest.mark.parametrize("hash_name", ["sha1", "sha256", "sha384", "sha512"])
def test_an_envelope_is_signed_and_verifies(hash_name: HashName) -> None:
    made = signature_xml(
        canonical_envelope(), [(CID, PART)], namespaces=NAMESPACES, key=identities.signer(), hash_name=hash_name
    )
    report = verify_envelope(
        etree.fromstring(spliced(canonical_envelope(), made.xml)), {ContentId("del-1@lege.example"): PART}
    )
    assert (report.verdict, report.reason) == ("valid", "ok")
    assert [(r.uri, r.digest_value) for r in report.references] == list(made.digests)
    assert hash_name in report.algorithms.signature
    assert hash_name in report.algorithms.digest


def test_digests_are_those_of_the_canonical_envelope_and_the_octets() -> None:
    made = signature_xml(canonical_envelope(), [(CID, PART)], namespaces=NAMESPACES, key=identities.signer())
    assert made.digests == (
        ("", base64.b64encode(hashlib.sha256(canonical_envelope()).digest()).decode()),
        (CID, base64.b64encode(hashlib.sha256(PART).digest()).decode()),
    )


def test_the_signature_is_canonical_where_it_stands() -> None:
    made = signature_xml(canonical_envelope(), [(CID, PART)], namespaces=NAMESPACES, key=identities.signer())
    document = spliced(canonical_envelope(), made.xml)
    assert etree.tostring(etree.fromstring(document).getroottree(), method="c14n", with_comments=False) == document


@given(
    bound=st.dictionaries(
        st.sampled_from(["", "a", "eb", "Z", "ds", "SOAP-ENV", "xlink", "zz", "_x", "é"]),
        st.sampled_from([SOAP, DS, "urn:x", "urn:y?a=1;b=(2)"]),
        max_size=6,
    ),
    uri=st.sampled_from([CID, "cid:a%20b@c", "cid:x&y<z>"]),
)
def test_signed_info_is_signed_as_it_canonicalises_in_its_context(bound: dict[str, str], uri: str) -> None:
    scope = {"SOAP": SOAP, **bound}
    declared = "".join(f' xmlns{":" if p else ""}{p}="{u.replace("&", "&amp;")}"' for p, u in sorted(scope.items()))
    envelope = f"<SOAP:Envelope{declared}><SOAP:Header></SOAP:Header><SOAP:Body></SOAP:Body></SOAP:Envelope>".encode()
    recording = identities.RecordingKey()
    made = signature_xml(envelope, [(uri, b"x")], namespaces=tuple(scope.items()), key=recording)
    document = spliced(envelope, made.xml)
    assert recording.signed == [signed_info(document, Style())]
    assert verify_envelope(etree.fromstring(document), {ContentId(made.digests[1][0][4:]): b"x"}).reason in (
        "ok",
        "attachment-missing",
    )
    assert etree.tostring(etree.fromstring(document).getroottree(), method="c14n", with_comments=False) == document


def test_what_is_addressed_to_next_is_not_signed() -> None:
    envelope = canonical_envelope(envelopes.HEADER + SYNC_REPLY)
    made = signature_xml(envelope, [(CID, PART)], namespaces=NAMESPACES, key=identities.signer())
    without = signature_xml(canonical_envelope(), [(CID, PART)], namespaces=NAMESPACES, key=identities.signer())
    assert made.digests == without.digests


def test_an_envelope_that_is_for_next_as_a_whole_is_not_signed() -> None:
    envelope = canonical_envelope().replace(
        b"><SOAP:Header>", f' SOAP:actor="{envelopes.NEXT}"><SOAP:Header>'.encode(), 1
    )
    with pytest.raises(SignatureError) as refused:
        signature_xml(envelope, [], namespaces=NAMESPACES, key=identities.signer())
    assert refused.value.code == "ML-K010"


def test_the_transforms_are_those_of_the_profile() -> None:
    made = signature_xml(canonical_envelope(), [], namespaces=NAMESPACES, key=identities.signer())
    signature = etree.fromstring(made.xml)
    assert [node.get("Algorithm") for node in signature.iter(f"{{{DS}}}Transform")] == [
        envelopes.ENVELOPED,
        envelopes.XPATH,
        envelopes.C14N,
    ]
    (xpath,) = signature.iter(f"{{{DS}}}XPath")
    assert xpath.text == HIS_XPATH
    assert xpath.nsmap["SOAP-ENV"] == SOAP
    assert len(list(signature.iter(f"{{{DS}}}X509Certificate"))) == 1
    assert len(list(signature.iter(f"{{{DS}}}Reference"))) == 1


MESSAGE = '<MsgHead xmlns="urn:m" xmlns:b="urn:b" b:v="1"><A>Ærlig &amp; "på"</A>\r\n  <b:C/>\n</MsgHead>'


@pytest.mark.parametrize(
    "document",
    [
        MESSAGE.encode(),
        b"\xef\xbb\xbf" + MESSAGE.encode(),
        f'<?xml version="1.0" encoding="UTF-8"?>\n{MESSAGE}\n\n'.encode(),
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{MESSAGE}'.encode("latin-1"),
        f'<?xml version="1.0" encoding="windows-1252"?>{MESSAGE}'.encode("cp1252"),
        f'<?xml version="1.0" encoding="UTF-8"?><!-- æ --><?p q?>{MESSAGE}<!-- </MsgHead> --><?z </MsgHead>?>\n'.encode(),
        b'<x:M xmlns:x="urn:x" xml:lang="no" xml:space="preserve" a="&lt;&#9;&quot;"><y xmlns="urn:y"/></x:M >',
        b"<plain>text</plain>",
        b'<ds:M xmlns:ds="urn:other"></ds:M>',
    ],
)
def test_a_message_is_signed_in_place(document: bytes) -> None:
    made = sign_message(document, identities.signer())
    start, end = made.index(b"<ds:Signature "), made.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    assert made[:start] + made[end:] == document
    root = etree.fromstring(made)
    assert root[-1].tag == f"{{{DS}}}Signature"
    assert verify_message(root).reason == "ok"


def test_a_signed_message_says_who_and_how() -> None:
    report = verify_message(etree.fromstring(sign_message(MESSAGE.encode(), identities.signer(), hash_name="sha512")))
    assert report.certificate == identities.signer().certificate
    assert [(r.uri, r.verdict) for r in report.references] == [("", "ok")]
    assert report.algorithms.signature.endswith("rsa-sha512")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"<a/>", "ML-K010"),
        (b'<a xmlns="urn:x"/><!-- </a> -->', "ML-K010"),
        (sign_message(b"<a>x</a>", identities.signer()), "ML-K011"),
        (MESSAGE.encode("utf-16"), "ML-K012"),
        (f'<?xml version="1.0" encoding="UTF-16"?>{MESSAGE}'.encode("utf-16"), "ML-K012"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><a>x</a><!-- -->', "ML-K012"),
        (b'<a xmlns="relative">x</a>', "ML-K015"),
    ],
)
def test_what_cannot_be_signed_is_refused(document: bytes, code: str) -> None:
    with pytest.raises(SignatureError) as refused:
        sign_message(document, identities.signer())
    assert refused.value.code == code


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"no xml",
        b"<a>",
        b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
        b'<?xml version="1.0" encoding="VISCII"?><a>x</a>',
    ],
)
def test_what_is_not_xml_is_not_signed(document: bytes) -> None:
    with pytest.raises(UnreadableError):
        sign_message(document, identities.signer())
