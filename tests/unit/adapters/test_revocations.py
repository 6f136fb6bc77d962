"""CRLs and OCSP responses in files, and the folder of issuers that makes them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from meldingsloft.adapters import revocations
from meldingsloft.adapters.ca_folder import CaFolder
from meldingsloft.adapters.revocations import FolderRevocations, read_statements
from meldingsloft.adapters.test_ca import TestCa
from meldingsloft.crypto.certificates import load
from meldingsloft.domain.errors import CertificateError, ConfigError, MailboxError
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import Organisation
from tests.unit.crypto.identities import DAY, NOW

OFFICE = Organisation("Kristiansund legesenter", HerId("100001"), "999888777")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ca")
    TestCa.open(folder, NOW)
    return folder


@pytest.fixture
def ca(founded: Path, tmp_path: Path) -> CaFolder:
    for path in founded.glob("*.pem"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return CaFolder(tmp_path)


def test_statements_come_and_go(ca: CaFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocations, "_FRESH_SECONDS", 0.0)
    known = FolderRevocations(ca.revocation)
    assert known.statements() == ()
    paths = [ca.write_crl(issuer, NOW, NOW + DAY) for issuer in ca.issuers()]
    (ca.revocation / "notes.txt").write_text("no statement")
    (ca.revocation / ".hidden").write_bytes(paths[0].read_bytes())
    (ca.revocation / "gone").symlink_to("nowhere")
    assert sorted(known.statements()) == sorted(path.read_bytes() for path in paths)
    paths[0].unlink()
    assert list(known.statements()) == [paths[1].read_bytes()]


def test_a_look_is_believed_for_a_second(ca: CaFolder) -> None:
    known = FolderRevocations(ca.revocation)
    assert known.statements() == ()
    ca.write_crl(ca.issuers()[0], NOW, NOW + DAY)
    assert known.statements() == ()


def test_pem_and_der(ca: CaFolder, tmp_path: Path) -> None:
    der = [ca.write_crl(issuer, NOW, NOW + DAY).read_bytes() for issuer in ca.issuers()]
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(b"".join(x509.load_der_x509_crl(one).public_bytes(Encoding.PEM) for one in der))
    assert list(read_statements(bundle)) == der
    assert sorted(read_statements(ca.revocation)) == sorted(der)
    bundle.write_bytes(b"-----BEGIN X509 CRL-----\nAAA\n-----END X509 CRL-----\n")
    with pytest.raises(CertificateError) as none:
        read_statements(bundle)
    assert none.value.code == "ML-K008"
    with pytest.raises(MailboxError):
        read_statements(tmp_path / "missing")


def test_what_was_taken_back_stays_as_it_was(ca: CaFolder) -> None:
    leaf = TestCa(ca.folder).issue(OFFICE, "sign", NOW).certificate
    issuer, first = ca.revoke(leaf, NOW, "superseded")
    _, second = ca.revoke(leaf, NOW + DAY, "keyCompromise")
    assert first == second
    assert ca.revoked(issuer.name) == [first]
    assert ca.revoked("root") == []
    crl = x509.load_der_x509_crl(ca.write_crl(issuer, NOW, NOW + DAY).read_bytes())
    assert [one.serial_number for one in crl] == [load(leaf).serial_number]


def test_a_responder_is_made_once(ca: CaFolder) -> None:
    leaf = TestCa(ca.folder).issue(OFFICE, "sign", NOW).certificate
    ca.write_ocsp(leaf, NOW, NOW + DAY, delegated=True)
    responder = (ca.folder / "ocsp-issuing.cert.pem").read_bytes()
    ca.write_ocsp(leaf, NOW + DAY, NOW + 2 * DAY, delegated=True)
    assert (ca.folder / "ocsp-issuing.cert.pem").read_bytes() == responder
    assert [issuer.name for issuer in ca.issuers()] == ["issuing", "root"]


@pytest.mark.parametrize(
    "text",
    [
        '[[revoked]]\nissuer = "issuing"\nserial = "x"\nat = 2026-01-01T00:00:00Z\n',
        '[[revoked]]\nissuer = "issuing"\nserial = "1"\nat = 2026-01-01T00:00:00\n',
        '[[revoked]]\nissuer = "issuing"\nserial = "1"\nat = 2026-01-01T00:00:00Z\nreason = "bored"\n',
        "[other]\n",
    ],
)
def test_a_list_that_is_not_in_order_is_told(ca: CaFolder, text: str) -> None:
    (ca.folder / "revoked.toml").write_text(text)
    with pytest.raises(ConfigError) as told:
        ca.revoked("issuing")
    assert told.value.code == "ML-C102"


def test_who_cannot_issue(ca: CaFolder, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as nobody:
        CaFolder(tmp_path / "empty").issuers()
    assert nobody.value.code == "ML-C181"
    (ca.folder / "issuing.key.pem").write_bytes(b"damaged")
    with pytest.raises(CertificateError) as damaged:
        ca.write_crl(ca.issuers()[0], NOW, NOW + dt.timedelta(hours=1))
    assert damaged.value.code == "ML-K002"
