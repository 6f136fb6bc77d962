"""Every durable step of the product, each of which can be made to fail on purpose.

*Durable* means: after the call a power cut takes nothing back. A file is written aside, synchronised, renamed into place,
and its folder is synchronised; a batch collects its files and folders in ``Unsynced`` and makes them durable together.

Tests make steps fail through ``MELDINGSLOFT_FAULT`` (``adapters.fault_injection``).
"""
# ruff: noqa: PTH100, PTH102, PTH104, PTH108, PTH112, PTH116, PTH118, PTH120 - on the hot path of every message os functions cost half of what Path objects do

from __future__ import annotations

import contextlib
import errno
import functools
import os
import stat
from collections.abc import Callable, Iterable, Iterator

from meldingsloft.adapters.fault_injection import fault_of
from meldingsloft.adapters.troubles import trouble
from meldingsloft.domain.errors import MailboxError

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
_PIECE = 1 << 20
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_SPECIAL = (stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK)

AnyPath = str | os.PathLike[str]
__all__ = [
    "AnyPath", "Unsynced", "aside", "checkpoint", "create_durable", "fault_of", "link_or_copy", "make_folder", "pieces_of", "read_file", "read_handle", "rename",
    "rename_if_there", "sync_folder", "trouble", "unlink", "write_file",
]  # fmt: skip


_fault: Callable[[str], None] | None = fault_of(os.environ.get("MELDINGSLOFT_FAULT"))


def checkpoint(name: str) -> None:
    """Announce a durable step that is about to happen; the fault-injection point for tests.

    Names in use: ``folder``, ``write``, ``write.half``, ``sync``, ``rename``, ``link``, ``unlink``, ``sync-folder``,
    ``sync-together`` and, from the journal, ``journal.commit``.
    """
    if _fault is not None:
        _fault(name)


def read_file(path: AnyPath, most: int | None = None) -> bytes:
    """The bytes of a file, all or the first ``most``.

    Raises:
        MailboxError: ``ML-P001`` … ``ML-P009``.
    """
    try:
        if most is not None:
            with open(path, "rb") as handle:  # noqa: PTH123 - as below
                return handle.read(most)
        with open(path, "rb", buffering=0) as whole:  # noqa: PTH123 - one system call less than Path
            return whole.readall()
    except OSError as fault:
        raise trouble(fault, path, "read") from None


def _pour(handle: int, data: bytes) -> None:
    """All bytes into an open file."""
    view = memoryview(data)
    if _fault is not None:
        checkpoint("write")
        half = len(view) // 2
        while half:
            written = os.write(handle, view[:half])
            half, view = half - written, view[written:]
        checkpoint("write.half")
    while view:
        view = view[os.write(handle, view) :]


def create_durable(
    path: AnyPath, data: bytes | Iterable[bytes], mode: int = PRIVATE_FILE, *, unsynced: Unsynced | None = None
) -> None:
    """A new file at exactly this path, its bytes (in one or in pieces) durable; what lay there under the name is left behind, not written into.

    The name itself is durable once the folder is synchronised. With ``unsynced`` the bytes are durable once that is.

    Raises:
        MailboxError: ``ML-P001`` … ``ML-P009``; then no half file is left.
    """
    try:
        try:
            handle = os.open(path, _CREATE, mode)
        except FileExistsError:
            os.unlink(path)
            handle = os.open(path, _CREATE, mode)
        try:
            for piece in (data,) if isinstance(data, bytes) else data:
                _pour(handle, piece)
            if unsynced is None:
                checkpoint("sync")
                os.fsync(handle)
        except BaseException:
            os.close(handle)
            with contextlib.suppress(OSError):
                os.unlink(path)
            raise
        if unsynced is None:
            os.close(handle)
        else:
            unsynced.add(handle)
    except OSError as fault:
        raise trouble(fault, path, "write") from None


def aside(path: AnyPath) -> str:
    """A hidden name beside ``path`` that nothing else uses."""
    folder, name = os.path.split(os.fspath(path))
    return os.path.join(folder, f".{name[:100]}.{os.urandom(6).hex()}.tmp")


