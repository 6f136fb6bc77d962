"""SV-022, SV-023: reference intervals are possible, and the mark of a deviating result agrees with them.

Derived from HIS 80822:2014, class Interval and RefInterval, and kodeverk 8244. References in words are not judged, nor is
a missing mark, nor items with several references (by age, by sex).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of, text
from meldingsloft.validate.checks import ElementCheck
from meldingsloft.validate.rules.svarrapport.identity import SCOPE
from meldingsloft.validate.rules.svarrapport.intervals import Reference, number, reference
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_OVER, _UNDER, _OUTSIDE = "1", "2", "3"
_ENDLESS = Decimal("Infinity")
_UP_TO = frozenset({"LT", "LE", "ML"})
_FROM = frozenset({"GT", "GE", "MG"})


def _possible(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """SV-022."""
    yield from (_described if local_name(element) == "RefInterval" else _ordered)(subject, element)


def _described(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """RefInterval/Descr."""
    known = reference(text(element, f"{prefix_of(element)}Descr"))
    if known is None:
        return
    if not known.possible:
        yield subject.finding("SV-022", element, detail="order")
    if known.unit and _is_unit(subject, known.unit) and _unit_beside(element) not in ("", known.unit):
        yield subject.finding("SV-022", element, detail="unit")


def _ordered(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """Interval/Low and High, which is a result."""
    p = prefix_of(element)
    low, high = child(element, f"{p}Low"), child(element, f"{p}High")
    below, above = number(attribute(low, "V")), number(attribute(high, "V"))
    if below is not None and above is not None and not below < above:
        yield subject.finding("SV-022", element, detail="order")
    if low is not None and high is not None and attribute(low, "U") != attribute(high, "U"):
        yield subject.finding("SV-022", element, detail="unit")


def _unit_beside(element: etree._Element) -> str:
    """Of the number that the reference is for."""
    p = prefix_of(element)
    return attribute(child(child(element.getparent(), f"{p}NumResult"), f"{p}NumResultValue"), "U")


def _is_unit(subject: Subject, found: str) -> bool:
    return subject.codes is not None and subject.codes.display("8364", found) is not None


def _mark(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    """SV-023."""
    item = element.getparent()
    if item is None:
        return
    p = prefix_of(item)
    result, references = child(item, f"{p}NumResult"), list(item.iterchildren(f"{p}RefInterval"))
    measured = number(attribute(child(result, f"{p}NumResultValue"), "V"))
    if measured is None or len(references) != 1:
        return
    known = reference(text(references[0], f"{p}Descr"))
    if known is None or not known.possible:
        return
    comparison = code(result, f"{p}ArithmeticComp")
    lowest = -_ENDLESS if comparison in _UP_TO else measured
    highest = _ENDLESS if comparison in _FROM else measured
    not_over, not_under = _not_over(highest, known), _not_under(lowest, known)
    mark = element.get("V", "").strip()
    inside = (not_over or known.high is None) and (not_under or known.low is None)
    wrong = {_OVER: not_over, _UNDER: not_under, _OUTSIDE: inside}
    if comparison != "NE" and wrong.get(mark, False):
        yield subject.finding("SV-023", element, "V", found=mark)


def _not_over(value: Decimal, known: Reference) -> bool:
    if known.high is None:
        return False
    return value <= known.high if known.ends_belong else value < known.high


def _not_under(value: Decimal, known: Reference) -> bool:
    if known.low is None:
        return False
    return value >= known.low if known.ends_belong else value > known.low


CHECKS = (
    ElementCheck(("SV-022",), "rules", ("RefInterval", "Interval"), _possible, SCOPE, content=True, advice=True),
    ElementCheck(("SV-023",), "rules", ("DevResultInd",), _mark, SCOPE, content=True, advice=True),
)
