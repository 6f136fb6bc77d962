from __future__ import annotations

from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from meldingsloft import ports
from meldingsloft.crypto.algorithms import HASHES
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.domain.errors import CertificateError
from tests.unit.crypto import identities
from tests.unit.crypto.identities import certificate, key, key_pem

PKCS8, PEM = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM


@cache
def p12(
    passphrase: bytes | None, *, with_key: bool = True, with_certificate: bool = True, owner: str = "signer"
) -> bytes:
    hidden = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    own = x509.load_der_x509_certificate(certificate("signer"))
    issuer = x509.load_der_x509_certificate(identities.root())
    return pkcs12.serialize_key_and_certificates(
        b"x", key(owner) if with_key else None, own if with_certificate else None, [issuer], hidden
    )


def test_the_ports_are_kept() -> None:
    signing: ports.SigningKey = identities.signer()
    opening: ports.DecryptionKey = identities.receiver()
    assert signing.certificate == certificate("signer")
    assert opening.certificate


@pytest.mark.parametrize("hash_name", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures_are_pkcs1(hash_name: str) -> None:
    made = identities.signer().sign(b"data", hash_name)
    key("signer").public_key().verify(made, b"data", padding.PKCS1v15(), getattr(hashes, hash_name.upper())())


def test_unwrapping() -> None:
    public = key("receiver").public_key()
    assert identities.receiver().unwrap(public.encrypt(b"k" * 32, padding.PKCS1v15()), scheme="pkcs1v15") == b"k" * 32
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), HASHES["sha1"], None)
    sealed = public.encrypt(b"k" * 32, oaep)
    assert identities.receiver().unwrap(sealed, scheme="oaep", hash_name="sha1", mgf_hash_name="sha256") == b"k" * 32
    with pytest.raises(ValueError, match="ecryption"):
        identities.receiver().unwrap(sealed, scheme="oaep", hash_name="sha512")


def test_pem_is_read_on_first_use_and_not_before() -> None:
    lazy = SoftwareKey.from_pem(b"garbage", certificate("signer"))
    assert lazy.certificate == certificate("signer")
    with pytest.raises(CertificateError) as refused:
        lazy.sign(b"data", "sha256")
    assert refused.value.code == "ML-K002"


@pytest.mark.parametrize("checked", [False, True])
def test_pem_signs(checked: bool) -> None:
    made = SoftwareKey.from_pem(key_pem("signer"), certificate("signer"), checked=checked).sign(b"data", "sha256")
    assert made == identities.signer().sign(b"data", "sha256")


def test_pem_with_a_passphrase() -> None:
    hidden = key("signer").private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"hemmelig"))
    assert SoftwareKey.from_pem(hidden, certificate("signer"), passphrase=b"hemmelig").load() is not None
    for passphrase in (None, b"feil"):
        with pytest.raises(CertificateError) as refused:
            SoftwareKey.from_pem(hidden, certificate("signer"), passphrase=passphrase).load()
        assert refused.value.code == "ML-K003"


@pytest.mark.parametrize("passphrase", [None, b"hemmelig", "blåbærsyltetøy".encode()])
def test_pkcs12(passphrase: bytes | None) -> None:
    opened = SoftwareKey.from_pkcs12(p12(passphrase), passphrase)
    assert opened.certificate == certificate("signer")
    assert opened.chain == (identities.root(),)
    assert opened.sign(b"data", "sha256") == identities.signer().sign(b"data", "sha256")


def broken() -> list[tuple[bytes, bytes | None, str]]:
    private = ec.generate_private_key(ec.SECP256R1())
    name = identities.name_of("ec")
    own = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key()).serial_number(5)
        .not_valid_before(identities.NOW).not_valid_after(identities.NOW + identities.DAY).sign(private, hashes.SHA256())
    )  # fmt: skip
    elliptic = pkcs12.serialize_key_and_certificates(b"x", private, own, None, serialization.NoEncryption())
    return [
        (b"garbage", None, "ML-K002"),
        (p12(None)[:-30], None, "ML-K002"),
        (p12(b"hemmelig"), b"feil", "ML-K003"),
        (p12(b"hemmelig"), None, "ML-K003"),
        (p12(b"x", with_key=False), b"x", "ML-K002"),
        (p12(b"x", with_key=False, with_certificate=False), b"x", "ML-K002"),
        (elliptic, None, "ML-K005"),
    ]


@pytest.mark.parametrize(("data", "passphrase", "code"), broken())
def test_pkcs12_that_cannot_be_used(data: bytes, passphrase: bytes | None, code: str) -> None:
    with pytest.raises(CertificateError) as refused:
        SoftwareKey.from_pkcs12(data, passphrase)
    assert refused.value.code == code
    assert "hemmelig" not in str(refused.value) + refused.value.hint


def test_a_key_must_fit_its_certificate_and_be_long_enough() -> None:
    with pytest.raises(CertificateError) as refused:
        SoftwareKey.from_pem(key_pem("signer"), certificate("other"), checked=True).load()
    assert refused.value.code == "ML-K004"
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - what is refused
    short = weak.private_bytes(PEM, PKCS8, serialization.NoEncryption())
    with pytest.raises(CertificateError) as refused:
        SoftwareKey.from_pem(short, certificate("signer"), checked=True).load()
    assert refused.value.code == "ML-K005"
