"""Where the reference material lies, if it is present at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def _find() -> Path | None:
    named = os.environ.get("MELDINGSLOFT_REFERENCE")
    here = Path(__file__).resolve()
    candidates = [Path(named)] if named else [parent / "shared" for parent in here.parents]
    return next((c for c in candidates if (c / "reference" / "schemas" / "catalog.csv").is_file()), None)


SHARED = _find()
REFERENCE = SHARED / "reference" if SHARED else None
needs_reference = pytest.mark.skipif(REFERENCE is None, reason="reference material not present")
