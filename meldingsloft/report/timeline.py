"""A story told as a timeline: who did what when, what each signal means in plain words, and how it ended.

Vocabulary: a *chapter* is one thing that somebody tries; a *happening* is one thing that one party did or learnt;
a *fate* is where one message ended; the *street* is the distance and the two speeds the story is about.
"""

from __future__ import annotations

import enum
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FORM = "meldingsloft.demo/1"
_SECONDS_A_DAY = 86_400


class Tone(enum.StrEnum):
    """The meaning that a sign and a colour repeat; the words say it first."""

    ON_ITS_WAY = "on-its-way"
    GOOD = "good"
    BAD = "bad"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace of the story and the parties it hosts."""

    folder: str
    name: str
    parties: tuple[tuple[str, str], ...]
    """(HER-id, name)."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One thing that somebody tries."""

    number: int
    title: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that one party did or learnt."""

    chapter: int
    seconds: float
    """Since the chapter's message was first handed to ``send``."""
    actor: str
    what: str
    """A word of the field: ``sent``, ``filed``, ``Acknowledgment``, ``ErrorList``, ``AppRec``."""
    meaning: str
    lesson: str
    """What such a word means at all, in plain words; told the first time."""
    tone: Tone
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Identifiers and codes for the JSON line."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Where one message ended."""

    chapter: int
    message_type: str
    sender: str
    receiver: str
    state: str
    expected: str
    meaning: str
    msg_id: str

    @property
    def as_told(self) -> bool:
        """True when it ended as the story says."""
        return self.state == self.expected


@dataclass(frozen=True, slots=True)
class Street:
    """Metres, and the seconds they took then and now."""

    metres: int
    then_seconds: int
    now_seconds: float

    @property
    def then(self) -> int:
        """Metres a day then, to the nearest ten."""
        return 10 * round(self.metres / self.then_seconds * _SECONDS_A_DAY / 10)

    @property
    def now(self) -> int:
        """Metres a day now, to two figures."""
        exact = int(self.metres / self.now_seconds * _SECONDS_A_DAY)
        return round(exact, 2 - len(str(exact)))


@dataclass(frozen=True, slots=True)
class Ending:
    """The last page."""

    fates: tuple[Fate, ...]
    street: Street | None
    """None when the message that is timed never got its AppRec."""
    folder: str
    hints: tuple[tuple[str, str], ...] = ()
    """(command, what it shows)."""

    @property
    def as_told(self) -> bool:
        """True when every message ended as the story says."""
        return self.street is not None and all(fate.as_told for fate in self.fates)


@dataclass(frozen=True, slots=True)
class Look:
    """How a terminal wants it: colours or none, typographic signs or ASCII, and its width in columns."""

    colour: bool = False
    signs: bool = True
    width: int = 80


_SIGNS = {Tone.ON_ITS_WAY: "→", Tone.GOOD: "✓", Tone.BAD: "✗", Tone.ODD: "!"}
_ASCII = str.maketrans({"→": ">", "✓": "+", "✗": "x", "–": "-", "—": "-", "·": "-", "…": "...", "─": "-", "×": "x"})
_COLOURS = {Tone.ON_ITS_WAY: "36", Tone.GOOD: "32", Tone.BAD: "31", Tone.ODD: "33"}
_BOLD, _FAINT = "1", "2"
_ACTOR, _WHAT = 16, 15


