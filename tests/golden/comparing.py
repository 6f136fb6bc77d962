"""Whole outputs beside the tests; refreshed on purpose with ``MELDINGSLOFT_UPDATE_GOLDEN=1``."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent


def assert_golden(name: str, text: str) -> None:
    """The text is that of ``tests/golden/<name>``."""
    path = FOLDER / name
    if os.environ.get("MELDINGSLOFT_UPDATE_GOLDEN"):
        path.write_text(text, "utf-8", newline="\n")
    assert path.read_text("utf-8") == text, (
        f"{name} differs; look at it, then refresh with MELDINGSLOFT_UPDATE_GOLDEN=1"
    )
