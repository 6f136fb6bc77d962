"""``bench``: the whole road, timed. Also the entry for a profiler: everything timed runs in ``Road.batch``.

A message is sent, received (Acknowledgment and AppRec made), received again by its sender (both processed, the AppRec
acknowledged) and a last time by its receiver, with real keys, durable writes and two journals.
"""

from __future__ import annotations

import contextlib
import json
import re
import resource
import shlex
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meldingsloft.cli import frame
from meldingsloft.domain.errors import WrongUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from meldingsloft.adapters.workspace_file import Workspace
    from meldingsloft.domain.heads import Address, Head
    from meldingsloft.flow.msh import Msh

_PREFIX = "meldingsloft-bench-"
_KEPT_SECONDS = 1800
_MSG_ID = re.compile(rb"(<(?:\w+:)?MsgId>)[^<]*(</)")
_GEN_DATE = re.compile(rb"(<(?:\w+:)?GenDate(?:\s+V=\"|>))[^<\"]*")


@dataclass(slots=True)
class Road:
    """One sender and one receiver in a network of their own, and a message to send between them."""

    template: bytes = field(repr=False)
    """The message with blanks (of ``%``) for its MsgId and GenDate."""
    head: Head
    sender: Msh
    receiver: Msh
    steps: dict[str, float] = field(default_factory=dict)

    def batch(self, size: int) -> None:
        """Send that many messages and carry each to its final receipt."""
        from meldingsloft.flow.receiving import receive
        from meldingsloft.flow.sending import SendOptions, deliver, prepare

        options = SendOptions(receivers=(next(iter(self.receiver.own)),))
        payloads = [self._fresh() for _ in range(size)]
        prepared = self._timed(
            "prepare: validate, seal, sign, wrap", lambda: [prepare(self.sender, p, options) for p in payloads]
        )
        self._timed("deliver: keep, stage, journal, publish", lambda: list(deliver(self.sender, prepared)))
        self._timed("receive: verify, open, validate, file, acknowledge, AppRec", lambda: list(receive(self.receiver)))
        self._timed("receive: Acknowledgment and AppRec, acknowledge", lambda: list(receive(self.sender)))
        self._timed("receive: Acknowledgment of the AppRec", lambda: list(receive(self.receiver)))

    def check(self, expected: int) -> None:
        """Every message must have ended well, or the figures mean nothing."""
        from meldingsloft.domain.journal import Search
        from meldingsloft.domain.states import Direction, State

        states = [entry.state for entry in self.sender.journal.search(Search(direction=Direction.OUT))]
        if states != [State.APPREC_OK] * expected:
            raise WrongUsageError(
                "ML-C030",
                f"the road of {self.head.message_type.short_name} does not end in apprec-ok",
                hint="take messages that are valid and name both parties",
            )

    def _fresh(self) -> bytes:
        from meldingsloft.domain.envelopes import format_instant

        now = format_instant(self.sender.clock.now())[:-1]
        return self.template % {b"msg_id": self.sender.ids.uuid().encode(), b"now": now.encode()}

    def _timed(self, step: str, work: Callable[[], Any]) -> Any:
        before = time.process_time()
        result = work()
        self.steps[step] = self.steps.get(step, 0.0) + time.process_time() - before
        return result


