"""The catalogue of codes: every code that can be given has texts in both languages, and every text belongs to a code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

import meldingsloft
from meldingsloft.adapters.code_texts import CodeTexts
from meldingsloft.domain.code_texts import LANGUAGES, CodeFile
from meldingsloft.domain.errors import NothingMatchedError
from meldingsloft.report.codes import explanation_object, explanation_text, listing_text
from meldingsloft.validate.receivers.registry import CHECKS as RECEIVER_CHECKS
from meldingsloft.validate.rules.conversation import findings as conversation
from meldingsloft.validate.rules.registry import CHECKS
from meldingsloft.validate.violations import Kind

PACKAGE = Path(meldingsloft.__file__).parent
FILES = sorted((PACKAGE / "data" / "codes").glob("*.toml"))
_ERROR = re.compile(r"[\"\[](ML-[A-Z]\d{3})[\"\]]")
_FINDING = re.compile(r"(?:_found|Finding|finding)\(\s*\"([A-Z]{2,3}-\d{3})\"")
_REFUSAL = re.compile(r"\"(EB-\d{3})\"")
"""The rule that a refused envelope breaks, as its hint; validating gives it as the code of the finding."""
_NAMED = re.compile(r"\b(?:GN|EB|AR)-\d{3}\b")


def given() -> set[str]:
    """Every code of an error or finding in the source, and every id of a check."""
    sources = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py")]
    written = {code for source in sources for form in (_ERROR, _FINDING, _REFUSAL) for code in form.findall(source)}
    checks = {code for check in (*CHECKS.checks, *RECEIVER_CHECKS) for code in check.ids}
    return written | checks | set(conversation.IDS) | {kind.value for kind in Kind}


def named() -> set[str]:
    """Every rule that the text of another code names, most often as its source: whoever reads on must find it."""
    texts = [CodeTexts().explain(code) for code in CodeTexts().codes]
    return {
        rule for text in texts for rule in _NAMED.findall(f"{text.why} {text.mend} {text.source}") if rule != text.code
    }


def test_every_code_that_can_be_given_has_texts() -> None:
    assert sorted(given() - set(CodeTexts().codes)) == []


def test_every_rule_that_a_text_names_has_texts() -> None:
    assert sorted(named() - set(CodeTexts().codes)) == []


def undecided() -> set[str]:
    """Every rule whose text says why no check can decide it."""
    return {code for code in CodeTexts().codes if CodeTexts().explain(code).undecided}


def test_every_text_belongs_to_a_code_that_can_be_given_or_is_named_or_cannot_be_decided() -> None:
    assert sorted(set(CodeTexts().codes) - given() - named() - undecided()) == []
    assert sorted(undecided() & {code for check in CHECKS.checks for code in check.ids}) == []


def test_no_code_has_texts_twice() -> None:
    codes = CodeTexts().codes
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_one_table_at_a_time_reads_the_same_as_the_whole_file(path: Path) -> None:
    text = path.read_text("utf-8")
    whole, parts = tomllib.loads(text), CodeFile(text)
    assert {code: parts.entry(code) for code in parts.codes} == whole


@pytest.mark.parametrize("code", CodeTexts().codes)
def test_every_text_is_whole_in_both_languages(code: str) -> None:
    english, norwegian = (CodeTexts().explain(code, language) for language in LANGUAGES)
    for text in (english, norwegian):
        assert text.title
        assert not text.title.endswith(".")
        assert text.why
        assert text.mend
        assert text.source
    assert english.why != norwegian.why
    assert english.details.keys() == norwegian.details.keys()
    for name, detail in english.details.items():
        assert _blanks(detail) == _blanks(norwegian.details[name])
    assert english.severity in ("", "error", "warning", "info")
    assert (english.severity == "") is code.startswith("ML-")


def _blanks(detail: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(detail) if name is not None}


def test_an_unknown_code_gets_the_nearest() -> None:
    with pytest.raises(NothingMatchedError) as caught:
        CodeTexts().explain("GN-0088")
    assert caught.value.code == "ML-N010"
    assert "GN-008" in caught.value.hint
    with pytest.raises(NothingMatchedError, match="no code") as caught:
        CodeTexts().explain("?")
    assert "--list" in caught.value.hint


def test_codes_may_be_written_small() -> None:
    assert CodeTexts().explain(" gn-008 ").code == "GN-008"


def test_an_explanation_tells_all_there_is() -> None:
    text = CodeTexts().explain("MH-009", "nb")
    said = explanation_text(text, language="nb")
    for part in ("error[MH-009]", "hvorfor", "rett", "kilde", "E21", "legacy-1.5"):
        assert part in said
    assert all(len(line) <= 110 for line in said.splitlines())
    made = explanation_object(text)
    assert (made["form"], made["apprec"], made["severity"]) == ("meldingsloft.explanation/1", "E21", "error")
    assert explanation_object(CodeTexts().explain("ML-U001"))["apprec"] is None
    assert listing_text(text).startswith("MH-009 ")
