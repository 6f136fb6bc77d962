"""Towns for the tests. Making RSA keys is slow, so a founded town is made once a process and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from meldingsloft.adapters.workspace_file import Workspace
from tests.road.town import Town, two_houses


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = two_houses(tmp_path_factory.mktemp("town"))
    for server in town.servers.values():
        server.journal.close()  # type: ignore[attr-defined]
    return town


@pytest.fixture
def town(founded: Town, tmp_path: Path) -> Town:
    """A hospital and a municipality, each with one party, nothing sent yet."""
    shutil.copytree(founded.folder, tmp_path / "town")
    copied = Town(tmp_path / "town")
    for name in founded.workspaces:
        copied.workspaces[name] = Workspace.load(tmp_path / "town" / name)
        copied.open(name)
    return copied
