"""EP-029: elements of the schema that the standard says are not in use yet (HIS 80226:2014, "benyttes foreløpig ikke")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.rules.epikrise.scope import EPIKRISE
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_UNUSED = ("PlannedEvent", "TransportArr", "SubLocation", "Position", "Qual", "DevResultInd", "TextCode")


def _look(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    yield subject.finding("EP-029", element, found=local_name(element))


CHECK = ElementCheck(("EP-029",), "rules", _UNUSED, _look, EPIKRISE, advice=True)
