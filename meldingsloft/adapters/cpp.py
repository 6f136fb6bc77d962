"""What the register needs of a CPP or CPA: parties, EDI address, certificates (cpp-cpa-2_0.xsd; HITS 1177).

Encryption certificates are those that ApplicationCertificateRef names, signing certificates those of SigningCertificateRef; where
nothing refers to a certificate its KeyUsage decides. Certificates for TLS are left out.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.domain.errors import CertificateError, UnreadableError
from meldingsloft.domain.identifiers import HerId, is_her_id
from meldingsloft.xmlsafe import parse

if TYPE_CHECKING:
    from lxml import etree

CPPA = "{http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd}"
_X509 = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
_ROOTS = (f"{CPPA}CollaborationProtocolProfile", f"{CPPA}CollaborationProtocolAgreement")
_LONGEST_NAME = 250
_TLS = ("ServerCertificateRef", "ClientCertificateRef")


@dataclass(frozen=True, slots=True)
class ProfiledParty:
    """One PartyInfo."""

    her_id: HerId
    name: str
    org_number: str
    edi_address: str
    """Empty when no endpoint is a ``mailto:``."""
    signing_certificates: tuple[bytes, ...]
    encryption_certificates: tuple[bytes, ...]


def parties_of(data: bytes) -> list[ProfiledParty]:
    """Every party with a HER-id of a CPP or CPA.

    Raises:
        UnreadableError: not XML; ``ML-E050``, neither CPP nor CPA, or no party in it has a HER-id.
    """
    root = parse(data)
    found = [] if root.tag not in _ROOTS else [p for info in root.iter(f"{CPPA}PartyInfo") if (p := _party(info))]
    if not found:
        raise UnreadableError(
            "ML-E050",
            "this is no CPP or CPA with a party that has a HER-id",
            hint="give a CPP 2.0 or CPA 2.0 document, or a register record (TOML)",
        )
    return found


def _party(info: etree._Element) -> ProfiledParty | None:
    ids = {(_attribute(e, "type") or "").upper(): (e.text or "").strip() for e in info.iterfind(f"{CPPA}PartyId")}
    her_id = ids.get("HER", "")
    if not is_her_id(her_id):
        return None
    signing, encryption = _certificates(info)
    return ProfiledParty(
        her_id=HerId(her_id),
        name="".join(sign if sign.isprintable() else " " for sign in _attribute(info, "partyName") or "")[
            :_LONGEST_NAME
        ].strip(),
        org_number=ids.get("ENH") or ids.get("ORGNUMMER") or "",
        edi_address=next(_addresses(info), ""),
        signing_certificates=signing,
        encryption_certificates=encryption,
    )


def _attribute(element: etree._Element, name: str) -> str | None:
    value = element.get(CPPA + name)
    return element.get(name) if value is None else value


def _addresses(info: etree._Element) -> Iterator[str]:
    for endpoint in info.iter(f"{CPPA}Endpoint"):
        uri = _attribute(endpoint, "uri") or ""
        if uri.startswith("mailto:"):
            yield uri.removeprefix("mailto:").lstrip("/").strip()


def _certificates(info: etree._Element) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    by_id = {_attribute(e, "certId") or "": der for e in info.iterfind(f"{CPPA}Certificate") if (der := _der(e))}
    tls = {i for name in _TLS for i in _named(info, name)}
    signing = [by_id[i] for i in _named(info, "SigningCertificateRef") if i in by_id]
    encryption = [by_id[i] for i in _named(info, "ApplicationCertificateRef") if i in by_id]
    for cert_id, der in by_id.items():
        if cert_id not in tls and der not in signing and der not in encryption:
            (signing if "nonRepudiation" in read_certificate(der).key_usages else encryption).append(der)
    return tuple(dict.fromkeys(signing)), tuple(dict.fromkeys(encryption))


def _named(info: etree._Element, reference: str) -> dict[str, None]:
    """CertIds that elements of this name refer to, in document order."""
    return dict.fromkeys(_attribute(e, "certId") or "" for e in info.iter(CPPA + reference))


def _der(certificate: etree._Element) -> bytes | None:
    """The first X509Certificate that can be read; templates hold placeholders."""
    for element in certificate.iter(_X509):
        with contextlib.suppress(binascii.Error, CertificateError, ValueError):
            der = base64.b64decode((element.text or "").encode("ascii", "replace"))
            read_certificate(der)
            return der
    return None
