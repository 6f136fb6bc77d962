"""SV-009, SV-010: who answers for the report and who asked for it (HITS 1174:2017 §4.4).

Official reports have the requester's name without a telephone number, so the number is asked of the responsible only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.reachable import has_telephone, is_named
from meldingsloft.validate.rules.svarrapport.identity import SCOPE

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_RESPONSIBLE = frozenset({"AHP", "ARP"})


def _responsible(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies[:1]:
        p = prefix_of(body)
        known = [e for e in body.iterchildren(f"{p}RelServProv") if code(e, f"{p}Relation") in _RESPONSIBLE]
        if not known:
            yield subject.finding("SV-009", body, detail="absent")
        for element in known:
            if not is_named(element):
                yield subject.finding("SV-009", element, detail="name")
            if not has_telephone(element):
                yield subject.finding("SV-009", element, detail="telephone")


def _requester(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies[:1]:
        p = prefix_of(body)
        for about in body.iterchildren(f"{p}Patient", f"{p}Animal", f"{p}Material"):
            asked = child(about, f"{p}ResponsibleHcp")
            if asked is None or code(asked, f"{p}Relation") != "REK":
                yield subject.finding("SV-010", about if asked is None else asked, detail="absent")
            elif not is_named(asked):
                yield subject.finding("SV-010", asked, detail="name")


CHECKS = (
    Check(("SV-009",), "rules", _responsible, SCOPE, content=True),
    Check(("SV-010",), "rules", _requester, SCOPE, content=True),
)
