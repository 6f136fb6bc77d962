"""``init``: a new workspace with keys, registered in a network folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meldingsloft.cli import frame

if TYPE_CHECKING:
    from meldingsloft.adapters.workspace import Founded, NewParty

EXAMPLE = """\
meldingsloft init sykehus --name "Kristiansund sykehus" --service "Medisinsk avdeling" --network nett
meldingsloft init legekontor --name "Storgata legesenter" --person "Ingrid Lervik" --hpr 9900310 --network nett"""


@frame.command("init", example=EXAMPLE, short_help="A new workspace with keys, registered in a network folder.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", default="", metavar="NAME", help="The virksomhet. Default: from the folder's name.")
@click.option("--org-number", default="", metavar="N", help="Its organisation number. Default: one is made up.")
@click.option("--org-her-id", default="", metavar="HER", help="Its own HER-id (level 1). Default: the next free one.")
@click.option("--her-id", default="", metavar="HER", help="HER-id of the party (level 2). Default: the next free one.")
@click.option("--service", default="", metavar="NAME", help="The party is this service.")
@click.option("--person", default="", metavar="NAME", help="The party is this person.")
@click.option("--hpr", default="", metavar="N", help="The person's HPR number.")
@click.option("--edi-address", default="", metavar="ADDRESS", help="The party's EDI address. Default: HER@edi.example.")
@click.option(
    "--network",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The network folder, made when absent. Default: `network` beside DIR.",
)
def command(
    session: frame.Session,
    folder: Path,
    name: str,
    org_number: str,
    org_her_id: str,
    her_id: str,
    service: str,
    person: str,
    hpr: str,
    edi_address: str,
    network: Path | None,
) -> None:
    """Make a workspace in DIR: keys, test certificates of the network's own CA, a mailbox and a register record.

    What is not given is chosen, and told. Nothing that exists is replaced.

    Exit status: 9 when there is a workspace already or the HER-id is somebody else's.
    """
    from meldingsloft.adapters.workspace import create_workspace
    from meldingsloft.cli.wiring import clock_of

    founded = create_workspace(
        folder,
        name=name,
        org_number=org_number,
        org_her_id=org_her_id,
        network=network,
        party=new_party(her_id=her_id, service=service, person=person, hpr=hpr, edi_address=edi_address),
        clock=clock_of(session),
    )
    tell(session, founded, "made the workspace of")


def new_party(*, her_id: str, service: str, person: str, hpr: str, edi_address: str) -> NewParty:
    """The party that options describe.

    Raises:
        click.UsageError: a service and a person at once, or an HPR number without a person.
    """
    from meldingsloft.adapters.workspace import NewParty

    if service and person:
        raise click.UsageError("a party is a service or a person: give --service or --person")
    if hpr and not person:
        raise click.UsageError("--hpr goes with --person")
    return NewParty(service or person, "person" if person else "service", her_id, edi_address, hpr)


def tell(session: frame.Session, founded: Founded, verb: str) -> None:
    """Say what was made and what was chosen."""
    from meldingsloft.report.parties import chosen_text, founded_object, founded_text

    if session.json:
        session.json_line(founded_object(founded))
    session.say(f"{verb} {founded_text(founded)}")
    chosen = chosen_text(founded)
    if chosen:
        session.say(f"chosen: {chosen}")
