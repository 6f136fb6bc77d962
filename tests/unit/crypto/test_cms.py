from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st

from meldingsloft.crypto import ber, cms, der
from meldingsloft.crypto import object_identifiers as oids
from meldingsloft.crypto.algorithms import HASHES
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.domain.errors import CertificateError, DecryptionError
from tests.unit.crypto import identities

TEXT = "Ærlig talt: epikrise\r\n".encode() * 50
RECEIVER = identities.receiver()


def refused(data: bytes, *keys: SoftwareKey, limits: ber.BerLimits = ber.DEFAULT_LIMITS) -> DecryptionError:
    with pytest.raises(DecryptionError) as error:
        cms.decrypt(data, keys or [RECEIVER], limits=limits)
    return error.value


def other_key(name: str, **options: object) -> SoftwareKey:
    certificate = identities.certificate(name, usages=identities.ENCRYPTION, **options)
    return SoftwareKey.from_pem(identities.key_pem(name), certificate, checked=True)


@settings(max_examples=40)
@given(st.binary(max_size=100), st.sampled_from(["aes-256-cbc", "3des-cbc"]))
def test_what_is_sealed_opens_to_the_same(plaintext: bytes, cipher: cms.CipherName) -> None:
    opened = cms.decrypt(cms.encrypt(plaintext, [RECEIVER.certificate], cipher=cipher, entropy=os.urandom), [RECEIVER])
    assert opened == cms.Decrypted(plaintext, cipher, "4711")


def test_the_object_is_envelopeddata_version_0_for_issuer_and_serial() -> None:
    root = ber.read(cms.encrypt(TEXT, [RECEIVER.certificate], entropy=os.urandom))
    body = root.child(1).child(0)
    assert root.child(0).whole == der.oid(oids.ENVELOPED_DATA)
    assert body.child(0).whole == der.integer(0)
    (info,) = body.child(1).children
    assert info.child(0).whole == der.integer(0)
    assert info.child(1).whole == cms.issuer_and_serial(RECEIVER.certificate)
    assert info.child(2).child(0).whole == der.oid(oids.RSA_ENCRYPTION)
    assert body.child(2).child(1).child(0).whole == der.oid(oids.AES_256_CBC)


def test_cryptography_reads_it() -> None:
    sealed = cms.encrypt(TEXT, [RECEIVER.certificate], entropy=os.urandom)
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(RECEIVER.certificate)
    assert pkcs7.pkcs7_decrypt_der(sealed, certificate, identities.key("receiver"), []) == TEXT


def test_chance_comes_from_outside() -> None:
    drawn: list[int] = []

    def entropy(size: int) -> bytes:
        drawn.append(size)
        return bytes(size)

    cms.encrypt(TEXT, [RECEIVER.certificate], entropy=entropy)
    cms.encrypt(TEXT, [RECEIVER.certificate], cipher="3des-cbc", entropy=lambda size: entropy(size)[:-1] + b"\x01")
    assert drawn == [32, 16, 24, 8]


def test_each_of_several_recipients_opens_it() -> None:
    second = other_key("second", serial=99)
    sealed = cms.encrypt(TEXT, [RECEIVER.certificate, second.certificate], entropy=os.urandom)
    assert cms.decrypt(sealed, [RECEIVER]).recipient_serial == "4711"
    assert cms.decrypt(sealed, [second]).recipient_serial == "99"
    assert cms.decrypt(sealed, [other_key("third"), second]).plaintext == TEXT


def test_the_serials_asked_for_are_told() -> None:
    sealed = cms.encrypt(TEXT, [RECEIVER.certificate], entropy=os.urandom)
    error = refused(sealed, other_key("third"))
    assert error.code == "ML-K020"
    assert "4711" in error.message
    assert refused(sealed, identities.signer()).code == "ML-K020"
    with pytest.raises(DecryptionError):
        cms.decrypt(sealed, [])


def test_the_same_serial_of_another_issuer_comes_second() -> None:
    """Some writers encode the issuer's name anew, so the serial number alone may name the key."""
    twin = other_key("twin", serial=4711, issuer="other-root")
    sealed = cms.encrypt(TEXT, [RECEIVER.certificate], entropy=os.urandom)
    assert cms.decrypt(sealed, [twin, RECEIVER]).plaintext == TEXT
    renamed = identities.certificate("receiver", usages=identities.ENCRYPTION, serial=4711, issuer="another-root")
    assert (
        cms.decrypt(sealed, [SoftwareKey.from_pem(identities.key_pem("receiver"), renamed, checked=True)]).plaintext
        == TEXT
    )


