"""openssl opens what we seal, and we open what it seals, in every form that partners write."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from meldingsloft.adapters.ids import RandomIds
from meldingsloft.crypto import cms
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.domain.errors import CertificateError, DecryptionError
from tests.unit.crypto import identities

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
TEXT = "Ærlig talt\nuten CR, med \r\n og \x00 i seg".encode() * 3000
RECEIVER = identities.receiver()


def second() -> SoftwareKey:
    certificate = identities.certificate("second", usages=identities.ENCRYPTION, serial=99)
    return SoftwareKey.from_pem(identities.key_pem("second"), certificate, checked=True)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for name, key in (("receiver", RECEIVER), ("second", second())):
        pem = x509.load_der_x509_certificate(key.certificate).public_bytes(Encoding.PEM)
        (tmp_path / f"{name}.cert.pem").write_bytes(pem)
        (tmp_path / f"{name}.key.pem").write_bytes(identities.key_pem(name))
    (tmp_path / "text").write_bytes(TEXT)
    return tmp_path


def openssl(desk: Path, *arguments: str) -> bytes:
    done = subprocess.run(["openssl", "cms", *arguments], cwd=desk, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("cipher", ["aes-256-cbc", "3des-cbc"])
@pytest.mark.parametrize("name", ["receiver", "second"])
def test_it_opens_what_we_seal(desk: Path, cipher: cms.CipherName, name: str) -> None:
    sealed = cms.encrypt(TEXT, [RECEIVER.certificate, second().certificate], cipher=cipher, entropy=RandomIds().entropy)
    (desk / "sealed").write_bytes(sealed)
    key = ("-inkey", f"{name}.key.pem", "-recip", f"{name}.cert.pem")
    assert openssl(desk, "-decrypt", "-binary", "-inform", "DER", "-in", "sealed", *key) == TEXT


def test_it_reads_the_structure_as_we_mean_it(desk: Path) -> None:
    (desk / "sealed").write_bytes(cms.encrypt(TEXT, [RECEIVER.certificate], entropy=RandomIds().entropy))
    shown = openssl(desk, "-cmsout", "-print", "-inform", "DER", "-in", "sealed").decode()
    for said in (
        "d.envelopedData",
        "version: 0",
        "serialNumber: 4711",
        "algorithm: rsaEncryption",
        "algorithm: aes-256-cbc",
    ):
        assert said in shown


FORMS = {
    "AES-256, DER": ("-aes256",),
    "AES-192": ("-aes192",),
    "AES-128": ("-aes128",),
    "Triple-DES": ("-des3",),
    "BER, indefinite lengths": ("-des3", "-stream"),
    "BER, AES": ("-aes256", "-stream", "-indef"),
    "key identifier": ("-aes256", "-keyid"),
    "GCM": ("-aes-256-gcm",),
    "GCM, AES-128, BER": ("-aes-128-gcm", "-stream"),
}
_OAEP = ("-keyopt", "rsa_padding_mode:oaep")
SCHEMES = {
    "PKCS#1 v1.5": (),
    "OAEP": _OAEP,
    "OAEP, SHA-256": (*_OAEP, "-keyopt", "rsa_oaep_md:sha256"),
    "OAEP, SHA-512 with MGF1 of SHA-1": (*_OAEP, "-keyopt", "rsa_oaep_md:sha512", "-keyopt", "rsa_mgf1_md:sha1"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_we_open_what_it_seals(desk: Path, form: tuple[str, ...], scheme: tuple[str, ...]) -> None:
    openssl(
        desk, "-encrypt", "-binary", "-outform", "DER", "-in", "text", "-out", "sealed", *form, "-recip", "receiver.cert.pem", *scheme
    )  # fmt: skip
    sealed = (desk / "sealed").read_bytes()
    assert cms.decrypt(sealed, [second(), RECEIVER]).plaintext == TEXT
    with pytest.raises(DecryptionError) as refused:
        cms.decrypt(sealed, [second()])
    assert refused.value.code == "ML-K020"


@pytest.mark.parametrize("stream", [(), ("-stream",)])
def test_we_open_what_it_seals_for_several(desk: Path, stream: tuple[str, ...]) -> None:
    openssl(
        desk, "-encrypt", "-binary", "-outform", "DER", "-in", "text", "-out", "sealed", "-aes256", *stream,
        "-recip", "second.cert.pem", "-recip", "receiver.cert.pem",
    )  # fmt: skip
    for key, serial in ((RECEIVER, "4711"), (second(), "99")):
        opened = cms.decrypt((desk / "sealed").read_bytes(), [key])
        assert (opened.plaintext, opened.recipient_serial) == (TEXT, serial)


def test_what_it_signs_is_no_envelope(desk: Path) -> None:
    openssl(
        desk, "-sign", "-binary", "-nodetach", "-outform", "DER", "-in", "text", "-out", "signed",
        "-signer", "second.cert.pem", "-inkey", "second.key.pem",
    )  # fmt: skip
    with pytest.raises(DecryptionError) as refused:
        cms.decrypt((desk / "signed").read_bytes(), [second()])
    assert refused.value.code == "ML-K022"


def test_password_recipients_are_passed_over(desk: Path) -> None:
    openssl(
        desk,
        "-encrypt",
        "-binary",
        "-outform",
        "DER",
        "-in",
        "text",
        "-out",
        "sealed",
        "-aes256",
        "-pwri_password",
        "x",
    )
    with pytest.raises(DecryptionError) as refused:
        cms.decrypt((desk / "sealed").read_bytes(), [RECEIVER])
    assert refused.value.code == "ML-K020"


@pytest.mark.parametrize(
    "written",
    [
        ("-legacy",),
        ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
        ("-certpbe", "AES-256-CBC", "-keypbe", "AES-256-CBC"),
        ("-certfile", "second.cert.pem"),
    ],
)
def test_we_read_key_files_old_and_new(desk: Path, written: tuple[str, ...]) -> None:
    done = subprocess.run(
        [
            *("openssl", "pkcs12", "-export", "-in", "receiver.cert.pem", "-inkey", "receiver.key.pem"),
            *("-out", "file.p12", "-passout", "pass:blåbær", *written),
        ],
        cwd=desk,
        capture_output=True,
        check=False,
        timeout=60,
    )
    if done.returncode and "-legacy" in written:
        pytest.skip("this openssl has no legacy provider")
    assert done.returncode == 0, done.stderr
    data = (desk / "file.p12").read_bytes()
    opened = SoftwareKey.from_pkcs12(data, "blåbær".encode())
    assert opened.certificate == RECEIVER.certificate
    assert opened.chain == ((second().certificate,) if "-certfile" in written else ())
    with pytest.raises(CertificateError) as refused:
        SoftwareKey.from_pkcs12(data, b"feil")
    assert refused.value.code == "ML-K003"
