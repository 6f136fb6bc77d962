"""``party``: the parties of the workspace."""

from __future__ import annotations

import click

from meldingsloft.cli import frame


@click.group("party", cls=frame.MeldingsloftGroup, short_help="Add a party to the workspace.")
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
command.add_command(list_)