def test_every_failure_after_the_choice_of_a_key_is_the_same() -> None:
    sealed = cms.encrypt(TEXT, [RECEIVER.certificate], entropy=os.urandom)
    wrong = SoftwareKey(lambda: identities.key("third"), RECEIVER.certificate)
    wrong._key = identities.key("third")
    errors = {
        str(refused(data, key)) + refused(data, key).detail + refused(data, key).hint
        for data, key in (
            (sealed, wrong),
            (sealed[:-1] + bytes((sealed[-1] ^ 0xFF,)), RECEIVER),
            (handmade(wrap=pkcs1(bytes(16))), RECEIVER),
            (handmade(wrap=pkcs1(b"")), RECEIVER),
            (handmade(wrap=lambda _key: b"\xff" * 256), RECEIVER),
            (handmade(wrap=lambda _key: b"x"), RECEIVER),
            (handmade(ciphertext=b""), RECEIVER),
            (handmade(ciphertext=b"x" * 15), RECEIVER),
            (handmade(vector=b"short"), RECEIVER),
        )
    }
    assert len(errors) == 1
    assert errors.pop().startswith("ML-K021")


KEY = bytes(range(32))


def pkcs1(key: bytes) -> Callable[[bytes], bytes]:
    public = identities.key("receiver").public_key()
    return lambda _given: public.encrypt(key, padding.PKCS1v15())


def handmade(
    *,
    cipher: str = oids.AES_256_CBC,
    wrap: Callable[[bytes], bytes] | None = None,
    transport: bytes | None = None,
    ciphertext: bytes = bytes(32),
    vector: bytes = bytes(16),
    recipient: bytes | None = None,
    kind: str = oids.ENVELOPED_DATA,
    before: bytes = b"",
    after: bytes = b"",
    parameters: bytes | None = None,
) -> bytes:
    """An object put together piece by piece, so that each can be wrong."""
    name = recipient if recipient is not None else cms.issuer_and_serial(RECEIVER.certificate)
    method = transport if transport is not None else der.sequence(der.oid(oids.RSA_ENCRYPTION), der.NULL)
    info = der.sequence(der.integer(0), name, method, der.octet_string((wrap or pkcs1(KEY))(KEY)))
    algorithm = der.sequence(der.oid(cipher), parameters if parameters is not None else der.octet_string(vector))
    content = der.sequence(der.oid(oids.DATA), algorithm, der.tlv(0x80, ciphertext))
    body = der.sequence(der.integer(0), before, der.tlv(0x31, info), content, after)
    return der.sequence(der.oid(kind), der.tlv(0xA0, body))


def enciphered(text: bytes = TEXT, key: bytes = KEY) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    missing = 16 - len(text) % 16
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return encryptor.update(text + bytes((missing,)) * missing) + encryptor.finalize()


def test_shapes_that_others_write() -> None:
    sealed = enciphered()
    plain = handmade(ciphertext=sealed)
    originator = der.tlv(0xA0, der.tlv(0xA0, RECEIVER.certificate))
    attributes = der.tlv(0xA1, der.sequence(der.oid("1.2.3"), der.tlv(0x31, der.NULL)))
    for data in (
        plain,
        der.octet_string(plain),
        plain + b"\r\n",
        handmade(ciphertext=sealed, before=originator),
        handmade(ciphertext=sealed, after=attributes),
        handmade(ciphertext=sealed, transport=der.sequence(der.oid(oids.RSA_ENCRYPTION))),
    ):
        assert cms.decrypt(data, [RECEIVER]).plaintext == TEXT
    short = handmade(cipher=oids.AES_128_CBC, wrap=pkcs1(KEY[:16]), ciphertext=enciphered(key=KEY[:16]))
    assert cms.decrypt(short, [RECEIVER]).cipher == "aes-128-cbc"
    middle = handmade(cipher=oids.AES_192_CBC, wrap=pkcs1(KEY[:24]), ciphertext=enciphered(key=KEY[:24]))
    assert cms.decrypt(middle, [RECEIVER]).cipher == "aes-192-cbc"


