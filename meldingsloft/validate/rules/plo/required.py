"""PL-024, PL-026, PL-027, PL-029, PL-031, PL-032, PL-034: what each message must tell whatever the patient's case.

HIS 1143–1148:2014 §3–4. A message of version 1.5 may give the reason for admission under 9141/11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.plo.messages import (
    HELSEOPPLYSNINGER,
    INNLEGGELSESRAPPORT,
    MEDISINSKE,
    TIL_LEGE,
    TJENESTETILBUD,
    UTSKRIVNINGSRAPPORT,
    body_of,
    events_of,
    first,
    headings,
    in_head,
    own,
    says,
)

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_KINDS = {
    "PL-029": ("TypeInnholdKonsultasjon", ("2", "3")),
    "PL-032": ("TypeInnhold", ("1", "4", "5")),
    "PL-034": ("TypeInnhold", ("11", "12")),
}
"""The element that says which kind of message it is, and the codes of 9137, 9138 and 9139."""
_HEADINGS = {"PL-029": ("PROB",), "PL-032": ("PROB",), "PL-034": ("PROB", "OP")}


def _reason(subject: Subject) -> Iterator[Finding]:
    given, row = headings(subject), subject.message_type
    older = row is not None and row.version == "1.5" and ("9141", "11") in given
    if ("9142", "AAI") not in given and not older:
        yield subject.finding("PL-024", body_of(subject))


def _sequence(subject: Subject) -> Iterator[Finding]:
    kind = first(subject, "TypeInnhold")
    code = attribute(kind, "V")
    if kind is None or code not in ("1", "2"):
        yield subject.finding("PL-026", body_of(subject) if kind is None else kind, detail="absent")
    elif subject.change_code == "M" and code != "2":
        yield subject.finding("PL-026", kind, "V", detail="later")
    elif subject.change_code == "N" and code != "1" and subject.head_child("ConversationRef") is None:
        yield subject.finding("PL-026", kind, "V", detail="first")


def _course(subject: Subject) -> Iterator[Finding]:
    given, row = headings(subject), subject.message_type
    missing = [f"9145/{code}" for code in ("1", "2") if ("9145", code) not in given]
    if missing:
        yield subject.finding("PL-027", body_of(subject), detail="heading", missing=", ".join(missing))
    stays = subject.by_name.get("OpplysningOpphold", ())
    planned = any(code == "3" for stay in stays for code, _ in events_of(stay))
    if row is not None and row.version != "1.5" and not planned:
        yield subject.finding("PL-027", stays[0] if stays else body_of(subject), detail="discharge")


def _contents(rule: str) -> Callable[[Subject], Iterator[Finding]]:
    name, codes = _KINDS[rule]

    def look(subject: Subject) -> Iterator[Finding]:
        kind, given = first(subject, name), headings(subject)
        if attribute(kind, "V") not in codes:
            yield subject.finding(rule, body_of(subject) if kind is None else kind, detail="kind")
        missing = [f"9142/{code}" for code in _HEADINGS[rule] if ("9142", code) not in given]
        if missing:
            yield subject.finding(rule, body_of(subject), detail="heading", missing=", ".join(missing))

    return look


def _services(subject: Subject) -> Iterator[Finding]:
    services = subject.by_name.get("EksisterendeTjeneste", ())
    for service in services:
        named = says(service, "BetegnelseTjeneste") or attribute(own(service, "IPLOStjenestetype"), "V")
        if named and says(service, "Startdato"):
            return
    yield subject.finding("PL-031", services[0] if services else body_of(subject))


def _of(rule: str, look: Callable[[Subject], Iterator[Finding]], types: tuple[str, ...]) -> Check:
    return Check((rule,), "rules", look, in_head(*types), content=True)


CHECKS = (
    _of("PL-024", _reason, INNLEGGELSESRAPPORT),
    _of("PL-026", _sequence, ("helseopplysninger-1.6",)),
    _of("PL-027", _course, HELSEOPPLYSNINGER),
    _of("PL-029", _contents("PL-029"), TIL_LEGE),
    _of("PL-031", _services, TJENESTETILBUD),
    _of("PL-032", _contents("PL-032"), MEDISINSKE),
    _of("PL-034", _contents("PL-034"), UTSKRIVNINGSRAPPORT),
)
