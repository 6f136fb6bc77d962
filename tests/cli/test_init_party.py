"""``init``, ``party``, ``register``, ``config show`` and ``doctor`` from the outside: stdout, stderr and exit status."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


class Run:
    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.out, self.err, self.status = done.stdout, done.stderr, done.returncode

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def meldingsloft(*arguments: object, cwd: Path, **environ: str) -> Run:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MELDINGSLOFT_")}
    done = subprocess.run(
        [sys.executable, "-m", "meldingsloft", *map(str, arguments)],
        cwd=cwd, env={**clean, "PYTHONPATH": str(Path(__file__).parents[2]), "HOME": str(cwd), **environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Run(done)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    run = meldingsloft(
        "init",
        "sykehus",
        "--name",
        "Fjordsykehuset HF",
        "--org-number",
        "999999990",
        "--org-her-id",
        "1001",
        "--her-id",
        "1002",
        "--service",
        "Øre-nese-hals",
        "--network",
        "nett",
        cwd=folder,
    )
    assert (run.status, run.out) == (0, "")
    assert run.err.startswith("made the workspace of party 1002 (Øre-nese-hals) of Fjordsykehuset HF: ")
    assert "chosen" not in run.err
    return folder


@pytest.fixture
def fresh(town: Path, tmp_path: Path) -> Path:
    shutil.copytree(town, tmp_path / "town")
    return tmp_path / "town"


def test_the_network_is_laid_out_as_promised(town: Path) -> None:
    network = town / "nett"
    assert sorted(p.name for p in network.iterdir()) == ["ca", "mailboxes", "register"]
    assert sorted(p.name for p in (network / "register").iterdir()) == [
        "1002.encrypt.pem",
        "1002.sign.pem",
        "1002.toml",
    ]
    assert sorted(p.name for p in (network / "mailboxes/1002@edi.example").iterdir()) == ["cur", "new", "tmp"]


def test_a_short_call_chooses_and_tells(tmp_path: Path) -> None:
    run = meldingsloft("init", "lege", "--person", "Kari Lege", "--hpr", "9144897", "--json", cwd=tmp_path)
    assert run.status == 0
    [line] = run.lines
    assert line["form"] == "meldingsloft.workspace/1"
    assert (line["workspace"], line["network"]) == (str(tmp_path / "lege"), str(tmp_path / "network"))
    assert (line["party"]["kind"], line["party"]["hpr"], line["party"]["name"]) == ("person", "9144897", "Kari Lege")
    assert set(line["chosen"]) == {"org_her_id", "name", "org_number", "her_id"}
    assert "chosen: --org-her-id 100001" in run.err


def test_init_replaces_nothing(town: Path) -> None:
    again = meldingsloft("init", "sykehus", cwd=town)
    assert (again.status, again.out) == (9, "")
    assert "error[ML-C111]" in again.err
    taken = meldingsloft("init", "other", "--her-id", "1002", "--network", "nett", cwd=town)
    assert taken.status == 9
    assert "error[ML-C113]" in taken.err
    assert not (town / "other").exists()


@pytest.mark.parametrize("arguments", [["--service", "a", "--person", "b"], ["--hpr", "1"], ["--bogus"]])
def test_wrong_usage(arguments: list[str], tmp_path: Path) -> None:
    run = meldingsloft("init", "ws", *arguments, cwd=tmp_path)
    assert run.status == 2
    assert list(tmp_path.iterdir()) == []


def test_parties_are_added_and_listed(fresh: Path) -> None:
    run = meldingsloft(
        "party", "add", "--service", "Laboratorium", "--her-id", "1003", "--workspace", "sykehus", cwd=fresh
    )
    assert run.status == 0, run.err
    listed = meldingsloft("--workspace", "sykehus", "party", "list", "--json", cwd=fresh)
    assert [(line["form"], line["her_id"]) for line in listed.lines] == [
        ("meldingsloft.party/1", "1002"),
        ("meldingsloft.party/1", "1003"),
    ]
    again = meldingsloft("party", "add", "--her-id", "1003", cwd=fresh / "sykehus")
    assert again.status == 9
    assert "ML-C112" in again.err


def test_without_a_workspace(tmp_path: Path) -> None:
    for command in (["party", "list"], ["config", "show"], ["doctor"], ["register", "list"]):
        run = meldingsloft(*command, "--json", cwd=tmp_path)
        assert run.status == 9
        assert [(line["form"], line["code"]) for line in run.lines] == [("meldingsloft.error/1", "ML-C110")]


def test_the_register_is_kept_by_hand(fresh: Path) -> None:
    sign, encrypt = fresh / "nett/register/1002.sign.pem", fresh / "nett/register/1002.encrypt.pem"
    run = meldingsloft(
        "register", "add", "--her-id", "2002", "--name", "Legevakt", "--org-name", "Kystkommunen", "--org-her-id", "2001",
        "--edi-address", "legevakt@edi.example", "--sign-cert", sign, "--encrypt-cert", encrypt, "--content-cipher", "3des-cbc", cwd=fresh / "sykehus",
    )  # fmt: skip
    assert (run.status, run.out) == (0, ""), run.err
    assert (fresh / "nett/mailboxes/legevakt@edi.example/new").is_dir()
    shown = meldingsloft("register", "show", "2002", "--json", "--network", "nett", cwd=fresh).lines[0]
    assert (shown["content_cipher"], shown["organisation"]["name"], len(shown["signing_certificates"])) == (
        "3des-cbc",
        "Kystkommunen",
        1,
    )
    assert "Kystkommunen" in meldingsloft("register", "show", "2002", cwd=fresh / "sykehus").out
    assert [line.split()[0] for line in meldingsloft("register", "list", cwd=fresh / "sykehus").out.splitlines()] == [
        "1002",
        "2002",
    ]
    swapped = meldingsloft("register", "add", "--her-id", "2002", "--sign-cert", encrypt, cwd=fresh / "sykehus")
    assert swapped.status == 9
    assert "ML-C116" in swapped.err
    unknown = meldingsloft("register", "show", "999", cwd=fresh / "sykehus")
    assert (unknown.status, unknown.out) == (9, "")
    assert "ML-C117" in unknown.err


def test_a_register_is_imported(fresh: Path) -> None:
    run = meldingsloft("register", "import", "nett/register", "--network", "other", "--json", cwd=fresh)
    assert run.status == 0, run.err
    assert [line["her_id"] for line in run.lines] == ["1002"]
    assert (fresh / "other/register/1002.toml").is_file()
    empty = meldingsloft("register", "import", "sykehus", "--network", "other", cwd=fresh)
    assert empty.status == 8
    assert (
        meldingsloft("register", "import", "nett/register/1002.sign.pem", "--network", "other", cwd=fresh).status == 5
    )
    assert meldingsloft("register", "import", "x.xml", "--org-name", "x", "--network", "other", cwd=fresh).status == 2


def test_a_broken_record_is_told_beside_the_others(fresh: Path) -> None:
    (fresh / "nett/register/3.toml").write_text("name = 1.0\n")
    run = meldingsloft("register", "list", "--network", "nett", cwd=fresh)
    assert run.status == 9
    assert run.out.startswith("1002")
    assert "ML-C102" in run.err
    assert "name must be text in quotes" in run.err


def test_config_show_names_every_path_and_origin(fresh: Path) -> None:
    with (fresh / "sykehus/meldingsloft.toml").open("a") as file:
        file.write("\n[resend]\nrate = 2\n")
    [line] = meldingsloft("config", "show", "--json", cwd=fresh / "sykehus", MELDINGSLOFT_RECEIVE_BATCH="4").lines
    assert line["form"] == "meldingsloft.config/1"
    network, workspace = str(fresh / "nett"), str(fresh / "sykehus")
    assert line["paths"] == {
        "workspace": workspace, "file": f"{workspace}/meldingsloft.toml", "network": network, "register": f"{network}/register",
        "mailboxes": f"{network}/mailboxes", "ca": f"{network}/ca", "revocations": f"{network}/ca/revocation", "journal": f"{workspace}/journal.sqlite3", "keys": f"{workspace}/keys",
        "archive": f"{workspace}/archive", "failed": f"{workspace}/failed", "fagsystem": f"{workspace}/fagsystem",
    }  # fmt: skip
    settings = {one["name"]: (one["value"], one["origin"]) for one in line["settings"]}
    assert settings["receive.batch"] == (4, "environment MELDINGSLOFT_RECEIVE_BATCH")
    assert settings["resend.rate"] == (2.0, f"{workspace}/meldingsloft.toml")
    assert settings["run.workers"] == (1, "default")
    assert line["parties"][0]["mailbox"] == f"{network}/mailboxes/1002@edi.example"
    text = meldingsloft("config", "show", "--workspace", "sykehus", cwd=fresh).out
    assert "flag --workspace" in text
    assert f"{workspace}/journal.sqlite3" in text


def test_config_tells_every_unknown_key(fresh: Path) -> None:
    with (fresh / "sykehus/meldingsloft.toml").open("a") as file:
        file.write("\n[recieve]\nx = 1\n[run]\nbogus = 1\n")
    text = (fresh / "sykehus/meldingsloft.toml").read_text().replace("\n[run]\n#", "\n#", 1)
    (fresh / "sykehus/meldingsloft.toml").write_text(text)
    run = meldingsloft("config", "show", cwd=fresh / "sykehus")
    assert (run.status, run.out) == (9, "")
    assert "recieve is not known" in run.err
    assert "run.bogus is not known" in run.err


def test_doctor_is_content_and_then_is_not(fresh: Path) -> None:
    well = meldingsloft("doctor", cwd=fresh / "sykehus")
    assert well.status == 0, well.out
    assert well.out.endswith("everything is in order\n")
    shutil.rmtree(fresh / "nett/mailboxes/1002@edi.example/new")
    ill = meldingsloft("doctor", "--json", cwd=fresh / "sykehus")
    assert ill.status == 3
    [found] = [line for line in ill.lines if line["verdict"] == "error"]
    assert (found["form"], found["check"]) == ("meldingsloft.check/1", "mailboxes")
    assert found["mend"]
    assert "1 thing must be done now" in meldingsloft("doctor", cwd=fresh / "sykehus").out


def test_doctor_looks_ahead(fresh: Path) -> None:
    far = meldingsloft("doctor", "--at-time", "2050-01-01", cwd=fresh / "sykehus")
    assert far.status == 3
    assert "expired" in far.out


def test_help_begins_with_an_example(tmp_path: Path) -> None:
    for command in (
        ["init"],
        ["party", "add"],
        ["register", "add"],
        ["register", "import"],
        ["config", "show"],
        ["doctor"],
    ):
        run = meldingsloft(*command, "-h", cwd=tmp_path)
        assert run.status == 0
        assert f"meldingsloft {command[0]}" in run.out
