from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from meldingsloft.adapters.settings import SETTINGS, load_settings
from meldingsloft.adapters.workspace_file import HostedParty, Workspace, append_party, workspace_text
from meldingsloft.domain.errors import ConfigError, ExitStatus
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import Organisation

WARD = HostedParty(HerId("1002"), 'Øre "nese" hals\\', "service")
DOCTOR = HostedParty(HerId("305"), "Kari Lege", "person", "9144897")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "hospital"
    folder.mkdir()
    made = Workspace(
        folder, Organisation("Fjordsykehuset HF", HerId("1001"), "999999990"), tmp_path / "network", (WARD,)
    )
    made.file.write_text(workspace_text(made))
    return made


def test_it_reads_back_as_it_was_written(workspace: Workspace) -> None:
    assert Workspace.load(workspace.folder) == workspace


def test_the_network_is_named_from_the_file_so_that_both_can_be_moved(workspace: Workspace) -> None:
    assert tomllib.loads(workspace.file.read_text())["workspace"]["network"] == "../network"
    moved = workspace.folder.parent.rename(workspace.folder.parent.with_name("moved"))
    assert Workspace.load(moved / "hospital").network == moved / "network"


def test_a_party_is_added_and_what_people_wrote_stays(workspace: Workspace) -> None:
    workspace.file.write_text(
        workspace.file.read_text().replace("\n\n[[party]]", "\n# our ward\n[[party]]").rstrip("\n")
    )
    grown = append_party(workspace, DOCTOR)
    assert grown == Workspace.load(workspace.folder)
    assert grown.parties == (WARD, DOCTOR)
    assert "# our ward" in workspace.file.read_text()
    with pytest.raises(ConfigError) as caught:
        append_party(grown, DOCTOR)
    assert caught.value.code == "ML-C112"


def test_it_is_found_by_name_by_environment_and_upwards(workspace: Workspace, tmp_path: Path) -> None:
    below = workspace.folder / "a" / "b"
    below.mkdir(parents=True)
    assert Workspace.find(None, {}, below) == workspace
    assert Workspace.find(Path("hospital"), {}, tmp_path) == workspace
    assert Workspace.find(None, {"MELDINGSLOFT_WORKSPACE": str(workspace.folder)}, tmp_path) == workspace
    for explicit, environ in (
        (None, {}),
        (tmp_path, {"MELDINGSLOFT_WORKSPACE": str(workspace.folder)}),
        (None, {"MELDINGSLOFT_WORKSPACE": "none"}),
    ):
        with pytest.raises(ConfigError) as caught:
            Workspace.find(explicit, environ, tmp_path)
        assert (caught.value.code, caught.value.exit_status) == ("ML-C110", ExitStatus.CONFIG)
    with pytest.raises(ConfigError):
        Workspace.load(tmp_path)


def test_all_problems_are_told_at_once(workspace: Workspace) -> None:
    workspace.file.write_text(
        """
        [workspace]
        name = ""
        org_number = "12"
        org_her_id = "x"
        nettwork = "n"
        [receive]
        batch = -1
        [[party]]
        her_id = "1"
        name = "a"
        kind = "robot"
        [[party]]
        her_id = 1
        name = "a"
        kind = "person"
        hrp = "2"
        [[party]]
        her_id = "1a"
        name = "a"
        kind = "service"
        """
    )
    with pytest.raises(ConfigError) as caught:
        Workspace.load(workspace.folder)
    assert caught.value.where == str(workspace.file)
    assert sorted(caught.value.problems) == sorted(
        [
            "workspace.name is empty",
            "workspace.network is missing",
            "workspace.nettwork is not known",
            "workspace.org_number must be nine digits",
            "workspace.org_her_id must be one to twelve digits",
            "party[1].kind must be one of service, person",
            "party[2].hrp is not known",
            "party[2].her_id is given twice",
            "party[3].her_id must be one to twelve digits",
            "receive.batch must be at least 1",
        ]
    )


def test_broken_toml_says_where(workspace: Workspace) -> None:
    workspace.file.write_text("[workspace]\nname = \n")
    with pytest.raises(ConfigError) as caught:
        Workspace.load(workspace.folder)
    assert caught.value.code == "ML-C101"
    assert "line 2" in caught.value.message


def test_the_commented_settings_are_real_ones_with_their_defaults(workspace: Workspace) -> None:
    lines = workspace.file.read_text().splitlines()
    workspace.file.write_text("\n".join(line.removeprefix("# ") if " = " in line else line for line in lines))
    settings = load_settings(environ={}, file=workspace.file)
    shown = [one for one in settings if one.origin != "default"]
    assert {one.name for one in shown} == {s.name for s in SETTINGS if s.command in ("send", "receive", "run")}
    defaults = {setting.name: setting.default for setting in SETTINGS}
    assert all(one.value == defaults[one.name] for one in shown)


def test_every_path_is_absolute_and_has_a_name(workspace: Workspace) -> None:
    paths = workspace.paths()
    assert set(paths) == {
        "workspace",
        "file",
        "network",
        "register",
        "mailboxes",
        "ca",
        "revocations",
        "journal",
        "keys",
        "archive",
        "failed",
        "fagsystem",
    }
    assert all(path.is_absolute() for path in paths.values())
    assert workspace.inbox(WARD.her_id) == workspace.folder / "fagsystem" / "1002" / "inn"
    assert workspace.outbox(WARD.her_id) == workspace.folder / "fagsystem" / "1002" / "ut"
