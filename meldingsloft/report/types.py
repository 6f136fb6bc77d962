"""The message catalogue for people and for programs (form ``meldingsloft.type/1``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from meldingsloft.domain.catalogue import MessageType

FORM = "meldingsloft.type/1"
_COLUMNS = ("type", "status", "action", "service", "apprec", "build", "view", "document", "name", "root", "namespace")
_FIRST_TO_GO = ("namespace", "root", "service", "name", "view", "document")
"""Columns left out of a narrow table, in this order."""
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def type_object(row: MessageType) -> dict[str, Any]:
    """One type as a JSON object; null where there is none."""
    return {
        "form": FORM,
        "short_name": row.short_name,
        "name_nb": row.name_nb,
        "version": row.version,
        "namespace": row.namespace,
        "root": row.root,
        "action": row.action or None,
        "service": row.service or None,
        "status": row.status,
        "build": row.build,
        "view": row.view,
        "document": row.document or None,
        "family": row.family,
        "type_codes": list(row.type_codes),
        "actions": list(row.actions),
        "mig_version": row.mig_version or None,
        "in_msghead": row.in_msghead,
        "apprec": row.apprec or None,
        "change_codes": list(row.change_codes),
        "profiles": list(row.profiles),
        "note": row.note or None,
    }


class TypeTable:
    """The types as aligned columns; with a width, columns are left out until the lines fit."""

    def __init__(self, rows: Sequence[MessageType], width: int | None = None) -> None:
        self._cells = [_cells(row) for row in rows]
        self._widths = {name: max(len(name), *(len(cells[name]) for cells in self._cells)) for name in _COLUMNS}
        self.left_out: tuple[str, ...] = ()
        """Columns that had no room, in the order of the table."""
        gone: set[str] = set()
        for name in _FIRST_TO_GO:
            if width is None or self._line_width(gone) <= width:
                break
            gone.add(name)
        self.left_out = tuple(name for name in _COLUMNS if name in gone)
        self._shown = tuple(name for name in _COLUMNS if name not in gone)

    def _line_width(self, gone: set[str]) -> int:
        widths = [width for name, width in self._widths.items() if name not in gone]
        return sum(widths) + 2 * (len(widths) - 1)

    def lines(self, *, colour: bool = False) -> Iterator[str]:
        """A heading, then one line a type."""
        heading = self._line({name: name.upper() for name in _COLUMNS})
        yield f"{_BOLD}{heading}{_PLAIN}" if colour else heading
        for cells in self._cells:
            line = self._line(cells)
            yield f"{_DIM}{line}{_PLAIN}" if colour and cells["status"] != "current" else line

    def _line(self, cells: Mapping[str, str]) -> str:
        return "  ".join(cells[name].ljust(self._widths[name]) for name in self._shown).rstrip()


def _cells(row: MessageType) -> dict[str, str]:
    return {
        "type": row.short_name,
        "status": row.status,
        "action": row.action + (" …" if len(row.actions) > 1 else ""),
        "service": row.service,
        "apprec": row.apprec or "-",
        "build": "yes" if row.build else "-",
        "view": "yes" if row.view else "-",
        "document": row.document or "-",
        "name": row.name_nb,
        "root": row.root,
        "namespace": row.namespace,
    }
