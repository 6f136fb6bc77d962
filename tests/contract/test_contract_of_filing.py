from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from meldingsloft.adapters.filing import WorkspaceFiling
from meldingsloft.ports import Filing
from tests.contract.filing_contract import HER, FilingContract
from tests.fakes.filing import FakeFiling


class TestFakeFiling(FilingContract):
    @pytest.fixture
    def filing(self) -> Filing:
        return FakeFiling()

    def inbox(self, filing: Filing) -> dict[str, bytes]:
        start = f"fagsystem/{HER}/inn/"
        return {
            p.removeprefix(start): data for p, data in cast("FakeFiling", filing).files.items() if p.startswith(start)
        }


class TestWorkspaceFiling(FilingContract):
    @pytest.fixture
    def filing(self, tmp_path: Path) -> Filing:
        return WorkspaceFiling(tmp_path)

    def inbox(self, filing: Filing) -> dict[str, bytes]:
        folder = Path(filing.absolute(f"fagsystem/{HER}/inn"))
        return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.exists() else {}
