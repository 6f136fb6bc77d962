"""The network's mailboxes: one Maildir for each EDI address, shared with other processes, machines and mail servers.

*mailbox*: a folder named as the EDI address, holding ``tmp``, ``new`` and ``cur``. *mail*: one file, a complete internet mail.
*claim*: an exclusive ``flock`` on the mail file itself; the operating system ends it with the process that holds it.
Dot files, folders, symbolic links and everything else that is no ordinary file are not mails.
Source: the Maildir format; HIS 1037 §5.1 (SMTP); HITS 1172 §4.2.
"""
# ruff: noqa: PTH112, PTH116, PTH118 - os functions cost half of what Path objects do here

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path

from meldingsloft.adapters.durable import (
    Unsynced,
    create_durable,
    link_or_copy,
    make_folder,
    pieces_of,
    read_handle,
    rename_if_there,
    sync_folder,
    trouble,
    unlink,
)
from meldingsloft.domain.errors import MailboxError

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.!#$%&'*+=?^`{|}~@-]{0,199}")
_NAME = re.compile(r"[^./\x00][^/\x00]{0,250}")
_NOT_THERE = (errno.ENOENT, errno.ELOOP, errno.ENXIO, errno.EISDIR)
SUBFOLDERS = ("tmp", "new", "cur")


def mailbox_name(edi_address: str) -> str:
    """The folder name of an EDI address: the address itself, without ``mailto:``.

    Raises:
        MailboxError: ``ML-P011``, it cannot be the name of one folder.
    """
    name = edi_address.removeprefix("mailto:")
    if not _ADDRESS.fullmatch(name):
        raise MailboxError(
            "ML-P011",
            "the EDI address cannot be the name of a mailbox",
            hint="letters, digits and ordinary signs only, as in name@edi.example.no",
        )
    return name


def create_mailbox(folder: Path, edi_address: str) -> Path:
    """The mailbox of an address below ``folder``, made with its three folders where they are missing.

    Raises:
        MailboxError: ``ML-P0…``.
    """
    box = folder / mailbox_name(edi_address)
    for name in SUBFOLDERS:
        make_folder(box / name)
    return box


