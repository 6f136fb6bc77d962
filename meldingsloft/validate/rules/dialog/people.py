"""DI-011…DI-014, DI-022: who answers for a dialogmelding, and who it is meant for at the other end.

HITS 1174:2017 §6.1; HIS 1077:2017 §5.2.1; HIS 1206:2018 §4.2.1; HIS 80603:2017 §5.1.5, §5.1.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import code, prefix_of, text
from meldingsloft.validate.checks import Check, ElementCheck
from meldingsloft.validate.rules.dialog.messages import (
    AVVIK,
    CLINICAL,
    DIALOG,
    FK1,
    FORESPORSEL,
    HELSEFAGLIG,
    NOTAT,
    STATUS,
    SVAR,
    coded,
    in_head,
    own,
    professional,
    roles,
    says,
    telephone,
    top,
)

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_AT_RECEIVER = "24"
"""Kontakt hos mottaker in 9034."""
_ABOUT_PATIENT = "6"
"""Henvendelse om pasient in 7322."""


def _role(subject: Subject, role: etree._Element) -> Iterator[Finding]:
    if not coded(role, "RolleNotat")[1] and not coded(role, "RoleToPatient")[1]:
        yield subject.finding("DI-011", role)


def _responsible(subject: Subject) -> Iterator[Finding]:
    given = [role for role in roles(subject) if coded(role, "RoleToPatient")[1] != _AT_RECEIVER]
    if not given:
        yield subject.finding("DI-012", subject.contents[0], detail="absent")
    elif not any(not _lacks(role) or _unit_named(role) for role in given):
        yield subject.finding("DI-012", given[0], detail="incomplete", missing=", ".join(_lacks(given[0])))


def _lacks(role: etree._Element) -> list[str]:
    """What a role has not of a responsible professional."""
    person = professional(role)
    if person is None:
        return ["HealthcareProfessional"]
    missing = [name for name in ("FamilyName", "GivenName") if not says(person, name)]
    if not coded(role, "RoleToPatient")[1] and not coded(person, "RoleToPatient")[1]:
        missing.append("RoleToPatient")
    return missing + ([] if telephone(person) else ["TeleCom"])


def _unit_named(role: etree._Element) -> bool:
    unit = own(own(role, "TilknyttetEnhet"), "Kontaktenhet")
    return unit is not None and bool(text(unit, f"{FK1}OrganisationName")) and telephone(unit)


def _at_receiver(subject: Subject) -> Iterator[Finding]:
    about = [note for note in top(subject, "Notat") if coded(note, "TemaKodet")[1] == _ABOUT_PATIENT]
    if not about or subject.head_child("ConversationRef") is not None:
        return
    known = [role for role in roles(subject) if coded(role, "RoleToPatient")[1] == _AT_RECEIVER]
    if not known:
        yield subject.finding("DI-013", about[0], detail="absent")
    for role in known:
        person = professional(role)
        if person is None or not code(person, f"{prefix_of(person)}TypeHealthcareProfessional"):
            yield subject.finding("DI-013", role if person is None else person, detail="profession")


def _status(subject: Subject) -> Iterator[Finding]:
    people = [person for person in map(professional, roles(subject)) if person is not None]
    if not any(says(each, "FamilyName") and says(each, "GivenName") and telephone(each) for each in people):
        yield subject.finding("DI-014", people[0] if people else subject.contents[0])


def _private(subject: Subject, person: etree._Element) -> Iterator[Finding]:
    if prefix_of(person) != prefix_of(subject.contents[0]):
        return
    for name in ("DateOfBirth", "Sex"):
        fact = own(person, name)
        if fact is not None:
            yield subject.finding("DI-022", fact, found=name)


CHECKS = (
    ElementCheck(("DI-011",), "rules", ("RollerRelatertNotat",), _role, CLINICAL),
    Check(("DI-012",), "rules", _responsible, in_head(FORESPORSEL, SVAR, NOTAT, AVVIK, HELSEFAGLIG)),
    Check(("DI-013",), "rules", _at_receiver, in_head(HELSEFAGLIG)),
    Check(("DI-014",), "rules", _status, in_head(STATUS)),
    ElementCheck(("DI-022",), "rules", ("HealthcareProfessional", "Person"), _private, DIALOG, advice=True),
)
