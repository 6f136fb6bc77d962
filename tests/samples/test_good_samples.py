"""Every message in samples/good is what its case builds, byte for byte, and is valid."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from meldingsloft.adapters.case_files import read_case_file
from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.ids import SeededIds
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.domain.heads import Built
from meldingsloft.fagmelding.building import build
from meldingsloft.fagmelding.registry import BUILDABLE
from tests.official import official_schema
from tests.reference import needs_reference

SAMPLES = Path(__file__).parents[2] / "samples"
BUILT_AT: dict[str, dict[str, dt.datetime]] = tomllib.loads((SAMPLES / "cases" / "built.toml").read_text("utf-8"))
STORIES = [(short_name, story) for short_name, stories in BUILT_AT.items() for story in stories]
with_stories = pytest.mark.parametrize(("short_name", "story"), STORIES, ids=["/".join(story) for story in STORIES])


def rebuilt(short_name: str, story: str) -> Built:
    """The message made anew from its case."""
    case = read_case_file(str(SAMPLES / "cases" / short_name / f"{story}.toml"))
    return build(
        short_name,
        case.values,
        catalogue=load_catalogue(),
        codes=PackagedCodeLists(),
        ids=SeededIds(f"{short_name}/{story}"),
        now=BUILT_AT[short_name][story],
        load_attachment=case.load_attachment,
        locate=case.locate,
    )


def kept(short_name: str, story: str) -> bytes:
    """The bytes in samples/good."""
    return (SAMPLES / "good" / short_name / f"{story}.xml").read_bytes()


@with_stories
def test_the_sample_is_what_its_case_builds(short_name: str, story: str) -> None:
    assert rebuilt(short_name, story).payload == kept(short_name, story)


@needs_reference
@with_stories
def test_the_sample_holds_to_the_official_schemas(short_name: str, story: str) -> None:
    root = etree.fromstring(kept(short_name, story))
    schema = official_schema(root)
    assert schema.validate(root), schema.error_log


def test_every_type_that_can_be_built_has_a_story_and_every_case_its_sample() -> None:
    assert set(BUILT_AT) == set(BUILDABLE)
    assert sorted(stories_in("cases", ".toml")) == sorted(STORIES)
    assert set(STORIES) <= set(stories_in("good", ".xml"))


def test_the_readme_tells_every_story() -> None:
    told = (SAMPLES / "README.md").read_text("utf-8")
    assert [story for story in stories_in("good", ".xml") if f"`{story[0]}/{story[1]}`" not in told] == []


def test_the_answers_answer_what_was_sent() -> None:
    question = rebuilt("dialog-helsefaglig-1.1", "fastlege-til-sykehus").head
    answer = kept("dialog-helsefaglig-1.1", "sykehus-svarer-fastlege").decode()
    assert answer.count(f">{question.msg_id}<") == 2
    for original, receipt in (
        (("epikrise-1.2", "sykehus-til-kommunen"), "epikrise-mottatt"),
        (("svarrapport-1.4", "biokjemi-til-fastlege"), "svarrapport-avvist"),
    ):
        head, facts = rebuilt(*original).head, rebuilt("apprec-1.1", receipt).head.apprec
        assert facts is not None
        assert (facts.original_id, facts.original_type, facts.original_issued) == (
            head.msg_id,
            head.type_code,
            head.generated,
        )


def test_the_cancellation_names_the_document_it_takes_back() -> None:
    first, cancelled = (
        rebuilt("epikrise-1.2", story).head for story in ("sykehus-til-kommunen", "sykehus-trekker-tilbake")
    )
    assert first.document_id == cancelled.document_id
    assert (first.msg_id != cancelled.msg_id, cancelled.change_code) == (True, "C")


def stories_in(folder: str, ending: str) -> Iterator[tuple[str, str]]:
    for path in (SAMPLES / folder).glob(f"*/*{ending}"):
        yield path.parent.name, path.stem
