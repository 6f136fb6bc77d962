"""The folder a story lives in, and its workspaces with real keys: made fresh, never over anything that is not ours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from meldingsloft.adapters.test_ca import TestCa
from meldingsloft.adapters.workspace import NewParty, Workspace, add_party, create_workspace
from meldingsloft.cli.kristiansund import TOWN, Home, Party
from meldingsloft.domain.errors import WrongUsageError

if TYPE_CHECKING:
    from meldingsloft.ports import Clock

USUAL_FOLDER = Path("demo-workspaces")
MARK = "made-by-meldingsloft-demo.txt"
_TOLD = """\
This folder was made by `meldingsloft demo`. Everything in it is invented, the private keys are throw-away, and it may be
deleted at any time. network/ stands in for Norsk helsenett; the other folders are one workspace each.
"""


def fresh_folder(named: Path | None) -> Path:
    """A new folder for a story, marked as such; where one has been told before, the next free numbered name beside it.

    Raises:
        WrongUsageError: ``ML-C150``, the folder holds something else.
    """
    wanted = named or USUAL_FOLDER
    folder, number = wanted, 1
    while (folder / MARK).exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "name a folder that does not exist yet, or an empty one"
        raise WrongUsageError(
            "ML-C150", "the folder holds something else than a demo and is left alone", hint=hint, where=str(folder)
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(_TOLD, encoding="utf-8")
    return folder.absolute()


def found_town(folder: Path, clock: Clock) -> dict[str, Workspace]:
    """The network and every workspace of the story, by folder name. Keys of different workspaces are made side by side."""
    network = folder / "network"
    TestCa.open(network / "ca", clock.now())
    with ThreadPoolExecutor(len(TOWN)) as workers:
        made = workers.map(lambda home: _founded(folder, network, home, clock), TOWN)
        return {home.folder: workspace for home, workspace in zip(TOWN, made, strict=True)}


def _founded(folder: Path, network: Path, home: Home, clock: Clock) -> Workspace:
    first, *others = home.parties
    parent = home.organisation
    workspace = create_workspace(
        folder / home.folder, name=parent.name, org_number=parent.org_number, org_her_id=parent.her_id, network=network,
        party=_new(first), clock=clock,
    ).workspace  # fmt: skip
    for party in others:
        workspace = add_party(workspace, _new(party), clock=clock).workspace
    return workspace


def _new(party: Party) -> NewParty:
    return NewParty(party.name, "person" if party.hpr else "service", party.her_id, hpr=party.hpr)
