"""GN-009 and MH-001: the type code belongs to the namespace of the fagmelding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.validate.checks import Check, of_families
from meldingsloft.validate.discretion import shown
from meldingsloft.xmlsafe import local_name, namespace_of

if TYPE_CHECKING:
    from meldingsloft.domain.catalogue import MessageType
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _look(subject: Subject) -> Iterator[Finding]:
    row, element = subject.message_type, subject.type_element
    if row is None or element is None or not subject.contents:
        return
    code = element.get("V", "")
    if not _carries(row, code):
        allowed = dict.fromkeys(code for other in _same_content(subject) for code in other.type_codes)
        rule = "MH-001" if subject.in_head else "GN-009"
        yield subject.finding(
            rule, element, "V", found=shown(code, local_name(element), "V"), expected=", ".join(allowed)
        )


def _carries(row: MessageType, code: str) -> bool:
    return any(code.startswith(known[:-1]) if known.endswith("*") else code == known for known in row.type_codes)


def _same_content(subject: Subject) -> Iterator[MessageType]:
    first = subject.contents[0]
    content = (namespace_of(first), local_name(first))
    return (row for row in subject.catalogue if (row.namespace, row.root) == content)


CHECK = Check(
    ("GN-009", "MH-001"),
    "rules",
    _look,
    of_families("epikrise", "henvisning", "svarrapport", "rekvisisjon", "dialog", "plo", "paskomm"),
)
