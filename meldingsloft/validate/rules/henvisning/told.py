"""HE-018, HE-024, HE-033: what a Henvisning 2.0 tells: the problem, comments that say something, an individual plan as yes or no.

HIS 1207 §5.2.1; HIS 1208 §5.2.1; HIS 80517:2017 with the schema of 2.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of, text
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.rules.henvisning.scope import CARRIED, referral
from meldingsloft.validate.rules.professionals import says

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_BOOLEANS = frozenset({"true", "false", "1", "0"})


def _problem(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    p = prefix_of(body)
    problems = [each for each in body.iterchildren(f"{p}ReasonAsText") if code(each, f"{p}Heading") == "PROB"]
    if not problems:
        yield subject.finding("HE-018", body, detail="absent")
    elif not any(says(child(each, f"{p}TextResultValue")) for each in problems):
        yield subject.finding("HE-018", problems[0], detail="text")


def _comments(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    p = prefix_of(body)
    for comment in body.iterchildren(f"{p}Comment"):
        coded = (each for each in comment.iterchildren(f"{p}CodedComment"))
        if not (text(comment, f"{p}TextResultValue") or any(attribute(e, "V") or attribute(e, "OT") for e in coded)):
            yield subject.finding("HE-024", comment)


def _plan(subject: Subject, plan: etree._Element) -> Iterator[Finding]:
    if (plan.text or "").strip() not in _BOOLEANS:
        yield subject.finding("HE-033", plan)


CHECKS = (
    Check(("HE-018",), "rules", _problem, CARRIED, content=True),
    Check(("HE-024",), "rules", _comments, CARRIED, content=True, advice=True),
    ElementCheck(("HE-033",), "rules", ("IndividuellPlanForeligger",), _plan, CARRIED, content=True, advice=True),
)