@frame.command(
    "bench",
    example="meldingsloft bench 300 samples/good/epikrise-1.2/*.xml\nmeldingsloft bench 300 message.xml --profile road.prof",
)
@click.argument("count", type=click.IntRange(1))
@click.argument("files", nargs=-1, metavar="[FILE…]")
@click.option("--procs", type=click.IntRange(1), default=1, help="Processes, each with its own network.")
@click.option("--batch", type=click.IntRange(1), default=32, help="Messages on the road at once.")
@click.option(
    "--against",
    metavar="CMD",
    help="Another command to measure against, in turns: {n}, {procs} and {files} are filled in; its last line on stdout is such a JSON object.",
)
@click.option(
    "--rounds", type=click.IntRange(1), default=3, help="Turns of both with --against; the median of the ratios counts."
)
@click.option("--profile", type=click.Path(path_type=Path), metavar="FILE", help="Write a cProfile of the timed part.")
@click.option(
    "--work-root",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where to make the temporary network.",
)
def command(
    session: frame.Session,
    count: int,
    files: tuple[str, ...],
    procs: int,
    batch: int,
    against: str | None,
    rounds: int,
    profile: Path | None,
    work_root: Path | None,
) -> None:
    """Send COUNT messages, made from FILES in turn, through the whole road and tell how long it took.

    The networks it makes stay in the temporary folder for looking around; a run half an hour later takes them away.

    The last line on stdout is one JSON object with n, wall_s and cpu_s, and with --against the ratios to the other command.
    """
    names = list(files) or _samples()
    ratios: dict[str, list[float]] = {"wall_ratio": [], "cpu_ratio": []}
    for _ in range(rounds if against else 1):
        result = _in_a_folder(work_root, names, count, procs, batch, profile)
        if against:
            other = _other(against, count, procs, names)
            for name, values in ratios.items():
                key = name.replace("_ratio", "_s")
                values.append(result[key] / other[key])
    for step, seconds in result["steps"].items():
        session.say(f"{1e3 * seconds / count:8.3f} ms CPU  {step}")
    session.say(f"{count / result['wall_s']:8.1f} messages a second, {1e3 * result['cpu_s'] / count:.3f} ms CPU each")
    told = {name: round(statistics.median(values), 2) for name, values in ratios.items() if values}
    for name, value in told.items():
        session.say(f"{value:8.2f} x the {name.partition('_')[0]} time of the other command")
    session.json_line({"form": "meldingsloft.bench/1", "n": count, "procs": procs} | result | told)


def _in_a_folder(
    work_root: Path | None, names: Sequence[str], count: int, procs: int, batch: int, profile: Path | None
) -> dict[str, Any]:
    """Run in a folder of its own, which is left for looking around and taken away by a later run.

    A server deletes nothing, and ext4 makes new files slowly for a minute after many were deleted: a folder taken away at
    once would be paid for by whatever is measured next.
    """
    root = work_root or Path(tempfile.gettempdir())
    for old in root.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
    return _in_processes(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root)), names, count, procs, batch, profile)


def _other(template: str, count: int, procs: int, names: Sequence[str]) -> dict[str, float]:
    filled = template.format(n=count, procs=procs, files=" ".join(shlex.quote(name) for name in names))
    ran = subprocess.run(shlex.split(filled), capture_output=True, text=True, check=False)  # noqa: S603 - the caller's own command
    try:
        told = json.loads(ran.stdout.strip().splitlines()[-1])
        return {key: float(told[key]) * count / float(told["n"]) for key in ("wall_s", "cpu_s")}
    except (IndexError, KeyError, ValueError, TypeError):
        raise WrongUsageError(
            "ML-C032",
            "the other command did not end with a JSON object that holds n, wall_s and cpu_s",
            hint="run it by hand and look at its last line",
        ) from None


def _samples() -> list[str]:
    from meldingsloft.adapters.shipped import shipped

    found = sorted(
        str(path) for path in (shipped("samples") / "good").rglob("*.xml") if "apprec" not in path.parent.name
    )
    if not found:
        raise WrongUsageError("ML-C031", "there are no samples to measure with", hint="name a message")
    return found


