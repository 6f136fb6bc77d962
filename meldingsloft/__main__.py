"""The way in from the command line; ``--version`` answers before anything else is imported."""

from __future__ import annotations

import gc
import sys

_GC = (50_000, 20, 50)
"""A command makes many small values and no cycles to speak of: looking for garbage every 700 of them costs a tenth of the time."""


def main() -> None:
    """Run the command line and leave the process with its exit status."""
    if sys.argv[1:] == ["--version"]:
        from meldingsloft.version import __version__

        sys.stdout.write(f"meldingsloft {__version__}\n")
        return
    gc.set_threshold(*_GC)
    from meldingsloft.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
