"""Is everything in order? One check after another, each a fact with its verdict and what to do about it.

``error``: something must be done now. ``warning``: something should be done soon. Nothing is changed, apart from a probe in the
network folder that tells the time of its file server and is removed again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from meldingsloft.adapters.certificate_checks import certificates, partners, revocation, roots_of
from meldingsloft.adapters.checks import Check, error, warning
from meldingsloft.adapters.clock import SystemClock
from meldingsloft.adapters.maildir import SUBFOLDERS, mailbox_name
from meldingsloft.adapters.register import FolderRegister
from meldingsloft.adapters.settings import BY_NAME, PREFIX, load_settings
from meldingsloft.adapters.workspace_file import HostedParty, Workspace
from meldingsloft.domain.errors import MeldingsloftError
from meldingsloft.domain.parties import PartyRecord
from meldingsloft.ports import Clock

STALE = dt.timedelta(hours=36)
"""Age at which a file in ``tmp`` of a Maildir counts as left behind."""
LEAST_FREE = 100 * 1024 * 1024
"""Bytes."""
FREE_SOON = 1024 * 1024 * 1024
SKEW = dt.timedelta(minutes=2)
_NO_SETTINGS = frozenset({"WORKSPACE", "FAULT", "REFERENCE"})


def check_up(workspace: Workspace, *, clock: Clock, environ: Mapping[str, str]) -> list[Check]:
    """All checks of a workspace; those that cannot be made are errors themselves."""
    found: list[Check] = []
    parts: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
        ("configuration", lambda: _configuration(workspace, environ)),
        ("disk", lambda: _disk(workspace)),
        ("journal", lambda: _journal(workspace)),
        ("register", lambda: _register(workspace)),
        ("certificates", lambda: _certificates(workspace, clock.now(), environ)),
        ("partners", lambda: partners(workspace, clock.now(), roots_of(workspace, environ))),
        ("mailboxes", lambda: _mailboxes(workspace, clock.now())),
        ("permissions", lambda: _permissions(workspace)),
        ("clock", lambda: _clock(workspace, clock)),
        ("failed", lambda: _failed(workspace)),
    )
    for what, look in parts:
        try:
            made = [Check(what, c.verdict, c.text, c.mend, c.where) for c in look()]
        except MeldingsloftError as fault:
            said = "; ".join((fault.message, *getattr(fault, "problems", ())))
            made = [Check(what, "error", said, fault.hint, fault.where)]
        found.extend(made or [Check(what, "ok", _IN_ORDER[what])])
    return found


_IN_ORDER = {
    "configuration": "the settings are in order",
    "disk": "there is room",
    "journal": "the journal is whole",
    "register": "every own party is registered",
    "certificates": "keys and certificates are in order",
    "partners": "the other parties' certificates are in force",
    "mailboxes": "every mailbox is there and can be written to",
    "permissions": "private files are private",
    "clock": "the clock agrees with the network's files",
    "failed": "nothing rests in failed/",
}


def _certificates(workspace: Workspace, now: dt.datetime, environ: Mapping[str, str]) -> Iterator[Check]:
    roots = roots_of(workspace, environ)
    yield from certificates(workspace, now, roots)
    yield from revocation(workspace, now, roots, environ)


def _configuration(workspace: Workspace, environ: Mapping[str, str]) -> Iterator[Check]:
    load_settings(environ=environ, file=workspace.file)
    known = {setting.variable for setting in BY_NAME.values()} | {PREFIX + name for name in _NO_SETTINGS}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known and not _is_option(name):
            yield warning(
                f"the environment variable {name} is no setting", "`meldingsloft config show` lists what may be set"
            )
    if not workspace.parties:
        yield error("the workspace has no party", "`meldingsloft party add`", workspace.file)


def _is_option(name: str) -> bool:
    """Any option of a command may be set; those of commands without settings of their own are not known here."""
    commands = {setting.command for setting in BY_NAME.values()}
    return name.removeprefix(PREFIX).partition("_")[0].lower() not in commands and name.count("_") > 1


def _disk(workspace: Workspace) -> Iterator[Check]:
    for folder in (workspace.folder, workspace.network):
        if not folder.is_dir():
            yield error("the folder is not there", "mount or make it, or mend `network` in meldingsloft.toml", folder)
            continue
        free = shutil.disk_usage(folder).free
        text = f"{free // (1024 * 1024)} MB are free"
        if free < LEAST_FREE:
            yield error(text, "free disk space now", folder)
        elif free < FREE_SOON:
            yield warning(text, "free disk space", folder)


def _journal(workspace: Workspace) -> Iterator[Check]:
    if not workspace.journal.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(f"{workspace.journal.as_uri()}?mode=ro", uri=True, timeout=5)) as base:
            said = [str(row[0]) for row in base.execute("PRAGMA quick_check(5)")]
    except sqlite3.Error as fault:
        said = [str(fault)]
    if said != ["ok"]:
        yield error(
            f"the journal is damaged: {'; '.join(said)}", "stop all runs and restore the last backup", workspace.journal
        )


def _register(workspace: Workspace) -> Iterator[Check]:
    register = FolderRegister(workspace.register)
    for problem in register.problems():
        yield error("; ".join((problem.message, *problem.problems)), problem.hint, problem.where)
    for party in workspace.parties:
        record = register.party(party.her_id)
        if record is None:
            yield error(
                f"party {party.her_id} is not in the register", "`meldingsloft register add`", workspace.register
            )
        elif record.organisation.her_id != workspace.organisation.her_id:
            yield error(
                f"the register says party {party.her_id} belongs to organisation {record.organisation.her_id}",
                "mend the register, or org_her_id in meldingsloft.toml",
                workspace.register,
            )
        else:
            yield from _same_names(workspace, party, record)


def _same_names(workspace: Workspace, party: HostedParty, record: PartyRecord) -> Iterator[Check]:
    if (record.name, record.kind) != (
        party.name,
        party.kind,
    ) or record.organisation.name != workspace.organisation.name:
        yield warning(
            f"the register has another name or kind for party {party.her_id} than the workspace",
            "names must equal those of the register (HIS 1153-1): mend one of them",
            workspace.file,
        )


def _mailboxes(workspace: Workspace, now: dt.datetime) -> Iterator[Check]:
    own = {party.her_id for party in workspace.parties}
    for record in FolderRegister(workspace.register).parties():
        box = workspace.mailboxes / mailbox_name(record.edi_address)
        for name in SUBFOLDERS:
            folder = box / name
            if not folder.is_dir():
                made = error if record.her_id in own else warning
                yield made(f"the mailbox of party {record.her_id} is not there", f"mkdir -p {folder}", folder)
            elif (record.her_id in own or name != "cur") and not os.access(folder, os.W_OK | os.X_OK):
                yield error(
                    f"the mailbox of party {record.her_id} cannot be written to",
                    "give this user the right to write there",
                    folder,
                )
        if record.her_id in own:
            yield from _left_behind(box / "tmp", now)


def _left_behind(folder: Path, now: dt.datetime) -> Iterator[Check]:
    if folder.is_dir():
        limit = (now - STALE).timestamp()
        with os.scandir(folder) as entries:
            old = sum(
                1
                for entry in entries
                if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < limit
            )
        if old:
            yield warning(
                f"{old} undelivered files older than 36 hours lie in tmp",
                "their senders crashed or gave up; they may be removed",
                folder,
            )


def _permissions(workspace: Workspace) -> Iterator[Check]:
    for folder in (workspace.keys, workspace.archive, workspace.failed, workspace.fagsystem):
        if folder.is_dir() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
            yield warning("other users can look into the folder", f"chmod 700 {folder}", folder)
    for key in sorted(workspace.keys.glob("*/*.key.pem")):
        if stat.S_IMODE(key.stat().st_mode) & 0o077:
            yield error("other users can read a private key", f"chmod 600 {key}", key)
    for folder in (workspace.folder, workspace.register):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            yield warning("the folder cannot be written to", "give this user the right to write there", folder)


def _clock(workspace: Workspace, clock: Clock) -> Iterator[Check]:
    """Machines that share a network folder must agree on the time (eb:Timestamp, TimeToLive). A given time is not judged."""
    if not isinstance(clock, SystemClock):
        return
    probe = workspace.network / f".clock-{os.urandom(6).hex()}"
    try:
        probe.touch(mode=0o600)
        theirs = dt.datetime.fromtimestamp(probe.stat().st_mtime, dt.UTC)
        probe.unlink()
    except OSError:
        return
    apart = int(abs((theirs - clock.now()).total_seconds()))
    if apart > SKEW.total_seconds():
        yield warning(
            f"the clock and the network's files differ by {apart} seconds", "set the clock (NTP)", workspace.network
        )


def _failed(workspace: Workspace) -> Iterator[Check]:
    if workspace.failed.is_dir():
        count = sum(1 for path in workspace.failed.iterdir() if path.suffix == ".eml")
        if count:
            yield warning(
                f"{count} mail{'s' * (count != 1)} that could not be handled",
                "each has its reason beside it; `meldingsloft status --failed`",
                workspace.failed,
            )
