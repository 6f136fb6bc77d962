"""Hostile case files before ``build``: a coded error with a line to look at, in time, and no half message."""

from __future__ import annotations

import json
import os
import random
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.running import PATIENT, Ended, program

MIB = 1 << 20
TYPE = "dialog-helsefaglig-1.1"


@cache
def starter() -> str:
    ended = program("build", TYPE, "--example", cwd=Path("/"))
    assert ended.status == 0
    return ended.out.decode()


def case() -> Any:
    """The starter case as JSON values, anew at each call."""
    return json.loads(json.dumps(tomllib.loads(starter()), default=str))


def build(tmp_path: Path, content: str | bytes) -> Ended:
    path = tmp_path / "case.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    ended = program("build", TYPE, "case.toml", "-o", "out.xml", cwd=tmp_path).refused_quietly()
    if ended.status:
        assert not (tmp_path / "out.xml").exists()
        assert len(ended.err) < 50_000
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    return ended


NO_CASE: dict[str, str | bytes] = {
    "lists without end": "a = " + "[" * 100_000,
    "lists in lists": "a = " + "[" * 100_000 + "]" * 100_000,
    "tables without end": "a = " + "{a=" * 100_000,
    "objects without end": '{"a":' * 100_000,
    "lists in an object": '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
    "a key of a hundred thousand parts": ".".join("a" * 100_000) + " = 1",
    "a heading of a hundred thousand parts": "[" + ".".join("a" * 100_000) + "]",
    "a quoted key of many parts": ".".join(['"a"'] * 30_000) + " = 1",
    "an inline key of many parts": "x = {" + ".".join("a" * 30_000) + " = 1}",
    "a number without end": "a = " + "9" * 100_000,
    "a json number without end": '{"a":' + "9" * 100_000 + "}",
    "a day that is none": "a = 2026-99-99",
    "a key twice": "{" + ",".join(f'"k{n}":1' for n in range(60_000)) + ',"k59999":2}',
    "a list": '[{"a": 1}]',
    "utf-16": "a = 1".encode("utf-16"),
    "chance": random.Random(3).randbytes(100_000),
    "an open string": 'a = """' + "\\" * MIB,
    "quotes": 'a = """' + '"' * MIB,
    "a nul": 'a = "\0"',
    "seventeen megabytes": "#" * 17 * MIB,
}
WRONG: dict[str, str] = {
    "nothing": "",
    "a hundred thousand keys": "{" + ",".join(f'"k{n}":1' for n in range(100_000)) + "}",
    "thirty thousand tables": "\n".join(f"[a{n}]" for n in range(30_000)),
    "thirty thousand of one table": "[[x]]\n" * 30_000,
    "a string of 12 MB": f'a = "{PATIENT * MIB}"',
    "no number": '{"patient": NaN, "sender": Infinity}',
    "half a pair": '{"\\ud800": "\\ud800"}',
}
NASTY: dict[str, object] = {
    "a nul": f"a\0{PATIENT}",
    "half a pair": f"\ud800{PATIENT}",
    "an escape": f"\x1b[31m{PATIENT}",
    "no character": f"\ufffe{PATIENT}",
    "a large number": 10**400,
    "a negative number": -1,
    "no number": float("nan"),
    "lists": [[[PATIENT]]],
    "a table": {PATIENT: PATIENT},
    "nothing": None,
    "a flag": True,
}


@pytest.mark.parametrize("name", NO_CASE)
def test_what_is_no_case(tmp_path: Path, name: str) -> None:
    ended = build(tmp_path, NO_CASE[name])
    assert (ended.status, ended.out) == (3, b"")
    assert ended.err.startswith(b"error[ML-C041]")
    assert b"case.toml" in ended.err


@pytest.mark.parametrize("name", WRONG)
def test_what_describes_no_message(tmp_path: Path, name: str) -> None:
    ended = build(tmp_path, WRONG[name])
    assert (ended.status, ended.out) == (3, b"")
    assert ended.err.startswith(b"error[ML-C040]")


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_value_in_every_place(tmp_path: Path, name: str) -> None:
    for path in _leaves(case()):
        values = case()
        _put(values, path, NASTY[name])
        ended = build(tmp_path, json.dumps(values))
        assert ended.status in (0, 3), (path, ended.text)
        if ended.status == 0:
            written = (tmp_path / "out.xml").read_bytes()
            assert b"\0" not in written
            assert program("validate", "out.xml", cwd=tmp_path).refused_quietly().status == 0, path
            (tmp_path / "out.xml").unlink()


@pytest.mark.parametrize(
    "name", ["/dev/zero", "pipe", ".", "/etc/passwd", "a\0b", "\ud800", "x" * 5000, "nowhere", 1, None, [], {}]
)
def test_attachments_that_are_none(tmp_path: Path, name: object) -> None:
    os.mkfifo(tmp_path / "pipe")
    ended = build(tmp_path, json.dumps(case() | {"attachments": [{"file": name, "description": "x"}]}))
    assert (ended.status, ended.out) == (3, b"")
    assert ended.err.startswith(b"error[ML-C040]")
    assert b"root:" not in ended.err


def test_an_attachment_larger_than_a_message(tmp_path: Path) -> None:
    with (tmp_path / "a.pdf").open("wb") as handle:
        handle.write(b"%PDF-1.7")
        handle.truncate(3 << 30)
    ended = build(tmp_path, json.dumps(case() | {"attachments": [{"file": "a.pdf", "description": "x"}]}))
    assert ended.status == 3
    assert b"attachments[1].file: the file is larger than the 10 MB that a message may have" in ended.err


def test_many_problems_are_counted_and_not_all_shown(tmp_path: Path) -> None:
    ended = build(tmp_path, WRONG["thirty thousand tables"])
    assert b"30004 problems" in ended.err or b"30003 problems" in ended.err
    assert ended.err.count(b"no such key") <= 100
    assert b" more\n" in ended.err


def _leaves(values: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(values, (dict, list)):
        for key, value in values.items() if isinstance(values, dict) else enumerate(values):
            yield from _leaves(value, (*path, key))
    else:
        yield path


def _put(values: Any, path: tuple[str | int, ...], value: object) -> None:
    for key in path[:-1]:
        values = values[key]
    values[path[-1]] = value
