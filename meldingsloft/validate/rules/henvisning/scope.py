"""Which messages the rules of henvisning are about, and what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code, prefix_of
from meldingsloft.validate.checks import of_types

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.validate.subject import Subject

MESSAGE = of_types("henvisning-1.0", "henvisning-1.1")
"""Messages of their own, body ServReq."""
CARRIED = of_types("henvisning-ny-tilstand-2.0", "viderehenvisning-2.0")
"""Henvisning 2.0, carried in a hodemelding."""
NEW_CONDITION = of_types("henvisning-ny-tilstand-2.0")
ONWARD = of_types("viderehenvisning-2.0")

PO = "{http://ehelse.no/xmlstds/po/poKomponent/2017-11-30}"
FK = "{http://www.kith.no/xmlstds/felleskomponent1}"


def is_urgent(body: etree._Element) -> bool:
    """Priority 0 of 8304 and 8306, øyeblikkelig hjelp: contact persons need not be known (HITS 1174:2017)."""
    p = prefix_of(body)
    return any(code(each, f"{p}Priority") == "0" for each in body.iterchildren(f"{p}ReqServ"))


def referral(subject: Subject) -> etree._Element:
    """The Henvisning 2.0 of a document in the scope ``CARRIED``, in its hodemelding or alone."""
    return subject.contents[0]


def is_listed(subject: Subject, kodeverk: str, value: str) -> bool:
    """True when the code is in the list, or no lists are at hand."""
    return subject.codes is None or subject.codes.display(kodeverk, value) is not None


def relation(body: etree._Element, wanted: str) -> list[etree._Element]:
    """The PatRelHCP of a ServReq with a relation."""
    p = prefix_of(body)
    patient = child(body, f"{p}Patient")
    if patient is None:
        return []
    return [each for each in patient.iterchildren(f"{p}PatRelHCP") if code(each, f"{p}Relation") == wanted]
