"""The way in from the command line; ``--version`` answers before anything else is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave the process with its exit status."""
    if sys.argv[1:] == ["--version"]:
        from meldingsloft.version import __version__

        sys.stdout.write(f"meldingsloft {__version__}\n")
        return
    from meldingsloft.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
