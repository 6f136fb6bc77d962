"""Plays a story of ``cli.kristiansund`` with real workspaces, keys and mailboxes, and tells what happens as it happens."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meldingsloft.adapters.case_files import read_case_file
from meldingsloft.adapters.shipped import shipped
from meldingsloft.apprec.codes import ERRORS
from meldingsloft.cli.kristiansund import METRES, SCENES, SECONDS_IN_2011, Party, Scene
from meldingsloft.cli.wiring import open_msh
from meldingsloft.domain.errors import InvalidMessageError
from meldingsloft.domain.findings import Severity
from meldingsloft.domain.journal import Entry
from meldingsloft.domain.states import State
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

    def happening(self, who: Party, what: str, meaning: str, tone: Tone, **facts: Any) -> Happening:
        """What somebody did or learnt, now."""
        facts |= {"party": who.her_id, "workspace": who.home}
        return Happening(self.number, time.perf_counter() - self.started, who.label, what, meaning, tone, facts)


class Town:
    """The meldingstjenester of the story, by the folder of their workspace."""

    def __init__(self, servers: dict[str, Msh], mailboxes: Path) -> None:
        self._servers = servers
        self._mailboxes = mailboxes
        """The network's Maildirs, where an envelope can be damaged."""
        self._sent: dict[int, Sent] = {}
        self.seconds: dict[int, float] = {}
        """By chapter: from the hand-over until its sender had processed the AppRec."""

    def play(self) -> Iterator[Chapter | Happening | Fate]:
        """Every chapter, every happening in it, and how its message ended."""
        for number, scene in enumerate(SCENES, 1):
            yield Chapter(number, scene.title, scene.words)
            yield from self._chapter(number, scene)

    def ending(self, folder: str, fates: Sequence[Fate]) -> Ending:
        """The last page: the fates, where to look around, and the speed of the first message."""
        seconds = self.seconds.get(1)
        street = None if seconds is None else Street(METRES, SECONDS_IN_2011, seconds)
        return Ending(tuple(fates), street, folder, tuple(_hints(fates)))

    def _chapter(self, number: int, scene: Scene) -> Iterator[Happening | Fate]:
        sender, receiver = self._servers[scene.sender.home], self._servers[scene.receiver.home]
        payload = self._message(sender, scene)
        telling = _Telling(number, scene)
        prepared = yield from self._prepared(telling, sender, payload)
        (sent,) = deliver(sender, [prepared])
        self._sent[number] = sent
        yield telling.happening(
            scene.sender, "sent", f"{sent.message_type}, checked, encrypted, signed, in {scene.receiver.label}'s mailbox", Tone.ON_ITS_WAY,
            msg_id=sent.msg_id, message_id=sent.message_id, conversation_id=sent.conversation_id, to=sent.receiver, message_type=sent.message_type,
        )  # fmt: skip
        if scene.trick == "damaged":
            self._damage(prepared)
            yield telling.happening(
                scene.receiver, "damaged", "on the way one byte of the sealed message changes", Tone.ODD
            )
        for _ in range(ROUNDS):
            for line in receive(receiver):
                yield _at_receiver(telling, line)
            for line in receive(sender):
                learnt = _at_sender(telling, line, _entry(sender, sent))
                if line.kind == "apprec":
                    self.seconds[number] = learnt.seconds
                yield learnt
        yield _fate(telling, _entry(sender, sent))

    def _message(self, msh: Msh, scene: Scene) -> bytes:
        """The message of a case with identifiers and times of now."""
        file = read_case_file(str(shipped("samples") / "cases" / scene.case))
        case = {key: value for key, value in file.values.items() if key not in _OWN_TIMES}
        if scene.answers:
            first = self._sent[scene.answers].msg_id
            case["reply_to"] = {"parent": first, "conversation": first}
        payload = build(
            scene.message_type, case, catalogue=msh.catalogue, codes=msh.codes, ids=msh.ids, now=msh.clock.now(),
            load_attachment=file.load_attachment, locate=file.locate,
        ).payload  # fmt: skip
        return _unidentified(payload) if scene.trick == "unidentified" else payload

    def _prepared(self, telling: _Telling, sender: Msh, payload: bytes) -> Generator[Happening, None, Prepared]:
        """The envelope; what our own check would have stopped is told and then forced."""
        options = SendOptions(sender=telling.scene.sender.her_id, receivers=(telling.scene.receiver.her_id,))
        try:
            return prepare(sender, payload, options)
        except InvalidMessageError as error:
            if telling.scene.trick != "unidentified":
                raise
            codes = sorted({finding.code for finding in error.findings if finding.severity is Severity.ERROR})
            said = f"our own check finds {', '.join(codes)} and will not send it; the story insists (--force)"
            yield telling.happening(telling.scene.sender, "held back", said, Tone.ODD, findings=codes)
        return prepare(sender, payload, SendOptions(sender=options.sender, receivers=options.receivers, force=True))

    def _damage(self, prepared: Prepared) -> None:
        """Change one byte of the sealed part of a mail that lies in its receiver's inbox."""
        delivery = prepared.outgoing[0].delivery
        mail = self._mailboxes / delivery.edi_address / "new" / delivery.mail_name
        data = bytearray(mail.read_bytes())
        place = next(at for at in range(len(data) * 3 // 4, len(data)) if chr(data[at]).isalnum())
        data[place] = ord("A") if data[place] != ord("A") else ord("B")
        mail.write_bytes(data)


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


def _at_receiver(telling: _Telling, line: Received) -> Happening:
    """What the receiving side learns of one mail."""
    who = telling.scene.receiver
    facts = _facts(line)
    if line.kind == "acknowledgment":
        said = f"{telling.scene.sender.label} has the answer too: now both sides know"
        return telling.happening(who, "Acknowledgment", said, Tone.GOOD, **facts)
    if line.verdict == "accepted":
        said = "signature and certificate hold, it opens, it is valid; handed to the fagsystem, answered on both levels"
        return telling.happening(who, "taken in", said, Tone.GOOD, **facts)
    if line.verdict == "rejected":
        said = f"it opens, but {_names(line.apprec_errors)}; not handed on, answered with a rejecting AppRec"
        return telling.happening(who, "rejected", said, Tone.BAD, **facts)
    said = "the signature does not fit these bytes any more; never opened, the original is kept in failed/"
    return telling.happening(who, line.verdict, said, Tone.BAD, **facts)


def _at_sender(telling: _Telling, line: Received, entry: Entry) -> Happening:
    """What the sender learns of what it sent."""
    who, receiver = telling.scene.sender, telling.scene.receiver.label
    facts = _facts(line) | {"state": entry.state}
    if line.kind == "acknowledgment":
        said = f"{receiver}'s server has it and could open it; nobody has promised to use it yet"
        return telling.happening(who, "Acknowledgment", said, Tone.GOOD, **facts)
    if line.kind == "apprec" and entry.state is State.APPREC_OK:
        return telling.happening(
            who,
            "AppRec OK",
            f"{receiver} has taken it into its own system; the sender may stop watching",
            Tone.GOOD,
            **facts,
        )
    if line.kind == "apprec":
        return telling.happening(who, "AppRec rejected", f"{entry.reason}; a person must mend it", Tone.BAD, **facts)
    codes = ", ".join(line.error_codes)
    return telling.happening(
        who,
        "ErrorList",
        f"{codes}: {receiver}'s server refused it unread; the sender is warned at once",
        Tone.BAD,
        **facts,
    )


def _facts(line: Received) -> dict[str, object]:
    facts: dict[str, object] = {"kind": line.kind, "verdict": line.verdict, "msg_id": line.msg_id, "message_id": line.message_id}
    facts |= {
        "error_codes": list(line.error_codes),
        "apprec": line.apprec,
        "apprec_errors": list(line.apprec_errors),
        "file": line.file,
    }
    return {key: value for key, value in facts.items() if value not in ("", "none", [], None)}


def _names(codes: tuple[str, ...]) -> str:
    return ", ".join(f"{code} {ERRORS[code].name}" for code in codes)


def _entry(msh: Msh, sent: Sent) -> Entry:
    entry = msh.journal.outgoing(sent.message_id)
    assert entry is not None
    return entry


def _fate(telling: _Telling, entry: Entry) -> Fate:
    scene = telling.scene
    return Fate(
        telling.number,
        entry.message_type,
        scene.sender.label,
        scene.receiver.label,
        entry.state,
        scene.expected,
        MEANINGS[entry.state],
        entry.msg_id,
    )
