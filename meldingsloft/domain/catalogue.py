"""The message catalogue: which message types there are and what the standards fix for each.

A row is one message type and version. Rows come from a table shipped with the package (read by an adapter); this module
knows how to find a row. Source: the HIS documents named in each row, HISD 1209:2018 for Service, Action and Role.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from meldingsloft.domain.errors import UnknownTypeError

Family = Literal[
    "msghead", "apprec", "epikrise", "henvisning", "svarrapport", "rekvisisjon", "dialog", "plo", "paskomm"
]


@dataclass(frozen=True, slots=True)
class MessageType:
    """One message type in one version."""

    short_name: str
    """``epikrise-1.2``: the name on the command line and in the journal."""
    name_nb: str
    version: str
    namespace: str
    """Target namespace of the fagmelding itself (for a wrapped one: of the content, not of MsgHead)."""
    root: str
    """Local name of the fagmelding's root element."""
    family: Family
    type_codes: tuple[str, ...]
    """Codes of kodeverk 8279 (or the older local one) that Type may carry; a trailing ``*`` matches any ending."""
    type_names: tuple[str, ...]
    """Display names beside ``type_codes``."""
    actions: tuple[str, ...]
    """eb:Action values; the same order as ``type_codes`` where both have several."""
    mig_version: str
    """Value of MIGversion in the head, empty where none is documented."""
    in_msghead: bool
    """Carried inside a hodemelding."""
    status: Literal["current", "superseded", "draft"]
    document: str
    apprec: str
    """``1.0`` or ``1.1``: the AppRec version that answers it (HITS 1168 §8.3); empty where none is sent."""
    change_codes: tuple[str, ...]
    document_id_path: str
    build: bool
    view: bool
    action_names: tuple[str, ...] = ()
    """Display names of kodeverk 8279 beside ``actions``."""
    profiles: tuple[str, ...] = ()
    """Further documents: profiles and guides."""
    note: str = ""
    """What a reader of the table should know, one line."""

    def action_name(self, action: str) -> str:
        """Display name of one of the type's actions, empty when the table has none."""
        return next((name for code, name in zip(self.actions, self.action_names, strict=False) if code == action), "")

    @property
    def action(self) -> str:
        """The first eb:Action, the one of most messages of the type."""
        return self.actions[0] if self.actions else ""

    @property
    def service(self) -> str:
        """``S-`` + Action (HISD 1209:2018 §3.2); empty for AppRec, which goes on the Service of the message it answers."""
        return f"S-{self.action}" if self.action and self.family != "apprec" else ""


class Catalogue:
    """All message types, in the order of the table."""

    def __init__(self, rows: Sequence[MessageType]) -> None:
        self._rows = tuple(rows)
        self._by_name = {row.short_name: row for row in self._rows}
        self._by_content: dict[tuple[str, str], list[MessageType]] = {}
        for row in self._rows:
            self._by_content.setdefault((row.namespace, row.root), []).append(row)
        self.tags = frozenset(f"{{{row.namespace}}}{row.root}" for row in self._rows)
        """The root elements of all fagmeldinger, ``{namespace}name``."""
        self._by_code = {
            (*content, code): self._matching(content, code)
            for content, rows in self._by_content.items()
            for code in ("", *(code for row in rows for code in row.type_codes))
        }

    def __iter__(self) -> Iterator[MessageType]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def named(self, short_name: str) -> MessageType:
        """The row with this short name.

        Raises:
            UnknownTypeError: no such type; carries the nearest names.
        """
        row = self._by_name.get(short_name)
        if row is None:
            raise UnknownTypeError.for_name(short_name, tuple(self._by_name))
        return row

    def beginning_with(self, names: Sequence[str]) -> tuple[MessageType, ...]:
        """The rows whose short name is, or begins with, one of these; all rows for none. A full name means that row alone.

        Raises:
            UnknownTypeError: a name fits no row; carries the nearest names.
        """
        if not names:
            return self._rows
        for name in names:
            if not (name and any(known.startswith(name) for known in self._by_name)):
                raise UnknownTypeError.for_name(name, tuple(self._by_name))
        full = {name for name in names if name in self._by_name}
        begun = tuple(name for name in names if name not in full)
        return tuple(row for row in self._rows if row.short_name in full or row.short_name.startswith(begun))

    def of_content(self, namespace: str, root: str, type_code: str = "") -> MessageType | None:
        """The row for a fagmelding's root element, told apart by its Type code where several share it; None if unknown.

        Source: rule GN-002 (dispatch on namespace), rule XR-001 (Type and namespace belong together).
        """
        row = self._by_code.get((namespace, root, type_code))
        if row is not None or (namespace, root) not in self._by_content:
            return row
        return self._matching((namespace, root), type_code)

    def _matching(self, content: tuple[str, str], type_code: str) -> MessageType:
        rows = self._by_content[content]
        matching = (row for row in rows if any(_matches(code, type_code) for code in row.type_codes))
        return next(matching, rows[0])


def _matches(pattern: str, code: str) -> bool:
    return code.startswith(pattern[:-1]) if pattern.endswith("*") else code == pattern
