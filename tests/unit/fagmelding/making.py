"""Cases and messages for these tests: starter cases changed in one place, built at a fixed time."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from lxml import etree

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.ids import SeededIds
from meldingsloft.adapters.schema_set import SchemaSet
from meldingsloft.adapters.shipped import shipped
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.domain.errors import CaseError
from meldingsloft.domain.heads import Built
from meldingsloft.fagmelding.building import build
from meldingsloft.fagmelding.kinds import Surroundings
from meldingsloft.fagmelding.registry import form_of
from meldingsloft.fagmelding.starter import starter_values
from tests.official import official_schema
from tests.reference import REFERENCE

NOW = dt.datetime(2026, 3, 2, 9, 31, 7, tzinfo=dt.UTC)
PDF = b"%PDF-1.4\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
FILES = {
    "a.pdf": PDF,
    "b.png": PNG,
    "empty.pdf": b"",
    "word.doc": b"\xd0\xcf\x11\xe0",
    "huge.pdf": b"%PDF" + bytes(10_000_001),
}
MISSING = object()


def load(name: str) -> bytes:
    if name not in FILES:
        raise FileNotFoundError(name)
    return FILES[name]


AROUND = Surroundings(PackagedCodeLists(), SeededIds("tests"), NOW, load)


def starting(short_name: str, *, full: bool = False, **changes: Any) -> dict[str, Any]:
    """A starter case with other values at some places: ``patient__id="…"``; MISSING takes a key away."""
    case = starter_values(form_of(short_name), full=full)
    for path, value in changes.items():
        place: Any = case
        *way, last = [int(part) if part.isdecimal() else part for part in path.split("__")]
        for part in way:
            place = place[part] if isinstance(part, int) else place.setdefault(part, {})
        if value is MISSING:
            del place[last]
        else:
            place[last] = value
    return copy.deepcopy(case)


def made(short_name: str, case: Mapping[str, Any], seed: str = "tests") -> Built:
    """The message a case builds."""
    return build(
        short_name,
        case,
        catalogue=load_catalogue(),
        codes=PackagedCodeLists(),
        ids=SeededIds(seed),
        now=NOW,
        load_attachment=load,
    )


def tree(short_name: str, case: Mapping[str, Any]) -> etree._Element:
    """The message a case builds, parsed."""
    return etree.fromstring(made(short_name, case).payload)


def found(root: etree._Element, path: str) -> list[Any]:
    """What an XPath over local names finds: ``//Event/Comment`` stands for any namespace."""
    steps = [
        step and (step if step.startswith(("@", "text()")) else f"*[local-name()='{step}']") for step in path.split("/")
    ]
    result = root.xpath("/".join(steps))
    assert isinstance(result, list)
    return result


def problems(short_name: str, case: Mapping[str, Any], locate: Callable[[Any], str] = lambda _path: "") -> list[str]:
    """All that is wrong with a case."""
    with pytest.raises(CaseError) as caught:
        build(
            short_name,
            case,
            catalogue=load_catalogue(),
            codes=PackagedCodeLists(),
            ids=SeededIds("tests"),
            now=NOW,
            load_attachment=load,
            locate=locate,
        )
    assert caught.value.code == "ML-C040"
    return list(caught.value.problems)


def judged(payload: bytes) -> None:
    """Fails unless the message holds to our schemas, and to the official ones where they are at hand."""
    root = etree.fromstring(payload)
    used = frozenset(etree.QName(element).namespace or "" for element in root.iter(etree.Element))
    ours = SchemaSet.from_folder(shipped("schemas")).for_namespaces(used)
    assert ours.validate(root), ours.error_log
    if REFERENCE is not None:
        official = official_schema(root)
        assert official.validate(root), official.error_log
