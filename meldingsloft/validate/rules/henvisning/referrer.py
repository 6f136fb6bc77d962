"""HE-006, HE-007: a referral 1.x names who refers, with a telephone, and the patient's fastlege (HITS 1174:2017 §4.1).

Not asked for øyeblikkelig hjelp. Only a patient with fødselsnummer is taken to have a fastlege.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, prefix_of
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.henvisning.scope import MESSAGE, is_urgent, relation
from meldingsloft.validate.rules.professionals import has_telephone, names

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _look(subject: Subject) -> Iterator[Finding]:
    for body in subject.bodies:
        p = prefix_of(body)
        patient = child(body, f"{p}Patient")
        if patient is None or is_urgent(body):
            continue
        referring = [child(each, f"{p}HCP") for each in relation(body, "HHE")]
        if not referring:
            yield subject.finding("HE-006", patient, detail="absent")
        elif not any(names(hcp) and has_telephone(hcp) for hcp in referring):
            place = patient if referring[0] is None else referring[0]
            yield subject.finding("HE-006", place, detail="telephone" if names(referring[0]) else "name")
        regular = [child(each, f"{p}HCP") for each in relation(body, "FLE")]
        if not regular:
            if code(patient, f"{p}TypeOffId") == "FNR":
                yield subject.finding("HE-007", patient, detail="absent")
        elif not any(map(names, regular)):
            yield subject.finding("HE-007", patient if regular[0] is None else regular[0], detail="name")


CHECK = Check(("HE-006", "HE-007"), "rules", _look, MESSAGE, content=True)
