"""Terminals: colours and signs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.report.text import PLAIN, Terminal, fitted


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "«ø» … – ✓ §"), ("iso-8859-1", "«ø» ... - ok §"), ("ascii", '"o" ... - ok par. ')],
)
def test_signs_have_stand_ins(encoding: str, expected: str) -> None:
    assert fitted("«ø» … – ✓ §", encoding) == expected


@given(st.text(), st.sampled_from(["utf-8", "iso-8859-1", "ascii", "cp1252"]))
def test_a_fitted_text_can_always_be_written(text: str, encoding: str) -> None:
    if encoding != "utf-8" or text.isascii():
        fitted(text, encoding).encode(encoding)


def test_colour_only_where_asked() -> None:
    assert PLAIN.style("x", "error") == "x"
    assert Terminal(colour=True).style("x", "error") == "\x1b[1;31mx\x1b[0m"
