"""The one place where adapters meet the flows."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from meldingsloft.domain.errors import ConfigError
from meldingsloft.version import __version__

if TYPE_CHECKING:
    import datetime as dt

    from meldingsloft.adapters.settings import Settings
    from meldingsloft.adapters.workspace_file import Workspace
    from meldingsloft.cli.frame import Session
    from meldingsloft.domain.identifiers import HerId
    from meldingsloft.domain.parties import PartyRecord
    from meldingsloft.flow.msh import Msh
    from meldingsloft.ports import Clock, Ids, Register

SOFTWARE = ("meldingsloft", __version__)
"""Name and version as every installation writes them (HITS 1210 req 8, 9)."""


def workspace_of(session: Session) -> Workspace:
    """The workspace a command works in.

    Raises:
        ConfigError: there is none, or it cannot be read.
    """
    from meldingsloft.adapters.workspace_file import Workspace

    return Workspace.find(session.workspace, os.environ, Path.cwd())


def msh_of(session: Session) -> Msh:
    """The meldingstjener of the workspace at hand."""
    return open_msh(workspace_of(session), clock=clock_of(session))


def working_msh_of(session: Session) -> Msh:
    """The same for journeys: renewals whose time has come are put into the register first."""
    from meldingsloft.adapters.renewal import publish_due

    workspace, clock = workspace_of(session), clock_of(session)
    for renewal in publish_due(workspace, clock.now()):
        session.say(f"registered the new certificates of party {renewal.her_id}")
    return open_msh(workspace, clock=clock)


def clock_of(session: Session) -> Clock:
    """The system's clock, or the one that ``--at-time`` stopped."""
    return _clock(session.at_time)


def _clock(at_time: dt.datetime | None) -> Clock:
    from meldingsloft.adapters.clock import FixedClock, SystemClock

    return SystemClock() if at_time is None else FixedClock(at_time)


def open_msh(
    workspace: Workspace, *, clock: Clock | None = None, ids: Ids | None = None, settings: Settings | None = None
) -> Msh:
    """The meldingstjener of a workspace over its real folders, keys and journal.

    Raises:
        ConfigError: ``ML-C125`` a party of the workspace is not in the network's register.
    """
    from meldingsloft.adapters.certificate_checks import revocations_named, roots_named, test_roots_named
    from meldingsloft.adapters.code_lists import PackagedCodeLists
    from meldingsloft.adapters.filing import WorkspaceFiling
    from meldingsloft.adapters.ids import RandomIds
    from meldingsloft.adapters.journal import SqliteJournal
    from meldingsloft.adapters.key_store import WorkspaceKeys
    from meldingsloft.adapters.maildir import NetworkMailboxes
    from meldingsloft.adapters.register import FolderRegister
    from meldingsloft.adapters.schema_set import SchemaSet
    from meldingsloft.adapters.settings import load_settings
    from meldingsloft.adapters.shipped import shipped
    from meldingsloft.adapters.type_table import load_catalogue
    from meldingsloft.flow.msh import Msh

    register = FolderRegister(workspace.register)
    filing = WorkspaceFiling(workspace.folder)
    chosen = settings or load_settings(environ=os.environ, file=workspace.file)
    return Msh(
        own=_own_parties(workspace, register),
        keys=WorkspaceKeys(workspace.keys, clock),
        register=register,
        mailboxes=NetworkMailboxes(workspace.mailboxes, workspace=workspace.folder, before_commit=filing.touched),
        filing=filing,
        journal=SqliteJournal(workspace.journal),
        schemas=SchemaSet(shipped("schemas")),
        codes=PackagedCodeLists(),
        catalogue=load_catalogue(),
        clock=clock or _clock(None),
        ids=ids or RandomIds(),
        roots=functools.cache(functools.partial(roots_named, workspace, chosen)),
        software=SOFTWARE,
        settings=chosen.msh(),
        revocations=revocations_named(workspace, chosen),
        test_roots=functools.cache(functools.partial(test_roots_named, workspace, chosen)),
    )


def _own_parties(workspace: Workspace, register: Register) -> dict[HerId, PartyRecord]:
    own = {party.her_id: register.party(party.her_id) for party in workspace.parties}
    missing = sorted(her_id for her_id, record in own.items() if record is None)
    if missing:
        raise ConfigError(
            "ML-C125",
            f"not in the network's register: {', '.join(missing)}",
            hint="`meldingsloft party add` registers a party; is `network` the right folder?",
        )
    return {her_id: record for her_id, record in own.items() if record is not None}
