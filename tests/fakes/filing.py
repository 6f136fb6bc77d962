"""The files of a workspace in memory; keeps the contract of ``ports.Filing``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from meldingsloft.domain.errors import MailboxError
from meldingsloft.domain.identifiers import HerId


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


class FakeFiling:
    """``files`` maps relative paths to bytes; ``staged`` what no fagsystem can see yet."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.staged: dict[tuple[str, str], dict[str, bytes]] = {}
        self.syncs = 0

    def keep(self, path: str, mail: bytes) -> None:
        """For ``FakeMailboxes(keep=…)``."""
        self.files.setdefault(path, mail)

    def archive_sent(self, message_id: str, mail: bytes) -> str:
        path = f"archive/sent/{_mark(message_id)}.eml"
        if self.files.get(path, mail) != mail:
            path = f"archive/sent/{_mark(message_id)}~{hashlib.sha256(mail).hexdigest()}.eml"
        self.files[path] = mail
        return path

    def read(self, path: str) -> bytes:
        if ".." in path.split("/") or path.startswith("/"):
            raise MailboxError("ML-P014", "the path leads out of the workspace")
        if path not in self.files:
            raise MailboxError("ML-P013", "a kept file is gone", where=path)
        return self.files[path]

    def received_path(self, message_id: str, mail_name: str) -> str:
        return f"archive/received/{_mark(message_id)}-{_mark(mail_name)}.eml"

    def failed_path(self, mail_name: str) -> str:
        return f"failed/{_mark(mail_name)}.eml"

    def write_reason(self, failed_path: str, reason: Mapping[str, str]) -> None:
        self.files[f"{failed_path}.reason.json"] = json.dumps(dict(reason)).encode()

    def absolute(self, path: str) -> str:
        return f"/fake/{path}"

    def stage_incoming(self, her_id: HerId, name: str, files: Mapping[str, bytes]) -> None:
        self.staged[her_id, name] = dict(files)

    def publish_incoming(self, her_id: HerId, name: str, files: Sequence[str]) -> bool:
        staged = self.staged.get((her_id, name), {})
        published = bool(files) and files[0] in staged
        for file in files:
            if file in staged:
                data = staged.pop(file)
                self.files[self._free(f"fagsystem/{her_id}/inn/{file}", data)] = data
        return published

    def _free(self, path: str, data: bytes) -> str:
        stem, dot, suffix = path.rpartition(".")
        number, candidate = 1, path
        while self.files.get(candidate, data) != data:
            number += 1
            candidate = f"{stem}-{number}{dot}{suffix}"
        return candidate

    def discard_incoming(self, her_id: HerId, name: str) -> None:
        self.staged.pop((her_id, name), None)

    def sync(self) -> None:
        self.syncs += 1
