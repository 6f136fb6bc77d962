"""HE-025, HE-027…HE-030: the assessment of the patient's rights goes along with a Viderehenvisning, and with no other.

HIS 1207 §5.2.2; HIS 1208 §5.2. Dates are of 9147 (1 ansiennitetsdato, 2 vurderingsdato, 3 frist, 4 ventetid sluttdato), the
outcome of 8485 (1 utredning, 2 behandling, 3 kontroll). Whether rights are to be assessed at all, the sender knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of, text
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.henvisning.scope import NEW_CONDITION, ONWARD
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_FROM, _ASSESSED, _DEADLINE, _ENDED = "1", "2", "3", "4"
_RIGHT = {"1": True, "2": True, "3": False}
"""Outcome: whether it gives a right to necessary health care."""
_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"false", "0"})
_ONLY_ONWARD = ("VurderingAvHenvisning", "Opplysninger", "DatoMottakOgVurdering")


def _misplaced(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    parent = element.getparent()
    if parent is None or local_name(parent) != "VurderingAvHenvisning":  # one finding for all of it
        yield subject.finding("HE-025", element, found=local_name(element))


def _dates(subject: Subject, assessment: etree._Element) -> Iterator[Finding]:
    p = prefix_of(assessment)
    kinds = {code(each, f"{p}TypeDato") for each in assessment.iterchildren(f"{p}DatoMottakOgVurdering")}
    facts = child(assessment, f"{p}Opplysninger")
    if _FROM not in kinds:
        yield subject.finding("HE-028", assessment)
    if _ENDED in kinds and not code(facts, f"{p}VentetidSluttkode"):
        yield subject.finding("HE-029", assessment if facts is None else facts)


def _outcome(subject: Subject, assessment: etree._Element) -> Iterator[Finding]:
    p = prefix_of(assessment)
    kinds = {code(each, f"{p}TypeDato") for each in assessment.iterchildren(f"{p}DatoMottakOgVurdering")}
    facts = child(assessment, f"{p}Opplysninger")
    if facts is None:
        if kinds & {_ASSESSED, _DEADLINE}:
            yield subject.finding("HE-027", assessment)
        return
    outcome, right = child(facts, f"{p}UtfallAvVurdering"), text(facts, f"{p}RettTilHelsehjelp")
    found = attribute(outcome, "V")
    if outcome is None:
        return
    if found not in _RIGHT:
        yield subject.finding("HE-030", outcome, "V", detail="outcome", found=shown(found, "UtfallAvVurdering", "V"))
    elif right in (_FALSE if _RIGHT[found] else _TRUE):
        place = child(facts, f"{p}RettTilHelsehjelp")
        yield subject.finding("HE-030", facts if place is None else place, detail="right", found=f'"{found}"')


CHECKS = (
    ElementCheck(("HE-025",), "rules", _ONLY_ONWARD, _misplaced, NEW_CONDITION, content=True),
    ElementCheck(("HE-028", "HE-029"), "rules", ("VurderingAvHenvisning",), _dates, ONWARD, content=True),
    ElementCheck(
        ("HE-027", "HE-030"), "rules", ("VurderingAvHenvisning",), _outcome, ONWARD, content=True, advice=True
    ),
)
