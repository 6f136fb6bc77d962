from __future__ import annotations

import datetime as dt
import hashlib
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from meldingsloft.adapters.key_store import WorkspaceKeys
from meldingsloft.adapters.test_ca import Issued, TestCa
from meldingsloft.crypto import keys as crypto_keys
from meldingsloft.domain.errors import CertificateError, ConfigError
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import Organisation
from tests.fakes.chance import NOON, FakeClock

HER, OTHER = HerId("1002"), HerId("1003")
PARENT = Organisation("Fjordsykehuset HF", HerId("1001"), "999999990")
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Issued]:
    authority = TestCa.open(tmp_path_factory.mktemp("ca"), NOON)
    return {
        "now": authority.issue(PARENT, "sign", NOON, not_before=NOON - 100 * DAY, not_after=NOON + 10 * DAY),
        "soon": authority.issue(PARENT, "sign", NOON, not_before=NOON + 5 * DAY, not_after=NOON + 100 * DAY),
    }


@pytest.fixture
def keys(tmp_path: Path, pairs: dict[str, Issued]) -> WorkspaceKeys:
    made = WorkspaceKeys(tmp_path, FakeClock())
    for pair in pairs.values():
        made.add(HER, "sign", pair.key_pem, pair.certificate)
    return made


def test_keys_are_private_and_named_by_serial_number(keys: WorkspaceKeys, tmp_path: Path) -> None:
    paths = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert {stat.S_IMODE(p.stat().st_mode) for p in paths} == {0o600}
    assert stat.S_IMODE((tmp_path / HER).stat().st_mode) == 0o700
    assert len([p for p in paths if p.name.startswith("sign-") and p.name.endswith((".key.pem", ".cert.pem"))]) == 4


def test_the_newest_key_in_force_signs(keys: WorkspaceKeys, tmp_path: Path, pairs: dict[str, Issued]) -> None:
    assert keys.signing_key(HER).certificate == pairs["now"].certificate
    later = WorkspaceKeys(tmp_path, FakeClock(NOON + 6 * DAY))
    assert later.signing_key(HER).certificate == pairs["soon"].certificate
    never = WorkspaceKeys(tmp_path, FakeClock(NOON + 900 * DAY))
    assert never.signing_key(HER).certificate == pairs["soon"].certificate


def test_the_numbers_are_checked_once_and_then_remembered(
    keys: WorkspaceKeys, tmp_path: Path, pairs: dict[str, Issued], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    real = load_pem_private_key

    def spy(data: bytes, password: bytes | None, *, unsafe_skip_rsa_key_validation: bool) -> object:
        asked.append(unsafe_skip_rsa_key_validation)
        return real(data, password, unsafe_skip_rsa_key_validation=unsafe_skip_rsa_key_validation)

    monkeypatch.setattr(crypto_keys, "load_pem_private_key", spy)
    keys.signing_key(HER).sign(b"", "sha256")
    keys.signing_key(HER).sign(b"", "sha256")
    WorkspaceKeys(tmp_path, FakeClock()).signing_key(HER).sign(b"", "sha256")
    assert asked == [False, True]
    assert (tmp_path / "checked").read_text().split() == [hashlib.sha256(pairs["now"].key_pem).hexdigest()]


def test_nothing_is_loaded_before_it_is_used(tmp_path: Path, pairs: dict[str, Issued]) -> None:
    keys = WorkspaceKeys(tmp_path, FakeClock())
    path = keys.add(HER, "sign", b"no key at all", pairs["now"].certificate)
    key = keys.signing_key(HER)
    with pytest.raises(CertificateError) as caught:
        key.sign(b"", "sha256")
    assert (caught.value.code, caught.value.where) == ("ML-K002", str(path))
    assert not (tmp_path / "checked").exists()


def test_a_key_of_another_certificate_is_refused(tmp_path: Path, pairs: dict[str, Issued]) -> None:
    keys = WorkspaceKeys(tmp_path, FakeClock())
    keys.add(HER, "sign", pairs["soon"].key_pem, pairs["now"].certificate)
    with pytest.raises(CertificateError) as caught:
        keys.signing_key(HER).sign(b"", "sha256")
    assert caught.value.code == "ML-K004"


def test_a_key_is_never_replaced(keys: WorkspaceKeys, pairs: dict[str, Issued]) -> None:
    keys.add(HER, "sign", pairs["now"].key_pem, pairs["now"].certificate)
    with pytest.raises(ConfigError) as caught:
        keys.add(HER, "sign", pairs["soon"].key_pem, pairs["now"].certificate)
    assert caught.value.code == "ML-C122"


def test_a_key_that_is_added_meanwhile_is_found(
    keys: WorkspaceKeys, tmp_path: Path, pairs: dict[str, Issued], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.decryption_keys() == ()
    WorkspaceKeys(tmp_path).add(OTHER, "encrypt", pairs["now"].key_pem, pairs["now"].certificate)
    monkeypatch.setattr("meldingsloft.adapters.key_store._FRESH_SECONDS", 0.0)
    assert [key.certificate for key in keys.decryption_keys()] == [pairs["now"].certificate]
    assert [(k.her_id, k.purpose) for k in keys.stored()] == [(HER, "sign"), (HER, "sign"), (OTHER, "encrypt")]


def test_a_certificate_without_its_key_is_told(keys: WorkspaceKeys, tmp_path: Path) -> None:
    next((tmp_path / HER).glob("*.key.pem")).unlink()
    with pytest.raises(ConfigError) as caught:
        WorkspaceKeys(tmp_path).stored()
    assert caught.value.code == "ML-C121"


def test_a_damaged_certificate_is_told(keys: WorkspaceKeys, tmp_path: Path) -> None:
    from meldingsloft.adapters.register import pem_of_certificates

    path = next((tmp_path / HER).glob("*.cert.pem"))
    path.write_bytes(pem_of_certificates([b"no certificate"]))
    with pytest.raises(ConfigError) as caught:
        WorkspaceKeys(tmp_path).stored()
    assert (caught.value.code, caught.value.where) == ("ML-C103", str(path))


def test_an_empty_folder_has_no_keys(tmp_path: Path) -> None:
    assert WorkspaceKeys(tmp_path / "none").stored() == []


def test_a_memory_that_cannot_be_written_is_no_trouble(keys: WorkspaceKeys, tmp_path: Path) -> None:
    (tmp_path / "checked").mkdir()
    keys.signing_key(HER).sign(b"", "sha256")
