"""Plays a story of ``cli.kristiansund`` with real workspaces, keys and mailboxes, and tells what happens as it happens."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meldingsloft.adapters.case_files import read_case_file
from meldingsloft.adapters.shipped import shipped
from meldingsloft.apprec.codes import ERRORS
from meldingsloft.cli.kristiansund import LESSONS, METRES, PARTIES, SCENES, SECONDS_IN_2011, Party, Scene
from meldingsloft.cli.wiring import open_msh
from meldingsloft.domain.errors import InvalidMessageError
from meldingsloft.domain.findings import Severity
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.journal import Entry, Search
from meldingsloft.domain.states import Direction, State
from meldingsloft.fagmelding.building import build
from meldingsloft.flow.handling import Received
from meldingsloft.flow.msh import Msh
from meldingsloft.flow.receiving import receive
from meldingsloft.flow.sending import Prepared, SendOptions, Sent, deliver, prepare
from meldingsloft.report.road import MEANINGS
from meldingsloft.report.timeline import Chapter, Ending, Fate, Happening, Street, Tone
from meldingsloft.xmlsafe import local_name, parse

if TYPE_CHECKING:
    from meldingsloft.adapters.workspace import Workspace
    from meldingsloft.ports import Clock

ROUNDS = 3
"""The receiver's answer, the sender's receipt for it, and whatever a retry would add."""
_IDENTIFIES = frozenset({"Ident", "OffId", "TypeOffId", "DateOfBirth", "Sex"})
_OWN_TIMES = ("msg_id", "document_id", "generated")


@dataclass(slots=True)
class _Telling:
    """One chapter while it is played."""

    number: int
    scene: Scene
    started: float = field(default_factory=time.perf_counter)

    def happening(
        self, who: Party, what: str, meaning: str, tone: Tone, *, lesson: str = "", **facts: Any
    ) -> Happening:
        """What somebody did or learnt, now."""
        facts |= {"party": who.her_id, "workspace": who.home}
        seconds = time.perf_counter() - self.started
        return Happening(self.number, seconds, who.label, what, meaning, LESSONS[lesson or what], tone, facts)


class Town:
    """The meldingstjenester of the story, by the folder of their workspace."""

    def __init__(self, servers: dict[str, Msh], mailboxes: Path) -> None:
        self._servers = servers
        self._mailboxes = mailboxes
        """The network's Maildirs, where an envelope can be damaged."""
        self._sent: dict[int, str] = {}
        """MsgId by chapter."""
        self._seconds: dict[int, float] = {}
        """By chapter: from the hand-over until its sender had processed the first AppRec."""

    def play(self) -> Iterator[Chapter | Happening | Fate]:
        """Every chapter, every happening in it, and how its messages ended."""
        for number, scene in enumerate(SCENES, 1):
            yield Chapter(number, scene.title, scene.words)
            yield from self._chapter(number, scene)

    def ending(self, folder: str, fates: Sequence[Fate], hints: Sequence[tuple[str, str]] = ()) -> Ending:
        """The last page: the fates, where to look around (after ``hints``), and the speed of the first message."""
        seconds = self._seconds.get(1)
        street = None if seconds is None else Street(METRES, SECONDS_IN_2011, seconds)
        return Ending(tuple(fates), street, folder, (*hints, *_hints(fates)))

    def _chapter(self, number: int, scene: Scene) -> Iterator[Happening | Fate]:
        sender = self._servers[scene.sender.home]
        payload = self._message(sender, scene)
        telling = _Telling(number, scene)
        prepared = yield from _prepared(telling, sender, payload)
        sent = list(deliver(sender, [prepared]))
        self._sent[number] = prepared.head.msg_id
        for one in sent:
            yield _sent(telling, one)
        if scene.trick == "damaged":
            self._damage(prepared)
            yield telling.happening(scene.receivers[0], "damaged", "one byte changes on the way", Tone.ODD)
        for receiver in scene.receivers:
            yield from self._arrivals(telling, receiver)
            yield from self._answers(telling, sender, sent)
        for receiver in scene.receivers:
            yield from self._arrivals(telling, receiver)
        for one in sent:
            yield _fate(telling, one, _entry(sender, one.message_id))

    def _arrivals(self, telling: _Telling, receiver: Party) -> Iterator[Happening]:
        for line in receive(self._servers[receiver.home]):
            yield _at_receiver(telling, receiver, line)

    def _answers(self, telling: _Telling, sender: Msh, sent: Sequence[Sent]) -> Iterator[Happening]:
        envelopes = {one.receiver: one.message_id for one in sent}
        for line in sorted(receive(sender), key=lambda line: line.kind == "apprec"):
            signal = next(sender.journal.search(Search(ids=(line.message_id,), direction=Direction.IN, signals=True)))
            learnt = _at_sender(telling, signal.sender, _entry(sender, envelopes[signal.sender]), line)
            if line.kind == "apprec":
                self._seconds.setdefault(telling.number, learnt.seconds)
            yield learnt

    def _message(self, msh: Msh, scene: Scene) -> bytes:
        """The message of a case with identifiers and times of now."""
        file = read_case_file(str(shipped("samples") / "cases" / scene.case))
        case = {key: value for key, value in file.values.items() if key not in _OWN_TIMES}
        if scene.answers:
            first = self._sent[scene.answers]
            case["reply_to"] = {"parent": first, "conversation": first}
        payload = build(
            scene.message_type, case, catalogue=msh.catalogue, codes=msh.codes, ids=msh.ids, now=msh.clock.now(),
            load_attachment=file.load_attachment, locate=file.locate,
        ).payload  # fmt: skip
        return _unidentified(payload) if scene.trick == "unidentified" else payload

    def _damage(self, prepared: Prepared) -> None:
        """Change one byte of the sealed part of a mail that lies in its receiver's inbox."""
        delivery = prepared.outgoing[0].delivery
        mail = self._mailboxes / delivery.edi_address / "new" / delivery.mail_name
        data = bytearray(mail.read_bytes())
        place = next(at for at in range(len(data) * 3 // 4, len(data)) if chr(data[at]).isalnum())
        data[place] = ord("A") if data[place] != ord("A") else ord("B")
        mail.write_bytes(data)


def _prepared(telling: _Telling, sender: Msh, payload: bytes) -> Generator[Happening, None, Prepared]:
    """The envelopes; what our own check would have stopped is told and then forced."""
    scene = telling.scene
    options = SendOptions(sender=scene.sender.her_id, receivers=tuple(party.her_id for party in scene.receivers))
    try:
        return prepare(sender, payload, options)
    except InvalidMessageError as error:
        if scene.trick != "unidentified":
            raise
        codes = sorted({finding.code for finding in error.findings if finding.severity is Severity.ERROR})
    yield telling.happening(
        scene.sender, "held back", f"{', '.join(codes)}, sent all the same", Tone.ODD, findings=codes
    )
    return prepare(sender, payload, replace(options, force=True))


def open_town(workspaces: Mapping[str, Workspace], clock: Clock) -> Town:
    """The meldingstjenester of a town that has been founded."""
    servers = {folder: open_msh(workspace, clock=clock) for folder, workspace in workspaces.items()}
    return Town(servers, next(iter(workspaces.values())).mailboxes)


def _hints(fates: Sequence[Fate]) -> Iterator[tuple[str, str]]:
    """Commands to try next, run in the story's folder."""
    failed = next((fate for fate in fates if fate.state == State.ERROR_SIGNALLED), None)
    yield "meldingsloft --workspace sykehus status", "all that the hospital sent and received, and where it is"
    if failed is not None:
        yield f"meldingsloft --workspace sykehus show {failed.msg_id}", "the whole history of the damaged message"
    yield "meldingsloft --workspace kommune status --failed", "what went wrong on the municipality's side"
    yield "meldingsloft validate kommune/fagsystem", "check again what the municipality took in"
    yield (
        "ls network/register network/mailboxes/*/new kommune/failed",
        "the register, the empty inboxes, and the envelope that was refused",
    )


def _unidentified(payload: bytes) -> bytes:
    """The message with its patient's number, date of birth and sex taken away."""
    from lxml import etree

    root = parse(payload)
    for patient in (element for element in root.iter("{*}Patient")):
        for child in [child for child in patient if local_name(child) in _IDENTIFIES]:
            patient.remove(child)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _sent(telling: _Telling, sent: Sent) -> Happening:
    facts = {"msg_id": sent.msg_id, "message_id": sent.message_id, "conversation_id": sent.conversation_id}
    facts |= {"to": sent.receiver, "message_type": sent.message_type}
    said = f"{sent.message_type} to {_label(sent.receiver)}"
    return telling.happening(telling.scene.sender, "sent", said, Tone.ON_ITS_WAY, **facts)


def _at_receiver(telling: _Telling, who: Party, line: Received) -> Happening:
    """What the receiving side learns of one mail."""
    facts = _facts(line)
    if line.kind == "acknowledgment":
        said = f"{telling.scene.sender.label} has the AppRec"
        return telling.happening(who, "Acknowledgment", said, Tone.GOOD, lesson="Acknowledged", **facts)
    if line.verdict == "accepted":
        return telling.happening(who, "taken in", "opened, valid, in the fagsystem", Tone.GOOD, **facts)
    if line.verdict == "rejected":
        return telling.happening(who, "rejected", _names(line.apprec_errors), Tone.BAD, **facts)
    return telling.happening(who, line.verdict, "the signature does not hold", Tone.BAD, lesson="refused", **facts)


def _at_sender(telling: _Telling, other: str, entry: Entry, line: Received) -> Happening:
    """What the sender learns, from another party, of what it sent."""
    who, receiver = telling.scene.sender, _label(other)
    facts = _facts(line) | {"from": other, "state": entry.state}
    if line.kind == "acknowledgment":
        return telling.happening(who, "Acknowledgment", f"in hand at {receiver}", Tone.GOOD, **facts)
    if line.kind == "apprec" and entry.state == State.APPREC_OK:
        return telling.happening(who, "AppRec OK", f"{receiver} has taken it in", Tone.GOOD, **facts)
    if line.kind == "apprec":
        return telling.happening(who, "AppRec rejected", entry.reason, Tone.BAD, **facts)
    return telling.happening(
        who,
        "ErrorList",
        f"{', '.join(line.error_codes)} at {receiver}",
        Tone.BAD,
        lesson="ErrorList",
        **facts,
    )


def _facts(line: Received) -> dict[str, Any]:
    facts: dict[str, object] = {
        "kind": line.kind,
        "verdict": line.verdict,
        "msg_id": line.msg_id,
        "message_id": line.message_id,
    }
    facts |= {
        "error_codes": list(line.error_codes),
        "apprec": line.apprec,
        "apprec_errors": list(line.apprec_errors),
        "file": line.file,
    }
    return {key: value for key, value in facts.items() if value not in ("", "none", [], None)}


def _names(codes: tuple[str, ...]) -> str:
    return ", ".join(f"{code} {ERRORS[code].name}" for code in codes)


def _label(her_id: str) -> str:
    return PARTIES[HerId(her_id)].label


def _entry(msh: Msh, message_id: str) -> Entry:
    entry = msh.journal.outgoing(message_id)
    assert entry is not None
    return entry


def _fate(telling: _Telling, sent: Sent, entry: Entry) -> Fate:
    scene = telling.scene
    way = scene.sender.label, _label(sent.receiver)
    return Fate(
        telling.number, entry.message_type, *way, entry.state, scene.expected, MEANINGS[entry.state], entry.msg_id
    )