def test_recipients_by_key_identifier() -> None:
    from cryptography import x509

    stated = x509.SubjectKeyIdentifier.from_public_key(identities.key("receiver").public_key()).digest
    for name in (der.tlv(0x80, stated), der.tlv(0xA0, der.octet_string(stated))):
        assert cms.decrypt(handmade(ciphertext=enciphered(), recipient=name), [RECEIVER]).plaintext == TEXT
    error = refused(handmade(recipient=der.tlv(0x80, b"\x01" * 20)))
    assert error.code == "ML-K020"
    assert "0101" in error.message


def test_recipients_by_key_identifier_of_a_certificate_that_states_none() -> None:
    import hashlib

    bare = identities.bare_certificate("receiver")
    spki = (
        identities.key("receiver")
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    )
    made = hashlib.sha1(spki, usedforsecurity=False).digest()
    sealed = handmade(ciphertext=enciphered(), recipient=der.tlv(0x80, made))
    assert (
        cms.decrypt(sealed, [SoftwareKey.from_pem(identities.key_pem("receiver"), bare, checked=True)]).plaintext
        == TEXT
    )


def oaep(hash_name: str, mgf_name: str) -> tuple[Callable[[bytes], bytes], bytes]:
    names = {name: dotted for dotted, name in oids.HASHES.items()}
    known = {"sha1": HASHES["sha1"], "sha256": hashes.SHA256(), "sha512": hashes.SHA512()}
    scheme = padding.OAEP(padding.MGF1(known[mgf_name]), known[hash_name], None)
    inner = der.sequence(der.oid(names[mgf_name]), der.NULL)
    parameters = der.sequence(
        der.tlv(0xA0, der.sequence(der.oid(names[hash_name]), der.NULL)),
        der.tlv(0xA1, der.sequence(der.oid(oids.MGF1), inner)),
        der.tlv(0xA2, der.sequence(der.oid(oids.P_SPECIFIED), der.octet_string(b""))),
    )
    public = identities.key("receiver").public_key()
    return lambda key: public.encrypt(key, scheme), der.sequence(der.oid(oids.RSAES_OAEP), parameters)


@pytest.mark.parametrize("names", [("sha1", "sha1"), ("sha256", "sha256"), ("sha256", "sha1"), ("sha512", "sha256")])
def test_oaep(names: tuple[str, str]) -> None:
    wrap, transport = oaep(*names)
    assert cms.decrypt(handmade(ciphertext=enciphered(), wrap=wrap, transport=transport), [RECEIVER]).plaintext == TEXT


@pytest.mark.parametrize("parameters", [b"", der.sequence()])
def test_oaep_without_parameters_is_sha1(parameters: bytes) -> None:
    wrap, _ = oaep("sha1", "sha1")
    transport = der.sequence(der.oid(oids.RSAES_OAEP), parameters)
    assert cms.decrypt(handmade(ciphertext=enciphered(), wrap=wrap, transport=transport), [RECEIVER]).plaintext == TEXT


def test_a_label_or_strange_hash_of_oaep_is_refused() -> None:
    label = der.tlv(0xA2, der.sequence(der.oid(oids.P_SPECIFIED), der.octet_string(b"label")))
    strange = der.tlv(0xA0, der.sequence(der.oid("1.2.840.113549.2.5"), der.NULL))
    other_mask = der.tlv(0xA1, der.sequence(der.oid("1.2.3"), der.sequence(der.oid("1.3.14.3.2.26"))))
    for parameter in (label, strange, other_mask, der.tlv(0xA0, der.NULL)):
        transport = der.sequence(der.oid(oids.RSAES_OAEP), der.sequence(parameter))
        assert refused(handmade(transport=transport)).code == "ML-K023"


def gcm(
    tag_size: int = 16, *, attributes: bool = False, kind: str = oids.AUTH_ENVELOPED_DATA, key: bytes = KEY
) -> bytes:
    nonce = b"\x07" * 12
    signed = der.sequence(der.oid("1.2.3"), der.tlv(0x31, der.NULL)) if attributes else b""
    associated = der.tlv(0x31, signed) if attributes else b""
    sealed = AESGCM(key).encrypt(nonce, TEXT, associated or None)
    ciphertext, tag = sealed[:-16], sealed[-16:][:tag_size]
    parameters = der.sequence(der.octet_string(nonce), der.integer(tag_size))
    after = (der.tlv(0xA1, signed) if attributes else b"") + der.octet_string(tag)
    return handmade(
        kind=kind, cipher=oids.AES_256_GCM, wrap=pkcs1(key), ciphertext=ciphertext, parameters=parameters, after=after
    )


