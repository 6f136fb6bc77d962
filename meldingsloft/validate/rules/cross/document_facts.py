"""XR-002, XR-003: what RefDoc says of the fagmelding is what the fagmelding says of itself (HIS 80601:2006 RefDoc)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, prefix_of, text, value
from meldingsloft.validate.checks import HEADS, Check
from meldingsloft.validate.moments import is_before

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject


def _look(subject: Subject) -> Iterator[Finding]:
    document = child(subject.root, f"{subject.prefix}Document")
    ref_doc = child(document, f"{subject.prefix}RefDoc")
    body = subject.bodies[0] if subject.bodies else None
    if ref_doc is None or body is None:
        return
    p = prefix_of(body)
    said = child(ref_doc, f"{subject.prefix}IssueDate")
    issued = child(body, f"{p}IssueDate")
    if said is not None and issued is not None:
        one, other = attribute(said, "V"), attribute(issued, "V") or value(issued)
        if is_before(one, other) or is_before(other, one):
            yield subject.finding("XR-002", said, "V")
    id_said = text(ref_doc, f"{subject.prefix}Id")
    id_is = text(body, f"{p}DocumentId")
    if id_said and id_is and id_said.lower() != id_is.lower():
        yield subject.finding("XR-003", ref_doc)


CHECK = Check(("XR-002", "XR-003"), "rules", _look, HEADS, advice=True)