class Timeline:
    """Turns the parts of a story into lines for one terminal."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._taught: set[str] = set()

    def opening(self, title: str, words: str) -> Iterator[str]:
        """The first page."""
        yield self._paint(_BOLD, self._plain(title))
        yield from self._paragraph(words, "")
        yield ""

    def places(self, folder: str, places: Sequence[Place], seconds: float) -> Iterator[str]:
        """Who lives where."""
        yield from self._heading("The town", f"{folder}, made in {seconds:.1f} s")
        width = max(len(place.folder) for place in places) + 2
        for place in places:
            yield f"  {place.folder:<{width}}{self._plain(place.name)}"
            for her_id, name in place.parties:
                yield self._paint(_FAINT, f"  {'':<{width}}{her_id} {self._plain(name)}")
        yield ""

    def chapter(self, chapter: Chapter) -> Iterator[str]:
        """The heading of a chapter."""
        if chapter.number > 1:
            yield ""
        yield from self._heading(f"{chapter.number}  {chapter.title}")
        if chapter.words:
            yield from self._paragraph(chapter.words, "   ", _FAINT)

    def happening(self, happening: Happening) -> Iterator[str]:
        """When, who, sign, what, about what; below it, the first time, what such a thing means."""
        colour = _COLOURS[happening.tone]
        when = f"{happening.seconds * 1000:5.0f} ms"
        actor = f"{self._plain(happening.actor):<{_ACTOR}}"
        sign = self._paint(colour, self._plain(_SIGNS[happening.tone]))
        what = self._paint(colour, f"{happening.what:<{_WHAT}}")
        indent = " " * (len(when) + len(actor) + _WHAT + 6)
        lines = textwrap.wrap(self._plain(happening.meaning), self._look.width - len(indent)) or [""]
        yield f"{self._paint(_FAINT, when)}  {actor} {sign} {what} {lines[0]}".rstrip()
        for line in lines[1:]:
            yield indent + line
        if happening.lesson not in self._taught:
            self._taught.add(happening.lesson)
            yield from self._paragraph(happening.lesson, " " * (len(when) + 2), _FAINT)

    def ending(self, ending: Ending) -> Iterator[str]:
        """Where every message ended, where to look, and the speed."""
        yield ""
        yield from self._heading("How each message ended")
        yield from self._fates(ending.fates)
        yield ""
        yield from self._heading("Look around", f"cd {ending.folder}")
        for command, shows in ending.hints:
            yield f"  {command}"
            yield self._paint(_FAINT, f"      {self._plain(shows)}")
        if ending.street is not None:
            yield ""
            yield from self._heading("The street")
            yield from self._street(ending.street)

    def _fates(self, fates: Sequence[Fate]) -> Iterator[str]:
        kinds = max(len(fate.message_type) for fate in fates)
        states = max(len(fate.state) for fate in fates)
        for fate in fates:
            tone = Tone.GOOD if fate.state == "apprec-ok" else Tone.BAD
            sign, state = (
                self._paint(_COLOURS[tone], text) for text in (self._plain(_SIGNS[tone]), f"{fate.state:<{states}}")
            )
            way = self._plain(f"{fate.sender} → {fate.receiver}")
            yield f"  {fate.chapter} {sign} {fate.message_type:<{kinds}}  {state}  {way}"
            if tone is Tone.BAD:
                yield from self._paragraph(fate.meaning, f"      {'':<{kinds}}  ", _FAINT)
            if not fate.as_told:
                yield self._paint(_COLOURS[Tone.BAD], f"      the story says {fate.expected}: something is wrong")

    def _street(self, street: Street) -> Iterator[str]:
        days = street.then_seconds // _SECONDS_A_DAY
        then = f"{street.metres} m in {days} days", f"about {_grouped(street.then)} metres a day"
        now = f"{street.metres} m in {street.now_seconds:.3f} s", f"about {_grouped(street.now)} metres a day"
        width = max(len(then[1]), len(now[1]))
        yield f"  then   {then[0]:<18}  {then[1]:>{width}}"
        yield f"  now    {now[0]:<18}  {self._paint(_COLOURS[Tone.GOOD], f'{now[1]:>{width}}')}"
        yield from self._paragraph(
            "Measured from the hand-over to send until the AppRec was processed, on this machine, with no network between.",
            "  ",
            _FAINT,
        )

    def _heading(self, text: str, beside: str = "") -> Iterator[str]:
        more = self._paint(_FAINT, f"  {self._plain(beside)}") if beside else ""
        yield self._paint(_BOLD, self._plain(text)) + more

    def _paragraph(self, text: str, indent: str, style: str = "") -> Iterator[str]:
        for line in textwrap.wrap(self._plain(text), self._look.width - len(indent)):
            yield indent + (self._paint(style, line) if style else line)

    def _plain(self, text: str) -> str:
        return text if self._look.signs else text.translate(_ASCII)

    def _paint(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._look.colour else text


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def place_object(place: Place, folder: str) -> dict[str, Any]:
    """One line for a workspace that was made."""
    parties = [{"her_id": her_id, "name": name} for her_id, name in place.parties]
    return {"form": FORM, "event": "workspace", "name": place.name, "folder": folder, "parties": parties}


def chapter_object(chapter: Chapter) -> dict[str, Any]:
    """One line for a chapter's beginning."""
    return {"form": FORM, "event": "chapter", "chapter": chapter.number, "title": chapter.title, "words": chapter.words}


def happening_object(happening: Happening) -> dict[str, Any]:
    """One line for a happening."""
    return {
        "form": FORM,
        "event": "happening",
        "chapter": happening.chapter,
        "milliseconds": round(happening.seconds * 1000, 1),
        "actor": happening.actor,
        "what": happening.what,
        "tone": happening.tone,
        "meaning": happening.meaning,
        "lesson": happening.lesson,
        **happening.facts,
    }


def fate_object(fate: Fate) -> dict[str, Any]:
    """One line for where a message ended."""
    return {
        "form": FORM,
        "event": "fate",
        "chapter": fate.chapter,
        "message_type": fate.message_type,
        "msg_id": fate.msg_id,
        "state": fate.state,
        "expected": fate.expected,
        "as_told": fate.as_told,
        "meaning": fate.meaning,
    }


def ending_object(ending: Ending) -> dict[str, Any]:
    """The last line: whether all went as told, and the speeds."""
    street = ending.street
    told = {"form": FORM, "event": "end", "as_told": ending.as_told, "folder": ending.folder}
    if street is None:
        return told
    return told | {
        "metres": street.metres,
        "seconds_then": street.then_seconds,
        "seconds_now": round(street.now_seconds, 4),
        "metres_a_day_then": street.then,
        "metres_a_day_now": street.now,
    }
