from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding

from meldingsloft.adapters.key_files import read_certificates, read_key, read_passphrase, unarmoured
from meldingsloft.domain.errors import CertificateError, ConfigError, MailboxError
from tests.unit.crypto import identities
from tests.unit.crypto.identities import certificate, key, key_pem, root
from tests.unit.crypto.test_keys import p12


def pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def hidden_key() -> bytes:
    return key("signer").private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"hemmelig")
    )


@pytest.fixture
def passfile(tmp_path: Path) -> Path:
    path = tmp_path / "pass"
    path.write_bytes(b"hemmelig\r\nnot this\n")
    return path


@pytest.mark.parametrize(
    "content",
    [
        p12(b"hemmelig"),
        p12(None),
        key_pem("signer") + pem(certificate("signer")),
        pem(certificate("signer")) + pem(root()) + key_pem("signer"),
        pem(root()) + pem(certificate("signer")) + key_pem("signer"),
        hidden_key() + pem(certificate("signer")),
    ],
    ids=["p12", "p12 open", "pem", "pem with chain", "pem, issuer first", "pem hidden"],
)
def test_keys_are_read(tmp_path: Path, passfile: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    asked: list[str] = []

    def ask(name: str) -> bytes:
        asked.append(name)
        return b"hemmelig"

    open_p12 = content == p12(None)
    for opened in (read_key(path, ask=ask), read_key(path, passfile=None if open_p12 else passfile)):
        assert opened.certificate == certificate("signer")
        assert opened.sign(b"x", "sha256")
    assert asked in ([], [str(path)])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "ML-K002"),
        (b"garbage", "ML-K002"),
        (key_pem("signer"), "ML-K002"),
        (pem(certificate("signer")), "ML-K002"),
        (key_pem("signer") + pem(root()), "ML-K004"),
        (
            key_pem("signer") + pem(root()) + pem(certificate("receiver", usages=identities.ENCRYPTION, serial=4711)),
            "ML-K004",
        ),
        (p12(b"hemmelig"), "ML-K003"),
        (hidden_key() + pem(certificate("signer")), "ML-K003"),
    ],
)
def test_keys_that_cannot_be_used_are_told_with_their_file(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    for ask in (None, lambda _name: None):
        with pytest.raises(CertificateError) as refused:
            read_key(path, ask=ask)
        assert (refused.value.code, refused.value.where) == (code, str(path))


def test_a_wrong_passphrase_is_told(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(p12(b"hemmelig"))
    with pytest.raises(CertificateError) as refused:
        read_key(path, ask=lambda _name: b"feil")
    assert refused.value.code == "ML-K003"
    with pytest.raises(MailboxError):
        read_key(path, passfile=tmp_path / "nowhere")
    with pytest.raises(MailboxError):
        read_key(tmp_path / "nowhere")


def test_the_passphrase_is_the_first_line(tmp_path: Path, passfile: Path) -> None:
    assert read_passphrase(passfile) == b"hemmelig"
    (tmp_path / "bare").write_bytes(b" with space ")
    assert read_passphrase(tmp_path / "bare") == b" with space "


def test_certificates_in_every_form(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(b"# comment\n" + pem(root()) + pem(certificate("signer")))
    (tmp_path / "b.cer").write_bytes(certificate("other"))
    (tmp_path / "c.key.pem").write_bytes(key_pem("signer"))
    (tmp_path / "README").write_bytes(b"no certificate")
    assert read_certificates(tmp_path / "a.pem") == (root(), certificate("signer"))
    assert read_certificates(tmp_path / "b.cer") == (certificate("other"),)
    assert read_certificates(tmp_path) == (root(), certificate("signer"), certificate("other"))


@pytest.mark.parametrize(
    "content", [b"", b"garbage", key_pem("signer"), b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pem").write_bytes(content)
    with pytest.raises(CertificateError) as refused:
        read_certificates(tmp_path / "x.pem")
    assert (refused.value.code, refused.value.where) == ("ML-K001", str(tmp_path / "x.pem"))


def test_damaged_base64_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(ConfigError):
        read_certificates(tmp_path / "x.pem")


@pytest.mark.parametrize("content", [b"\x30\x82\x01\x00\xff", b"\x04\x03abc", b"", b"<xml/>", b"abc"])
def test_what_has_no_armour_stays(content: bytes) -> None:
    assert unarmoured(content) == content


def test_armour_is_taken_off() -> None:
    cms = b"\x30\x82" + bytes(range(256))
    for text in (base64.b64encode(cms), base64.encodebytes(cms), base64.encodebytes(cms).replace(b"\n", b"\r\n")):
        assert unarmoured(text) == cms
        assert unarmoured(b"-----BEGIN CMS-----\n" + text + b"\n-----END CMS-----\n") == cms
    assert unarmoured(b"-----BEGIN PKCS7-----\n%%\n-----END PKCS7-----\n").startswith(b"-----BEGIN")
