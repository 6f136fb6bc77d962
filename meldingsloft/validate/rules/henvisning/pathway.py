"""HE-026, HE-031, HE-032: Pakkeforlop of a Henvisning 2.0: who may send it, one code each, and its urgency.

HIS 1207 §5.2.2; HIS 1208 §5.2.3. A fastlege, vikar, turnuslege or someone of the primary health team (9034) does not write from
specialist care. Urgency PK stands for cancer, whose codes are of 8480; a new condition may have it without codes, since those
are for specialist care to send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of, text
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.henvisning.contacts import contacts, referring
from meldingsloft.validate.rules.henvisning.scope import CARRIED, FK, NEW_CONDITION, ONWARD, referral

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_PRIMARY = frozenset({"6", "15", "16", "22"})
_CANCER = ".8480"
_SEVERAL = re.compile(r"[\s,;/]")


def _pathways(body: etree._Element) -> list[etree._Element]:
    return list(body.iterchildren(f"{prefix_of(body)}Pakkeforlop"))


def _sender(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    pathways = _pathways(body)
    if pathways and _from_primary_care(body):
        yield subject.finding("HE-026", pathways[0])


def _from_primary_care(body: etree._Element) -> bool:
    """The referring professional is the patient's fastlege or the like, by role or by number."""
    person = referring(body)
    if person is None:
        return False
    numbers = set(_numbers(person))
    return code(person, f"{FK}RoleToPatient") in _PRIMARY or any(
        role in _PRIMARY and not numbers.isdisjoint(_numbers(contact)) for role, _, contact in contacts(body)
    )


def _numbers(person: etree._Element) -> Iterator[str]:
    return filter(None, (text(each, f"{FK}Id") for each in person.iterchildren(f"{FK}Ident")))


def _codes(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    p = prefix_of(body)
    seen: set[str] = set()
    for pathway in _pathways(body):
        coded = list(pathway.iterchildren(f"{p}Pakkeforlopskode"))
        found = attribute(coded[0], "V") if coded else ""
        if len(coded) > 1 or _SEVERAL.search(found):
            yield subject.finding("HE-031", pathway, detail="several")
        elif found and found in seen:
            yield subject.finding("HE-031", coded[0], "V", detail="again", found=shown(found, "Pakkeforlopskode", "V"))
        seen.add(found)


def _urgency(subject: Subject) -> Iterator[Finding]:
    body = referral(subject)
    p = prefix_of(body)
    pathways = _pathways(body)
    priority = child(child(body, f"{p}ReqServ"), f"{p}Priority")
    if attribute(priority, "V") == "PK":
        if priority is not None and not pathways and ONWARD.covers(subject):
            yield subject.finding("HE-032", priority, "V", detail="alone")
    elif any(attribute(child(each, f"{p}Pakkeforlopskode"), "S").endswith(_CANCER) for each in pathways):
        yield subject.finding("HE-032", body if priority is None else priority, "V", detail="urgency")


CHECKS = (
    Check(("HE-026",), "rules", _sender, NEW_CONDITION, content=True, advice=True),
    Check(("HE-031",), "rules", _codes, CARRIED, content=True, advice=True),
    Check(("HE-032",), "rules", _urgency, CARRIED, content=True, advice=True),
)
