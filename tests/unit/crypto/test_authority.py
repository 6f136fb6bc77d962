from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from meldingsloft.adapters.test_ca import TestCa
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.crypto.trust import judge
from meldingsloft.domain.errors import CertificateError, MailboxError
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import Organisation
from tests.unit.crypto.identities import NOW

OFFICE = Organisation("Kristiansund legesenter", HerId("100001"), "999888777")
YEAR = dt.timedelta(days=365)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestCa:
    return TestCa.open(tmp_path_factory.mktemp("network") / "ca", NOW)


def test_it_issues_what_a_virksomhet_gets(authority: TestCa) -> None:
    signing, encryption = (authority.issue(OFFICE, purpose, NOW) for purpose in ("sign", "encrypt"))
    facts, other = read_certificate(signing.certificate), read_certificate(encryption.certificate)
    assert facts.key_usages == {"nonRepudiation"}
    assert other.key_usages == {"digitalSignature", "keyEncipherment", "dataEncipherment"}
    assert facts.org_number == other.org_number == "999888777"
    assert (
        facts.subject
        == "CN=Kristiansund legesenter,serialNumber=999888777,organizationIdentifier=NTRNO-999888777,O=Kristiansund legesenter,C=NO"
    )
    assert facts.policies == ("2.16.578.1.26.1.0.3.2",)
    assert facts.not_before < NOW < facts.not_after
    assert facts.serial != other.serial
    assert SoftwareKey.from_pem(signing.key_pem, signing.certificate).sign(b"x", "sha256")


def test_its_certificates_are_trusted_through_its_root(authority: TestCa) -> None:
    leaf = authority.issue(OFFICE, "sign", NOW).certificate
    roots, between = authority.roots(), authority.intermediates()
    assert judge(leaf, purpose="signing", at=NOW, roots=roots, intermediates=between) == "trusted"
    assert judge(leaf, purpose="signing", at=NOW, roots=roots) == "unknown-issuer"
    assert judge(leaf, purpose="encryption", at=NOW, roots=roots, intermediates=between) == "wrong-usage"
    assert judge(leaf, purpose="signing", at=NOW + 4 * YEAR, roots=roots, intermediates=between) == "expired"
    assert judge(leaf, purpose="signing", at=NOW - 2 * YEAR, roots=roots, intermediates=between) == "not-yet-valid"


def test_validity_can_be_given(authority: TestCa) -> None:
    leaf = authority.issue(OFFICE, "sign", NOW, not_before=NOW - YEAR, not_after=NOW - YEAR / 2).certificate
    facts = read_certificate(leaf)
    assert (facts.not_before, facts.not_after) == (NOW - YEAR, NOW - YEAR / 2)


def test_odd_names_fit(authority: TestCa) -> None:
    for name, number in (("Å" * 200, ""), ("  ", "999888777")):
        facts = read_certificate(authority.issue(Organisation(name, HerId("1"), number), "sign", NOW).certificate)
        assert facts.org_number == (number or None)


def test_it_is_made_once_and_its_keys_are_its_owners(tmp_path: Path) -> None:
    first = TestCa.open(tmp_path / "ca", NOW).roots()
    assert TestCa.open(tmp_path / "ca", NOW + YEAR).roots() == first
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "ca").iterdir()}
    assert modes["root.key.pem"] == modes["issuing.key.pem"] == 0o600
    assert modes["root.cert.pem"] == 0o644


def test_a_founding_that_was_cut_off_is_repeated(tmp_path: Path) -> None:
    TestCa.open(tmp_path, NOW)
    (tmp_path / "issuing.cert.pem").unlink()
    again = TestCa.open(tmp_path, NOW)
    leaf = again.issue(OFFICE, "sign", NOW).certificate
    assert judge(leaf, purpose="signing", at=NOW, roots=again.roots(), intermediates=again.intermediates()) == "trusted"


def test_several_processes_found_one_authority(tmp_path: Path) -> None:
    code = (
        "import sys, datetime as dt, hashlib; from pathlib import Path; from meldingsloft.adapters.test_ca import TestCa\n"
        "ca = TestCa.open(Path(sys.argv[1]), dt.datetime(2026, 3, 2, tzinfo=dt.UTC))\n"
        "print(hashlib.sha256(ca.roots()[0] + ca.intermediates()[0]).hexdigest())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "ca")], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = [process.communicate(timeout=60)[0] for process in started]
    assert len(set(told)) == 1
    assert len(told[0].strip()) == 64


def test_damage_is_told(tmp_path: Path) -> None:
    TestCa.open(tmp_path, NOW)
    (tmp_path / "issuing.key.pem").write_bytes(b"garbage")
    with pytest.raises(CertificateError) as refused:
        TestCa(tmp_path).issue(OFFICE, "sign", NOW)
    assert (refused.value.code, refused.value.where) == ("ML-K002", str(tmp_path / "issuing.key.pem"))
    elliptic = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "issuing.key.pem").write_bytes(elliptic)
    with pytest.raises(CertificateError):
        TestCa(tmp_path).issue(OFFICE, "sign", NOW)
    (tmp_path / "root.cert.pem").write_bytes(b"garbage")
    with pytest.raises(CertificateError):
        TestCa(tmp_path).roots()
    with pytest.raises(MailboxError):
        TestCa(tmp_path / "nowhere").roots()
    (tmp_path / "new" / ".lock").mkdir(parents=True)
    with pytest.raises(MailboxError):
        TestCa.open(tmp_path / "new", NOW)
