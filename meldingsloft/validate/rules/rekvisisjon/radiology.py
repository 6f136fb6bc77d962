"""RE-014, RE-015, RE-020, RE-022: what a department of radiology must be told (HIS 1175:2014; HIS 80821:2014)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.coded import is_of
from meldingsloft.validate.rules.disciplines import is_radiology
from meldingsloft.validate.rules.rekvisisjon.identity import SCOPE

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_PERMISSIONS = frozenset({"1", "2"})
"""Kodeverk 8274: tillatelse or reservasjon."""
_OTHER_PAYERS = frozenset({"IN", "OF", "PF"})
"""Of kodeverk 4101: an institution, public or private insurance."""


def _permission(subject: Subject) -> Iterator[Finding]:
    """RE-014: whether the radiologist may choose another modality."""
    for body in _radiology(subject):
        p = prefix_of(body)
        coded = (child(comment, f"{p}TextCode") for comment in body.iterchildren(f"{p}Comment"))
        answers = [each for each in coded if is_of(each, ("8274",))]
        if not answers:
            yield subject.finding("RE-014", body, detail="absent")
        for each in answers:
            if attribute(each, "V") not in _PERMISSIONS and each is not None:
                yield subject.finding(
                    "RE-014", each, "V", detail="other", found=shown(each.get("V", ""), "TextCode", "V")
                )


def _procedures(subject: Subject) -> Iterator[Finding]:
    """RE-015."""
    for body in _radiology(subject):
        for investigation in subject.by_name.get("Investigation", ()):
            for coded in investigation.iterchildren(f"{prefix_of(body)}Id"):
                if not is_of(coded, ("7270",)):
                    yield subject.finding("RE-015", coded, "S", found=shown(coded.get("S", ""), "Id", "S"))


def _payer(subject: Subject) -> Iterator[Finding]:
    """RE-020."""
    for body in _radiology(subject):
        p = prefix_of(body)
        found = code(body, f"{p}PaymentCat")
        if not found:
            yield subject.finding("RE-020", body, detail="absent")
        elif found in _OTHER_PAYERS and child(body, f"{p}PaymentResponsible") is None:
            yield subject.finding("RE-020", body, detail="payer", found=shown(found, "PaymentCat", "V"))


def _question(subject: Subject) -> Iterator[Finding]:
    """RE-022: laboratories are often asked by codes alone, so there just a heading is asked for."""
    for body in subject.bodies[:1]:
        p = prefix_of(body)
        reasons = list(body.iterchildren(f"{p}ReasonAsText"))
        headings = {code(reason, f"{p}Heading") for reason in reasons}
        if is_radiology(subject, body):
            if "PROB" not in headings and subject.change_code != "A":
                yield subject.finding("RE-022", body, detail="absent")
        elif headings == {""}:
            yield subject.finding("RE-022", reasons[0], detail="heading")


def _radiology(subject: Subject) -> list[etree._Element]:
    return [body for body in subject.bodies[:1] if is_radiology(subject, body)]


CHECKS = (
    Check(("RE-014",), "rules", _permission, SCOPE, content=True),
    Check(("RE-015",), "rules", _procedures, SCOPE, content=True, advice=True),
    Check(("RE-020",), "rules", _payer, SCOPE, content=True, advice=True),
    Check(("RE-022",), "rules", _question, SCOPE, content=True, advice=True),
)
