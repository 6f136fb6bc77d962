"""PL-025, PL-030, PL-033, PL-035: what a message tells as a rule; a receiver who misses it cannot know that there is none.

HIS 1143, 1145, 1147 and 1148:2014 §3. One finding names everything that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.plo.messages import (
    INNLEGGELSESRAPPORT,
    MEDISINSKE,
    TIL_LEGE,
    UTSKRIVNINGSRAPPORT,
    body_of,
    first,
    headings,
    in_head,
    is_true,
)

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_CRITICAL = ("Cave", "Allerginotat")
_TIL_LEGE = ("Cave", "Legemiddelinfo", "IverksatteTiltak")
_OF_ADMISSION = (
    "InfoMedisinskDiagnose",
    "Cave",
    "Legemiddelinfo",
    "9141/8",
    "9141/14",
    "EksisterendeTjeneste",
    "InfoKartleggingFunksjonsniva",
    "ParorendeForesatt",
)
_OF_DISCHARGE = (
    "InfoMedisinskDiagnose",
    "Cave",
    "Legemiddelinfo",
    "LegemidlerAdministrertVedOverforing",
    "InfoKontrolltime",
    "9141/8",
)
_MEDICAL = ("InfoMedisinskDiagnose", "Cave", "Legemiddelinfo", "9142/FU")
_FOR_NEW_SERVICES = ("InfoTidligereSykdommer", "9142/UTRED")
_APPLICATION, _BIRTH = "5", "12"
"""Opplysninger til søknad in 9138, fødselsepikrise in 9139."""


def _missing(subject: Subject, wanted: Sequence[str]) -> str:
    """What is not there, as list/code for a heading and as name for an element."""
    given, index = headings(subject), subject.by_name
    found = {"/".join(each) for each in given}.union(index)
    if not found.isdisjoint(_CRITICAL) or any(system == "9143" for system, _ in given):
        found.add("Cave")
    return ", ".join(each for each in wanted if each not in found)


def _always(rule: str, wanted: Sequence[str]) -> Callable[[Subject], Iterator[Finding]]:
    def look(subject: Subject) -> Iterator[Finding]:
        missing = _missing(subject, wanted)
        if missing:
            yield subject.finding(rule, body_of(subject), missing=missing)

    return look


def _medical(subject: Subject) -> Iterator[Finding]:
    applied = attribute(first(subject, "TypeInnhold"), "V") == _APPLICATION
    sent = ("SendtDokument",) if is_true(first(subject, "EgensoknadSendt")) else ()
    missing = _missing(subject, (*_MEDICAL, *(_FOR_NEW_SERVICES if applied else ()), *sent))
    if missing:
        yield subject.finding("PL-033", body_of(subject), missing=missing)


def _discharge(subject: Subject) -> Iterator[Finding]:
    if attribute(first(subject, "TypeInnhold"), "V") != _BIRTH:
        yield from _always("PL-035", _OF_DISCHARGE)(subject)


def _of(rule: str, look: Callable[[Subject], Iterator[Finding]], types: tuple[str, ...]) -> Check:
    return Check((rule,), "rules", look, in_head(*types), content=True, advice=True)


CHECKS = (
    _of("PL-025", _always("PL-025", _OF_ADMISSION), INNLEGGELSESRAPPORT),
    _of("PL-030", _always("PL-030", _TIL_LEGE), TIL_LEGE),
    _of("PL-033", _medical, MEDISINSKE),
    _of("PL-035", _discharge, UTSKRIVNINGSRAPPORT),
)