def _in_processes(
    folder: Path, names: Sequence[str], count: int, procs: int, batch: int, profile: Path | None
) -> dict[str, Any]:
    if procs == 1:
        return _measure(folder, names, count, batch, profile)
    import multiprocessing

    shares = [count // procs + (number < count % procs) for number in range(procs)]
    with multiprocessing.get_context("fork").Pool(procs) as pool:
        parts = pool.starmap(
            _measure, [(folder / str(number), names, share, batch, None) for number, share in enumerate(shares)]
        )
    steps = {step: sum(part["steps"].get(step, 0.0) for part in parts) for step in parts[0]["steps"]}
    return {
        "wall_s": max(part["wall_s"] for part in parts),
        "cpu_s": sum(part["cpu_s"] for part in parts),
        "steps": steps,
    }


def _measure(folder: Path, names: Sequence[str], count: int, batch: int, profile: Path | None) -> dict[str, Any]:
    roads = [_road(folder / f"road{number}", name) for number, name in enumerate(names)]
    shares = [count // len(roads) + (number < count % len(roads)) for number in range(len(roads))]
    for road in roads:
        road.batch(1)
        road.steps.clear()
    if profile is not None:
        import cProfile

        with cProfile.Profile() as profiler:
            figures = _run(roads, shares, batch)
        profiler.dump_stats(profile)
    else:
        figures = _run(roads, shares, batch)
    for road, share in zip(roads, shares, strict=True):
        road.check(share + 1)
    steps: dict[str, float] = {}
    for road in roads:
        for step, seconds in road.steps.items():
            steps[step] = steps.get(step, 0.0) + seconds
    return figures | {"steps": steps}


def _run(roads: Sequence[Road], shares: Sequence[int], batch: int) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), _cpu()
    for road, share in zip(roads, shares, strict=True):
        for start in range(0, share, batch):
            road.batch(min(batch, share - start))
    return {"wall_s": time.perf_counter() - wall, "cpu_s": _cpu() - cpu}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _workspace(folder: Path, name: str, address: Address) -> Workspace:
    from meldingsloft.adapters.workspace import NewParty, create_workspace

    party = address.party
    if party is None or party.her_id is None or address.organisation.her_id is None:
        raise WrongUsageError(
            "ML-C030",
            "the message does not name both levels of its sender and recipient",
            hint="take messages that name both parties by HER-id",
        )
    made = create_workspace(
        folder / name,
        name=address.organisation.name or name,
        org_her_id=address.organisation.her_id,
        network=folder / "network",
        party=NewParty(party.name or name, "person" if party.person else "service", her_id=party.her_id),
    )
    return made.workspace


def _road(folder: Path, name: str) -> Road:
    from meldingsloft.adapters.type_table import load_catalogue
    from meldingsloft.cli.wiring import open_msh
    from meldingsloft.hodemelding.heads import read_head
    from meldingsloft.xmlsafe import parse

    template = frame.read_input(name)
    head = read_head(parse(template), load_catalogue())
    if head.sender is None or not head.receivers:
        raise WrongUsageError(
            "ML-C030",
            "the message names no sender or no recipient",
            hint="take messages that name both parties by HER-id",
        )
    sender = open_msh(_workspace(folder, "sender", head.sender))
    receiver = open_msh(_workspace(folder, "receiver", head.receivers[0]))
    _register_copies(folder, head, receiver)
    return Road(_with_blanks(template), head, sender, receiver)


def _with_blanks(message: bytes) -> bytes:
    identified = _MSG_ID.sub(rb"\g<1>%(msg_id)b\g<2>", message.replace(b"%", b"%%"), count=1)
    return _GEN_DATE.sub(rb"\g<1>%(now)b", identified, count=1)


def _register_copies(folder: Path, head: Head, receiver: Msh) -> None:
    """Copy recipients live elsewhere: the register knows them, nothing is sent to them."""
    from dataclasses import replace

    from meldingsloft.adapters.register import FolderRegister

    register = FolderRegister(folder / "network" / "register")
    known = next(iter(receiver.own.values()))
    for copy in head.receivers[1:]:
        if copy.her_id is not None and register.party(copy.her_id) is None:
            register.write(replace(known, her_id=copy.her_id, edi_address=f"{copy.her_id}@elsewhere.example"))
