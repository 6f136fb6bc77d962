"""RX-020, RX-030, RX-031: whom the payload is encrypted for, and whether the process asks for it (interop facts, sections 4 and 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.crypto.cms_opening import names_serials
from meldingsloft.ebxml.namespaces import EB
from meldingsloft.validate.receivers.checks import NAV, Case, ReceiverCheck

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding

_PKCS7 = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_PLAIN = frozenset({"HarBorgerFrikort", "HarBorgerEgenandelFritak"})
_ENCRYPTED = frozenset(
    {
        "HarBorgerFrikortMengde", "Inntektsforesporsel", "Trekkopplysning", "BehandlerKrav", "OppgjorsKontroll", "Sykmelding",
        "Legemelding", "DialogmoteInnkalling", "ForesporselFraSaksbehandler", "HenvendelseFraLege",
        "HenvendelseFraSaksbehandler", "Oppfolgingsplan",
    }
)  # fmt: skip
"""eb:Service of NAV's processes."""


def _recipients(case: Case) -> Iterator[Finding]:
    for number, part in enumerate(case.mail.parts if case.mail else (), 1):
        if part.content_type in _PKCS7 and names_serials(part.content) is False:
            yield case.finding("RX-020", f"attachment {number}")


def _processes(case: Case) -> Iterator[Finding]:
    if case.mail is None or not case.mail.parts:
        return
    element = case.root.find(f".//{{{EB}}}MessageHeader/{{{EB}}}Service")
    service = ((element.text if element is not None else None) or "").strip()
    for number, part in enumerate(case.mail.parts, 1):
        encrypted = part.content_type in _PKCS7
        if service in _ENCRYPTED and not encrypted:
            yield case.finding("RX-030", f"attachment {number}", service=service)
        if service in _PLAIN and encrypted:
            yield case.finding("RX-031", f"attachment {number}", service=service)


CHECKS = (ReceiverCheck(("RX-020",), NAV, _recipients), ReceiverCheck(("RX-030", "RX-031"), NAV, _processes))
