"""EP-016, EP-017, EP-020, EP-021, EP-022, EP-024, EP-030: the contacts tell what a reader of an epikrise looks for.

HIS 80226:2014 Tabell 1, §4.3 and class CodedComment; HISD 1033. What is told as an InfItem counts as told. An epikrise
without any Event breaks EP-011 and nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.epikrise.scope import EPIKRISE
from meldingsloft.validate.rules.professionals import says

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_REASONS = frozenset({"AI", "ÅI", "AH", "PROB", "BG"})
_BLOCKS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("FO", frozenset({"FO"}), frozenset({"PRS", "OPIN", "MPRS"})),
    ("FU", frozenset({"FU", "LR"}), frozenset({"FUNN"})),
    ("OP", frozenset({"OP"}), frozenset()),
    ("TS", frozenset({"TS"}), frozenset({"ANAM"})),
)
"""Block, headings and types of InfItem that tell it. HJ, FA, SY and IP are for those they concern."""


def _look(subject: Subject) -> Iterator[Finding]:
    events = subject.by_name.get("Event", ())
    if not events or not subject.bodies:
        return
    kinds: set[str] = set()
    for event in events:
        yield from _one_main_diagnosis(subject, event, kinds)
    headings: set[str] = set()
    for event in events:
        yield from _headed(subject, event, headings)
    yield from _missing(subject, headings, kinds)


def _one_main_diagnosis(subject: Subject, event: etree._Element, kinds: set[str]) -> Iterator[Finding]:
    """More than one in a contact; ``kinds`` gathers the types of InfItem."""
    p = prefix_of(event)
    main = 0
    for item in event.iterchildren(f"{p}InfItem"):
        kind = code(item, f"{p}Type")
        kinds.add(kind)
        main += kind == "H"
        if kind == "H" and main > 1:
            yield subject.finding("EP-017", item)


def _headed(subject: Subject, event: etree._Element, headings: set[str]) -> Iterator[Finding]:
    """Texts without heading; ``headings`` gathers those that have words under them."""
    p = prefix_of(event)
    for comment in event.iterchildren(f"{p}Comment"):
        heading = code(comment, f"{p}Heading")
        if not heading:
            yield subject.finding("EP-030", comment)
        elif says(child(comment, f"{p}TextResultValue")) or child(comment, f"{p}TextCode") is not None:
            headings.add(heading)


def _missing(subject: Subject, headings: set[str], kinds: set[str]) -> Iterator[Finding]:
    body, known = subject.bodies[0], subject.by_name
    if not (kinds & {"H", "B"} or "CodedComment" in known or "DiagComment" in known):
        yield subject.finding("EP-016", body)
    if "VU" not in headings:
        yield subject.finding("EP-020", body)
    if not (headings & _REASONS or any(map(says, known.get("ReasonAsText", ())))):
        yield subject.finding("EP-021", body)
    if "MEDB" not in kinds and "ME" not in headings:
        yield subject.finding("EP-024", body)
    blocks = [block for block, told, items in _BLOCKS if not (headings & told or kinds & items)]
    if blocks:
        yield subject.finding("EP-022", body, missing=", ".join(blocks))


CHECK = Check(
    ("EP-016", "EP-017", "EP-020", "EP-021", "EP-022", "EP-024", "EP-030"),
    "rules",
    _look,
    EPIKRISE,
    content=True,
    advice=True,
)
