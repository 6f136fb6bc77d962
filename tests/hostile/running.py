"""The command line in a process of its own: hostile input may hang it, fill its memory or kill it, and the test tells."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import resource
import select
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import meldingsloft
from meldingsloft.cli.main import run

for _found in pkgutil.walk_packages(meldingsloft.__path__, "meldingsloft."):
    if not _found.name.endswith("__main__"):
        importlib.import_module(_found.name)  # so that each child starts with everything at hand

PATIENT = "Gunnhildstad"
"""Stands for everything that is nobody else's business; put into hostile input wherever text fits, it must come out nowhere."""
AT = "2026-03-02T10:31:07Z"
SECONDS = 120
"""Far more than the slowest attack takes on a busy machine; one that hangs takes for ever."""
_MEMORY = 2 << 30


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of one run."""

    status: int
    out: bytes
    err: bytes

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def text(self) -> str:
        return (self.out + self.err).decode("utf-8", "replace")

    def refused_quietly(self) -> Ended:
        """The same, after what holds of every answer to hostile input: no fault of ours, no traceback, nobody's name."""
        assert "Traceback" not in self.text, self.text
        assert "ML-X001" not in self.text, self.text
        assert self.status != 1, self.text
        assert PATIENT.lower() not in self.text.lower(), self.text
        return self


def program(*arguments: object, cwd: Path, given: bytes | None = None, seconds: float = SECONDS) -> Ended:
    """One command line in a forked process, which starts in no time; killed when it takes longer than it may."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(given or b"")
        stdin.seek(0)
        started = time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # the child of a process with threads only runs one command
            child = os.fork()
        if child == 0:
            _be_the_program(
                [str(argument) for argument in arguments], cwd, [stdin.fileno(), out.fileno(), err.fileno()]
            )
        status = _wait(child, started + seconds)
        out.seek(0)
        err.seek(0)
        return Ended(status, out.read(), err.read())


def _be_the_program(arguments: list[str], cwd: Path, streams: list[int]) -> None:
    status = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - the three streams, until the end
            for number, mode in enumerate(("r", "w", "w"))
        )
        for variable in [name for name in os.environ if name.startswith("MELDINGSLOFT_")]:
            del os.environ[variable]
        os.chdir(cwd)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        warnings.simplefilter("default")
        status = run(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - the child must not return into pytest
        traceback.print_exc()
    finally:
        os._exit(status)


def _wait(child: int, until: float) -> int:
    handle = os.pidfd_open(child)
    try:
        if not select.select([handle], [], [], max(0.0, until - time.monotonic()))[0]:
            os.kill(child, 9)
            os.waitpid(child, 0)
            raise AssertionError("it hangs")
    finally:
        os.close(handle)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


_MEASURED = """\
import re, sys
from meldingsloft.cli.main import run
status = run(sys.argv[2:])
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
open(sys.argv[1], "w").write(peak[1])
sys.exit(status)
"""


def measured(*arguments: object, cwd: Path, seconds: float = SECONDS) -> tuple[Ended, float]:
    """The same in a fresh interpreter, and the most memory it held, in MB: the high-water mark of its own address space."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MELDINGSLOFT_")}
    told = cwd / "peak"
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(told), *map(str, arguments)],
        cwd=cwd, env=kept | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}, capture_output=True, check=False, timeout=seconds,
    )  # fmt: skip
    peak = int(told.read_text()) / 1024
    told.unlink()
    return Ended(done.returncode, done.stdout, done.stderr), peak
