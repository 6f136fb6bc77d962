"""PL-015, PL-017…PL-021, PL-023: events, services, diagnoses, appointments and functions say what they must to be of use.

HIS 80704:2014 §8.2, §12.2, §13.2; HIS 1143:2014 §4.3; HIS 1146:2014.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, value
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.rules.plo.messages import INNLEGGELSESRAPPORT, PLO, is_true, list_of, own, says

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_GUESSED = {"3": True, "1": False, "2": False, "4": False, "13": False}
"""Events of 9121: whether their time is an estimate (Anslag true) as a rule."""
_DATE = re.compile(r"\d{1,2}\s?[./-]\s?(?:\d{1,2}|[a-zæøå]{3,})|\d{4}-\d\d-\d\d", re.ASCII | re.IGNORECASE)


def _event(subject: Subject, event: etree._Element) -> Iterator[Finding]:
    code, guess = attribute(own(event, "Hendelsekode"), "V"), own(event, "Anslag")
    if not code and not says(event, "BeskrivelseAvHendelse"):
        yield subject.finding("PL-017", event)
    if guess is not None and value(guess) and code in _GUESSED and is_true(guess) != _GUESSED[code]:
        yield subject.finding("PL-015", guess, detail="guessed" if is_true(guess) else "actual", event=code)


def _existing(subject: Subject, service: etree._Element) -> Iterator[Finding]:
    if not _is_named(service):
        yield subject.finding("PL-018", service, detail="type")
    if not says(service, "Startdato"):
        yield subject.finding("PL-018", service, detail="start")


def _needed(subject: Subject, service: etree._Element) -> Iterator[Finding]:
    if not _is_named(service):
        yield subject.finding("PL-019", service)


def _is_named(service: etree._Element) -> bool:
    return says(service, "BetegnelseTjeneste") or bool(attribute(own(service, "IPLOStjenestetype"), "V"))


def _diagnoses(subject: Subject) -> Iterator[Finding]:
    mains = 0
    for diagnosis in subject.by_name.get("MedisinskDiagnose", ()):
        coded = own(diagnosis, "Diagnosekode")
        if not (attribute(coded, "V") or attribute(coded, "OT") or says(diagnosis, "DiagnoseBeskrivelse")):
            yield subject.finding("PL-020", diagnosis, detail="nothing")
        mains += is_true(own(diagnosis, "Hoveddiagnose"))
        if mains > 1 and is_true(own(diagnosis, "Hoveddiagnose")):
            yield subject.finding("PL-020", diagnosis, detail="second")


def _appointment(subject: Subject, appointment: etree._Element) -> Iterator[Finding]:
    if is_true(own(appointment, "BestiltKontrolltime")) and not says(appointment, "TidspunktTime"):
        yield subject.finding("PL-021", appointment)


def _functions(subject: Subject, survey: etree._Element) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for function in survey.iterchildren("{*}KartlagtFunksjon"):
        variable = own(function, "Funksjonsvariabel")
        key = (list_of(variable), attribute(variable, "V"))
        if variable is not None and key in seen:
            yield subject.finding("PL-023", variable, detail="twice", variable=f"{key[0]}/{key[1]}")
        seen.add(key)
    row, whole = subject.message_type, own(survey, "SamletVurderingFunksjonsniva")
    remark = None if whole is None else own(whole, "Merknad")
    if row is not None and row.short_name in INNLEGGELSESRAPPORT and not _DATE.search(value(remark)):
        yield subject.finding("PL-023", survey if whole is None else whole, detail="date")


def _of_each(
    rules: tuple[str, ...], name: str, look: Callable[[Subject, etree._Element], Iterator[Finding]]
) -> ElementCheck:
    return ElementCheck(rules, "rules", (name,), look, PLO, content=True, advice=True)


CHECKS = (
    _of_each(("PL-015", "PL-017"), "TidsfestetHendelse", _event),
    _of_each(("PL-018",), "EksisterendeTjeneste", _existing),
    _of_each(("PL-019",), "TjenesteBehov", _needed),
    Check(("PL-020",), "rules", _diagnoses, PLO, content=True, advice=True),
    _of_each(("PL-021",), "InformasjonOmTime", _appointment),
    _of_each(("PL-023",), "InfoKartleggingFunksjonsniva", _functions),
)
