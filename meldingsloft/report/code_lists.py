"""Code lists and codes for people and for programs (forms ``meldingsloft.code-list/1`` and ``meldingsloft.code/1``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from meldingsloft.domain.code_lists import ListFacts
from meldingsloft.report.text import PLAIN, Terminal


class CodeRow(NamedTuple):
    """One code of a list."""

    facts: ListFacts
    code: str
    display: str
    note: str


def list_object(facts: ListFacts, count: int) -> dict[str, Any]:
    """``meldingsloft.code-list/1``; the count of codes is null for a list whose content is not at hand."""
    return {
        "form": "meldingsloft.code-list/1",
        "number": facts.number,
        "name_nb": facts.name,
        "oid": facts.oid,
        "status": facts.status,
        "codes": None if facts.status == "external" else count,
        "source": facts.source,
    }


def code_object(row: CodeRow) -> dict[str, Any]:
    """``meldingsloft.code/1``."""
    return {
        "form": "meldingsloft.code/1",
        "list": row.facts.number,
        "oid": row.facts.oid,
        "code": row.code,
        "display_nb": row.display,
        "note": row.note or None,
    }


def lists_text(lists: Sequence[tuple[ListFacts, int]], terminal: Terminal = PLAIN) -> Iterator[str]:
    """A heading and one line a list: number, how many codes, status, name."""
    yield terminal.style("LIST  CODES  STATUS    NAME", "bold")
    for facts, count in lists:
        codes = "-" if facts.status == "external" else str(count)
        yield terminal.fitted(f"{facts.number:<4}  {codes:>5}  {facts.status:<8}  {facts.name}")


def heading_text(facts: ListFacts, count: int, terminal: Terminal = PLAIN) -> str:
    """What a list is: number, name, OID, how much of it is here and where that comes from."""
    much = {"complete": f"{count} codes", "partial": f"{count} codes are known, others exist"}.get(
        facts.status, "its codes are kept elsewhere"
    )
    return terminal.fitted(
        f"{terminal.style(f'{facts.number} {facts.name}', 'bold')}\n   {facts.oid}, {much} ({facts.source})"
    )


def codes_text(rows: Sequence[CodeRow], terminal: Terminal = PLAIN, *, with_list: bool = False) -> Iterator[str]:
    """One line a code; the list before it where there are several, the note after it."""
    wide = min(max((len(row.code) for row in rows), default=0), 24)
    for row in rows:
        before = f"{row.facts.number}  " if with_list else ""
        note = terminal.style(f"  ({row.note})", "dim") if row.note else ""
        yield terminal.fitted(f"{before}{row.code:<{wide}}  {row.display}") + note
