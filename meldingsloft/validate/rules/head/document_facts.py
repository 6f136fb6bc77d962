"""MH-032…MH-035: what is said about a Document fits the document (HIS 80601:2006 Document, RefDoc)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.hodemelding.nodes import attribute, child, children
from meldingsloft.validate.checks import HEADS, Check
from meldingsloft.validate.discretion import shown
from meldingsloft.validate.moments import is_before
from meldingsloft.validate.subject import BASE64_CONTAINER, MSGHEAD

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.findings import Finding
    from meldingsloft.validate.subject import Subject

_MH = f"{{{MSGHEAD}}}"
_CONNECTIONS = frozenset({"A", "F", "FH", "H", "V"})
"""Kodeverk 4702."""
_COMPRESSIONS = frozenset({"DF", "GZ", "Z"})
"""Kodeverk 1204."""
_CONSENT = "2.16.578.1.12.4.1.1.9064"


def _look(subject: Subject) -> Iterator[Finding]:
    main = 0
    for document in subject.root.iterchildren(f"{_MH}Document"):
        inside = children(document)
        connection = inside.get(f"{_MH}DocumentConnection")
        if connection is not None:
            said = connection.get("V", "")
            main += said == "H"
            if said not in _CONNECTIONS:
                yield subject.finding(
                    "MH-032", connection, "V", detail="code", found=shown(said, "DocumentConnection", "V")
                )
            elif said == "H" and main > 1:
                yield subject.finding("MH-032", connection, detail="twice")
        yield from _period(subject, inside)
        consent = inside.get(f"{_MH}Consent")
        if consent is not None and consent.get("S") != _CONSENT and _asks_consent(subject):
            yield subject.finding("MH-034", consent, "S", found=shown(consent.get("S", ""), "Consent", "S"))
        yield from _compression(subject, inside.get(f"{_MH}RefDoc"))


def _period(subject: Subject, inside: dict[str, etree._Element]) -> Iterator[Finding]:
    end, start = inside.get(f"{_MH}ToDate"), inside.get(f"{_MH}FromDate")
    if end is None:
        return
    if start is None:
        yield subject.finding("MH-033", end, detail="alone")
    elif not is_before(attribute(start, "V"), attribute(end, "V")):
        yield subject.finding("MH-033", end, "V", detail="order")


def _asks_consent(subject: Subject) -> bool:
    row = subject.message_type
    return row is not None and row.in_msghead and row.family in ("plo", "henvisning")


def _compression(subject: Subject, ref_doc: etree._Element | None) -> Iterator[Finding]:
    compression = child(ref_doc, f"{_MH}Compression")
    if compression is None:
        return
    if compression.get("V", "") not in _COMPRESSIONS:
        found = shown(compression.get("V", ""), "Compression", "V")
        yield subject.finding("MH-035", compression, "V", detail="code", found=found)
    elif child(child(ref_doc, f"{_MH}Content"), BASE64_CONTAINER) is None:
        yield subject.finding("MH-035", compression, detail="needless")


CHECK = Check(("MH-032", "MH-033", "MH-034", "MH-035"), "rules", _look, HEADS, advice=True)