def write_file(
    path: AnyPath, data: bytes | Iterable[bytes], mode: int = PRIVATE_FILE, *, folders: Unsynced | None = None
) -> None:
    """Replace or make a file (bytes in one or in pieces), whole or not at all: written aside, synchronised, renamed, the folder synchronised.

    With ``folders`` the folder is noted there to be synchronised later. A device or pipe (``/dev/stdout``) is written to
    as it stands.

    Raises:
        MailboxError: ``ML-P001`` … ``ML-P009``; then the former file is untouched.
    """
    if _is_special(path):
        _write_special(path, data)
        return
    temporary = aside(path)
    try:
        create_durable(temporary, data, mode)
    except MailboxError as error:
        error.where = os.fspath(path)
        raise
    try:
        rename(temporary, path)
    except MailboxError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _settle(os.path.dirname(os.fspath(path)) or ".", folders)


def _settle(folder: str, folders: Unsynced | None) -> None:
    if folders is None:
        sync_folder(folder)
    else:
        folders.touch(folder)


def _is_special(path: AnyPath) -> bool:
    try:
        return stat.S_IFMT(os.stat(path).st_mode) in _SPECIAL
    except OSError:
        return False


def _write_special(path: AnyPath, data: bytes | Iterable[bytes]) -> None:
    try:
        with open(path, "wb", buffering=0) as handle:  # noqa: PTH123 - a device or pipe
            for piece in (data,) if isinstance(data, bytes) else data:
                view = memoryview(piece)
                while view:
                    view = view[handle.write(view) or 0 :]
    except OSError as fault:
        raise trouble(fault, path, "write") from None


def rename(source: AnyPath, target: AnyPath) -> None:
    """One atomic rename; what had the name ``target`` is replaced.

    Raises:
        MailboxError: ``ML-P001`` when the source is gone, others of ``ML-P0…``.
    """
    checkpoint("rename")
    try:
        os.rename(source, target)
    except OSError as fault:
        raise trouble(fault, target, "rename into place") from None


def rename_if_there(source: AnyPath, target: AnyPath) -> bool:
    """As ``rename``; False when the source is gone."""
    checkpoint("rename")
    try:
        os.rename(source, target)
    except FileNotFoundError as fault:
        if os.path.isdir(os.path.dirname(os.fspath(target))):
            return False
        raise trouble(fault, target, "rename into place") from None
    except OSError as fault:
        raise trouble(fault, target, "rename into place") from None
    return True


def unlink(path: AnyPath) -> bool:
    """Take a name away; False when it was gone already."""
    checkpoint("unlink")
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    except OSError as fault:
        raise trouble(fault, path, "remove") from None
    return True


def link_or_copy(source: AnyPath, handle: int, target: AnyPath, *, may_link: bool) -> None:
    """The content of an open file under a second name: a hard link where allowed and possible, else a durable copy.

    ``handle`` is the open file and ``source`` its name. An existing ``target`` is replaced only by the copy; a link raises.

    Raises:
        FileExistsError: there is a file with the name ``target`` already (nothing was done).
        MailboxError: ``ML-P0…``.
    """
    checkpoint("link")
    if may_link:
        try:
            os.link(source, target, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError as fault:
            if fault.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EACCES):
                raise trouble(fault, target, "keep") from None
        else:
            return
    _copy(handle, target)


def _copy(handle: int, target: AnyPath) -> None:
    temporary = aside(target)
    create_durable(temporary, pieces_of(handle))
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        rename(temporary, target)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def pieces_of(handle: int) -> Iterator[bytes]:
    """The bytes of an open file from its beginning, a megabyte at a time: however large it is, memory holds no more."""
    position = 0
    while piece := os.pread(handle, _PIECE, position):
        yield piece
        position += len(piece)


