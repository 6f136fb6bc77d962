"""SOAP Faults, both ways (SOAP 1.1 §4.4): the answer to what cannot be answered by an ErrorList; never signed."""

from __future__ import annotations

from lxml import etree

from meldingsloft.domain.envelopes import SoapFault
from meldingsloft.domain.identifiers import ContentId
from meldingsloft.ebxml import namespaces as ns
from meldingsloft.ebxml.blocks import BODY, ENVELOPE, SOAP_FAULT
from meldingsloft.ebxml.packaging import write_entity
from meldingsloft.ebxml.soap import DECLARATION, text
from meldingsloft.ebxml.values import text_of

_CODES = frozenset({"VersionMismatch", "MustUnderstand", "Client", "Server"})
"""SOAP 1.1 §4.4.1; what stands after a dot is left out, and any other code is that of a server."""
_LONGEST = 2000
"""Signs of a received faultstring that are kept."""


def build_fault(fault: SoapFault) -> bytes:
    """A SOAP envelope with this Fault; faultcode is in the SOAP namespace."""
    detail = f"<detail>{text(fault.detail)}</detail>" if fault.detail else ""
    body = f"<SOAP:Fault><faultcode>SOAP:{text(fault.code)}</faultcode><faultstring>{text(fault.text)}</faultstring>{detail}</SOAP:Fault>"
    return DECLARATION + f'<SOAP:Envelope xmlns:SOAP="{ns.SOAP}"><SOAP:Body>{body}</SOAP:Body></SOAP:Envelope>'.encode()


def fault_entity(fault: SoapFault) -> bytes:
    """The MIME entity of a Fault: text/xml, SOAPAction and all (HITS 1172 §4.2.2.3)."""
    return write_entity(build_fault(fault), ContentId("soap-fault"))


def read_fault(root: etree._Element) -> SoapFault | None:
    """The Fault of a SOAP envelope; None when it holds none. Long texts are cut, white space is folded."""
    if root.tag != ENVELOPE:
        return None
    body = root.find(BODY)
    element = body.find(SOAP_FAULT) if body is not None else None
    if element is None:
        return None
    code = _part(element, "faultcode").rpartition(":")[2].partition(".")[0]
    return SoapFault(code if code in _CODES else "Server", _part(element, "faultstring"), _detail(element))


def _part(fault: etree._Element, name: str) -> str:
    """SOAP 1.1 leaves these unqualified; some qualify them all the same."""
    found = fault.find(name)
    if found is None:
        found = fault.find(f"{{{ns.SOAP}}}{name}")
    return " ".join(text_of(found).split())[:_LONGEST]


def _detail(fault: etree._Element) -> str:
    found = fault.find("detail")
    if found is None:
        return ""
    words = (word for piece in found.itertext(etree.Element) for word in str(piece).split())
    return " ".join(words)[:_LONGEST]