@pytest.mark.parametrize("tag_size", [12, 16])
@pytest.mark.parametrize("attributes", [False, True])
def test_gcm_opens(tag_size: int, attributes: bool) -> None:
    opened = cms.decrypt(gcm(tag_size, attributes=attributes), [RECEIVER])
    assert (opened.plaintext, opened.cipher) == (TEXT, "aes-256-gcm")


def test_gcm_notices_every_change() -> None:
    sealed = gcm(attributes=True)
    for place in (-1, -17, -60, -300):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert refused(bytes(changed)).code in {"ML-K021", "ML-K022", "ML-K023"}
    assert refused(gcm(4)).code == "ML-K021"


def test_gcm_without_its_code_is_no_envelope() -> None:
    whole = ber.read(gcm())
    body = whole.child(1).child(0)
    for last in (b"", der.integer(1)):
        cut = der.sequence(*(child.whole for child in body.children[:-1]), last)
        assert refused(der.sequence(whole.child(0).whole, der.tlv(0xA0, cut))).code == "ML-K022"


def test_gcm_must_be_authenticated_and_cbc_must_not() -> None:
    assert refused(gcm(kind=oids.ENVELOPED_DATA)).code == "ML-K023"
    assert refused(handmade(kind=oids.AUTH_ENVELOPED_DATA)).code == "ML-K023"


@pytest.mark.parametrize("cipher", ["1.3.14.3.2.7", "1.2.840.113549.3.2", "1.2.840.113549.3.4", "1.2.3"])
def test_weak_and_unknown_ciphers_are_refused(cipher: str) -> None:
    assert refused(handmade(cipher=cipher)).code == "ML-K023"


def test_unknown_key_transport_is_refused() -> None:
    assert refused(handmade(transport=der.sequence(der.oid("1.2.840.113549.1.1.11")))).code == "ML-K023"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<MsgHead/>",
        b"\x30\x00",
        der.integer(1),
        der.sequence(der.oid(oids.SIGNED_DATA), der.tlv(0xA0, der.sequence())),
        der.sequence(der.oid(oids.ENVELOPED_DATA)),
        der.sequence(der.oid(oids.ENVELOPED_DATA), der.tlv(0xA0, der.sequence())),
        der.octet_string(der.octet_string(b"")),
        handmade(recipient=der.sequence()),
        handmade(recipient=der.sequence(der.integer(1), der.integer(1))),
        handmade(parameters=b""),
    ],
)
def test_what_is_no_envelopeddata_is_told_so(data: bytes) -> None:
    assert refused(data).code == "ML-K022"


def test_what_is_too_much_is_told_so() -> None:
    assert refused(handmade(), limits=ber.BerLimits(max_bytes=100)).code == "ML-K024"
    assert refused(b"\x30\x80" * 10_000).code == "ML-K024"
    crowd = der.sequence(
        der.oid(oids.ENVELOPED_DATA),
        der.tlv(0xA0, der.sequence(der.integer(0), der.tlv(0x31, *[der.sequence()] * 300), der.sequence())),
    )
    assert refused(crowd).code == "ML-K024"


def test_recipients_of_other_kinds_are_passed_over() -> None:
    data = ber.read(handmade(ciphertext=enciphered()))
    body = data.child(1).child(0)
    agreement = der.tlv(0xA1, der.integer(3))
    mixed = der.sequence(
        body.child(0).whole, der.tlv(0x31, agreement, body.child(1).children[0].whole), body.child(2).whole
    )
    assert cms.decrypt(der.sequence(data.child(0).whole, der.tlv(0xA0, mixed)), [RECEIVER]).plaintext == TEXT
    alone = der.sequence(body.child(0).whole, der.tlv(0x31, agreement), body.child(2).whole)
    assert refused(der.sequence(data.child(0).whole, der.tlv(0xA0, alone))).code == "ML-K020"


def test_certificates_that_cannot_be_encrypted_to() -> None:
    from cryptography import x509

    private = ec.generate_private_key(ec.SECP256R1())
    name = identities.name_of("ec")
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(5)
        .not_valid_before(identities.NOW).not_valid_after(identities.NOW + identities.DAY).sign(private, hashes.SHA256())
    ).public_bytes(serialization.Encoding.DER)  # fmt: skip
    for recipients, code in (([certificate], "ML-K025"), ([], "ML-K025"), ([b"garbage"], "ML-K001")):
        with pytest.raises(CertificateError) as error:
            cms.encrypt(TEXT, recipients, entropy=os.urandom)
        assert error.value.code == code
