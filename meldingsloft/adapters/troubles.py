"""The operating system's errors as ours: what we were doing, where, and how to mend it (``ML-P001`` … ``ML-P009``)."""

from __future__ import annotations

import errno
import os

from meldingsloft.domain.errors import MailboxError

_TROUBLES: dict[int, tuple[str, str, str]] = {
    errno.ENOENT: ("ML-P001", "the file or folder is not there", "check the name, and that it was not moved meanwhile"),
    errno.EACCES: ("ML-P002", "no permission", "give this user the right to read and write there"),
    errno.EPERM: ("ML-P002", "no permission", "give this user the right to read and write there"),
    errno.ENOSPC: ("ML-P003", "no room left", "free disk space; nothing was lost, the same again works then"),
    errno.EDQUOT: ("ML-P003", "no room left", "free disk space or raise the quota; the same again works then"),
    errno.EFBIG: ("ML-P003", "no room left", "the file is larger than this disk or process allows"),
    errno.EROFS: ("ML-P004", "the disk is mounted read-only", "mount it for writing, or choose another folder"),
    errno.EISDIR: ("ML-P005", "not an ordinary file", "name a file and not a folder"),
    errno.ENOTDIR: ("ML-P005", "not a folder", "a part of the path is a file; check the name"),
    errno.ELOOP: ("ML-P005", "not an ordinary file", "a symbolic link is not followed here; name the file itself"),
    errno.EMFILE: ("ML-P006", "too many open files", "raise the limit (`ulimit -n`) or use fewer workers"),
    errno.ENFILE: ("ML-P006", "too many open files", "too many files are open on this machine"),
    errno.EEXIST: ("ML-P008", "it exists already", "choose another name; nothing is overwritten"),
    errno.ENOTEMPTY: ("ML-P008", "it exists already", "choose another name; nothing is overwritten"),
    errno.ENAMETOOLONG: ("ML-P009", "the name is too long", "choose a shorter name"),
}


def trouble(fault: OSError, path: str | os.PathLike[str], doing: str) -> MailboxError:
    """The error of our family for an operating system's one: what we were ``doing``, where, and how to mend it."""
    code, what, mend = _TROUBLES.get(
        fault.errno or 0,
        ("ML-P007", "the disk or network answers with an error", "look at the system log, then try again"),
    )
    return MailboxError(
        code, f"cannot {doing}: {what}", hint=mend, where=os.fspath(path), detail=os.strerror(fault.errno or errno.EIO)
    )
