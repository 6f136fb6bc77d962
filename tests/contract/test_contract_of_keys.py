from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from meldingsloft.adapters.key_store import WorkspaceKeys
from meldingsloft.adapters.test_ca import Issued, TestCa
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import Organisation
from meldingsloft.ports import Keys
from tests.contract.keys_contract import HER, KeysContract
from tests.fakes.chance import NOON, FakeClock
from tests.fakes.keys import FakeKeys

PARENT = Organisation("Fjordsykehuset HF", HerId("1001"), "999999990")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Issued]:
    authority = TestCa.open(tmp_path_factory.mktemp("ca"), NOON)
    old = NOON - dt.timedelta(days=500)
    return {
        "sign": authority.issue(PARENT, "sign", NOON),
        "retired": authority.issue(PARENT, "encrypt", NOON, not_before=old, not_after=NOON - dt.timedelta(days=1)),
        "encrypt": authority.issue(PARENT, "encrypt", NOON),
    }


class TestFakeKeys(KeysContract):
    @pytest.fixture
    def keys(self, pairs: dict[str, Issued]) -> Keys:
        made = {name: SoftwareKey.from_pem(pair.key_pem, pair.certificate) for name, pair in pairs.items()}
        return FakeKeys({HER: made["sign"]}, [made["encrypt"], made["retired"]])


class TestWorkspaceKeys(KeysContract):
    @pytest.fixture
    def keys(self, pairs: dict[str, Issued], tmp_path: Path) -> Keys:
        made = WorkspaceKeys(tmp_path, FakeClock())
        for name, pair in pairs.items():
            made.add(HER, "sign" if name == "sign" else "encrypt", pair.key_pem, pair.certificate)
        return WorkspaceKeys(tmp_path, FakeClock())
