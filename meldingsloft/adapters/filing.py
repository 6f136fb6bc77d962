"""The files of one workspace: kept mails, what failed, and the folders shared with the fagsystem.

``archive/sent/<aa>/`` and ``archive/received/<aa>/`` hold every mail as it was (``aa``: the beginning of its identifier, so
that no folder grows huge); ``failed/`` what could not be handled, with its reason beside it; ``fagsystem/<her-id>/inn/``
received messages, ``fagsystem/<her-id>/ut/`` what the fagsystem wants sent. Both sides write aside and rename.

File names come from identifiers of ours or of a partner. A UUID passes; anything else could be a path or hold a person's
number, so it is replaced by its SHA-256. Files are readable for their owner alone.
"""
# ruff: noqa: PTH100, PTH106, PTH112, PTH113, PTH116, PTH118, PTH120, PTH122, PTH202, PTH208 - os functions cost half of what Path objects do here

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from meldingsloft.adapters.durable import (
    DirtyFolders,
    create_durable,
    make_folder,
    read_file,
    rename_if_there,
    trouble,
    unlink,
    write_file,
)
from meldingsloft.domain.errors import MailboxError
from meldingsloft.domain.identifiers import HerId, is_her_id, is_uuid

_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_SAFE_FILE = re.compile(rf"(?:{_UUID}|[0-9a-f]{{32,64}})(?:[-_][0-9A-Za-z_-]{{1,40}})?(?:\.[0-9A-Za-z]{{1,12}}){{0,2}}")
_SUFFIX = re.compile(r"\.[0-9A-Za-z]{1,12}\Z")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def safe_stem(identifier: str) -> str:
    """A file name stem for an identifier: a UUID as it is, else 32 hexadecimal digits of its SHA-256."""
    return identifier if is_uuid(identifier) else _digest(identifier)[:32]


def safe_file_name(name: str) -> str:
    """A file name that begins with a UUID (or our own digest) as it is; else one made from its SHA-256, suffix kept."""
    if _SAFE_FILE.fullmatch(name):
        return name
    suffix = _SUFFIX.search(name)
    return _digest(name)[:32] + (suffix[0].lower() if suffix else "")


