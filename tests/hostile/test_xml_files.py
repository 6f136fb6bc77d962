"""Hostile XML in files, before every command that reads messages: a coded error, in time, and no half output."""

from __future__ import annotations

import gzip
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.mails import DOCTYPES, EVIL
from tests.hostile.running import AT, PATIENT, Ended, measured, program
from tests.road.letters import dialog
from tests.road.town import Town, with_msg_id

MIB = 1 << 20


def letter() -> bytes:
    return dialog("e9522a11-7f50-4a00-8949-eab58c5ba0fd", extra=PATIENT)


def before(mark: bytes, what: bytes) -> Callable[[], bytes]:
    return lambda: letter().replace(mark, what + mark, 1)


def with_doctype(declaration: str, use: str) -> bytes:
    return (
        letter()
        .replace(b"<MsgHead", declaration.encode() + b"<MsgHead", 1)
        .replace(PATIENT.encode() + b"</", use.encode() + b"</")
    )


UNREADABLE: dict[str, tuple[str, Callable[[], bytes]]] = {
    **{name: ("ML-U003", lambda doctype=doctype: with_doctype(*doctype)) for name, doctype in DOCTYPES.items()},  # type: ignore[misc]
    "deep": ("ML-U004", before(b"<TemaKodet", b"<a>" * 100_000 + b"</a>" * 100_000)),
    "deep and open": ("ML-U004", lambda: b"<a>" * 100_000),
    "deep above 10 MB": ("ML-U004", lambda: f"<{'a' * 120}>".encode() * 100_000),
    "a million attributes of one": (
        "ML-U005",
        lambda: b"<a " + b" ".join(b'a%d=""' % n for n in range(MIB)) + b"/>",
    ),
    "three million elements": ("ML-U005", lambda: b"<a>" + b"<a/>" * 3_000_000 + b"</a>"),
    "a nul": ("ML-U002", before(b"Pasienten", b"\0")),
    "a reference to nul": ("ML-U002", before(b"Pasienten", b"&#0;")),
    "a reference to escape": ("ML-U002", before(b"Pasienten", b"&#27;[31m")),
    "no utf-8": ("ML-U002", before(b"Pasienten", b"\xff\xfe")),
    "half a pair": ("ML-U002", before(b"Pasienten", b"\xed\xa0\x80")),
    "utf-7": ("ML-U002", lambda: letter().decode().replace("UTF-8", "UTF-7").encode("utf-7")),
    "utf-16 that is none": ("ML-U002", lambda: letter().replace(b"UTF-8", b"UTF-16")),
    "ebcdic": ("ML-U002", lambda: letter().decode().replace("UTF-8", "cp037").encode("cp037")),
    "an encoding nobody knows": ("ML-U002", lambda: letter().replace(b"UTF-8", b"x-" + b"y" * 60)),
    "nothing": ("ML-U006", lambda: b""),
    "blanks": ("ML-U006", lambda: b" " * 20 * MIB),
    "brackets": ("ML-U001", lambda: b"<" * 900_000),
    "ampersands": ("ML-U001", lambda: b"<a>" + b"&" * 5 * MIB),
    "cdata without end": ("ML-U001", lambda: b"<a><![CDATA[" + b"]]" * 3 * MIB),
    "a comment without end": ("ML-U001", lambda: b"<a><!--" + b"--" * 3 * MIB),
    "an attribute without end": ("ML-U001", lambda: b"<a b='" + b"x" * 9 * MIB),
    "a zipped file": ("ML-U001", lambda: gzip.compress(bytes(10 * MIB))),
    "chance": ("ML-U001", lambda: b"\x01" + random.Random(1).randbytes(MIB)),
}
INVALID: dict[str, Callable[[], bytes]] = {
    "three hundred thousand elements": before(b"<TemaKodet", b"<a/>" * 300_000),
    "sixty thousand wrong documents": before(b"</MsgHead>", b"<Document/>" * 60_000),
    "sixty thousand wrong siblings": before(b"</Dialogmelding>", b"<Notat/>" * 60_000),
    "thirty thousand receivers": before(
        b"<Receiver>",
        b"<OtherReceiver><Organisation><OrganisationName>x</OrganisationName></Organisation></OtherReceiver>" * 30_000,
    ),
    "thirty thousand wrong numbers": before(
        b"<OrganisationName>Kristiansund kommune",
        b'<Ident><Id>13896912345</Id><TypeId V="FNR" S="2.16.578.1.12.4.1.1.8116"/></Ident>' * 30_000,
    ),
    "a hundred thousand attributes of one": before(
        b"<TemaKodet", b"<a " + b" ".join(b'a%d=""' % n for n in range(100_000)) + b"/>"
    ),
    "a msg id that is a path": lambda: with_msg_id(letter(), EVIL),
    "a schema from elsewhere": lambda: letter().replace(
        b"<MsgHead ",
        b'<MsgHead xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a file:///etc/passwd" xsi:type="x:y" ',
    ),
    "attachments of nonsense": before(
        b"</MsgHead>",
        b'<Document><RefDoc><MsgType V="A"/><Content><b:Base64Container xmlns:b="http://www.kith.no/xmlstds/base64container">'
        + "æ%%%===".encode() * 100_000
        + b"</b:Base64Container></Content></RefDoc></Document>",
    ),
}
HARMLESS: dict[str, Callable[[], bytes]] = {
    "a text of 12 MB": lambda: letter().replace(PATIENT.encode(), PATIENT.encode() * MIB),
    "a name of 12 MB": lambda: letter().replace(b"Kristiansund kommune", PATIENT.encode() * MIB),
    "an attribute of 12 MB": lambda: letter().replace(
        b'DN="Helsefaglig dialog"', b'DN="' + PATIENT.encode() * MIB + b'"'
    ),
    "two hundred thousand comments": before(b"<TemaKodet", b"<!--a-->" * 200_000),
    "two hundred thousand instructions": before(b"<TemaKodet", b"<?a b?>" * 200_000),
}


