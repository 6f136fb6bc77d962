"""KV-001, KV-002, KV-003…KV-007, KV-012…KV-014, KV-016, KV-019, KV-020, KV-022…KV-024, DT-007, DT-013: coded values are what their lists say.

Every element that takes its codes from a list (``data/kodeverk/bindings.csv``) is looked at once: the list named in S must be one
of those bound to the element, the code a member, the text its display text. What is wrong is told by the narrowest rule:
``mistakes`` knows the usual ones. A wrong code is no reason to reject a message (HIS 80415:2012 §3.3.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.code_lists import list_number
from meldingsloft.validate.checks import Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.rules.kodeverk import mistakes
from meldingsloft.validate.rules.kodeverk.bound import OLDER, Bound
from meldingsloft.validate.rules.kodeverk.doubtful import doubtful
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.ports import CodeLists
    from meldingsloft.validate.subject import Subject

_MOST_COMPARED = 40
"""Wrong codes of one document that are compared with all codes of their lists, which takes milliseconds."""


def _look(subject: Subject) -> Iterator[Finding]:
    for element, _, bound in doubtful(subject):
        if bound is not None and element is not subject.type_element:
            yield from _closer(subject, element, bound)


def _closer(subject: Subject, element: etree._Element, bound: Bound) -> Iterator[Finding]:
    """What is to be said of a coded value that is not plainly right."""
    if subject.codes is None or mistakes.told_by_another_series(element):
        return
    if bound.unit:
        yield from _unit(subject, subject.codes, element, bound)
        return
    code = (element.get("V") or "").strip()
    if bound.by_system is None:
        if code:
            yield from _simple(subject, subject.codes, element, bound, code)
        return
    system = (element.get("S") or "").strip()
    number = list_number(system)
    if system not in bound.by_system:
        told = bound.binding.strictness != "open" or number in mistakes.RETIRED_LISTS
        if system and told and not mistakes.told_by_form(system):
            yield from _foreign(subject, subject.codes, element, bound, number)
    elif code:
        yield from _of_list(subject, subject.codes, element, number, code)


def _foreign(
    subject: Subject, lists: CodeLists, element: etree._Element, bound: Bound, number: str
) -> Iterator[Finding]:
    rule = mistakes.of_list(element, bound, number)
    if not rule:
        return
    facts = {"expected": _names(lists, bound.lists), "found": shown(element.get("S", ""), local_name(element), "S")}
    if number and lists.name(number) != number:
        facts["found"] = _names(lists, (number,))
    yield subject.finding(rule, element, "S", detail="list", **facts)


def _of_list(subject: Subject, lists: CodeLists, element: etree._Element, number: str, code: str) -> Iterator[Finding]:
    """A code of a list that is bound to the element."""
    if number in mistakes.RETIRED_LISTS and not mistakes.before_retirement(subject):
        yield subject.finding(
            "KV-014", element, "S", detail="list", found=_names(lists, (number,)), expected="7280 (NLK)"
        )
    if not lists.has_list(number):
        form = mistakes.FORMS.get(number)
        if form is not None and not form[0].fullmatch(code):
            facts = {"found": shown(code, local_name(element), "V"), "expected": form[1], "list": lists.name(number)}
            yield subject.finding("KV-020", element, "V", **facts)
        return
    text = lists.display(number, code)
    if text is None:
        yield _unknown(subject, lists, element, (number,), code)
    else:
        yield from _known(subject, lists, element, number, code, text)


def _simple(subject: Subject, lists: CodeLists, element: etree._Element, bound: Bound, code: str) -> Iterator[Finding]:
    """A CS: its list is fixed by the standard."""
    found = [(number, text) for number in bound.lists if (text := lists.display(number, code)) is not None]
    if found:
        said = _plain(element.get("DN", ""))
        number, text = next((entry for entry in found if _plain(entry[1]) == said), found[0])
        yield from _known(subject, lists, element, number, code, text)
    elif bound.codes is None or bound.binding.strictness == "open":
        form = mistakes.FORMS.get(bound.lists[0]) if bound.lists else None
        if form is not None and not form[0].fullmatch(code):
            facts = {
                "found": shown(code, local_name(element), "V"),
                "expected": form[1],
                "list": lists.name(bound.lists[0]),
            }
            yield subject.finding("KV-020", element, "V", **facts)
    else:
        other = mistakes.of_code(lists, bound, code)
        if other is None:
            yield _unknown(subject, lists, element, bound.lists, code)
        elif other[0]:
            facts = {"found": shown(code, local_name(element), "V"), "expected": _names(lists, bound.lists)}
            if other[1]:
                facts["other"] = _names(lists, (other[1],))
            yield subject.finding(other[0], element, "V", detail="code", **facts)


def _known(
    subject: Subject, lists: CodeLists, element: etree._Element, number: str, code: str, text: str
) -> Iterator[Finding]:
    """A member of its list: is it still in use, and does the text beside it say the same?"""
    note = lists.note(number, code)
    if OLDER in note and not subject.old_generation:
        language = number == mistakes.LANGUAGES
        facts = {"found": shown(code, local_name(element), "V"), "expected": _names(lists, (number,))}
        if not language:
            facts["note"] = note
        yield subject.finding(
            "KV-024" if language else "KV-016", element, "V", detail="code" if language else "", **facts
        )
        return
    said = element.get("DN")
    if said and _plain(said) != _plain(text):
        yield subject.finding(
            "KV-002", element, "DN", code=shown(code, local_name(element), "V"), expected=text, list=number
        )


def _unit(subject: Subject, lists: CodeLists, element: etree._Element, bound: Bound) -> Iterator[Finding]:
    unit = (element.get("U") or "").strip()
    if unit and bound.codes is not None and unit not in bound.codes and bound.binding.strictness != "open":
        facts = {"found": shown(unit, local_name(element), "U"), "expected": _names(lists, bound.lists)}
        yield subject.finding(
            "DT-013", element, "U", detail=_near_detail(subject, lists, bound.lists, unit, facts), **facts
        )


def _unknown(
    subject: Subject, lists: CodeLists, element: etree._Element, numbers: tuple[str, ...], code: str
) -> Finding:
    facts = {"found": shown(code, local_name(element), "V"), "expected": _names(lists, numbers)}
    return subject.finding("KV-001", element, "V", detail=_near_detail(subject, lists, numbers, code, facts), **facts)


def _near_detail(subject: Subject, lists: CodeLists, numbers: tuple[str, ...], code: str, facts: dict[str, str]) -> str:
    """The name of the detail; puts the nearest code among the facts when there is one."""
    asked = subject.worked_out["nearest"] = subject.worked_out.get("nearest", 0) + 1
    for number in numbers if asked <= _MOST_COMPARED else ():
        for near in lists.nearest(number, code, 1):
            facts["near"] = f"{near} ({lists.display(number, near)})"
            return "near"
    return "unknown"


def _names(lists: CodeLists, numbers: tuple[str, ...]) -> str:
    return ", ".join(
        f"{number} ({lists.name(number)})" if lists.name(number) != number else number for number in numbers
    )


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


CHECK = Check(
    (
        "KV-001", "KV-002", "KV-003", "KV-004", "KV-005", "KV-006", "KV-007", "KV-012", "KV-013", "KV-014", "KV-016",
        "KV-019", "KV-020", "KV-022", "KV-023", "KV-024", "DT-007", "DT-013",
    ),
    "codes",
    _look,
    advice=True,
)  # fmt: skip
