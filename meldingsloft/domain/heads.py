"""The head of a message as the road needs it, the same facts whether it stands in MsgHead, Message or AppRec.

Mapping: HIS 1153-2 §4.3 (AD2.5–AD2.15), hodemelding digest §10. Level 1 is the virksomhet, level 2 the communication party.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import NamedTuple

from meldingsloft.domain.catalogue import MessageType
from meldingsloft.domain.identifiers import HerId, MsgId


class ReceiverRole(enum.StrEnum):
    """Which recipient an address is (kodeverk 8112)."""

    PRIMARY = "PRIM"
    COPY = "COP"


class Ident(NamedTuple):
    """An identifier with its type code (``HER``, ``ENH``, ``HPR`` …)."""

    id: str
    type: str
    type_name: str = ""
    """DN as written."""


class Level(NamedTuple):
    """One level of an address: an organisation, a service or a person."""

    name: str = ""
    idents: tuple[Ident, ...] = ()
    person: bool = False

    @property
    def her_id(self) -> HerId | None:
        """The first identifier of type HER."""
        for ident in self.idents:
            if ident.type == "HER":
                return HerId(ident.id.strip())
        return None


_UNNAMED = Level()


@dataclass(frozen=True, slots=True)
class Postal:
    """An address of an HCP structure, copied into the AppRec as it is (test case S5)."""

    type: str = ""
    type_name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    county: str = ""
    """Code of kodeverk 3402."""
    county_name: str = ""
    country: str = ""
    """Code of kodeverk 9043."""
    country_name: str = ""
    district: str = ""
    """CityDistr: a local code."""
    district_name: str = ""
    tele: tuple[str, ...] = ()
    """TeleAddress values (``tel:…``, ``mailto:…``)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Sender or recipient of a message."""

    organisation: Level = _UNNAMED
    party: Level | None = None
    """Level 2; None when the message names none."""
    role: ReceiverRole = ReceiverRole.PRIMARY
    paper: bool = False
    """ComMethod PST: reaches the recipient by letter, no electronic message (HIS 80601 §5)."""
    postal: Postal | None = None
    also: tuple[Level, ...] = ()
    """Further Dept and HCPerson of the same HCP structure, mirrored with the rest; never the address (AR-031, AR-033)."""
    requester: bool = False
    """Stands in the Requester structure: the role REQ of AppRec 1.0 (HITS 1168 §6.2)."""

    @property
    def her_id(self) -> HerId | None:
        """HER-id of the communication party."""
        return self.party.her_id if self.party else None


@dataclass(frozen=True, slots=True)
class Head:
    """Who, what and when of one message."""

    message_type: MessageType
    type_code: str
    """Type as written (MsgInfo/Type, Message/Type, MsgType of an AppRec)."""
    msg_id: MsgId
    generated: str
    """GenDate as written."""
    sender: Address | None
    receivers: tuple[Address, ...]
    """Primary recipient first, then copies."""
    action: str
    """eb:Action by HISD 1209:2018 §3.1."""
    document_id: str = ""
    """Id inside the document that an AppRec 1.0 quotes (HIS 80415:2004 §6.5); empty when the same as msg_id."""
    further_document_ids: tuple[str, ...] = ()
    """Svarrapport with several ServReport: the ids of the second and later ones (AR-020)."""
    type_name: str = ""
    """DN of the type as written."""
    content_tag: str = ""
    """``{namespace}root`` of what stands inside a hodemelding, known or not; empty for other messages and an empty Content."""
    change_code: str = "N"
    """N, M, C or A."""
    test: bool = False
    """Marked as a test message (GN-013)."""
    urgent: bool = False
    """Øyeblikkelig hjelp referral: never rejected for the patient's identification (HIS 80415 §3.3.4)."""
    patient_identified: bool = True
    """The patient is sufficiently identified, or none is asked for (rules MH-021, EP-007, SV-006)."""
    apprec: AppRecFacts | None = None
    """Set when the message is an AppRec."""

    @property
    def service(self) -> str:
        """``S-`` + Action of the business message, also for its AppRec (HISD 1209:2018 §3.2)."""
        return f"S-{self.apprec.original_action if self.apprec else self.action}"

    @property
    def quoted_ids(self) -> tuple[str, ...]:
        """The ids that AppRecs for this message quote, one AppRec each: document ids with AppRec 1.0, else the MsgId (AR-015)."""
        if self.message_type.apprec == "1.0" and self.document_id:
            return (self.document_id, *self.further_document_ids)
        return (self.msg_id,)


@dataclass(frozen=True, slots=True)
class AppRecError:
    """One Error of an AppRec: code, display name, free text, code system."""

    code: str
    name: str = ""
    text: str = ""
    system: str = "2.16.578.1.12.4.1.1.8221"


@dataclass(frozen=True, slots=True)
class AppRecFacts:
    """What an AppRec says of which message."""

    status: str
    """Kodeverk 8258: ``1`` OK, ``2`` Avvist, ``3`` OK, feil i delmelding."""
    original_id: str
    original_type: str = ""
    original_issued: str = ""
    errors: tuple[AppRecError, ...] = ()

    @property
    def original_action(self) -> str:
        """eb:Action of the message answered; the older one-letter types mean their successors (HISD 1209:2018 §3.1)."""
        return {"E": "EPIKRISE", "H": "HENVISNING"}.get(self.original_type, self.original_type)


@dataclass(frozen=True, slots=True)
class Built:
    """The start of the way out: a message as the exact bytes that will travel, and its head."""

    head: Head
    payload: bytes = field(repr=False)


_UNZONED = dt.timezone(dt.timedelta(hours=1))


def generated_instant(text: str, unzoned: dt.tzinfo = _UNZONED) -> dt.datetime | None:
    """The UTC instant of a GenDate; a time without zone is Norwegian time; None if not a dateTime."""
    try:
        value = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=unzoned)
    return value.astimezone(dt.UTC)
