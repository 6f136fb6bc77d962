"""RX-040…RX-052: messages as AMQP queues and NAV's receipts take them (interop facts, sections 8 and 9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.identifiers import is_her_id
from meldingsloft.validate.receivers.checks import AMQP, NAV, ONLY_AMQP, ONLY_STRICT, Case, ReceiverCheck
from meldingsloft.xmlsafe import local_name

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding
    from meldingsloft.domain.heads import Head

_NAV_CODES = frozenset(["X99", "E10", "E20", "E21", "E35", "T01", "T02", "T10", "T99", "S01", "S02", "S03", "S99"])
_LIST = "2.16.578.1.12.4.1.1.8221"


def _head(case: Case) -> Head | None:
    return case.subject.head if case.subject is not None else None


def _her_ids(case: Case) -> Iterator[Finding]:
    head = _head(case)
    if head is None:
        return
    first = head.receivers[0] if head.receivers else None
    for code, address in (("RX-040", head.sender), ("RX-041", first)):
        her_id = address.her_id if address is not None else None
        if her_id is None:
            yield case.finding(code, case.root)
        elif not is_her_id(her_id):
            yield case.finding("RX-042", case.root)


def _is_mail(case: Case) -> Iterator[Finding]:
    if case.mail is not None:
        yield case.finding("RX-043", "mail")


def _apprec(case: Case) -> Iterator[Finding]:
    head = _head(case)
    if head is None or head.apprec is None:
        return
    if not head.apprec.original_id.strip():
        yield case.finding("RX-050", case.root)
    for element in case.root.iter("{*}Error"):
        code, system = element.get("V", ""), element.get("S", _LIST)
        if local_name(element) == "Error" and system == _LIST and code not in _NAV_CODES:
            yield case.finding("RX-052", element, found=code if code.isalnum() and len(code) < 6 else "another code")


def _zone(case: Case) -> Iterator[Finding]:
    head = _head(case)
    if head is None or case.subject is None:
        return
    element = case.subject.head_child("GenDate")
    if element is not None:
        written = str(element.text or element.get("V", "")).strip()
        if "T" in written and not written.endswith("Z") and "+" not in written and written.count("-") < 3:
            yield case.finding("RX-051", element)


CHECKS = (
    ReceiverCheck(("RX-040", "RX-041", "RX-042"), AMQP, _her_ids),
    ReceiverCheck(("RX-043",), ONLY_AMQP, _is_mail),
    ReceiverCheck(("RX-050", "RX-052"), NAV, _apprec),
    ReceiverCheck(("RX-051",), ONLY_STRICT, _zone),
)
