"""A piece of work in a child process that is killed, or runs out of disk, at its n-th durable step."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable

from meldingsloft.adapters import durable


def in_child(work: Callable[[], object], fault: str) -> int:
    """Fork, set the fault, work, end. 0: it came to its end; -9: killed; else it failed otherwise."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            durable._fault = durable.fault_of(fault)
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - the child must not return into pytest
            traceback.print_exc()
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    return -os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else os.WEXITSTATUS(ended)


KILLED = -signal.SIGKILL