class _Mailbox:
    """Paths of one Maildir, and the rights that files in it get (those of its ``new`` folder)."""

    __slots__ = ("cur", "mode", "new", "tmp")

    def __init__(self, folder: str) -> None:
        self.tmp, self.new, self.cur = (os.path.join(folder, name) for name in SUBFOLDERS)
        self.mode = os.stat(self.new).st_mode & 0o666
        if not (os.path.isdir(self.tmp) and os.path.isdir(self.cur)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


class MailClaim:
    """``ports.Claim`` on one open, locked file."""

    __slots__ = ("_handle", "_inbox", "_mailboxes", "_path", "_status", "name", "size")

    def __init__(self, mailboxes: NetworkMailboxes, handle: int, inbox: str, name: str, status: os.stat_result) -> None:
        self._mailboxes = mailboxes
        self._handle = handle
        self._inbox = inbox
        self._path = f"{inbox}/{name}"
        self._status = status
        self.name = name
        self.size: int = status.st_size

    def read(self) -> bytes:
        """The whole mail, at most ``size`` bytes."""
        return self.read_head(self.size)

    def read_head(self, size: int) -> bytes:
        """The first ``size`` bytes."""
        try:
            return read_handle(self._handle, min(size, self.size))
        except OSError as fault:
            raise trouble(fault, self._path, "read the mail") from None

    def keep(self, path: str) -> None:
        """Put the original at ``path`` in the workspace; a different mail that lies there already is left in peace.

        The second of two different mails with one path (a sender that uses a mail name again) goes to
        ``<path>~<first 12 of its SHA-256>``. The folder is synchronised at once, or by the owner of ``before_commit``.
        """
        target = f"{self._mailboxes.workspace}/{path}"
        folder = target.rpartition("/")[0]
        self._mailboxes.ensure_folder(folder)
        try:
            self._keep_at(target)
        except FileExistsError:
            digest = hashlib.sha256()
            for piece in pieces_of(self._handle):
                digest.update(piece)
            with contextlib.suppress(FileExistsError):
                self._keep_at(f"{target}~{digest.hexdigest()[:12]}")
        self._mailboxes.settle(folder)

    def _keep_at(self, target: str) -> None:
        try:
            link_or_copy(self._path, self._handle, target, may_link=self._only_ours())
        except FileExistsError:
            if not self._is_kept_at(target):
                raise
        except OSError as fault:
            raise trouble(fault, target, "keep the mail") from None

    def _only_ours(self) -> bool:
        """Nobody else can write to the file through another name or as its owner."""
        return self._status.st_nlink == 1 and self._status.st_uid == self._mailboxes.user

    def _is_kept_at(self, target: str) -> bool:
        kept = os.lstat(target)
        if kept.st_ino == self._status.st_ino and kept.st_dev == self._status.st_dev:
            return True
        if not stat.S_ISREG(kept.st_mode) or kept.st_size != self.size:
            return False
        with open(target, "rb") as other:  # noqa: PTH123 - as above
            return all(
                ours == theirs for ours, theirs in zip(pieces_of(self._handle), pieces_of(other.fileno()), strict=False)
            )

    def done(self) -> None:
        """Take the mail out of the inbox and end the claim."""
        unlink(self._path)
        self._mailboxes.touched.touch(self._inbox)
        self.release()

    def release(self) -> None:
        """End the claim; a second call does nothing."""
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            os.close(handle)

    def __del__(self) -> None:
        self.release()


class NetworkMailboxes:
    """``ports.Mailboxes`` over a folder of Maildirs.

    ``workspace`` is where claims keep originals. ``before_commit`` collects folders that must be durable before a promise
    is made (staged mails, kept originals); its owner synchronises them. Without it each is synchronised at once.
    """

    def __init__(self, folder: Path, *, workspace: Path, before_commit: Unsynced | None = None) -> None:
        self.folder = os.fspath(folder)
        self.workspace = os.fspath(workspace)
        self.touched = Unsynced()
        self.user = os.geteuid()
        self._before_commit = before_commit
        self._boxes: dict[str, _Mailbox] = {}
        self._folders: set[str] = set()

    def stage(self, edi_address: str, name: str, data: bytes) -> None:
        """Write ``tmp/NAME`` durably, in place of a half one that a crash left there."""
        box = self._box(edi_address)
        create_durable(_in(box.tmp, name), data, box.mode, unsynced=self._before_commit)
        self.settle(box.tmp)

    def publish(self, edi_address: str, name: str) -> bool:
        """Rename ``tmp/NAME`` to ``new/NAME``; False when it no longer lies in ``tmp``."""
        box = self._box(edi_address)
        done = rename_if_there(_in(box.tmp, name), _in(box.new, name))
        self.touched.touch(box.new)
        self.touched.touch(box.tmp)
        return done

    def discard(self, edi_address: str, name: str) -> None:
        """Take back a staged mail; nothing happens when it, or the whole mailbox, is gone."""
        try:
            box = self._box(edi_address)
        except MailboxError:
            return
        if unlink(_in(box.tmp, name)):
            self.touched.touch(box.tmp)

    def sync(self) -> None:
        """Make renames and removals durable."""
        self.touched.sync()

    def waiting(self, edi_address: str) -> Sequence[str]:
        """Names of the mails in ``new`` and ``cur``, sorted; no file is opened."""
        box = self._box(edi_address)
        names: set[str] = set()
        for folder in (box.new, box.cur):
            try:
                with os.scandir(folder) as entries:
                    names.update(e.name for e in entries if e.name[0] != "." and e.is_file(follow_symlinks=False))
            except OSError as fault:
                raise trouble(fault, folder, "list the mailbox") from None
        return sorted(names)

    def claim(self, edi_address: str, name: str) -> MailClaim | None:
        """The mail for this process alone; None when another has it, it is gone, or it is no ordinary file."""
        if name[:1] in ("", ".") or "/" in name or "\x00" in name:  # what others named may be longer than what we name
            return None
        box = self._box(edi_address)
        return self._claim_in(box.new, name) or self._claim_in(box.cur, name)

    def _claim_in(self, inbox: str, name: str) -> MailClaim | None:
        path = f"{inbox}/{name}"
        try:
            handle = os.open(path, _READ)
        except OSError as fault:
            if fault.errno in _NOT_THERE:
                return None
            raise trouble(fault, path, "open the mail") from None
        try:
            status = _locked(handle, path)
        except BaseException:
            os.close(handle)
            raise
        if status is None:
            os.close(handle)
            return None
        return MailClaim(self, handle, inbox, name, status)

    def settle(self, folder: str) -> None:
        """Make the names in a folder durable: now, or with the owner of ``before_commit``."""
        if self._before_commit is None:
            sync_folder(folder)
        else:
            self._before_commit.touch(folder)

    def ensure_folder(self, folder: str) -> None:
        """Make a folder of the workspace once."""
        if folder not in self._folders:
            make_folder(folder, folders=self._before_commit)
            self._folders.add(folder)

    def _box(self, edi_address: str) -> _Mailbox:
        box = self._boxes.get(edi_address)
        if box is None:
            folder = os.path.join(self.folder, mailbox_name(edi_address))
            try:
                box = _Mailbox(folder)
            except FileNotFoundError:
                raise MailboxError(
                    "ML-P010",
                    "there is no such mailbox",
                    hint="`meldingsloft doctor` shows what is missing",
                    where=folder,
                ) from None
            except OSError as fault:
                raise trouble(fault, folder, "open the mailbox") from None
            self._boxes[edi_address] = box
        return box


def _in(folder: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise MailboxError(
            "ML-P012",
            "this cannot be the name of a mail",
            hint="no slash, no leading dot, at most 251 characters",
            where=folder,
        )
    return f"{folder}/{name}"


def _locked(handle: int, path: str) -> os.stat_result | None:
    """Lock an open file and look again: facts of the file when it is ours and still has its name, else None."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        status = os.fstat(handle)
        now = os.lstat(path)
    except FileNotFoundError:
        return None
    except OSError as fault:
        if fault.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return None
        raise trouble(fault, path, "lock the mail") from None
    same = status.st_ino == now.st_ino and status.st_dev == now.st_dev
    return status if same and stat.S_ISREG(status.st_mode) else None
