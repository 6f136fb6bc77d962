"""The commented example of a test PKI, which lies in the package as data."""

from __future__ import annotations

from pathlib import Path

_FILE = Path(__file__).parents[1] / "data" / "pki-example.toml"


def pki_example() -> bytes:
    """The file, as it is."""
    return _FILE.read_bytes()
