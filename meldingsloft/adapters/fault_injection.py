"""Durable steps that fail on purpose, so that tests can crash the product anywhere.

The environment variable ``MELDINGSLOFT_FAULT`` is read when ``adapters.durable`` is imported. ``count:FILE`` appends the name of
each step to a file; ``kill:N`` ends the process with SIGKILL at the N-th step, before carrying it out; ``full:N`` answers the N-th
step that needs room, and every later one, as a full disk does. Unset, a checkpoint is one comparison.
"""

from __future__ import annotations

import errno
import itertools
import os
import signal
from collections.abc import Callable

_NEEDS_ROOM = frozenset({"folder", "write", "write.half", "link"})


def _counting(path: str) -> Callable[[str], None]:
    def count(name: str) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.write(handle, name.encode() + b"\n")
        os.close(handle)

    return count


def _killing(number: int) -> Callable[[str], None]:
    steps = itertools.count(1)

    def kill(_name: str) -> None:
        if next(steps) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


def _filling(number: int) -> Callable[[str], None]:
    steps = itertools.count(1)

    def fill(name: str) -> None:
        if name in _NEEDS_ROOM and next(steps) >= number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return fill


def fault_of(setting: str | None) -> Callable[[str], None] | None:
    """What ``MELDINGSLOFT_FAULT`` asks for: a function called with each step's name, None when nothing is asked.

    Raises:
        ValueError: the setting is none of ``count:FILE``, ``kill:N``, ``full:N``.
    """
    if not setting:
        return None
    word, _, value = setting.partition(":")
    if word == "count" and value:
        return _counting(value)
    if word in ("kill", "full") and value.isdecimal():
        return _killing(int(value)) if word == "kill" else _filling(int(value))
    raise ValueError("MELDINGSLOFT_FAULT is count:FILE, kill:N or full:N")
