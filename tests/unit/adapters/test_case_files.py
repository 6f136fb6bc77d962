"""Case files are read as they are meant, and every key has its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.adapters.case_files import CaseFile, lines_of, parse_case, read_case_file
from meldingsloft.domain.errors import CaseError, MailboxError
from meldingsloft.fagmelding.registry import BUILDABLE, form_of
from meldingsloft.fagmelding.starter import starter, toml

HERE = Path()
TOML = '''\
# first
"a b" = 1
c.d = """
x = 1
[no]
"""  # = [[
e = [ 1, # one ]
  { f = "}", g = [2] },
  '#',
]
h = 2026-03-02 10:31:07

[i]
j = '\'

[[i.k]]
l = 1
[[i.k]]
l = """a\\""""
m = {n = 07:32:00}
[i.k.o]
p = true
'''
WANTED = {
    ("a b",): 2, ("c",): 3, ("c", "d"): 3, ("e",): 7, ("e", 0): 7, ("e", 1): 8, ("e", 1, "f"): 8, ("e", 1, "g"): 8,
    ("e", 1, "g", 0): 8, ("e", 2): 9, ("h",): 11, ("i",): 13, ("i", "j"): 14, ("i", "k"): 16, ("i", "k", 0): 16,
    ("i", "k", 0, "l"): 17, ("i", "k", 1): 18, ("i", "k", 1, "l"): 19, ("i", "k", 1, "m"): 20, ("i", "k", 1, "m", "n"): 20,
    ("i", "k", 1, "o"): 21, ("i", "k", 1, "o", "p"): 22,
}  # fmt: skip


def test_every_key_of_toml_has_its_line() -> None:
    assert lines_of(TOML) == WANTED


def test_every_key_of_json_has_its_line() -> None:
    text = '{\n "a": {"b": 1,\n  "c" :\n [true,\n {"d]": "x\\"}"}]},\n "e": null\n}'
    assert lines_of(text) == {
        ("a",): 2,
        ("a", "b"): 2,
        ("a", "c"): 3,
        ("a", "c", 0): 4,
        ("a", "c", 1): 5,
        ("a", "c", 1, "d]"): 5,
        ("e",): 6,
    }


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from paths(one, (*path, key))


@pytest.mark.parametrize("short_name", BUILDABLE)
def test_every_key_of_a_starter_has_its_line(short_name: str) -> None:
    case = parse_case(starter(form_of(short_name), full=True).encode(), "c.toml", HERE)
    lines = lines_of(case.text)
    rows = case.text.splitlines()
    for path in paths(case.values):
        assert path in lines
        if isinstance(path[-1], str):
            assert path[-1] in rows[lines[path] - 1]


values = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(exclude_categories=["Cs"])) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), values, max_size=4))
def test_the_scanner_finds_the_keys_that_the_parsers_find(case: dict[str, Any]) -> None:
    written = "\n".join(f"{toml({key: value})[2:-2]}" for key, value in case.items())
    try:
        read = parse_case(written.encode(), "c", HERE)
    except CaseError:
        return  # a text of several lines inside an inline table
    assert set(lines_of(read.text)) == set(paths(read.values))


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        ),
        min_size=1,
    )
)
def test_json_too(case: dict[str, Any]) -> None:
    for indent in (None, 1):
        assert set(lines_of(json.dumps(case, indent=indent))) == set(paths(case))


def test_a_place_is_the_nearest_that_the_file_has() -> None:
    case = parse_case(TOML.encode(), "c.toml", HERE)
    assert case.locate(("i", "k", 1, "l")) == "c.toml:19"
    assert case.locate(("i", "k", 1, "absent")) == "c.toml:18"
    assert case.locate(("absent", "x")) == "c.toml"
    assert case.locate(()) == "c.toml"


def test_a_key_may_have_escapes_of_toml_alone() -> None:
    assert lines_of('"a\\U0001F600" = 1') == {("a\U0001f600",): 1}


def test_what_is_neither_has_no_lines_and_still_a_place() -> None:
    with pytest.raises(ValueError, match="0"):
        lines_of("= 1")
    assert CaseFile("c.toml", {}, HERE, "= 1").locate(("a",)) == "c.toml"


def test_content_tells_toml_from_json() -> None:
    assert parse_case(b'\xef\xbb\xbf{"a": 1}', "x.toml", HERE).values == {"a": 1}
    assert parse_case(b"\n[a]\r\nb = 1\r\n", "x.json", HERE).values == {"a": {"b": 1}}
    assert parse_case(b"[[a]]\nb = 1", "x", HERE).values == {"a": [{"b": 1}]}


@pytest.mark.parametrize(
    ("data", "where", "told"),
    [
        (b"a = 1\nb = ", "c:2", "the case is not well-formed TOML"),
        (b"a = 1\nb = \n", "c:2", "the case is not well-formed TOML: invalid value"),
        (b'{"a": 1,\n}', "c:2", "the case is not well-formed JSON"),
        (b'{"a": 1, "a": 2}', "c", "the key 'a' stands twice in one object"),
        (b"[]", "c:1", "the case is a list"),
        (b"[{}]", "c:1", "the case is a list"),
        (b"a = 1\nb = \xe5", "c:2", "the case is not UTF-8 text"),
        (b'{"a":' + b"[" * 100_000, "c:1", "the case"),
        (b"a = " + b"[" * 100_000, "c:1", "the case"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(data: bytes, where: str, told: str) -> None:
    with pytest.raises(CaseError) as caught:
        parse_case(data, "c", HERE)
    assert (caught.value.code, caught.value.where) == ("ML-C041", where)
    assert caught.value.message.startswith(told)


def test_attachments_are_named_from_the_folder_of_the_case(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "c.toml").write_text("a = 1", encoding="utf-8")
    case = read_case_file(str(tmp_path / "c.toml"))
    assert case.load_attachment("a.pdf") == b"%PDF"
    with pytest.raises(MailboxError):
        case.load_attachment("b.pdf")
    with pytest.raises(MailboxError):
        read_case_file(str(tmp_path / "absent.toml"))
    assert read_case_file("<stdin>", b"a = 1").values == {"a": 1}
