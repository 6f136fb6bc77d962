"""``validate FILE…``: everything that is wrong with messages and envelopes, one verdict for each file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from meldingsloft.cli import frame
from meldingsloft.cli.inputs import ENVELOPES, expand
from meldingsloft.domain.code_texts import LANGUAGES, Language
from meldingsloft.domain.errors import ExitStatus, MeldingsloftError

if TYPE_CHECKING:
    from meldingsloft.report.text import Terminal
    from meldingsloft.validate.message import ValidationResult

_GROUPS = ("schema", "codes", "rules", "envelope")
_PROFILES = ("current", "legacy-1.5")
_CHUNK = 16
"""Files that a process is given at a time."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one run asks of every file; crosses to other processes."""

    schemas: Path | None
    codes: Path | None
    only: frozenset[str] | None
    language: Language
    profile: str
    json: bool
    all_places: bool
    terminal: Terminal


@dataclass(frozen=True, slots=True)
class Answer:
    """What is printed of one file, and what it means for the exit status."""

    text: str
    verdict: str
    warned: bool
    error: MeldingsloftError | None = None
    """Why the file could not be opened at all."""


def _only(_context: click.Context, _parameter: click.Parameter, value: str | None) -> frozenset[str] | None:
    if value is None:
        return None
    groups = frozenset(part.strip() for part in value.split(",") if part.strip())
    unknown = sorted(groups - set(_GROUPS))
    if unknown or not groups:
        raise click.BadParameter(f"{', '.join(unknown) or 'nothing'} is not among {', '.join(_GROUPS)}")
    return groups


@frame.command(
    "validate",
    example="meldingsloft validate message.xml\nmeldingsloft validate --json --jobs 2 messages/ > findings.jsonl",
    short_help="Everything that is wrong with messages and envelopes.",
)
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option(
    "--schemas",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Judge by another schema set.",
)
@click.option(
    "--codes",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Judge by newer code lists too, NUMBER.csv over the shipped ones.",
)
@click.option(
    "--only", callback=_only, metavar="GROUPS", help="Only findings of schema, codes, rules, envelope (comma between)."
)
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--fail-fast", is_flag=True, help="Stop after the first file that fails.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default=None, help="Text for people or JSON lines."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes to share the files among.",
)
@click.option(
    "--profile",
    type=click.Choice(_PROFILES),
    default="current",
    show_default=True,
    help="legacy-1.5: later rules are warnings for older messages.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="English or bokmål.")
def command(
    session: frame.Session,
    files: tuple[str, ...],
    *,
    schemas: Path | None,
    codes: Path | None,
    only: frozenset[str] | None,
    strict: bool,
    fail_fast: bool,
    form: str | None,
    jobs: int,
    profile: str,
    lang: str,
) -> None:
    """Everything that is wrong with messages, envelopes (.eml, .mime, Maildir), SOAP, CPP and CPA documents.

    A folder stands for the files below it. The exit status is 3 when any file has an error, and 5 for one named file that
    cannot be read.
    """
    from meldingsloft.report.text import Terminal

    session.json = session.json or form == "json"
    terminal = Terminal(session.colour(sys.stdout), sys.stdout.encoding or "ascii")
    wish = Wish(schemas, codes, only, cast("Language", lang), profile, session.json, session.verbose > 0, terminal)
    alone = len(files) == 1 and not Path(files[0]).is_dir()
    failed = seen = 0
    for answer in _answers(list(expand(files, ENVELOPES)), wish, jobs):
        seen += 1
        if answer.error is not None and alone and not session.json:
            raise answer.error
        _show(session, answer)
        if answer.verdict != "valid" or (strict and answer.warned):
            failed += 1
            session.fail(_status(answer, alone=alone))
            if fail_fast:
                break
    if not session.json and seen > 1:
        session.say(f"{seen} files, {failed} failed" if failed else f"{seen} files, none failed")


def _status(answer: Answer, *, alone: bool) -> ExitStatus:
    if not alone:
        return ExitStatus.FINDINGS
    if answer.error is not None:
        return answer.error.exit_status
    return ExitStatus.UNREADABLE if answer.verdict == "unreadable" else ExitStatus.FINDINGS


def _show(session: frame.Session, answer: Answer) -> None:
    if session.json:
        frame.write_bytes(answer.text.encode("utf-8"))
    elif answer.error is not None:
        frame.report_error(session, answer.error)
    else:
        session.line(answer.text)


def _answers(names: Sequence[str], wish: Wish, jobs: int) -> Iterator[Answer]:
    """One answer a file, in the order of the files, as they come."""
    if jobs == 1 or len(names) < 2 or "-" in names:
        judge = _judge(wish)
        yield from (judge(name) for name in names)
        return
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial

    with ProcessPoolExecutor(min(jobs, len(names))) as pool:
        yield from pool.map(partial(_answer, wish), names, chunksize=max(1, min(_CHUNK, len(names) // jobs)))


def _answer(wish: Wish, name: str) -> Answer:
    """One answer, in a process of its own."""
    return _judge(wish)(name)


@cache
def _judge(wish: Wish) -> Callable[[str], Answer]:
    """The judge of one run: schemas, catalogue and rules are read once a process."""
    from meldingsloft.adapters.code_lists import PackagedCodeLists
    from meldingsloft.adapters.schema_set import SchemaSet
    from meldingsloft.adapters.shipped import shipped
    from meldingsloft.adapters.type_table import load_catalogue
    from meldingsloft.validate.document import validate
    from meldingsloft.validate.rulebook import RuleBook

    options: dict[str, Any] = {
        "schemas": SchemaSet.from_folder(wish.schemas) if wish.schemas else SchemaSet(shipped("schemas")),
        "catalogue": load_catalogue(),
        "codes": PackagedCodeLists.with_folder(wish.codes) if wish.codes else PackagedCodeLists(),
        "only": wish.only,
        "rules": RuleBook(language=wish.language, profile=cast("Any", wish.profile)),
    }

    def judge(name: str) -> Answer:
        try:
            data = frame.read_input(name)
        except MeldingsloftError as error:
            return _unopened(error.at(name), name)
        result = validate(data, **options)
        warned = any(finding.severity == "warning" for finding in result.findings)
        return Answer(_said(wish, result, name), result.verdict, warned)

    return judge


def _said(wish: Wish, result: ValidationResult, name: str) -> str:
    from meldingsloft.report import findings

    if wish.json:
        return findings.json_line(findings.validation_object(result, name))
    most = None if wish.all_places else findings.SHOWN_PLACES
    return findings.validation_text(result, name, terminal=wish.terminal, language=wish.language, most=most)


def _unopened(error: MeldingsloftError, name: str) -> Answer:
    from meldingsloft.report.findings import json_line, unopened_object

    return Answer(json_line(unopened_object(error, name)), "unreadable", warned=False, error=error)
