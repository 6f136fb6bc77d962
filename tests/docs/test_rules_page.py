"""docs/rules.md lists every business rule, where it is decided and by which samples; refreshed with ``MELDINGSLOFT_UPDATE_GOLDEN=1``."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from meldingsloft.adapters.code_texts import CodeTexts
from meldingsloft.domain.code_texts import CodeText
from meldingsloft.validate.rules.conversation import findings as conversation
from meldingsloft.validate.rules.registry import CHECKS
from tests.reference import SHARED, needs_reference

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "rules.md"
SERIES = {
    "GN": ("All messages", 16),
    "MH": ("Hodemelding", 46),
    "ID": ("Identity numbers and identifiers", 19),
    "DT": ("Datatypes", 21),
    "KV": ("Code systems", 24),
    "EP": ("Epikrise", 30),
    "HE": ("Henvisning", 33),
    "SV": ("Svarrapport", 34),
    "RE": ("Rekvisisjon", 25),
    "PL": ("Pleie- og omsorgsmeldinger", 40),
    "DI": ("Dialogmelding", 25),
    "AK": ("AppRec", 17),
    "XR": ("Head and content, and the messages of a conversation", 28),
}
RULES = [f"{series}-{number:03}" for series, (_, count) in SERIES.items() for number in range(1, count + 1)]
WITHOUT_SAMPLE = {
    "GN-003": "its violations have codes of their own, `XSD-…`, and samples under those",
    "GN-015": "a message of ten megabytes is made by a test",
}
_OPENING = """\
# Business rules

Every rule beyond the XML Schemas: what it says, how grave it is, what a receiver answers, where it is decided, and the samples that
break it. `meldingsloft explain CODE` says why it matters and how to mend it. A rule that cannot be decided from messages has the
reason in place of a module. This page is written by a test from the texts, the checks and the samples.
"""


def decided() -> dict[str, str]:
    """The module that gives each code, as a path in the repository."""
    homes = {"GN-003": "meldingsloft/validate/schema.py"}
    homes |= dict.fromkeys(conversation.IDS, "meldingsloft/validate/rules/conversation/findings.py")
    for check in CHECKS.checks:
        for code in check.ids:
            homes[code] = check.look.__module__.replace(".", "/") + ".py"
    return homes


def samples() -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "samples" / "bad").glob("*/*_*")):
        found[path.name.partition("_")[0]].append(path.relative_to(ROOT).as_posix())
    return found


def page() -> str:
    homes, broken = decided(), samples()
    parts = [_OPENING]
    for series, (title, count) in SERIES.items():
        parts.append(
            f"\n## {series}: {title[0].lower()}{title[1:]}\n\n| rule | severity | AppRec | says | decided in | samples |\n|---|---|---|---|---|---|\n"
        )
        parts += [_row(f"{series}-{number:03}", homes, broken) for number in range(1, count + 1)]
    return "".join(parts)


def _row(code: str, homes: dict[str, str], broken: dict[str, list[str]]) -> str:
    text = text_of(code)
    home = homes.get(code, "")
    where = f"[{Path(home).stem}](../{home})" if home else f"*{text.undecided}*"
    shown = WITHOUT_SAMPLE.get(code, "") or " ".join(
        f"[{number}](../{path})" for number, path in enumerate(broken.get(code, []), 1)
    )
    title = re.sub(r"([|<_*])", r"\\\1", text.title)
    return f"| {code} | {text.severity} | {text.apprec} | {title} | {where} | {shown} |\n"


def text_of(code: str) -> CodeText:
    text = CodeTexts().find(code)
    assert text is not None, code
    return text


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_decided_and_shown_or_says_why_not(code: str) -> None:
    text = text_of(code)
    assert text.severity in ("error", "warning", "info")
    assert (code in decided()) != bool(text.undecided)
    assert (code in samples()) == (code in decided() and code not in WITHOUT_SAMPLE)


def test_there_are_no_other_rules() -> None:
    assert {code for code in CodeTexts().codes if code[:2] in SERIES and code[2] == "-"} == set(RULES)


@needs_reference
def test_the_rules_are_those_of_the_digest_with_its_severities() -> None:
    assert SHARED is not None
    digest = (SHARED / "standards" / "rules.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([A-Z]{2}-\d{3}) \| (error|warning|info) \|", digest, re.MULTILINE))
    assert {code: text_of(code).severity for code in RULES} == rows


def test_the_page_is_up_to_date() -> None:
    if os.environ.get("MELDINGSLOFT_UPDATE_GOLDEN"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()
