"""GN-010: the name beside the message type code is the one that the code has (profiles, section Meldingstype).

A missing name is not asked for here (DT-002).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import Check
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _look(subject: Subject) -> Iterator[Finding]:
    row, element = subject.message_type, subject.type_element
    if row is None or element is None:
        return
    code, name = element.get("V", ""), element.get("DN", "")
    expected = next((known for each, known in zip(row.type_codes, row.type_names, strict=False) if each == code), "")
    if name and expected and _plain(name) != _plain(expected):
        yield subject.finding("GN-010", element, "DN", element=local_name(element), expected=expected)


def _plain(name: str) -> str:
    """Without what nobody reads as a difference: case, blanks, the kind of dash."""
    return "".join(name.split()).replace("–", "-").casefold()


CHECK = Check(("GN-010",), "rules", _look, advice=True)
