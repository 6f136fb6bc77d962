"""The PLO messages the rules speak of, and how their content is looked up by local names.

The components of a PLO message live in a namespace of each version; rules that hold for both go by local name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, value
from meldingsloft.validate.checks import Scope

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.validate.subject import Subject

FK1 = "{http://www.kith.no/xmlstds/felleskomponent1}"


def both(*names: str) -> tuple[str, ...]:
    """Short names of messages in the versions 1.5 and 1.6."""
    return tuple(f"{name}-{version}" for name in names for version in ("1.5", "1.6"))


def in_head(*short_names: str) -> Scope:
    """Messages of some types; their content alone is no message."""
    return Scope(types=frozenset(short_names), heads=True)


INNLEGGELSESRAPPORT = both("innleggelsesrapport")
HELSEOPPLYSNINGER = both("helseopplysninger")
TIL_LEGE = both("helseopplysninger-til-lege")
TJENESTETILBUD = both("orientering-om-tjenestetilbud")
MEDISINSKE = both("medisinske-opplysninger")
UTSKRIVNINGSRAPPORT = both("utskrivningsrapport")
PASIENTLOGISTIKK = both("log-innlagt", "log-utskrivningsklar", "log-avmelding", "log-utskrevet", "log-dod")
FRAVAR = ("melding-fravar-1.5",)
PLO = in_head(
    *INNLEGGELSESRAPPORT,
    *HELSEOPPLYSNINGER,
    *TIL_LEGE,
    *TJENESTETILBUD,
    *MEDISINSKE,
    *UTSKRIVNINGSRAPPORT,
    *PASIENTLOGISTIKK,
    *FRAVAR,
)
"""All of them; the 2.0 drafts have no published standard."""


def body_of(subject: Subject) -> etree._Element:
    """The root of the PLO document; there is one, or the message would not be of this family."""
    return subject.contents[0]


def first(subject: Subject, name: str) -> etree._Element | None:
    """The first element of this name, wherever it stands."""
    return next(iter(subject.by_name.get(name, ())), None)


def own(element: etree._Element, name: str) -> etree._Element | None:
    """The first child with this local name in the element's own namespace."""
    return child(element, prefix_of(element) + name)


def says(element: etree._Element, name: str) -> bool:
    """True when a child of this name has text."""
    return bool(value(own(element, name)))


def is_true(element: etree._Element | None) -> bool:
    """True for an xs:boolean that says so."""
    return element is not None and value(element) in ("true", "1")


def list_of(element: etree._Element | None) -> str:
    """The number at the end of a code's OID."""
    return attribute(element, "S").rpartition(".")[2]


def headings(subject: Subject) -> frozenset[tuple[str, str]]:
    """List and code of every Journaltekst/Overskriftskode."""
    return frozenset((list_of(each), attribute(each, "V")) for each in subject.by_name.get("Overskriftskode", ()))


def events_of(branch: etree._Element) -> Iterator[tuple[str, str]]:
    """Code and time of every TidsfestetHendelse inside an element."""
    for event in branch.iterchildren("{*}TidsfestetHendelse"):
        code, at = own(event, "Hendelsekode"), own(event, "TidspunktForHendelse")
        yield attribute(code, "V"), attribute(at, "V")


def telephone(party: etree._Element) -> bool:
    """True when a person or unit of felleskomponent 1 has a TeleCom with an address, itself or inside."""
    return any(attribute(each, "V") for each in party.iter(f"{FK1}TeleAddress"))
