"""What people get who install meldingsloft: the wheel is whole, and works where there is no checkout."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from meldingsloft.version import __version__

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling is not installed")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the wheel installed in it."""
    folder = tmp_path_factory.mktemp("installed")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(folder),
            str(wheel),
        ],
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def run(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed program in a folder of its own; what it depends on comes from the environment of the tests."""
    code = (
        f"import sys; sys.path = [{str(installed)!r}] + [p for p in sys.path if p not in ('', {str(ROOT)!r})]\n"
        f"sys.meta_path[:] = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]\n"
        f"import meldingsloft; assert meldingsloft.__file__.startswith({str(installed)!r}), meldingsloft.__file__\n"
        "from meldingsloft.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONPATH" and not k.startswith("MELDINGSLOFT_")}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_wheel_holds_everything_the_program_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for source, target in (("schemas", "meldingsloft/_shipped/schemas"), ("samples", "meldingsloft/_shipped/samples")):
        wanted = {
            f"{target}/{path.relative_to(ROOT / source).as_posix()}"
            for path in (ROOT / source).rglob("*")
            if path.is_file()
        }
        assert wanted
        assert {name for name in wanted - names if "/." not in name} == set()
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "meldingsloft").rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts
    }
    assert package - names == set()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith(".data/scripts/meldingsloft") for name in names)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith((".dist-info", ".data"))} == {"meldingsloft"}


def test_the_command_is_installed(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed / "bin" / "meldingsloft", "--version"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"meldingsloft {__version__}\n"), done.stderr


def test_the_installed_program_validates(installed: Path, tmp_path: Path) -> None:
    samples = installed / "meldingsloft" / "_shipped" / "samples" / "good"
    done = run(installed, tmp_path, "validate", str(samples))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_installed_program_tells_its_story(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "metres a day" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["demo-workspaces"]
