"""Files that travel inside a message: read by name, known by their first bytes, written as base64 (HIS 1036:2011)."""

from __future__ import annotations

import binascii
from dataclasses import dataclass

from meldingsloft.domain.errors import MeldingsloftError
from meldingsloft.fagmelding.kinds import Raw, Surroundings, Wrong, read_text
from meldingsloft.fagmelding.writing import Node

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def media_type(content: bytes) -> str:
    """The media type that the first bytes tell, empty when it is none a receiver must support (rules MH-044, MH-045)."""
    return next((name for magic, name in _MAGIC if content.startswith(magic)), "")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The content of a file named in the case, as a base64 container (HIS 1036 §4)."""

    what: str = "the name of a file"
    largest: int = 10_000_000
    """Bytes (rule GN-015)."""

    def read(self, raw: Raw, around: Surroundings) -> bytes:
        """The bytes of the file."""
        name = read_text(raw, self.what)
        try:
            content = around.load_attachment(name)
        except (OSError, MeldingsloftError):
            raise Wrong("the file cannot be read", "name it from the folder of the case file") from None
        if not content:
            raise Wrong("the file is empty")
        if len(content) > self.largest:
            raise Wrong("the file is larger than the 10 MB that a message may have", "send a smaller file")
        if not media_type(content):
            raise Wrong("the file is no PDF, JPEG or PNG", "receivers need not support anything else: save it as PDF")
        return content

    def write(self, node: Node, value: bytes) -> None:
        """Base64 in lines of 76."""
        lines = (binascii.b2a_base64(value[at : at + 57], newline=True) for at in range(0, len(value), 57))
        node.children.append(b"".join(lines).decode("ascii"))
