"""A register in memory; keeps the contract of ``ports.Register``."""

from __future__ import annotations

from collections.abc import Iterator

from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import PartyRecord


class FakeRegister:
    """Records by HER-id."""

    def __init__(self, *records: PartyRecord) -> None:
        self.records: dict[str, PartyRecord] = {record.her_id: record for record in records}

    def write(self, record: PartyRecord) -> None:
        self.records[record.her_id] = record

    def party(self, her_id: HerId) -> PartyRecord | None:
        return self.records.get(her_id)

    def by_address(self, edi_address: str) -> PartyRecord | None:
        wanted = _plain(edi_address)
        return next((record for record in self.parties() if _plain(record.edi_address) == wanted), None)

    def parties(self) -> Iterator[PartyRecord]:
        return iter(sorted(self.records.values(), key=lambda record: int(record.her_id)))

    def organisation_name(self, her_id: HerId) -> str | None:
        parents = (record.organisation for record in self.parties())
        return next((parent.name for parent in parents if parent.her_id == her_id), None)


def _plain(address: str) -> str:
    return address.strip().removeprefix("mailto:").casefold()
