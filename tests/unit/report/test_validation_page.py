"""``--format html``: the page as a structure; what a browser makes of it is asked in ``tests/browser``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from meldingsloft.domain.code_texts import LANGUAGES, Language
from meldingsloft.report.outcomes import Outcome
from meldingsloft.report.page_style import STYLE
from meldingsloft.report.validation_page import ValidationPage
from tests.unit.report.outcomes import finding, outcome, some

_VOID = {"meta", "link", "br"}


class Reader(HTMLParser):
    """Tags in order, text, and that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(outcomes: Iterable[Outcome], language: Language = "en") -> str:
    made = ValidationPage(language)
    for each in outcomes:
        made.add(each)
    return b"".join(made.pieces()).decode("utf-8")


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcomes", [some(), [], [outcome()]], ids=["some", "none", "one"])
def test_structure(outcomes: list[Outcome], language: Language) -> None:
    reader = read(page(outcomes, language))
    assert reader.all("html") == [{"lang": language}]
    for landmark in ("header", "main", "footer", "h1", "title", "table"):
        assert len(reader.all(landmark)) == 1, landmark
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(link["href"] in {f"#{each}" for each in ids} for link in reader.all("a"))
    assert all(head.get("scope") in ("col", "row") for head in reader.all("th"))
    labels = [attributes["aria-labelledby"] for _, attributes in reader.tags if "aria-labelledby" in attributes]
    assert set(labels) <= set(ids)


def test_nothing_is_loaded_or_run() -> None:
    reader = read(page(some()))
    assert {tag for tag, _ in reader.tags} & {"script", "link", "img", "iframe", "object", "form", "base"} == set()
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on") or name == "src"]
    assert "default-src 'none'" in str(reader.all("meta"))
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_hostile_values_are_text() -> None:
    text = page(some())
    assert "<script" not in text
    assert "\x00" not in text
    assert "\x1b" not in text
    assert "&lt;script&gt;" in text


def test_findings_of_one_kind_stand_together() -> None:
    reader = read(page([outcome("a.xml", *[finding()] * 60)]))
    assert len(reader.all("li")) == 50
    assert "and 10 more places" in reader.text
    assert len(reader.all("details")) == 1


def test_the_title_tells_the_verdict() -> None:
    assert "<title>Validation: 5 of 8 files fail</title>" in page(some())
    assert "<title>Validering: Filen er i orden</title>" in page([outcome()], "nb")
    assert "Nothing was found." in page([outcome(), outcome()])


def test_known_findings_have_a_column() -> None:
    assert "Known" in page([outcome("a.xml", compared=True, known=(finding(),), verdict="invalid")])
    assert "Known" not in page([outcome()])


def _luminance(colour: str) -> float:
    full = colour[1:] if len(colour) == 7 else "".join(sign * 2 for sign in colour[1:])
    parts = [int(full[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("block", re.findall(r":root\{([^}]*)\}", STYLE), ids=["light", "dark", "print"])
def test_contrast(block: str) -> None:
    colours = dict(part.split(":") for part in block.strip("-").replace("--", "").split(";"))
    for ground in ("paper", "panel"):
        for ink in ("ink", "soft", "link", "error", "warning", "info", "good"):
            high, low = sorted((_luminance(colours[ground]), _luminance(colours[ink])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ground, ink)
