"""Parties as the address register knows them (HIS 1153-1 ch. 4 and 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from meldingsloft.domain.identifiers import HerId


@dataclass(frozen=True, slots=True)
class Organisation:
    """A virksomhet: level 1."""

    name: str
    her_id: HerId
    org_number: str = ""
    """Nine digits of Enhetsregisteret, empty when unknown."""


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """One level-2 party of the register: where its mail goes and which certificates speak for it."""

    her_id: HerId
    name: str
    kind: Literal["service", "person"]
    """Register types Service and OrganizationPerson (HITS 1172 r30, r54)."""
    organisation: Organisation
    edi_address: str
    signing_certificates: tuple[bytes, ...] = field(default=(), repr=False)
    """DER, newest first."""
    encryption_certificates: tuple[bytes, ...] = field(default=(), repr=False)
    """DER, newest first; the first is the one to encrypt to."""
    hpr: str = ""
    content_cipher: Literal["aes-256-cbc", "3des-cbc"] = "aes-256-cbc"
    """What this party can open (ebXML profile, conflict C3)."""
    plaintext: Literal["mime", "bare"] = "mime"
    """What stands inside the CMS: a MIME entity (HITS 1172 §5.15.1) or the bare document (conflict C12)."""
