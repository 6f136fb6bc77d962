"""``validate FILE…``: everything that is wrong with messages and envelopes, one verdict for each file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from meldingsloft.cli import frame
from meldingsloft.cli.inputs import Source, sources, stands_for_many
from meldingsloft.domain.code_texts import LANGUAGES, Language
from meldingsloft.domain.errors import MeldingsloftError

if TYPE_CHECKING:
    from meldingsloft.cli.results import Results
    from meldingsloft.report.outcomes import Outcome
    from meldingsloft.validate.message import ValidationResult

_GROUPS = ("schema", "codes", "rules", "envelope")
_PROFILES = ("current", "legacy-1.5")
_DOCUMENTS = ("junit", "sarif", "html")
_RECEIVERS = ("nav", "amqp", "strict")


@dataclass(frozen=True, slots=True)
class Wish:
    """What one run asks of every file; crosses to other processes."""

    schemas: Path | None
    codes: Path | None
    only: frozenset[str] | None
    language: Language
    profile: str
    receiver: str | None = None


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
    example="meldingsloft validate message.xml\nmeldingsloft validate --json --jobs 2 messages/ > findings.jsonl\n"
    "meldingsloft validate messages.zip --format html -o findings.html",
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
@click.option(
    "--conversation",
    is_flag=True,
    help="The files belong to one conversation (with envelopes, if at hand): also what they say of each other.",
)
@click.option("--fail-fast", is_flag=True, help="Stop after the first file that fails.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", *_DOCUMENTS]),
    default=None,
    help="Text for people, JSON lines, a JUnit or SARIF report, or a page to read.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Where to; else stdout."
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
@click.option(
    "--as-receiver",
    "receiver",
    type=click.Choice(_RECEIVERS),
    help="Also what this receiver would refuse: NAV, an AMQP queue, or the strictest of all.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Only findings that are not in it fail.",
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Take the findings of this run as known.",
)
@click.option("--watch", is_flag=True, help="Go on and validate again what changes, until Ctrl-C.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True, help="English or bokmål.")
def command(
    session: frame.Session,
    files: tuple[str, ...],
    *,
    schemas: Path | None,
    codes: Path | None,
    only: frozenset[str] | None,
    strict: bool,
    conversation: bool,
    fail_fast: bool,
    form: str | None,
    output: Path | None,
    jobs: int,
    profile: str,
    receiver: str | None,
    baseline: Path | None,
    write_baseline: Path | None,
    watch: bool,
    lang: str,
) -> None:
    """Everything that is wrong with messages, envelopes (.eml, .mime, Maildir), SOAP, CPP and CPA documents.

    A folder or a zip file stands for the files below it. The exit status is 3 when any file has an error, and 5 for one
    named file that cannot be read.
    """
    if session.json and form in (None, "json"):
        form = "json"
    session.json = form == "json"
    language = cast("Language", lang)
    wish = Wish(schemas, codes, only, language, profile, receiver)
    if watch and (conversation or output or write_baseline or "-" in files or form in _DOCUMENTS):
        raise click.UsageError(
            "--watch shows text or JSON lines of files and folders, each by itself, and writes no reports"
        )
    from meldingsloft.cli.key_options import refuse_own_output
    from meldingsloft.cli.results import Results, Way
    from meldingsloft.cli.sharing import shared

    for written in (output, write_baseline):
        for name in files:
            refuse_own_output(name, written)

    way = Way(
        form or "text",
        language,
        output,
        strict=strict,
        alone=len(files) == 1 and not watch and not stands_for_many(files[0]),
        baseline=baseline,
        write_baseline=write_baseline,
    )
    results = Results(session, way)
    if watch:
        from meldingsloft.cli.watching import watch_files

        watch_files(session, files, partial(_outcome, wish), results)
    found = _others(session, files, output)
    if conversation:
        from meldingsloft.cli.conversation import together

        judged = together(map(_judge(wish), found))
    else:
        judged = shared(partial(_outcome, wish), found, 1 if "-" in files else jobs)
    _run(results, judged, files, fail_fast=fail_fast)


def _run(results: Results, judged: Iterator[Outcome], files: tuple[str, ...], *, fail_fast: bool) -> None:
    with results.progress(files) as advance:
        for outcome in judged:
            failed = results.take(outcome)
            advance(failed)
            if failed and fail_fast:
                break
    results.finish()


def _others(session: frame.Session, files: tuple[str, ...], output: Path | None) -> Iterator[Source]:
    """What is to be judged: not the report itself, where a former one lies in a folder that is named."""
    report = None if output is None else str(output.absolute())
    for source in sources(files):
        if report is not None and not source.archive and str(Path(source.name).absolute()) == report:
            session.say(f"{source.name}: passed over, the report goes there")
        else:
            yield source


def _outcome(wish: Wish, source: Source) -> Outcome:
    """One file judged, in whatever process."""
    return _judge(wish)(source)[0]


@cache
def _judge(wish: Wish) -> Callable[[Source], tuple[Outcome, ValidationResult | None]]:
    """The judge of one run: schemas, catalogue and rules are read once a process."""
    from meldingsloft.adapters.code_lists import PackagedCodeLists
    from meldingsloft.adapters.schema_set import SchemaSet
    from meldingsloft.adapters.shipped import shipped
    from meldingsloft.adapters.type_table import load_catalogue
    from meldingsloft.report.outcomes import Outcome, unopened
    from meldingsloft.validate.document import validate
    from meldingsloft.validate.rulebook import RuleBook

    rules = RuleBook(language=wish.language, profile=cast("Any", wish.profile))
    options: dict[str, Any] = {
        "schemas": SchemaSet.from_folder(wish.schemas) if wish.schemas else SchemaSet(shipped("schemas")),
        "catalogue": load_catalogue(),
        "codes": PackagedCodeLists.with_folder(wish.codes) if wish.codes else PackagedCodeLists(),
        "only": wish.only,
        "rules": rules,
    }

    def judge(source: Source) -> tuple[Outcome, ValidationResult | None]:
        try:
            data = source.read()
        except MeldingsloftError as error:
            return unopened(source.name, error), None
        result = validate(data, **options)
        if wish.receiver is not None:
            from meldingsloft.validate.receivers.asking import as_receiver

            result = as_receiver(result, data, cast("Any", wish.receiver), rules)
        outcome = Outcome(source.name, result.message_type, result.verdict, result.schema_valid, result.findings)
        return outcome, result

    return judge
