"""The way in from the command line; ``--version`` and ``--help`` answer before anything heavy is imported."""

from __future__ import annotations

import gc
import os
import sys

_GC = (50_000, 20, 50)
"""A command makes many small values and no cycles to speak of: looking for garbage every 700 of them costs a tenth of the time."""


def _version() -> str:
    from meldingsloft.version import __version__

    return f"meldingsloft {__version__}\n"


def _overview() -> str:
    from meldingsloft.cli.overview import overview

    return overview()


_READY = {"--version": _version, "--help": _overview, "-h": _overview}


def _write(text: str) -> None:
    """To stdout; a reader that went away (``| head``) ends it quietly."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run the command line and leave the process with its exit status."""
    ready = _READY.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if ready is not None:
        _write(ready())
        return
    gc.set_threshold(*_GC)
    from meldingsloft.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
