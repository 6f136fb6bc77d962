"""A story on a terminal: what it says, how wide it is, and that meaning does not hang on colour or signs."""

from __future__ import annotations

import dataclasses
import re

from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.report.timeline import (
    Chapter,
    Ending,
    Fate,
    Happening,
    Look,
    Place,
    Street,
    Timeline,
    Tone,
    ending_object,
    fate_object,
    happening_object,
)

STREET = Street(metres=200, then_seconds=7 * 86_400, now_seconds=0.1)
FATE = Fate(
    1,
    "epikrise-1.2",
    "Medisinsk avdeling",
    "Omsorgstjenesten",
    "apprec-ok",
    "apprec-ok",
    "taken into the receiver's system",
    "m-1",
)
LOST = dataclasses.replace(FATE, chapter=2, state="error-signalled", meaning="refused by the receiver's server")
LEARNT = Happening(
    1,
    0.0481,
    "Medisinsk avd.",
    "Acknowledgment",
    "in hand → there",
    "a signed receipt",
    Tone.GOOD,
    {"msg_id": "m-1"},
)
_PAINT = re.compile(r"\x1b\[[0-9;]*m")


def test_a_happening_says_when_who_and_what_and_teaches_the_word_once() -> None:
    timeline = Timeline(Look(width=120))
    assert list(timeline.happening(LEARNT)) == [
        "   48 ms  Medisinsk avd.   ✓ Acknowledgment  in hand → there",
        "          a signed receipt",
    ]
    assert list(timeline.happening(LEARNT)) == ["   48 ms  Medisinsk avd.   ✓ Acknowledgment  in hand → there"]


def test_ascii_has_stand_ins_that_keep_the_columns() -> None:
    line, _ = Timeline(Look(width=120, signs=False)).happening(LEARNT)
    assert line == "   48 ms  Medisinsk avd.   + Acknowledgment  in hand > there"


def test_colour_changes_no_word() -> None:
    for part in (LEARNT, dataclasses.replace(LEARNT, tone=Tone.BAD, what="ErrorList")):
        plain = list(Timeline(Look()).happening(part))
        coloured = list(Timeline(Look(colour=True)).happening(part))
        assert coloured != plain
        assert [_PAINT.sub("", line) for line in coloured] == plain


@given(st.integers(60, 120), st.text(alphabet="abcdef ghij", min_size=1, max_size=300))
def test_no_line_is_wider_than_the_terminal(width: int, words: str) -> None:
    timeline = Timeline(Look(width=width))
    lines = [
        *timeline.opening("The story", words),
        *timeline.chapter(Chapter(1, "title", words)),
        *timeline.happening(dataclasses.replace(LEARNT, meaning=words)),
    ]
    assert max(map(len, lines)) <= width


def test_the_end_shows_every_fate_and_both_speeds() -> None:
    ending = Ending((FATE, LOST), STREET, "town", (("meldingsloft status", "where every message is"),))
    text = "\n".join(Timeline(Look(width=100)).ending(ending))
    for wanted in (
        "apprec-ok",
        "error-signalled",
        "200 m in 7 days",
        "about 30 metres a day",
        "200 m in 0.100 s",
        "about 170 000 000 metres a day",
        "meldingsloft status",
    ):
        assert wanted in text
    assert "the story says apprec-ok: something is wrong" in text
    assert not ending.as_told
    assert ending_object(ending)["as_told"] is False


def test_objects_name_their_form() -> None:
    assert happening_object(LEARNT) == {
        "form": "meldingsloft.demo/1",
        "event": "happening",
        "chapter": 1,
        "milliseconds": 48.1,
        "actor": "Medisinsk avd.",
        "what": "Acknowledgment",
        "tone": "good",
        "meaning": LEARNT.meaning,
        "lesson": "a signed receipt",
        "msg_id": "m-1",
    }
    assert fate_object(LOST)["expected"] == "apprec-ok"


def test_places_name_their_parties() -> None:
    place = Place("kommune", "Kristiansund kommune", (("8800210", "Pleie- og omsorgstjenesten"),))
    text = "\n".join(Timeline(Look()).places("town", [place], 0.4))
    assert "8800210 Pleie- og omsorgstjenesten" in text
