"""MH-026…MH-028: addresses and telephone numbers in the head can be used (HIS 80601:2006 Address; HIS 80117:2002 §4.1.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import value
from meldingsloft.validate.checks import HEADS, ElementCheck
from meldingsloft.validate.subject import MSGHEAD
from meldingsloft.xmlsafe import local_name, nodes_inside

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MH = f"{{{MSGHEAD}}}"
_COUNTY = re.compile(r"[0-9]{4}", re.ASCII)
_URL = re.compile(r"(?:tel|fax|mailto):\S+")


def _address(subject: Subject, address: etree._Element) -> Iterator[Finding]:
    if address.tag.startswith(_MH):
        inside = [each for each in nodes_inside(address) if local_name(each) not in ("", "Type")]
        if not any(each.get("V") or value(each) for each in inside):
            yield subject.finding("MH-026", address)


def _county(subject: Subject, county: etree._Element) -> Iterator[Finding]:
    if county.tag.startswith(_MH) and not _COUNTY.fullmatch(county.get("V", "")):
        yield subject.finding("MH-027", county, "V")


def _tele(subject: Subject, tele: etree._Element) -> Iterator[Finding]:
    parent = tele.getparent()
    if parent is not None and parent.tag == f"{_MH}TeleCom" and not _URL.fullmatch(tele.get("V", "")):
        yield subject.finding("MH-028", tele, "V")


CHECKS = (
    ElementCheck(("MH-026",), "rules", ("Address",), _address, HEADS, advice=True),
    ElementCheck(("MH-027",), "rules", ("County",), _county, HEADS, advice=True),
    ElementCheck(("MH-028",), "rules", ("TeleAddress",), _tele, HEADS),
)
