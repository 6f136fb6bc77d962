"""GN-013, ID-012: a message about a synthetic person says that it is a test message.

Synthetic numbers add 80 (Skatteetaten), 65 (Norsk helsenett) or 40 (NAV) to the month; the last is told from an H-nummer by
the type code. Test messages have ProcessingStatus T or D (kodeverk 8113) in a hodemelding, Status TEST (8323) in a Message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import child, code
from meldingsloft.validate.checks import Check
from meldingsloft.validate.rules.identifiers.numbers import CARRIERS, Number, number_of

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_KINDS = frozenset({"FNR", "DNR"})
_LENGTH = 11


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.message_type is None or _marked_as_test(subject):
        return
    first = True
    for name in CARRIERS:
        for carrier in subject.by_name.get(name, ()):
            number = number_of(carrier, _KINDS)
            if number is None or not _synthetic(number):
                continue
            if first:
                head = child(subject.root, f"{subject.prefix}MsgInfo") if subject.in_head else None
                yield subject.finding("GN-013", subject.root if head is None else head)
                first = False
            yield subject.finding("ID-012", number.element)


def _marked_as_test(subject: Subject) -> bool:
    if subject.in_head:
        return code(child(subject.root, f"{subject.prefix}MsgInfo"), f"{subject.prefix}ProcessingStatus") in ("T", "D")
    return code(subject.root, f"{subject.prefix}Status") == "TEST"


def _synthetic(number: Number) -> bool:
    text = number.text
    if len(text) != _LENGTH or not (text.isascii() and text.isdigit()):
        return False
    month = int(text[2:4])
    return 41 <= month <= 52 or 66 <= month <= 77 or 81 <= month <= 92


CHECK = Check(("GN-013", "ID-012"), "rules", _look, advice=True)
