"""The one place where adapters meet the flows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from meldingsloft.version import __version__

if TYPE_CHECKING:
    from meldingsloft.adapters.workspace import Workspace
    from meldingsloft.cli.frame import Session
    from meldingsloft.flow.msh import Msh

SOFTWARE = ("meldingsloft", __version__)
"""Name and version as every installation writes them (HITS 1210 req 8, 9)."""


def workspace_of(session: Session) -> Workspace:
    """The workspace a command works in.

    Raises:
        ConfigError: there is none, or it cannot be read.
    """
    from meldingsloft.adapters.workspace import Workspace

    return Workspace.find(session.workspace, os.environ, Path.cwd())


def msh_of(session: Session) -> Msh:
    """The meldingstjener of the workspace at hand."""
    return open_msh(workspace_of(session), at_time=session.at_time)