class WorkspaceFiling:
    """``ports.Filing`` in a workspace folder. Kept and staged files are durable once ``sync`` has been called."""

    def __init__(self, folder: Path) -> None:
        self.folder = os.path.abspath(folder)
        self.touched = DirtyFolders()
        """What ``sync`` will make durable; mailboxes may share it (``before_commit``)."""
        self._made: set[str] = set()

    def archive_sent(self, message_id: str, mail: bytes) -> str:
        """Keep an outgoing mail; the same id and bytes again change nothing, other bytes get a name of their own."""
        stem = safe_stem(message_id)
        shard = f"archive/sent/{stem[:2].lower()}"
        path = f"{shard}/{stem}.eml"
        if not self._keep(shard, path, mail):
            path = f"{shard}/{stem}~{hashlib.sha256(mail).hexdigest()[:32]}.eml"
            self._keep(shard, path, mail)
        return path

    def _keep(self, shard: str, path: str, mail: bytes) -> bool:
        """True when the file holds these bytes afterwards."""
        absolute = f"{self.folder}/{path}"
        self._folder(shard)
        if os.path.lexists(absolute):
            return read_file(absolute) == mail
        write_file(absolute, mail, folders=self.touched)
        return True

    def read(self, path: str) -> bytes:
        """The bytes of a kept file.

        Raises:
            MailboxError: ``ML-P013`` when it is gone, ``ML-P014`` for a path that leads out of the workspace.
        """
        absolute = self.absolute(path)
        if os.path.commonpath((os.path.normpath(absolute), self.folder)) != self.folder:
            raise MailboxError(
                "ML-P014",
                "the path leads out of the workspace",
                hint="the journal was changed by hand; restore it from a backup",
            )
        try:
            return read_file(absolute)
        except MailboxError as error:
            if error.code != "ML-P001":
                raise
            raise MailboxError(
                "ML-P013",
                "a kept file is gone",
                hint="restore it from a backup; nothing of meldingsloft removes it",
                where=path,
            ) from None

    def received_path(self, message_id: str, mail_name: str) -> str:
        """``archive/received/<aa>/<id>-<of the mail name>.eml``."""
        mark = _digest(mail_name)[:16]
        stem = safe_stem(message_id) if message_id else mark
        return f"archive/received/{stem[:2].lower()}/{stem}-{mark}.eml"

    def failed_path(self, mail_name: str) -> str:
        """``failed/<of the mail name>.eml``."""
        return f"failed/{_digest(mail_name)[:32]}.eml"

    def write_reason(self, failed_path: str, reason: Mapping[str, str]) -> None:
        """``<failed_path>.reason.json``: one JSON object, UTF-8, keys sorted."""
        self._folder(os.path.dirname(failed_path))
        text = json.dumps(dict(reason), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        write_file(f"{self.absolute(failed_path)}.reason.json", text.encode(), folders=self.touched)

    def absolute(self, path: str) -> str:
        """The absolute path of a relative one."""
        return os.path.join(self.folder, path)

    def stage_incoming(self, her_id: HerId, name: str, files: Mapping[str, bytes]) -> None:
        """Make the files of one received message durable in ``.staged/<name>/``, in place of what was staged before."""
        folder = self._staged(her_id, name)
        inbox = self._folder(f"fagsystem/{her_id}/inn")
        mode = os.stat(inbox).st_mode & 0o666
        wanted = {safe_file_name(file): data for file, data in files.items()}
        if os.path.isdir(folder):
            for stale in set(os.listdir(folder)) - set(wanted):
                unlink(f"{folder}/{stale}")
        else:
            self._make(folder)
        for file, data in wanted.items():
            create_durable(f"{folder}/{file}", data, mode)
        self.touched.touch(folder)

    def publish_incoming(self, her_id: HerId, name: str, files: Sequence[str]) -> bool:
        """Rename each staged file into ``inn/``, the message (first of ``files``) last; False when that had been done.

        A different file that lies in ``inn/`` under the same name is not replaced: the new one gets ``-2``, ``-3`` …
        """
        staged = self._staged(her_id, name)
        inbox = self._folder(f"fagsystem/{her_id}/inn")
        published = False
        for file in (*files[1:], *files[:1]):
            safe = safe_file_name(file)
            published = rename_if_there(f"{staged}/{safe}", _free(f"{inbox}/{safe}", f"{staged}/{safe}"))
        self.touched.touch(inbox)
        with contextlib.suppress(OSError):
            os.rmdir(staged)
        self.touched.touch(os.path.dirname(staged))
        return published

    def discard_incoming(self, her_id: HerId, name: str) -> None:
        """Take back what was staged; nothing happens when it is gone."""
        staged = self._staged(her_id, name)
        try:
            names = os.listdir(staged)
        except FileNotFoundError:
            return
        except OSError as fault:
            raise trouble(fault, staged, "take back") from None
        for file in names:
            unlink(f"{staged}/{file}")
        with contextlib.suppress(OSError):
            os.rmdir(staged)

    def sync(self) -> None:
        """Make names in all folders that changed durable."""
        self.touched.sync()

    def _staged(self, her_id: HerId, name: str) -> str:
        if not is_her_id(her_id):
            raise MailboxError(
                "ML-P015",
                "this is no HER-id and cannot be a folder of the fagsystem",
                hint="a HER-id is one to twelve digits",
            )
        return f"{self.folder}/fagsystem/{her_id}/.staged/{safe_stem(name)}"

    def _folder(self, path: str) -> str:
        return self._make(f"{self.folder}/{path}")

    def _make(self, folder: str) -> str:
        if folder not in self._made:
            make_folder(folder, folders=self.touched)
            if "/.staged/" not in folder:
                self._made.add(folder)
        return folder


def _free(target: str, source: str) -> str:
    """``target``, or a name beside it when a file with other bytes lies there."""
    stem, suffix = os.path.splitext(target)
    number = 1
    candidate = target
    while os.path.lexists(candidate) and os.path.lexists(source) and not _equal(candidate, source):
        number += 1
        candidate = f"{stem}-{number}{suffix}"
    return candidate


def _equal(one: str, other: str) -> bool:
    return os.path.isfile(one) and os.path.getsize(one) == os.path.getsize(other) and read_file(one) == read_file(other)
