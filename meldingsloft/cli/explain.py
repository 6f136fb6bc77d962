"""``explain CODE``: what a rule or error code means, why it matters, how to mend it, and where it stands."""

from __future__ import annotations

import sys
from typing import cast

import click

from meldingsloft.cli import frame
from meldingsloft.domain.code_texts import LANGUAGES, Language


@frame.command(
    "explain",
    example="meldingsloft explain GN-008\nmeldingsloft explain XSD-ELEMENT-MISSING --lang nb",
    short_help="What a code means and how to mend it.",
)
@click.argument("codes", metavar="CODE…", nargs=-1)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="English or bokmål.")
@click.option("--list", "listing", is_flag=True, help="All codes, one a line with its title.")
def command(session: frame.Session, codes: tuple[str, ...], lang: str, listing: bool) -> None:
    """What a rule or error code means, why it matters, how to mend it, and the standard it stands in.

    An unknown code ends with exit status 8 and the nearest ones.
    """
    from meldingsloft.adapters.code_texts import CodeTexts
    from meldingsloft.report.codes import explanation_object, explanation_text, listing_text
    from meldingsloft.report.text import Terminal

    if not codes and not listing:
        raise click.UsageError("name a code, or --list for all of them")
    language = cast("Language", lang)
    terminal = Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii")
    texts = CodeTexts()
    known = [texts.explain(code, language) for code in (texts.codes if listing else codes)]
    for number, text in enumerate(known):
        if session.json:
            session.json_line(explanation_object(text))
        elif listing:
            session.line(listing_text(text, terminal))
        else:
            session.line(("\n" if number else "") + explanation_text(text, terminal, language))
