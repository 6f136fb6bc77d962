"""Errors in the same form as findings, and as ``meldingsloft.error/1``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meldingsloft.report.text import PLAIN, Terminal

if TYPE_CHECKING:
    from meldingsloft.domain.errors import MeldingsloftError


_SHOWN_PROBLEMS = 100
"""What a person reads; JSON has them all."""


def error_text(error: MeldingsloftError, *, colour: bool = False, terminal: Terminal | None = None) -> str:
    """One error as a block of lines, without a line break at the end; without a mend of its own it takes the catalogue's."""
    terminal = terminal or (Terminal(colour=True) if colour else PLAIN)
    lines = [f"{terminal.style(f'error[{error.code}]', 'error')}: {terminal.style(error.message, 'bold')}"]
    if error.where:
        lines.append(f"  {terminal.style('-->', 'dim')} {error.where}")
    problems = getattr(error, "problems", ())
    more = f"… and {len(problems) - _SHOWN_PROBLEMS} more" if len(problems) > _SHOWN_PROBLEMS else ""
    lines.extend(
        f"   {terminal.style('|', 'dim')}  {said}" for said in (error.detail, *problems[:_SHOWN_PROBLEMS], more) if said
    )
    mend = "; ".join(part for part in (_mend(error), f"more with `meldingsloft explain {error.code}`") if part)
    return terminal.fitted("\n".join([*lines, f"   = mend: {mend}"]))


def error_object(error: MeldingsloftError) -> dict[str, Any]:
    """``meldingsloft.error/1``; ``file`` and ``detail`` only where they are known."""
    made: dict[str, Any] = {
        "form": "meldingsloft.error/1",
        "code": error.code,
        "message": error.message,
        "hint": _mend(error),
    }
    if error.where:
        made["file"] = error.where
    if error.detail:
        made["detail"] = error.detail
    problems = getattr(error, "problems", ())
    if problems:
        made["problems"] = list(problems)
    return made


def _mend(error: MeldingsloftError) -> str:
    if error.hint:
        return error.hint
    from meldingsloft.adapters.code_texts import CodeTexts

    text = CodeTexts().find(error.code)
    return text.mend if text else ""
