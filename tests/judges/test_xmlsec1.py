"""xmlsec1 judges our signatures, and we judge its: envelopes with their parts, and messages."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from meldingsloft.crypto.algorithms import HashName
from meldingsloft.crypto.signing import sign_message, signature_xml
from meldingsloft.crypto.verification import verify_envelope, verify_message
from meldingsloft.domain.identifiers import ContentId
from tests.unit.crypto import envelopes, identities
from tests.unit.crypto.envelopes import (
    C14N,
    DS,
    EXCLUSIVE,
    HEADER,
    NAMESPACES,
    PART,
    SYNC_REPLY,
    Style,
    canonical_envelope,
    signed_envelope,
)

pytestmark = pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed")
CID = "cid:del-1@lege.example"


def pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with what xmlsec1 needs: the signer's key and certificate, and the part."""
    (tmp_path / "key.pem").write_bytes(identities.key_pem("signer"))
    (tmp_path / "cert.pem").write_bytes(pem(identities.signer().certificate))
    (tmp_path / "root.pem").write_bytes(pem(identities.root()))
    (tmp_path / "part").write_bytes(PART)
    return tmp_path


def xmlsec1(desk: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["xmlsec1", *arguments], cwd=desk, capture_output=True, check=False, timeout=60)


def accepts(desk: Path, document: bytes) -> bool:
    (desk / "document.xml").write_bytes(document)
    judged = xmlsec1(
        desk, "--verify", "--trusted-pem", "root.pem", "--verification-time", "2026-03-02 09:31:00", f"--url-map:{CID}", "part", "document.xml"
    )  # fmt: skip
    return judged.returncode == 0


@pytest.mark.parametrize("hash_name", ["sha1", "sha256", "sha384", "sha512"])
def test_it_accepts_our_envelopes(desk: Path, hash_name: HashName) -> None:
    signature = signature_xml(
        canonical_envelope(), [(CID, PART)], namespaces=NAMESPACES, key=identities.signer(), hash_name=hash_name
    ).xml
    document = canonical_envelope().replace(b"</SOAP:Header>", signature + b"</SOAP:Header>")
    declared = b'<?xml version="1.0" encoding="UTF-8"?>\n' + document
    assert accepts(desk, declared)
    assert not accepts(desk, declared.replace(b"79768_", b"79769_"))
    (desk / "part").write_bytes(PART + b"x")
    assert not accepts(desk, declared)


def test_it_carries_the_xpath_out_as_we_do(desk: Path) -> None:
    envelope = canonical_envelope(HEADER + SYNC_REPLY)
    signature = signature_xml(envelope, [(CID, PART)], namespaces=NAMESPACES, key=identities.signer()).xml
    document = envelope.replace(b"</SOAP:Header>", signature + b"</SOAP:Header>")
    assert accepts(desk, document)
    assert accepts(desk, document.replace(SYNC_REPLY.encode(), b""))


@pytest.mark.parametrize(
    "text",
    [
        '<MsgHead xmlns="urn:m" xmlns:b="urn:b" b:v="1"><A>Ærlig &amp; "på"</A>\r\n  <b:C/>\n</MsgHead>',
        '<M xmlns="urn:m" xml:lang="no" xml:space="preserve"><a/></M><!-- after -->',
        '<!-- before --><?p i?><M xmlns="urn:m"><!-- inside --><a/></M>',
    ],
)
@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_it_accepts_our_messages(desk: Path, text: str, encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)
    signed = sign_message(document, identities.signer())
    assert accepts(desk, signed)
    assert not accepts(desk, signed.replace(b"<a", b"<b").replace(b"rlig", b"lrig"))


def template(document: bytes) -> bytes:
    """The same document with blank values, for xmlsec1 to fill in."""
    document = re.sub(rb"<((?:\w+:)?DigestValue)>[^<]*<", rb"<\1><", document)
    return re.sub(rb"<((?:\w+:)?SignatureValue)>[^<]*<", rb"<\1><", document)


STYLES = {
    "default namespace": Style(),
    "prefixed": Style(prefix="ds"),
    "exclusive": Style(method=f'<CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'),
    "with comments": Style(
        method=f'<CanonicalizationMethod Algorithm="{C14N}#WithComments"/>', inside_first="<!-- counts -->"
    ),
    "SyncReply": Style(header=HEADER + SYNC_REPLY),
    "comments and instructions": Style(
        before="<!-- a --><?p i?>", header="<!-- b -->" + HEADER, inside_first="<?p i?><!-- c -->"
    ),
    "exclusive document": Style(transforms=envelopes.TRANSFORMS.replace(C14N, EXCLUSIVE)),
    "attributes and namespaces": Style(
        root=envelopes.OPENING[:-1] + ' xmlns="urn:default" xml:lang="no" xml:base="http://x/">', info=' Id="a>b"'
    ),
    "SHA-1": Style(
        hash_name="sha1",
        signature_method=f'<SignatureMethod Algorithm="{DS}rsa-sha1"/>',
        digest_method=f'<DigestMethod Algorithm="{DS}sha1"/>',
    ),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_we_accept_what_it_signs(desk: Path, style: Style) -> None:
    (desk / "template.xml").write_bytes(template(signed_envelope(style)))
    made = xmlsec1(
        desk, "--sign", "--privkey-pem", "key.pem", f"--url-map:{CID}", "part", "--output", "signed.xml", "template.xml"
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    root = etree.fromstring((desk / "signed.xml").read_bytes())
    report = verify_envelope(root, {ContentId("del-1@lege.example"): PART})
    assert (report.verdict, report.reason, report.detail) == ("valid", "ok", "")


def test_we_accept_a_message_it_signs(desk: Path) -> None:
    signed = sign_message('<M xmlns="urn:m" xml:lang="no"><a>æ</a></M>'.encode(), identities.signer())
    (desk / "template.xml").write_bytes(template(signed))
    made = xmlsec1(desk, "--sign", "--privkey-pem", "key.pem", "--output", "signed.xml", "template.xml")
    assert made.returncode == 0, made.stderr
    theirs = (desk / "signed.xml").read_bytes()
    assert verify_message(etree.fromstring(theirs)).reason == "ok"
    value = re.compile(rb"SignatureValue>([^<]*)<")
    ours, other = value.search(signed), value.search(theirs)
    assert ours
    assert other
    assert b"".join(other[1].split()) == ours[1], "RSA PKCS#1 v1.5 has one value for one text"
