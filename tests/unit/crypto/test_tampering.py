"""Whatever bit of something signed or sealed is turned: it is refused, or what comes out is exactly what went in."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from meldingsloft.crypto import cms
from meldingsloft.crypto.signing import sign_message, signature_xml
from meldingsloft.crypto.verification import verify_envelope, verify_message
from meldingsloft.domain.errors import DecryptionError
from meldingsloft.domain.identifiers import ContentId
from tests.unit.crypto import identities
from tests.unit.crypto.envelopes import NAMESPACES, PART, canonical_envelope

ENVELOPE = canonical_envelope()
_SIGNATURE = signature_xml(ENVELOPE, [("cid:p@x", PART)], namespaces=NAMESPACES, key=identities.signer()).xml
DOCUMENT = ENVELOPE.replace(b"</SOAP:Header>", _SIGNATURE + b"</SOAP:Header>")
MESSAGE = sign_message(b'<M xmlns="urn:m"><a b="c">\xc3\xa6</a></M>', identities.signer())
PLAINTEXT = b"<Epikrise>" + bytes(range(256)) + b"</Epikrise>"
_CIPHERS: tuple[cms.CipherName, ...] = ("aes-256-cbc", "3des-cbc")
SEALED = {
    cipher: cms.encrypt(PLAINTEXT, [identities.receiver().certificate], cipher=cipher, entropy=os.urandom)
    for cipher in _CIPHERS
}


def flipped(data: bytes, where: int, bit: int) -> bytes:
    place = where % len(data)
    return data[:place] + bytes((data[place] ^ 1 << bit,)) + data[place + 1 :]


def same_for_the_signature(one: bytes, other: bytes) -> bool:
    """Neither canonical form nor base64 tells the two apart, or it is certificate data that no longer is one."""
    return etree.tostring(etree.fromstring(one), method="c14n") == etree.tostring(
        etree.fromstring(other), method="c14n"
    )


@settings(max_examples=400)
@given(where=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_of_the_envelope_is_refused(where: int, bit: int) -> None:
    changed = flipped(DOCUMENT, where, bit)
    try:
        root = etree.fromstring(changed)
    except etree.XMLSyntaxError:
        return
    report = verify_envelope(root, {ContentId("p@x"): PART})
    assert (
        not report.valid
        or same_for_the_signature(changed, DOCUMENT)
        or report.certificate != identities.signer().certificate
    )
    if report.certificate != identities.signer().certificate and report.certificate is not None:
        from meldingsloft.crypto.trust import judge

        assert judge(report.certificate, purpose="signing", at=identities.NOW, roots=[identities.root()]) != "trusted"


@settings(max_examples=200)
@given(where=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_of_a_message_is_refused(where: int, bit: int) -> None:
    changed = flipped(MESSAGE, where, bit)
    try:
        root = etree.fromstring(changed)
    except etree.XMLSyntaxError:
        return
    report = verify_message(root)
    assert (
        not report.valid
        or same_for_the_signature(changed, MESSAGE)
        or report.certificate != identities.signer().certificate
    )


@given(where=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_of_a_part_is_refused(where: int, bit: int) -> None:
    report = verify_envelope(etree.fromstring(DOCUMENT), {ContentId("p@x"): flipped(PART, where, bit)})
    assert report.reason == "attachment-altered"


@settings(max_examples=400)
@given(cipher=st.sampled_from(_CIPHERS), where=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_of_cms_gives_one_error_or_other_bytes_and_nothing_else(
    cipher: cms.CipherName, where: int, bit: int
) -> None:
    sealed = SEALED[cipher]
    changed = flipped(sealed, where, bit)
    opened = outcome(changed)
    if isinstance(opened, str):
        assert opened in {"ML-K020", "ML-K021", "ML-K022", "ML-K023"}
        return
    in_the_ciphertext = where % len(sealed) >= len(sealed) - len(PLAINTEXT)
    assert opened != PLAINTEXT or not in_the_ciphertext


def outcome(data: bytes) -> bytes | str:
    """The plaintext, or the code of the refusal; anything else is a fault."""
    try:
        return cms.decrypt(data, [identities.receiver()]).plaintext
    except DecryptionError as refused:
        return refused.code


@given(size=st.integers(0, 2000))
def test_cut_off_cms_is_never_opened(size: int) -> None:
    sealed = SEALED["aes-256-cbc"]
    assert outcome(sealed[: size % len(sealed)]) == "ML-K022"


@given(st.binary(max_size=200))
def test_noise_is_never_opened(noise: bytes) -> None:
    for data in (noise, b"\x30\x80" + noise, b"\x30\x82" + noise):
        assert outcome(data) in {"ML-K022", "ML-K024"}
