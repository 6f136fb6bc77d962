"""The page of ``validate --format html`` in a real browser: it fits every screen, asks the network for nothing, and works from the keyboard."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from meldingsloft.report.validation_page import ValidationPage
from tests.unit.report.outcomes import some

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")]

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=1000",
)  # fmt: skip
_ITS_OWN = (".google.com", ".googleapis.com", ".gstatic.com")
"""Hosts that the browser itself asks for updates whatever it shows; no name is resolved, so none is reached."""
_FRAME = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<iframe id="f" src="{page}" style="border:0;width:{width}px;height:900px"></iframe><pre id="o"></pre>
<script>
onload = () => {{
  const d = document.getElementById('f').contentDocument, e = d.documentElement;
  const wide = [...d.querySelectorAll('body *')].filter(x => x.getBoundingClientRect().right > {width} + 1 && !x.closest('.skip') && !x.closest('thead'));
  d.querySelector('details summary').click();
  document.getElementById('o').textContent = 'RESULT' + JSON.stringify({{
    scroll: e.scrollWidth, width: e.clientWidth, wide: wide.length, open: d.querySelector('details').open,
    loaded: d.defaultView.performance.getEntriesByType('resource').length, font: getComputedStyle(d.body).fontSize,
    reached: [...d.querySelectorAll('a,summary,[tabindex="0"]')].every(x => x.tabIndex === 0)}});
}};
</script>"""


def chromium(folder: Path, *arguments: str) -> str:
    assert CHROMIUM is not None
    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120, text=True)
    return done.stdout


@pytest.fixture
def page(tmp_path: Path) -> Path:
    made = ValidationPage("nb")
    for outcome in some():
        made.add(outcome)
    path = tmp_path / "page.html"
    path.write_bytes(b"".join(made.pieces()))
    return path


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_fits_the_screen_and_loads_nothing(page: Path, width: int) -> None:
    frame = page.with_name("frame.html")
    frame.write_text(_FRAME.format(page=page.name, width=width), "utf-8")
    dom = chromium(
        page.parent, "--allow-file-access-from-files", "--window-size=1400,1000", "--dump-dom", frame.as_uri()
    )
    found = re.search(r"RESULT(\{.*?\})<", dom)
    assert found, dom[-2000:]
    measured = json.loads(found.group(1))
    assert measured["scroll"] <= measured["width"] == width
    assert measured["wide"] == 0
    assert measured["loaded"] == 0
    assert measured["open"]
    assert measured["reached"]


def test_no_request_leaves_the_browser(page: Path) -> None:
    log = page.with_name("net.json")
    chromium(page.parent, f"--log-net-log={log}", "--dump-dom", page.as_uri())
    hosts = set(re.findall(r'"url":"(?:https?|wss?)://([^/:"]*)', log.read_text("utf-8", "replace")))
    assert {host for host in hosts if not host.endswith(_ITS_OWN)} == set()


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_painted(page: Path, width: int) -> None:
    picture = page.with_name("page.png")
    chromium(page.parent, f"--window-size={width},1200", f"--screenshot={picture}", page.as_uri())
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 10_000


def test_it_prints(page: Path) -> None:
    paper = page.with_name("page.pdf")
    chromium(page.parent, f"--print-to-pdf={paper}", "--no-pdf-header-footer", page.as_uri())
    assert paper.read_bytes().startswith(b"%PDF")
