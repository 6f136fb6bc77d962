"""What ``config show`` prints: settings and paths, each with its origin (form ``meldingsloft.config/1``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meldingsloft.adapters.register import FolderRegister
    from meldingsloft.adapters.settings import Settings
    from meldingsloft.adapters.workspace_file import Workspace

_LAYOUT = "layout of the network folder"
_NETWORK = ("register", "mailboxes", "ca", "revocations")


def rows_of(workspace: Workspace, settings: Settings, origin: str) -> Iterator[tuple[str, Any, str]]:
    """(name, value, origin) of everything; ``origin`` tells how the workspace was found."""
    own = workspace.organisation
    file = str(workspace.file)
    for key, value in (("name", own.name), ("org_number", own.org_number), ("org_her_id", own.her_id)):
        yield f"workspace.{key}", value, file
    for name, path in workspace.paths().items():
        if name == "workspace":
            where = origin
        elif name == "network":
            where = file
        else:
            where = _LAYOUT if name in _NETWORK else "layout of the workspace folder"
        yield f"paths.{name}", str(path), where
    for chosen in settings:
        yield chosen.name, list(chosen.value) if isinstance(chosen.value, tuple) else chosen.value, chosen.origin


def config_object(workspace: Workspace, settings: Settings, register: FolderRegister, origin: str) -> dict[str, Any]:
    """``meldingsloft.config/1``."""
    rows = list(rows_of(workspace, settings, origin))
    return {
        "form": "meldingsloft.config/1",
        "paths": {name: str(path) for name, path in workspace.paths().items()},
        "settings": [{"name": name, "value": value, "origin": where} for name, value, where in rows],
        "parties": [_party(workspace, register, number) for number in range(len(workspace.parties))],
    }


def _party(workspace: Workspace, register: FolderRegister, number: int) -> dict[str, Any]:
    party = workspace.parties[number]
    record = register.party(party.her_id)
    address = record.edi_address if record else None
    return {
        "her_id": party.her_id,
        "name": party.name,
        "kind": party.kind,
        "edi_address": address,
        "mailbox": str(workspace.mailboxes / address.removeprefix("mailto:")) if address else None,
        "keys": str(workspace.keys / party.her_id),
        "inn": str(workspace.inbox(party.her_id)),
        "ut": str(workspace.outbox(party.her_id)),
    }


def config_lines(workspace: Workspace, settings: Settings, register: FolderRegister, origin: str) -> list[str]:
    """Aligned columns: name, value, origin; then the parties."""
    rows = [(name, _shown(value), where) for name, value, where in rows_of(workspace, settings, origin)]
    for party in config_object(workspace, settings, register, origin)["parties"]:
        rows += [
            (
                f"party.{party['her_id']}.{key}",
                _shown(party[key]),
                "register" if key in ("edi_address", "mailbox") else str(workspace.file),
            )
            for key in ("name", "edi_address", "mailbox", "inn", "ut")
        ]
    name_width = max(len(row[0]) for row in rows)
    value_width = min(60, max(len(row[1]) for row in rows))
    return [f"{name:{name_width}}  {value:{value_width}}  {where}".rstrip() for name, value, where in rows]


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) or "-"
