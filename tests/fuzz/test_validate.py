"""Whatever stands in a file, ``validate --json`` says one well-formed line about it, in time and without a traceback.

A short seed runs always; `./task slow` runs a hundred thousand (``MELDINGSLOFT_FUZZ`` names another count).
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meldingsloft.cli.main import run
from tests.fuzz.mutations import mutated
from tests.reference import REFERENCE

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
_LARGEST = 200_000
"""Bytes; larger ones only make it slow."""
_HANG = 60
"""Seconds; a file that takes longer hangs, on the busiest machine."""


def bases() -> list[bytes]:
    folders = [SAMPLES] if REFERENCE is None else [SAMPLES, REFERENCE / "examples"]
    files = sorted(path for folder in folders for path in folder.rglob("*.xml") if path.stat().st_size < _LARGEST)
    return [path.read_bytes() for path in files]


@contextmanager
def no_hang() -> Iterator[None]:
    def ring(_number: int, _frame: object) -> None:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(_HANG)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def judged(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, bytes]:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with monkeypatch.context() as patch, no_hang():
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", io.StringIO())
        status = run(["validate", "--json", str(path)])
    return status, out.buffer.getvalue()


def hammer(count: int, seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Counter[str], float]:
    """How often each verdict came, and the slowest file in seconds."""
    chance, originals = random.Random(seed), bases()
    verdicts: Counter[str] = Counter()
    slowest, path = 0.0, folder / "a.xml"
    for number in range(count):
        data = mutated(chance.choice(originals), chance)
        path.write_bytes(data)
        started = time.perf_counter()
        try:
            status, out = judged(path, monkeypatch)
            (line,) = out.splitlines()
            told = json.loads(line)
            assert told["form"] == "meldingsloft.validation/1", told
            assert status == {"valid": 0, "invalid": 3, "unreadable": 5}[told["verdict"]]
            assert (told["verdict"] == "valid") <= told["schema_valid"]
        except Exception:
            kept = folder / f"seed-{seed}-number-{number}.xml"
            kept.write_bytes(data)
            print("kept in", kept)
            raise
        slowest = max(slowest, time.perf_counter() - started)
        verdicts[told["verdict"]] += 1
    return verdicts, slowest


@pytest.mark.parametrize("seed", range(4))
def test_one_line_whatever_comes(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts, _ = hammer(250, seed, tmp_path, monkeypatch)
    assert len(verdicts) == 3


@pytest.mark.slow
def test_a_hundred_thousand_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = int(os.environ.get("MELDINGSLOFT_FUZZ", "100000"))
    verdicts, slowest = hammer(count, 2026, tmp_path, monkeypatch)
    print(f"{count} files: {dict(verdicts)}, the slowest {slowest:.2f} s")
    assert sum(verdicts.values()) == count
