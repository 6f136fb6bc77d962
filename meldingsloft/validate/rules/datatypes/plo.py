"""DT-009, DT-011: times and booleans of pleie- og omsorgsmeldinger.

DT-009 HIS 1149:2014 §3.2: events of pasientlogistikk happen at a time of day. DT-011 HIS 80704:2014: what means "yes" is sent only when it
is so, since readers are shown true values alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import ElementCheck, of_families
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_YES = ("BorAlene", "Hoveddiagnose", "Horselsvikt", "Pacemaker", "Synsvikt")


def _event(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """The admission itself; a planned discharge, or a death, may be known by its date alone."""
    value, event = (element.get("V") or element.text or "").strip(), element.getparent()
    message = None if event is None else event.getparent()
    if value and "T" not in value and message is not None and local_name(message) == "MeldingInnlagtPasient":
        yield subject.finding("DT-009", element)


def _not_so(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    if (element.text or "").strip() in ("false", "0"):
        yield subject.finding("DT-011", element, name=local_name(element))


CHECKS = (
    ElementCheck(
        ("DT-009",), "rules", ("TidspunktForHendelse",), _event, of_families("plo"), content=True, advice=True
    ),
    ElementCheck(("DT-011",), "rules", _YES, _not_so, of_families("plo"), advice=True),
)
