"""Mailboxes in memory; keeps the contract of ``ports.Mailboxes``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from meldingsloft.domain.errors import MailboxError


class FakeClaim:
    """One mail, held."""

    def __init__(self, mailboxes: FakeMailboxes, address: str, name: str, mail: bytes) -> None:
        self._mailboxes = mailboxes
        self._held = (address, name)
        self._mail = mail
        self.name = name
        self.size = len(mail)

    def read(self) -> bytes:
        return self._mail

    def read_head(self, size: int) -> bytes:
        return self._mail[:size]

    def keep(self, path: str) -> None:
        self._mailboxes.keep(path, self._mail)

    def done(self) -> None:
        address, name = self._held
        self._mailboxes.new[address].pop(name, None)
        self.release()

    def release(self) -> None:
        self._mailboxes.held.discard(self._held)


class FakeMailboxes:
    """``tmp`` and ``new`` of each address as dictionaries; ``keep`` is where claims put originals."""

    def __init__(self, *addresses: str, keep: Callable[[str, bytes], None] | None = None) -> None:
        self.tmp: dict[str, dict[str, bytes]] = {address: {} for address in addresses}
        self.new: dict[str, dict[str, bytes]] = {address: {} for address in addresses}
        self.held: set[tuple[str, str]] = set()
        self.kept: dict[str, bytes] = {}
        self.keep = keep or self.kept.__setitem__
        self.syncs = 0

    def stage(self, edi_address: str, name: str, data: bytes) -> None:
        self._box(self.tmp, edi_address)[_mail_name(name)] = data

    def publish(self, edi_address: str, name: str) -> bool:
        data = self._box(self.tmp, edi_address).pop(name, None)
        if data is not None:
            self.new[edi_address][name] = data
        return data is not None

    def discard(self, edi_address: str, name: str) -> None:
        self.tmp.get(edi_address, {}).pop(name, None)

    def sync(self) -> None:
        self.syncs += 1

    def waiting(self, edi_address: str) -> Sequence[str]:
        return sorted(self._box(self.new, edi_address))

    def claim(self, edi_address: str, name: str) -> FakeClaim | None:
        mail = self._box(self.new, edi_address).get(name)
        if mail is None or (edi_address, name) in self.held:
            return None
        self.held.add((edi_address, name))
        return FakeClaim(self, edi_address, name, mail)

    def _box(self, boxes: dict[str, dict[str, bytes]], address: str) -> dict[str, bytes]:
        if address not in boxes:
            raise MailboxError("ML-P010", "there is no such mailbox")
        return boxes[address]


def _mail_name(name: str) -> str:
    if "/" in name or name.startswith(".") or not name:
        raise MailboxError("ML-P012", "this cannot be the name of a mail")
    return name