def read_handle(handle: int, size: int | None = None) -> bytes:
    """Bytes of an open file from its beginning, all or the first ``size``."""
    wanted = os.fstat(handle).st_size if size is None else size
    first = os.pread(handle, wanted, 0)
    if not first or len(first) == wanted:
        return first
    pieces, have = [first], len(first)
    while have < wanted:
        piece = os.pread(handle, wanted - have, have)
        if not piece:
            break
        pieces.append(piece)
        have += len(piece)
    return b"".join(pieces)


def make_folder(path: AnyPath, mode: int = PRIVATE_FOLDER, *, folders: Unsynced | None = None) -> None:
    """A folder and those above it; their names are durable, or noted in ``folders``. Nothing happens when it exists.

    Raises:
        MailboxError: ``ML-P0…``.
    """
    path = os.fspath(path)
    if os.path.isdir(path):
        return
    parent = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(parent):
        make_folder(parent, mode, folders=folders)
    try:
        checkpoint("folder")
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, mode)
        if not os.path.isdir(path):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except OSError as fault:
        raise trouble(fault, path, "make the folder") from None
    _settle(parent, folders)


def sync_folder(path: AnyPath) -> None:
    """Make the names in a folder durable.

    Raises:
        MailboxError: ``ML-P0…``.
    """
    checkpoint("sync-folder")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as fault:
        if fault.errno == errno.EINVAL:  # file systems whose folders are always durable
            return
        raise trouble(fault, path, "make durable") from None


class Unsynced:
    """Files written and folders changed since the last ``sync``; safe for several threads.

    A few are synchronised one by one; for more, one ``syncfs`` for each file system costs less than their number of
    ``fsync``, and promises as much.
    """

    FEW = 3

    def __init__(self) -> None:
        self._folders: set[str] = set()
        self._handles: list[int] = []

    def touch(self, folder: str) -> None:
        """Note a folder, after the change."""
        self._folders.add(folder)

    def add(self, handle: int) -> None:
        """Take over an open file whose bytes are written."""
        self._handles.append(handle)

    def sync(self) -> None:
        """Make everything noted durable; a folder that fails stays noted, one that is gone needs nothing.

        Raises:
            MailboxError: ``ML-P0…``; then nothing that was noted may be relied on.
        """
        handles, self._handles = self._handles, []
        try:
            if len(handles) + len(self._folders) > self.FEW and self._sync_together(handles):
                return
            for handle in handles:
                checkpoint("sync")
                _sync(handle, os.fsync)
        finally:
            for handle in handles:
                os.close(handle)
        self._sync_folders()

    def _sync_together(self, handles: list[int]) -> bool:
        """One ``syncfs`` for each file system; False where the system has none."""
        together = _syncfs()
        if together is None:
            return False
        folders = set(self._folders)
        systems = {os.fstat(handle).st_dev: handle for handle in handles}
        opened: list[int] = []
        try:
            for folder in folders:
                device = _device(folder)
                if device is not None and device not in systems:
                    systems[device] = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                    opened.append(systems[device])
            for handle in systems.values():
                checkpoint("sync-together")
                _sync(handle, together)
        except OSError as fault:
            raise trouble(fault, "", "make durable") from None
        finally:
            for handle in opened:
                os.close(handle)
        self._folders -= folders
        return True

    def _sync_folders(self) -> None:
        while self._folders:
            try:
                folder = self._folders.pop()
            except KeyError:
                return
            try:
                sync_folder(folder)
            except MailboxError as error:
                if error.code == "ML-P001":
                    continue
                self._folders.add(folder)
                raise


def _sync(handle: int, how: Callable[[int], object]) -> None:
    try:
        how(handle)
    except OSError as fault:
        raise trouble(fault, "", "make durable") from None


def _device(folder: str) -> int | None:
    try:
        return os.stat(folder).st_dev
    except FileNotFoundError:
        return None


@functools.cache
def _syncfs() -> Callable[[int], None] | None:
    """``syncfs`` of the C library, None where there is none."""
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):
        return None

    def syncfs(handle: int) -> None:
        if call(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return syncfs
