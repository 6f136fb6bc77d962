"""A meldingstjener (MSH): everything the journeys need, handed in once.

The dataclass holds ports and facts, no behaviour; who builds it decides what is real (``cli.wiring``) and what is a fake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from meldingsloft import ports
from meldingsloft.domain.catalogue import Catalogue
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import PartyRecord

RETRY_INTERVAL = timedelta(hours=12)
"""HIS 1037 §5.2 default (EB-181)."""


@dataclass(frozen=True, slots=True)
class MshSettings:
    """What the virksomhet may choose."""

    unknown_party: Literal["reject", "accept"] = "reject"
    """Our organisation but a party we do not have: E21 or positive (ADR-010, conflict A3)."""
    misaddressed: Literal["silent", "e21"] = "silent"
    """No recipient of the document is ours (conflict A2)."""
    max_mail_bytes: int = 64 * 1024 * 1024
    """Larger mails are refused unread."""
    max_send_bytes: int = 10 * 1024 * 1024
    """Largest mail we send (EB-201)."""
    batch: int = 32
    """Mails that share one durable transaction."""
    revocation: Literal["off", "accept", "postpone", "refuse"] = "off"
    """Whether revocation is asked for, and what becomes of a message when nobody can tell."""
    environment: Literal["test", "production"] = "test"
    """In production no test certificate is trusted."""


@dataclass(frozen=True, slots=True)
class Msh:
    """One meldingstjener of one virksomhet."""

    own: Mapping[HerId, PartyRecord]
    """The parties this workspace hosts."""
    keys: ports.Keys
    register: ports.Register
    mailboxes: ports.Mailboxes
    filing: ports.Filing
    journal: ports.Journal
    schemas: ports.Schemas
    codes: ports.CodeLists
    catalogue: Catalogue
    clock: ports.Clock
    ids: ports.Ids
    roots: Callable[[], tuple[bytes, ...]]
    """DER of the certificates trust begins at."""
    software: tuple[str, str]
    """Name and version for HITS 1210 metadata and AppRec."""
    settings: MshSettings = field(default_factory=MshSettings)
    revocations: ports.Revocations | None = None
    """Asked unless ``settings.revocation`` is ``off``."""
    test_roots: Callable[[], tuple[bytes, ...]] = tuple
    """Those of ``roots`` that are for tests."""

    @property
    def organisations(self) -> frozenset[HerId]:
        """HER-ids of the virksomheter whose parties these are."""
        return frozenset(party.organisation.her_id for party in self.own.values())
