"""docs/codes.md lists every code of the catalogue; refreshed with ``MELDINGSLOFT_UPDATE_GOLDEN=1``."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from meldingsloft.adapters.code_texts import CodeTexts
from meldingsloft.domain.code_texts import CodeText

PAGE = Path(__file__).resolve().parents[2] / "docs" / "codes.md"
SERIES = {
    "AK": "the AppRec as a document",
    "AR": "what an AppRec says and answers",
    "DI": "dialogmelding",
    "DT": "datatypes",
    "EB": "ebXML envelopes",
    "EP": "epikrise",
    "GN": "all messages",
    "HE": "henvisning",
    "ID": "identity numbers and identifiers",
    "KV": "code systems",
    "MH": "hodemelding",
    "ML-C": "configuration, partners, cases and options",
    "ML-E": "envelopes that are refused or cannot be made",
    "ML-J": "the journal",
    "ML-K": "keys, certificates, signatures, encryption",
    "ML-N": "nothing matched",
    "ML-P": "files and mailboxes",
    "ML-U": "not XML, not a mail",
    "ML-V": "messages that are not sent or read",
    "ML-X": "meldingsloft itself",
    "PL": "pleie- og omsorgsmeldinger",
    "RE": "rekvisisjon",
    "RX": "what a receiver minds beyond the standards (`validate --as-receiver`)",
    "SV": "svarrapport",
    "XR": "head and content, and the messages of a conversation",
    "XSD": "violations of the XML Schemas",
}
_SERIES = re.compile(r"ML-[A-Z]|[A-Z]+")
_OPENING = """\
# Codes

Every code that a finding or an error can have. `meldingsloft explain CODE` says more of each, why it matters among it, in English
and with `--lang nb` in bokmål; `meldingsloft explain --list` prints them all.

Rule ids (`GN-008`) and `XSD-…` stand for something in a message or an envelope: *severity* is what validating makes of it, *answer*
the code of kodeverk 8221 that a receiver may reject the message with. `ML-…` stand for what ended a step of meldingsloft's own work.
Codes are never used again for something else. This page is made from the catalogue.
"""


def series_of(code: str) -> str:
    """The letters that codes of one kind have in common."""
    found = _SERIES.match(code)
    assert found, code
    return found.group()


def page() -> str:
    """The page as the catalogue says now: rules first, then schema violations, then the tool's own errors."""
    kinds: defaultdict[str, list[CodeText]] = defaultdict(list)
    for text in map(CodeTexts().explain, CodeTexts().codes):
        kinds[series_of(text.code)].append(text)
    order = sorted(kinds, key=lambda series: (series.startswith("ML-"), series == "XSD", series))
    return "\n".join([_OPENING, *(table(series, kinds[series]) for series in order)])


def table(series: str, texts: list[CodeText]) -> str:
    """One kind of codes, by number."""
    rules = not series.startswith("ML-")
    heads = ["code", *(["severity", "answer"] if rules else []), "title", "how to mend it", "source"]
    lines = [f"## {series}: {SERIES[series]}", "", _row(heads), _row(["---"] * len(heads))]
    for text in sorted(texts, key=lambda text: text.code):
        facts = [text.severity, text.apprec] if rules else []
        lines.append(_row([f"`{text.code}`", *facts, *map(_cell, (text.title, text.mend, text.source))]))
    return "\n".join([*lines, ""])


def _row(cells: list[str]) -> str:
    return re.sub(r" {2,}\|", " |", f"| {' | '.join(cells)} |")


def _cell(text: str) -> str:
    """Text that a table can hold: what looks like markup between back-ticks stays, elsewhere it is escaped."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(part if number % 2 else re.sub(r"([<*_\[])", r"\\\1", part) for number, part in enumerate(parts))


def test_the_page_says_what_the_catalogue_says() -> None:
    fresh = page()
    if os.environ.get("MELDINGSLOFT_UPDATE_GOLDEN"):
        PAGE.write_text(fresh, "utf-8")
    assert fresh == PAGE.read_text("utf-8"), "texts have changed: refresh with MELDINGSLOFT_UPDATE_GOLDEN=1"


@pytest.mark.parametrize("code", CodeTexts().codes)
def test_every_code_has_one_row(code: str) -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| `{code}` |")]
    assert len(rows) == 1
    cells = re.split(r"(?<!\\)\|", rows[0])[1:-1]
    assert len(cells) == (4 if code.startswith("ML-") else 6)
    assert all(cell.strip() for cell in cells[-3:])
