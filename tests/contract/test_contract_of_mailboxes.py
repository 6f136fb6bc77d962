from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from meldingsloft.adapters.durable import Unsynced
from meldingsloft.adapters.maildir import NetworkMailboxes, create_mailbox
from meldingsloft.ports import Mailboxes
from tests.contract.mailboxes_contract import HERE, OTHER, MailboxesContract
from tests.fakes.mailboxes import FakeMailboxes


class TestFakeMailboxes(MailboxesContract):
    @pytest.fixture
    def boxes(self) -> Mailboxes:
        kept: dict[str, bytes] = {}
        made = FakeMailboxes(HERE, OTHER, keep=lambda path, mail: (kept.setdefault(path, mail), None)[1])
        made.kept = kept
        return made

    def kept(self, boxes: Mailboxes, path: str) -> bytes | None:
        return cast("FakeMailboxes", boxes).kept.get(path)


class TestFolderMailboxes(MailboxesContract):
    @pytest.fixture
    def boxes(self, tmp_path: Path) -> Mailboxes:
        for address in (HERE, OTHER):
            create_mailbox(tmp_path / "net", address)
        return NetworkMailboxes(tmp_path / "net", workspace=tmp_path / "ws")

    def kept(self, boxes: Mailboxes, path: str) -> bytes | None:
        return (Path(cast("NetworkMailboxes", boxes).workspace) / path).read_bytes()


class TestBatchedFolderMailboxes(TestFolderMailboxes):
    """With folders synchronised by the owner of the promise."""

    @pytest.fixture
    def boxes(self, tmp_path: Path) -> Mailboxes:
        for address in (HERE, OTHER):
            create_mailbox(tmp_path / "net", address)
        return NetworkMailboxes(tmp_path / "net", workspace=tmp_path / "ws", before_commit=Unsynced())
