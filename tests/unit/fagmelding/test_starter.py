"""Starter cases: TOML that says the same as its data, explains every key, and says what must be there."""

from __future__ import annotations

import datetime as dt
import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.fagmelding.forms import Field
from meldingsloft.fagmelding.registry import BUILDABLE, form_of
from meldingsloft.fagmelding.starter import starter, starter_values, toml


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("short_name", BUILDABLE)
def test_a_starter_is_its_data_with_comments(short_name: str, full: bool) -> None:
    text = starter(form_of(short_name), full=full)
    assert tomllib.loads(text) == starter_values(form_of(short_name), full=full)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert text.startswith("# ")
    assert max(map(len, text.splitlines())) <= 160


@pytest.mark.parametrize("short_name", BUILDABLE)
def test_the_full_starter_names_every_key_of_the_top(short_name: str) -> None:
    text = starter(form_of(short_name), full=True)
    for item in form_of(short_name).top.asked:
        sign = f"{item.key} = " if isinstance(item, Field) else f"[{item.key}"
        assert sign in text, item.key
        assert item.help in text


def test_the_small_starter_is_small() -> None:
    for short_name in BUILDABLE:
        small, full = (starter(form_of(short_name), full=full) for full in (False, True))
        assert len(small.splitlines()) < len(full.splitlines())
        assert "= …" not in small


scalars = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats().filter(math.isfinite)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.dates()
    | st.datetimes()
)


@given(
    value=st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), inner, max_size=3)
        ),
    )
)
def test_every_value_reads_back(value: object) -> None:
    if isinstance(value, str) or "\n" not in toml(value):
        assert tomllib.loads(f"k = {toml(value)}")["k"] == value


def test_what_toml_lacks_is_refused() -> None:
    with pytest.raises(TypeError):
        toml(None)
    assert toml(dt.time(10, 30)) == "10:30:00"
