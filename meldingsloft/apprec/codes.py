"""The closed vocabulary of AppRec: versions, roles, statuses and the general error codes.

They stand here as constants because answering must not open a file; a test holds them against the shipped code lists.
Sources: HIS 80415:2012 §4.3.1, §6.2, §6.3; kodeverk 8112, 8221, 8258; roles of 1.0 from HITS 1168:2016 §6.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from meldingsloft.domain.heads import AppRecError

Version = Literal["1.0", "1.1"]

NAMESPACES: Mapping[str, str] = {
    "1.0": "http://www.kith.no/xmlstds/apprec/2004-11-21",
    "1.1": "http://www.kith.no/xmlstds/apprec/2012-02-15",
}
MIG_VERSIONS: Mapping[str, str] = {"1.0": "1.0 2004-11-21", "1.1": "v1.1 2012-02-15"}

ERROR_LIST = "8221"
ERROR_SYSTEM = "2.16.578.1.12.4.1.1.8221"

OK, REJECTED, PARTLY = "1", "2", "3"
STATUSES: Mapping[str, str] = {OK: "OK", REJECTED: "Avvist", PARTLY: "OK, feil i delmelding"}
"""Kodeverk 8258."""

ROLES: Mapping[str, str] = {
    "PRIM": "Primærmottaker",
    "COP": "Kopimottaker",
    "AVS": "Avsender",
    "REQ": "Rekvirent",
    "SPR": "Tjenesteyter",
    "RECEIVER": "Mottaker",
}
ROLES_OF_VERSION: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "1.0": (frozenset({"REQ", "SPR", "COP"}), frozenset({"RECEIVER"})),
    "1.1": (frozenset({"PRIM", "COP"}), frozenset({"AVS"})),
}
"""(roles of Sender, roles of Receiver); 1168 §6.2."""

Use = Literal["general", "process", "withdrawn"]


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One code of kodeverk 8221."""

    name: str
    use: Use = "general"
    """``process``: only where the process of the message documents it; ``withdrawn``: not to be sent (AR-014)."""
    unspecific: bool = False
    """Only when nothing else fits, and then with a text (AR-012)."""


ERRORS: Mapping[str, ErrorCode] = {
    "T01": ErrorCode("Ikke XML / ikke 'well formed' / uleselig"),
    "T02": ErrorCode("XML validerer ikke"),
    "T10": ErrorCode("Støtter ikke meldingsformatet"),
    "T99": ErrorCode("Annen feil på format", unspecific=True),
    "S01": ErrorCode("Feil på signatur"),
    "S02": ErrorCode("Ugyldig sertifikat"),
    "S03": ErrorCode("Tilbaketrukket sertifikat"),
    "S99": ErrorCode("Annen feil på signatur eller sertifikat", unspecific=True),
    "E10": ErrorCode("Ugyldig meldingsidentifikator"),
    "E20": ErrorCode("Lege finnes ikke", "withdrawn"),
    "E21": ErrorCode("Mottaker finnes ikke"),
    "E30": ErrorCode("Pasientens fødselsnummer mangler", "process"),
    "E31": ErrorCode("Pasientens fødselsnummer er feil", "process"),
    "E32": ErrorCode("Pasientens navn mangler", "process"),
    "E33": ErrorCode("Pasientens etternavn mangler", "withdrawn"),
    "E34": ErrorCode("Pasientens fornavn mangler", "withdrawn"),
    "E35": ErrorCode("Pasienten finnes ikke i mottakersystemet"),
    "E36": ErrorCode("Pasientopplysninger er utilstrekkelige"),
    "E53": ErrorCode("Pasientens fødselsnummer eller D-nummer finnes ikke registrert i Folkeregisteret.", "process"),
    "E54": ErrorCode("Pasientens fødselsnummer er ikke registrert i mottagersystemet", "process"),
    "X99": ErrorCode("Annen feil", unspecific=True),
}


def general_error(code: str, text: str = "") -> AppRecError:
    """An error of kodeverk 8221 with its display text; ``text`` becomes OT.

    Raises:
        KeyError: the list has no such code.
    """
    return AppRecError(code, ERRORS[code].name, text, ERROR_SYSTEM)
