"""The files of one workspace: kept mails, what failed, and the folders shared with the fagsystem.

``archive/sent/<day>/<hour>/`` and ``archive/received/<day>/<hour>/`` hold every mail as it was; the hour is that of the mail's own
Date, or of the seconds that its file name begins with, so that one mail always has one path and mails of one batch share a folder.
Mails without such a time lie in 256 folders by the beginning of their identifier. ``failed/`` holds what could not be handled, with
its reason beside it; ``fagsystem/<her-id>/inn/`` received messages, ``fagsystem/<her-id>/ut/`` what the fagsystem wants sent. Both
sides write aside and rename.

File names come from identifiers of ours or of a partner. A UUID passes; anything else could be a path or hold a person's
number, so it is replaced by its SHA-256. Files are readable for their owner alone.
"""
# ruff: noqa: PTH100, PTH112, PTH113, PTH116, PTH118, PTH120, PTH122, PTH202, PTH208 - os functions cost half of what Path objects do here

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from meldingsloft.adapters.durable import (
    Unsynced,
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

_SECONDS = re.compile(r"([0-9]{9,10})[^0-9]")
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_DATE = re.compile(
    rb"^Date: (?:[A-Z][a-z]{2}, )?([0-9]{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([0-9]{4}) ([0-9]{2}):",
    re.MULTILINE,
)
_HEAD_BYTES = 4096


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
        self.touched = Unsynced()
        """What ``sync`` will make durable; mailboxes may share it (``before_commit``)."""
        self._made: set[str] = set()

    def archive_sent(self, message_id: str, mail: bytes) -> str:
        """Keep an outgoing mail; the same id and bytes again change nothing, other bytes get a name of their own."""
        stem = safe_stem(message_id)
        shard = f"archive/sent/{_hour_of_mail(mail) or stem[:2].lower()}"
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
        create_durable(absolute, mail, unsynced=self.touched)
        self.touched.touch(f"{self.folder}/{shard}")
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
        """``archive/received/<day>/<hour>/<id>-<of the mail name>.eml``."""
        mark = _digest(mail_name)[:16]
        stem = safe_stem(message_id) if message_id else mark
        return f"archive/received/{_hour_of_name(mail_name) or stem[:2].lower()}/{stem}-{mark}.eml"

    def failed_path(self, mail_name: str) -> str:
        """``failed/<of the mail name>.eml``."""
        return f"failed/{_digest(mail_name)[:32]}.eml"

    def write_reason(self, failed_path: str, reason: Mapping[str, str]) -> None:
        """``<failed_path>.reason.json``: one JSON object, UTF-8, keys sorted."""
        self._folder(os.path.dirname(failed_path))
        text = json.dumps(dict(reason), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        data = text.encode("utf-8", "backslashreplace")  # the name of a foreign file may be no UTF-8
        write_file(f"{self.absolute(failed_path)}.reason.json", data, folders=self.touched)

    def absolute(self, path: str) -> str:
        """The absolute path of a relative one."""
        return os.path.join(self.folder, path)

    def stage_incoming(self, her_id: HerId, name: str, files: Mapping[str, bytes]) -> None:
        """Make the files of one received message durable as ``.staged/<name>~<file>``, in place of what was staged before."""
        inbox, staged = (self._make(folder) for folder in self._of_fagsystem(her_id))
        mode = os.stat(inbox).st_mode & 0o666
        stem = safe_stem(name)
        wanted = {f"{stem}~{safe_file_name(file)}": data for file, data in files.items()}
        for stale in set(_beginning_with(staged, f"{stem}~")) - wanted.keys():
            unlink(f"{staged}/{stale}")
        for file, data in wanted.items():
            create_durable(f"{staged}/{file}", data, mode, unsynced=self.touched)
        self.touched.touch(staged)

    def publish_incoming(self, her_id: HerId, name: str, files: Sequence[str]) -> bool:
        """Rename each staged file into ``inn/``, the message (first of ``files``) last; False when that had been done.

        A different file that lies in ``inn/`` under the same name is not replaced: the new one gets ``-2``, ``-3`` …
        """
        inbox, staged = self._of_fagsystem(her_id)
        if staged not in self._made and not os.path.isdir(staged):
            return False
        stem, published = safe_stem(name), False
        for file in (*files[1:], *files[:1]):
            safe = safe_file_name(file)
            source = f"{staged}/{stem}~{safe}"
            published = rename_if_there(source, _free(f"{inbox}/{safe}", source))
        self.touched.touch(inbox)
        self.touched.touch(staged)
        return published

    def discard_incoming(self, her_id: HerId, name: str) -> None:
        """Take back what was staged; nothing happens when it is gone."""
        _, staged = self._of_fagsystem(her_id)
        for file in _beginning_with(staged, f"{safe_stem(name)}~"):
            unlink(f"{staged}/{file}")

    def sync(self) -> None:
        """Make names in all folders that changed durable."""
        self.touched.sync()

    def _of_fagsystem(self, her_id: HerId) -> tuple[str, str]:
        """``inn`` of a party and the folder where files for it are staged."""
        if not is_her_id(her_id):
            raise MailboxError(
                "ML-P015",
                "this is no HER-id and cannot be a folder of the fagsystem",
                hint="a HER-id is one to twelve digits",
            )
        return f"{self.folder}/fagsystem/{her_id}/inn", f"{self.folder}/fagsystem/{her_id}/.staged"

    def _folder(self, path: str) -> str:
        return self._make(f"{self.folder}/{path}")

    def _make(self, folder: str) -> str:
        if folder not in self._made:
            make_folder(folder, folders=self.touched)
            self._made.add(folder)
        return folder


def _hour_of_name(mail_name: str) -> str:
    """``2026-03-02/10`` of a name that begins with seconds since 1970 (the Maildir habit), empty for others."""
    found = _SECONDS.match(mail_name)
    return _hour(int(found[1]) // 3600) if found else ""


@functools.lru_cache(maxsize=64)
def _hour(hours: int) -> str:
    """``2026-03-02/10`` of the hours since 1970."""
    return time.strftime("%Y-%m-%d/%H", time.gmtime(hours * 3600))


def _hour_of_mail(mail: bytes) -> str:
    """``2026-03-02/10`` of a mail's Date as it stands there, empty when there is none."""
    found = _DATE.search(mail, 0, _HEAD_BYTES)
    if found is None:
        return ""
    day, month, year, hour = (part.decode("ascii") for part in found.groups())
    return f"{year}-{_MONTHS.index(month) // 3 + 1:02}-{int(day):02}/{hour}"


def _beginning_with(folder: str, prefix: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name.startswith(prefix)]
    except FileNotFoundError:
        return []
    except OSError as fault:
        raise trouble(fault, folder, "list") from None


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
