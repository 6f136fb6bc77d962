"""``register``: look at and keep the network's register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from meldingsloft.cli import frame

if TYPE_CHECKING:
    from meldingsloft.domain.parties import PartyRecord

network_option: Callable[[Any], Any] = click.option(
    "--network",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The network folder. Default: that of the workspace.",
)


@click.group("register", cls=frame.MeldingsloftGroup, short_help="Look at and keep the network's register.")
def command() -> None:
    """The network's register: parties, EDI addresses, certificates."""


@frame.command(
    "list", example="meldingsloft register list\nmeldingsloft register list --json", short_help="All parties."
)
@network_option
def list_(session: frame.Session, network: Path | None) -> None:
    """Show all parties by HER-id; records that are not in order are told on stderr.

    Exit status: 9 when a record is not in order.
    """
    from meldingsloft.adapters.register import FolderRegister

    register = FolderRegister(_network(session, network) / "register")
    show_records(session, list(register.parties()))
    for problem in register.problems():
        frame.report_error(session, problem)
        session.fail(problem.exit_status)


@frame.command("show", example="meldingsloft register show 8800110", short_help="One party's record.")
@click.argument("her_id", metavar="HER")
@network_option
def show(session: frame.Session, her_id: str, network: Path | None) -> None:
    """Show one party's record with its certificates.

    Exit status: 9 when there is no such party.
    """
    from meldingsloft.adapters.register import FolderRegister
    from meldingsloft.domain.errors import PartnerError
    from meldingsloft.domain.identifiers import HerId
    from meldingsloft.report.parties import party_lines, party_object

    register = FolderRegister(_network(session, network) / "register")
    record = register.party(HerId(her_id))
    if record is None:
        raise PartnerError(
            "ML-C117",
            "the party is not in the register",
            hint="`meldingsloft register list` shows all",
            where=str(register.folder),
        )
    if session.json:
        session.json_line(party_object(record))
        return
    for line in party_lines(record):
        session.line(line)


@frame.command(
    "add",
    example='meldingsloft register add --her-id 8800210 --name "Pleie og omsorg" --org-her-id 8800200 --org-name "Kristiansund kommune" --encrypt-cert omsorg.pem',
    short_help="A new record, or a change to one.",
)
@click.option("--her-id", required=True, metavar="HER", help="HER-id of the party.")
@click.option("--name", "--service", "name", metavar="NAME", help="The party's name: that of the service.")
@click.option("--person", metavar="NAME", help="The party is this person.")
@click.option("--hpr", metavar="N", help="The person's HPR number.")
@click.option("--org-name", metavar="NAME", help="The organisation it belongs to.")
@click.option("--org-her-id", metavar="HER", help="The organisation's HER-id.")
@click.option("--org-number", metavar="N", help="The organisation's number.")
@click.option("--edi-address", metavar="ADDRESS", help="Where its mail goes. Default for a new one: HER@edi.example.")
@click.option(
    "--sign-cert", type=click.Path(path_type=Path), metavar="FILE", help="A new signing certificate, PEM or DER."
)
@click.option("--encrypt-cert", type=click.Path(path_type=Path), metavar="FILE", help="A new encryption certificate.")
@click.option("--content-cipher", type=click.Choice(["aes-256-cbc", "3des-cbc"]), help="What it can decrypt.")
@click.option("--plaintext", type=click.Choice(["mime", "bare"]), help="What it wants inside the encryption.")
@click.option("--no-mailbox", is_flag=True, help="Do not make its mailbox in the network.")
@network_option
def add(session: frame.Session, /, her_id: str, network: Path | None, **given: Any) -> None:
    """Register a party, also one of others, or change its record; what is not given stays as it is.

    New certificates go before those that are there. The party's mailbox is made when it is missing.

    Exit status: 9 when a new record lacks something or a certificate is for another use.
    """
    from meldingsloft.adapters.enrolment import Change, enrol, read_certificates

    kind: Literal["service", "person"] | None = "person" if given["person"] else "service" if given["name"] else None
    change = Change(
        name=given["person"] or given["name"],
        kind=kind,
        hpr=given["hpr"],
        org_name=given["org_name"],
        org_her_id=given["org_her_id"],
        org_number=given["org_number"],
        edi_address=given["edi_address"],
        content_cipher=cast('Literal["aes-256-cbc", "3des-cbc"] | None', given["content_cipher"]),
        plaintext=cast('Literal["mime", "bare"] | None', given["plaintext"]),
        signing_certificates=read_certificates(given["sign_cert"])[:1] if given["sign_cert"] else (),
        encryption_certificates=read_certificates(given["encrypt_cert"])[:1] if given["encrypt_cert"] else (),
    )
    record = enrol(_network(session, network), her_id, change, mailbox=not given["no_mailbox"])
    _told(session, record)


@frame.command(
    "import",
    example='meldingsloft register import partner-cpp.xml --org-her-id 8800200 --org-name "Kristiansund kommune"\nmeldingsloft register import ../other-network/register',
    short_help="Records from a CPP, a CPA, or another register.",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path, exists=False))
@click.option("--org-name", metavar="NAME", help="The organisation that parties of a CPP belong to.")
@click.option("--org-her-id", metavar="HER", help="Its HER-id; a CPP names none.")
@click.option("--org-number", default="", metavar="N", help="Its number. Default: that of the CPP.")
@network_option
def import_(
    session: frame.Session,
    files: tuple[Path, ...],
    org_name: str | None,
    org_her_id: str | None,
    org_number: str,
    network: Path | None,
) -> None:
    """Take parties over from CPP or CPA documents, register records (HER.toml, certificates beside) or register folders.

    Exit status: 5 for what is neither; 8 for a folder without records; 9 when a record is not in order.
    """
    from meldingsloft.adapters.enrolment import import_file
    from meldingsloft.domain.errors import MeldingsloftError
    from meldingsloft.domain.identifiers import HerId
    from meldingsloft.domain.parties import Organisation

    if bool(org_name) != bool(org_her_id):
        raise click.UsageError("--org-name and --org-her-id go together")
    organisation = Organisation(org_name, HerId(org_her_id), org_number) if org_name and org_her_id else None
    target = _network(session, network)
    for path in files:
        try:
            for record in import_file(target, path, organisation=organisation):
                _told(session, record)
        except MeldingsloftError as error:
            raise error.at(str(path)) from None


def show_records(session: frame.Session, records: Sequence[PartyRecord]) -> None:
    """Records as JSON lines or as a table."""
    from meldingsloft.report.parties import party_object, party_table

    if session.json:
        for record in records:
            session.json_line(party_object(record))
        return
    for line in party_table(records):
        session.line(line)


def _told(session: frame.Session, record: PartyRecord) -> None:
    from meldingsloft.report.parties import party_object

    if session.json:
        session.json_line(party_object(record))
    session.say(
        f"registered party {record.her_id} ({record.name}) of {record.organisation.name}, mailbox {record.edi_address}"
    )


def _network(session: frame.Session, named: Path | None) -> Path:
    from meldingsloft.cli.wiring import workspace_of

    return named.absolute() if named else workspace_of(session).network


for made in (list_, show, add, import_):
    command.add_command(made)
