from __future__ import annotations

from pathlib import Path

import pytest

from meldingsloft.adapters.register import FolderRegister
from tests.contract.register_contract import RegisterContract, WritableRegister
from tests.fakes.register import FakeRegister


class TestFakeRegister(RegisterContract):
    @pytest.fixture
    def register(self) -> WritableRegister:
        return FakeRegister()


class TestFolderRegister(RegisterContract):
    @pytest.fixture
    def register(self, tmp_path: Path) -> WritableRegister:
        return FolderRegister(tmp_path / "register")
