"""RE-007: who asks, with a telephone number for questions and urgent answers (HITS 1174:2017 §4.2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.reachable import has_telephone, is_named
from meldingsloft.validate.rules.rekvisisjon.identity import SCOPE

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _look(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies[:1]:
        p = prefix_of(body)
        for about in body.iterchildren(f"{p}Patient", f"{p}Animal", f"{p}Material"):
            asking = child(about, f"{p}ResponsibleHcp")
            if asking is None or code(asking, f"{p}Relation") != "REK":
                yield subject.finding("RE-007", about if asking is None else asking, detail="absent")
                continue
            if not is_named(asking):
                yield subject.finding("RE-007", asking, detail="name")
            if not has_telephone(asking):
                yield subject.finding("RE-007", asking, detail="telephone")


CHECK = Check(("RE-007",), "rules", _look, SCOPE, content=True)
