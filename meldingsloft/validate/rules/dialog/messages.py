"""The dialogmeldinger the rules speak of, and their notes, requests and roles."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, value
from meldingsloft.validate.checks import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from meldingsloft.validate.subject import Subject

_ENOUGH = 100
FK1 = "{http://www.kith.no/xmlstds/felleskomponent1}"


def in_head(*short_names: str) -> Scope:
    """Messages of some types; their content alone is no message."""
    return Scope(types=frozenset(short_names), heads=True)


FORESPORSEL, SVAR, NOTAT = "dialog-foresporsel-1.0", "dialog-svar-1.0", "dialog-notat-1.0"
AVVIK, HELSEFAGLIG, STATUS = "dialog-avvik-1.0", "dialog-helsefaglig-1.1", "dialog-status-henvisning-1.1"
DIALOG = Scope(families=frozenset({"dialog"}), heads=True)
"""All of them, those between inhabitants and the health service too."""
CLINICAL = in_head(FORESPORSEL, SVAR, NOTAT, AVVIK, HELSEFAGLIG, STATUS)
"""Those between health personnel."""


def top(subject: Subject, name: str) -> Sequence[etree._Element]:
    """The Notat or Foresporsel elements at the top of the document, the first of them when nobody would read them all."""
    body = subject.contents[0]
    return tuple(islice(body.iterchildren(prefix_of(body) + name), _ENOUGH))


def own(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child with this local name in the element's own namespace."""
    return None if element is None else child(element, prefix_of(element) + name)


def says(element: etree._Element, name: str) -> bool:
    """True when a child of this name has text or marked-up text."""
    found = own(element, name)
    return found is not None and bool(value(found) or len(found))


def coded(element: etree._Element | None, name: str) -> tuple[str, str]:
    """List number and code of a child."""
    found = own(element, name)
    return attribute(found, "S").rpartition(".")[2], attribute(found, "V")


def roles(subject: Subject) -> Sequence[etree._Element]:
    """Every RollerRelatertNotat."""
    return subject.by_name.get("RollerRelatertNotat", ())


def professional(role: etree._Element) -> etree._Element | None:
    """The HealthcareProfessional of a role, or of its unit."""
    direct = own(role, "HealthcareProfessional")
    return direct if direct is not None else own(own(role, "TilknyttetEnhet"), "HealthcareProfessional")


def telephone(party: etree._Element) -> bool:
    """True when there is a TeleCom with an address."""
    return any(attribute(each, "V") for each in party.iter(f"{FK1}TeleAddress"))
