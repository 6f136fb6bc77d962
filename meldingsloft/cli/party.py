"""``party``: the parties of the workspace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from meldingsloft.cli import frame
from meldingsloft.cli.key_options import ask_passphrase, passfile_option

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("party", cls=frame.MeldingsloftGroup, short_help="Add a party to the workspace, renew its keys.")
def command() -> None:
    """The parties (level 2) that this workspace hosts."""


@frame.command(
    "add",
    example='meldingsloft party add --service "Laboratorium"\nmeldingsloft party add --person "Kari Lege" --hpr 9144897',
    short_help="One more party, with keys, certificates, mailbox and register record.",
)
@click.option("--her-id", default="", metavar="HER", help="HER-id of the party. Default: the next free one.")
@click.option("--service", default="", metavar="NAME", help="The party is this service.")
@click.option("--person", default="", metavar="NAME", help="The party is this person.")
@click.option("--hpr", default="", metavar="N", help="The person's HPR number.")
@click.option("--edi-address", default="", metavar="ADDRESS", help="The party's EDI address. Default: HER@edi.example.")
def add(session: frame.Session, her_id: str, service: str, person: str, hpr: str, edi_address: str) -> None:
    """Add a party to the workspace and register it.

    Exit status: 9 when the HER-id is taken.
    """
    from meldingsloft.adapters.workspace import add_party
    from meldingsloft.cli.init import new_party, tell
    from meldingsloft.cli.wiring import clock_of, workspace_of

    party = new_party(her_id=her_id, service=service, person=person, hpr=hpr, edi_address=edi_address)
    tell(session, add_party(workspace_of(session), party, clock=clock_of(session)), "added")


@frame.command(
    "renew",
    example="meldingsloft party renew 8800110\nmeldingsloft party renew 8800110 --register-at 2027-01-15T08:00+01:00\nmeldingsloft party renew 8800110 --sign-key signering.p12 --encrypt-key kryptering.p12 --passfile passord",
    short_help="A new pair of keys; the old ones go on opening.",
)
@click.argument("her_id", metavar="HER", required=False)
@click.option(
    "--register-at", metavar="ISO8601", callback=frame.instant, help="When the register gets it. Default: now."
)
@click.option(
    "--sign-from",
    metavar="ISO8601",
    callback=frame.instant,
    help="When the new key signs. Default: 12 hours later, or when the old certificate ends.",
)
@click.option("--sign-key", type=_FILE, metavar="P12", help="The new signing key with its certificate.")
@click.option("--encrypt-key", type=_FILE, metavar="P12", help="The new decryption key with its certificate.")
@passfile_option
@click.option("--due", is_flag=True, help="Make nothing: put those whose time has come into the register.")
def renew(
    session: frame.Session,
    her_id: str | None,
    register_at: dt.datetime | None,
    sign_from: dt.datetime | None,
    sign_key: Path | None,
    encrypt_key: Path | None,
    passfile: Path | None,
    *,
    due: bool,
) -> None:
    """Give the party HER a new pair of keys: test certificates of the network's CA, or those in the files named.

    Partners may hold the register's old answer for 12 hours and their messages be 72 hours on the way: the old decryption
    key stays and opens, and the new signing key is used 12 hours after the register has it. What is to be registered later is
    registered by the first `receive`, `send` or `party renew --due` after its time.

    Exit status: 9 when there is no such party, or a renewal of it waits already.
    """
    from meldingsloft.adapters.key_files import read_key
    from meldingsloft.adapters.renewal import publish_due
    from meldingsloft.adapters.renewal import renew as make
    from meldingsloft.cli.wiring import clock_of, workspace_of
    from meldingsloft.domain.identifiers import HerId
    from meldingsloft.report.parties import renewal_object, renewal_text

    if due == (her_id is not None):
        raise click.UsageError("give either HER or --due")
    if (sign_key is None) != (encrypt_key is None):
        raise click.UsageError("--sign-key and --encrypt-key go together")
    workspace, now = workspace_of(session), clock_of(session).now()
    given = None
    if sign_key is not None and encrypt_key is not None:
        signing, encryption = (
            read_key(one, passfile=passfile, ask=ask_passphrase("")) for one in (sign_key, encrypt_key)
        )
        given = (signing, encryption)
    made = (
        publish_due(workspace, now)
        if her_id is None
        else [make(workspace, HerId(her_id), now, register_at=register_at, sign_from=sign_from, given=given)]
    )
    for one in made:
        if session.json:
            session.json_line(renewal_object(one))
        session.say(renewal_text(one))
    if not made:
        session.say("no renewal is due")


@frame.command("list", example="meldingsloft party list --json", short_help="The parties of this workspace.")
def list_(session: frame.Session) -> None:
    """Show the register records of this workspace's parties."""
    from meldingsloft.adapters.register import FolderRegister
    from meldingsloft.cli.register_ import show_records
    from meldingsloft.cli.wiring import workspace_of

    workspace = workspace_of(session)
    register = FolderRegister(workspace.register)
    show_records(session, [record for party in workspace.parties if (record := register.party(party.her_id))])


command.add_command(add)
command.add_command(renew)
command.add_command(list_)
