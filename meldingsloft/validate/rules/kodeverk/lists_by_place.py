"""KV-008, KV-009, KV-010, KV-011: where several lists are bound to an element, its place or its message decides which.

KV-008 HIS 1152:2006, HIS 1151:2006, HIS 1077:2017, HIS 1206:2018, HISD 80806:2012; KV-009 HIS 80704:2009 §12; KV-010 HIS 1144–1148:2014;
KV-011 HIS 80704:2014 §8–10. A list that is not bound to the element at all is told by DT-007.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.code_lists import list_number
from meldingsloft.hodemelding.nodes import attribute, child, code, prefix_of
from meldingsloft.validate.checks import ElementCheck, of_families
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_TOPICS = {
    "DIALOG_SVAR": ("9069",),
    "DIALOG_NOTAT": ("7321", "9155"),
    "DIALOG_AVVIK": ("8117",),
    "DIALOG_HELSEFAGLIG": ("7322",),
    "DIALOG_STATUS_HENVISNING": ("9148",),
}
"""MsgInfo/Type to the lists of Notat/TemaKodet."""
_REQUESTS = {"101": "9154", "102": "9152", "103": "9153"}
"""Kind of sender (kodeverk 9040: hospital, municipality, fastlege) to its list of requests."""
_CONTENTS = {
    "OverforingMedisinskeOpplysninger": ("9138",),
    "TverrfagligEpikrise": ("9139",),
    "HelseopplysningerVedSoknad": ("9140",),
}
_HEADINGS = {
    "MedisinskfagligeOpplysninger": ("9142", "9143"),
    "Sykepleierdokumentasjon": ("9141",),
}
_NOTICES = "HelseopplysningerVedSoknad"
"""In this message the medical headings are those of a notice to the municipality."""
_DEEP = 8


def _topic(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    kind = subject.type_element
    expected = _TOPICS.get("" if kind is None else kind.get("V", ""))
    if expected is not None:
        yield from _compared(
            subject, element, "KV-008", expected, frozenset(n for lists in _TOPICS.values() for n in lists)
        )


def _request(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    parent = element.getparent()
    body = None if parent is None else parent.getparent()
    sender = subject.head_child("Sender")
    if body is None or local_name(body) != "Dialogmelding" or sender is None:
        return  # an answer repeats what the other party asked
    organisation = child(sender, f"{prefix_of(sender)}Organisation")
    kind = code(organisation, f"{prefix_of(sender)}TypeOrganisation")
    if kind in _REQUESTS:
        yield from _compared(subject, element, "KV-009", (_REQUESTS[kind],), frozenset(_REQUESTS.values()))


def _content(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    expected = _CONTENTS.get(local_name(subject.bodies[0])) if subject.bodies else None
    if expected is not None:
        yield from _compared(subject, element, "KV-010", expected, frozenset({"9138", "9139", "9140"}))


def _heading(subject: Subject, element: etree._Element) -> Iterator[Finding]:
    for depth, above in enumerate(element.iterancestors()):
        expected = _HEADINGS.get(local_name(above))
        if expected is not None:
            outer = above.getparent()
            if outer is not None and local_name(outer) == _NOTICES and "9142" in expected:
                expected = ("9145",)
            yield from _compared(subject, element, "KV-011", expected, frozenset({"9141", "9142", "9143", "9145"}))
            return
        if depth == _DEEP:
            return


def _compared(
    subject: Subject, element: etree._Element, rule: str, expected: tuple[str, ...], known: frozenset[str]
) -> Iterator[Finding]:
    """A finding when the list is a known one, but not one that is expected here."""
    number = list_number(attribute(element, "S"))
    if number in known and number not in expected:
        yield subject.finding(rule, element, "S", found=_named(subject, number), expected=_named(subject, *expected))


def _named(subject: Subject, *numbers: str) -> str:
    if subject.codes is None:
        return ", ".join(numbers)
    return ", ".join(f"{number} ({subject.codes.name(number)})" for number in numbers)


CHECKS = (
    ElementCheck(("KV-008",), "codes", ("TemaKodet",), _topic, of_families("dialog"), advice=True),
    ElementCheck(("KV-009",), "codes", ("TypeForesp",), _request, of_families("dialog"), advice=True),
    ElementCheck(("KV-010",), "codes", ("TypeInnhold",), _content, of_families("plo"), advice=True),
    ElementCheck(("KV-011",), "codes", ("Overskriftskode",), _heading, of_families("plo"), advice=True),
)
