"""A municipality whose inbox was filled by somebody who means ill, and everything that came of it, looked at once."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meldingsloft.adapters.workspace_file import Workspace
from tests.hostile.running import AT, PATIENT, Ended, program
from tests.road.town import HOSPITAL, MUNICIPALITY, Town

_HOMES = (
    "archive/received/", "municipality/archive/sent/", "failed/", "fagsystem/8800210/inn/", "journal.sqlite3",
    "network/mailboxes/8800110@edi.example/new/",
)  # fmt: skip
"""Where files may come to lie."""


@dataclass(frozen=True)
class Aftermath:
    workspace: Path
    ended: Ended
    """The municipality's ``receive``."""
    again: Ended
    """The same once more."""
    told: Ended
    """The hospital's ``receive`` afterwards."""
    lines: dict[str, dict[str, Any]]
    """By the name of the mail."""
    answers: list[bytes]
    """What lay in the hospital's mailbox: the mail head, and the SOAP part of signals decoded."""
    left: list[str]
    """Names that stayed in the inbox."""
    filed: list[Path]
    strays: list[Path]
    """New files that lie where none belongs, or half done."""
    leaks: list[Path]
    """Files that name the patient, other than kept mails and what was filed for the fagsystem."""


def attacked(founded: Town, folder: Path, fill: Callable[[Town], None]) -> Aftermath:
    """Copy a town, fill the municipality's inbox, and let both receive."""
    shutil.copytree(founded.folder, folder)
    town = Town(folder)
    for name in founded.workspaces:
        town.workspaces[name] = Workspace.load(folder / name)
        town.open(name)
    fill(town)
    before = set(folder.parent.rglob("*"))
    ended = _receive(town, "municipality")
    again = _receive(town, "municipality")
    left = [path.name for path in town.inbox(MUNICIPALITY)]
    answers = [_decoded(path.read_bytes()) for path in town.inbox(HOSPITAL)]
    new = [path for path in set(folder.parent.rglob("*")) - before if path.is_file()]
    told = _receive(town, "hospital")
    for server in town.servers.values():
        server.journal.close()  # type: ignore[attr-defined]
    return Aftermath(
        workspace=folder / "municipality",
        ended=ended,
        again=again,
        told=told,
        lines={line["envelope"]: line for line in ended.lines},
        answers=answers,
        left=left,
        filed=town.filed("municipality", MUNICIPALITY),
        strays=[path for path in new if _astray(path)],
        leaks=[path for path in new if _may_not_tell(path) and PATIENT.encode() in path.read_bytes()],
    )


def _receive(town: Town, name: str) -> Ended:
    folder = town.workspaces[name].folder
    return program("--workspace", folder, "receive", "--json", "--at-time", AT, cwd=folder)


def _astray(path: Path) -> bool:
    return path.name.endswith(".tmp") or not any(home in path.as_posix() for home in _HOMES)


def _may_not_tell(path: Path) -> bool:
    return path.suffix != ".eml" and "inn" not in path.parts and "mailboxes" not in path.parts


def _decoded(mail: bytes) -> bytes:
    if b"multipart/related" in mail:
        return mail
    top, _, body = mail.partition(b"\r\n\r\n")
    return top + b"\r\n\r\n" + base64.b64decode(body)
