"""Messages in zip files, read one at a time and never unpacked to disk.

A zip file comes from anywhere: its names are only shown, entries are read up to a bound, and what is made to unpack to more
than it can hold is refused. Codes ``ML-U040``-``ML-U044``.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path, PurePosixPath

from meldingsloft.adapters.troubles import trouble
from meldingsloft.domain.errors import UnreadableError

MOST_BYTES = 64 * 1024 * 1024
"""Of one entry; also the largest document that is taken apart."""
_MOST_DIRECTORY = 64 * 1024 * 1024
"""Bytes of the table of contents, which is held in memory: some 600 000 entries."""
_RATIO = 500
"""Bytes that one compressed byte may become in an entry of more than a megabyte; XML comes to 100 at most."""
_SMALL = 1024 * 1024
_END = b"PK\x05\x06"
_LONGEST_END = 22 + 65535
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1 | 0x40
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, NotImplementedError)


def entries(path: str) -> list[tuple[str, int]]:
    """Name and number of every file in a zip file, in path order.

    Raises:
        UnreadableError: ``ML-U040`` it is none or damaged; ``ML-U043`` it is made to unpack to too much.
        MailboxError: ``ML-P0…``: it cannot be opened.
    """
    named = [(info.filename, number) for number, info in enumerate(_archive(path).infolist()) if not info.is_dir()]
    return sorted(named, key=lambda entry: (entry[0].split("/"), entry[1]))


def read_entry(path: str, number: int) -> bytes:
    """The bytes of one entry.

    Raises:
        UnreadableError: ``ML-U040`` damaged, ``ML-U041`` encrypted, ``ML-U042`` a name that leads out of the archive, ``ML-U043`` too
            large, ``ML-U044`` compressed in another way than deflate.
        MailboxError: ``ML-P0…``: the zip file cannot be opened.
    """
    archive = _archive(path)
    info = archive.infolist()[number]
    _refuse(info)
    try:
        with archive.open(info) as entry:
            data = entry.read(MOST_BYTES + 1)
    except _DAMAGED:
        raise UnreadableError("ML-U040", "the zip entry is damaged") from None
    except OSError as fault:
        raise trouble(fault, path, "read") from None
    if len(data) > MOST_BYTES:
        raise _too_large()
    return data


def _refuse(info: zipfile.ZipInfo) -> None:
    if _leads_out(info):
        raise UnreadableError("ML-U042", "the zip entry has a name that leads out of the archive")
    if info.flag_bits & _ENCRYPTED:
        raise UnreadableError("ML-U041", "the zip entry is encrypted")
    if info.compress_type not in _READABLE:
        raise UnreadableError("ML-U044", "the zip entry is compressed in another way than deflate")
    if info.file_size > MOST_BYTES or info.file_size > max(_SMALL, _RATIO * info.compress_size):
        raise _too_large()


def _leads_out(info: zipfile.ZipInfo) -> bool:
    name = info.orig_filename
    return (
        "\\" in name or "\x00" in name or name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts
    )


def _too_large() -> UnreadableError:
    return UnreadableError("ML-U043", f"the zip entry unpacks to too much (more than {MOST_BYTES} bytes, or a bomb)")


def _archive(path: str) -> zipfile.ZipFile:
    """The archive, opened once as long as it stays the same; a run reads the entries of one after those of another."""
    try:
        found = os.stat(path)  # noqa: PTH116 - for each of many entries
    except OSError as fault:
        raise trouble(fault, path, "read") from None
    return _opened(path, (found.st_mtime_ns, found.st_size, found.st_ino))


@lru_cache(maxsize=2)
def _opened(path: str, _stamp: tuple[int, int, int]) -> zipfile.ZipFile:
    try:
        size, directory = _sizes(path)
        if directory > _MOST_DIRECTORY:
            raise UnreadableError("ML-U043", "the table of contents of the zip file is too large")
        archive = zipfile.ZipFile(path)
    except _DAMAGED:
        raise UnreadableError("ML-U040", "the file is no zip file, or a damaged one") from None
    except OSError as fault:
        raise trouble(fault, path, "read") from None
    if sum(info.compress_size for info in archive.infolist()) > size:
        archive.close()
        raise UnreadableError("ML-U043", "the entries of the zip file lie over one another, as in a bomb")
    return archive


def _sizes(path: str) -> tuple[int, int]:
    """Bytes of the file, and of its table of contents as the end of the file tells it."""
    with Path(path).open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - _LONGEST_END))
        tail = handle.read()
    found = tail.rfind(_END)
    if found < 0:
        raise zipfile.BadZipFile
    return size, int(struct.unpack_from("<L", tail, found + 12)[0])