@pytest.fixture(scope="module")
def hospital(founded: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files") / "town"
    shutil.copytree(founded.folder, folder)
    return folder / "hospital"


def untouched(folder: Path, *names: str) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(names), "no half output"


def refused(ended: Ended, status: int, code: str) -> None:
    ended.refused_quietly()
    assert (ended.status, ended.out) == (status, b""), ended.text[:500]
    assert ended.err.startswith(f"error[{code}]".encode()), ended.text[:500]


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read(tmp_path: Path, hospital: Path, name: str) -> None:
    code, make = UNREADABLE[name]
    (tmp_path / "a.xml").write_bytes(make())
    finding = "GN-004" if code == "ML-U002" else "GN-001"
    validated = program("validate", "--json", "a.xml", cwd=tmp_path).refused_quietly()
    (line,) = validated.lines
    assert (validated.status, line["verdict"], [f["code"] for f in line["findings"]]) == (5, "unreadable", [finding])
    refused(program("apprec", "a.xml", "-o", "out", cwd=tmp_path), 5, code)
    refused(program("--workspace", hospital, "send", "a.xml", cwd=tmp_path), 5, code)
    refused(program("--workspace", hospital, "send", "--force", "a.xml", cwd=tmp_path), 5, code)
    verified = program("verify", "--json", "--no-trust", "a.xml", cwd=tmp_path).refused_quietly()
    assert (verified.status, verified.lines[0]["verdict"]) == (5, "unreadable")
    opened = program("open", "a.xml", "-o", "out", cwd=tmp_path).refused_quietly()
    assert (opened.status, opened.out) == (5, b"")
    untouched(tmp_path, "a.xml")


@pytest.mark.parametrize("name", INVALID)
def test_what_can_be_read_and_is_wrong(tmp_path: Path, hospital: Path, name: str) -> None:
    (tmp_path / "a.xml").write_bytes(INVALID[name]())
    validated = program("validate", "--json", "a.xml", cwd=tmp_path).refused_quietly()
    (line,) = validated.lines
    assert (validated.status, line["verdict"]) == (3, "invalid")
    assert any(finding["severity"] == "error" for finding in line["findings"])
    sent = program("--workspace", hospital, "send", "--json", "a.xml", cwd=tmp_path).refused_quietly()
    assert (sent.status, sent.lines[0]["code"]) == (3, "ML-V001")
    untouched(tmp_path, "a.xml")


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_only_long(tmp_path: Path, hospital: Path, name: str) -> None:
    (tmp_path / "a.xml").write_bytes(HARMLESS[name]())
    assert program("validate", "a.xml", cwd=tmp_path).refused_quietly().status == 0
    sent = program("--workspace", hospital, "send", "-n", "--unlimited", "a.xml", cwd=tmp_path).refused_quietly()
    assert (sent.status, sent.out) == (0, b"")
    made = program("apprec", "a.xml", "-o", "out", cwd=tmp_path).refused_quietly()
    assert made.status == 0


def test_the_others_of_a_batch_go_on(tmp_path: Path, hospital: Path) -> None:
    (tmp_path / "0.xml").write_bytes(dialog())
    for number, (_, make) in enumerate(UNREADABLE.values(), 1):
        (tmp_path / f"{number}.xml").write_bytes(make())
    (tmp_path / "99.xml").write_bytes(dialog())
    validated = program("validate", "--json", tmp_path, cwd=tmp_path).refused_quietly()
    verdicts = {Path(line["file"]).stem: line["verdict"] for line in validated.lines}
    assert (validated.status, len(verdicts)) == (3, len(UNREADABLE) + 2)
    assert {number for number, verdict in verdicts.items() if verdict == "valid"} == {"0", "99"}
    sent = program("--workspace", hospital, "--at-time", AT, "send", "--json", tmp_path, cwd=tmp_path)
    assert sent.refused_quietly().status == 7
    assert [line["form"] for line in sent.lines].count("meldingsloft.sent/1") == 2
    assert [line["form"] for line in sent.lines].count("meldingsloft.error/1") == len(UNREADABLE)


@pytest.mark.parametrize("source", ["sparse", "/dev/zero"])
@pytest.mark.parametrize("command", ["validate", "verify", "open", "apprec"])
def test_what_has_no_end_is_not_read_to_its_end(tmp_path: Path, command: str, source: str) -> None:
    name = source
    if source == "sparse":
        name = str(tmp_path / "a.xml")
        with open(name, "wb") as handle:  # noqa: PTH123 - truncated to a size
            handle.write(letter())
            handle.truncate(3 << 30)
    if command == "open" or source == "sparse":  # one fresh interpreter each is enough to measure
        ended, peak = measured(command, name, cwd=tmp_path)
        assert peak < 300
    else:
        ended = program(command, name, cwd=tmp_path)
    ended.refused_quietly()
    assert ended.status == 5


def test_a_control_sign_in_an_id_does_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(with_msg_id(letter(), "a&#10;b\u009b31m" + "x" * 5000))
    made = program("apprec", "a.xml", "-o", "out", cwd=tmp_path)
    assert made.status == 0
    (line,) = made.err.decode().splitlines()
    assert line.isprintable()
    assert len(line) < 250
    validated = program("validate", "--json", "a.xml", cwd=tmp_path)
    assert "\x9b" not in validated.text
    assert validated.lines[0]["verdict"] == "invalid"
