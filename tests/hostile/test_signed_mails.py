"""Hostile content behind a good signature: what a registered sender could do, and what its answer is."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from meldingsloft.crypto import cms, der
from meldingsloft.crypto import object_identifiers as oids
from meldingsloft.domain.identifiers import HerId
from tests.hostile.aftermath import Aftermath, attacked
from tests.hostile.insiders import MIME_HEAD, sealed, signed
from tests.hostile.mails import DOCTYPES, EVIL
from tests.hostile.running import PATIENT, program
from tests.road.letters import dialog
from tests.road.town import MUNICIPALITY, Town, with_msg_id

Make = Callable[[Town], bytes]
MIB = 1 << 20


@dataclass(frozen=True)
class Fate:
    """What is to come of a mail."""

    verdict: str
    answer: str
    codes: tuple[str, ...] = ()
    apprec: str = "none"
    apprec_errors: tuple[str, ...] = ()


TAKEN = Fate("accepted", "acknowledgment", apprec="ok")
CLOSED = Fate("refused", "error", ("SecurityFailure",))
UNKNOWN = Fate("rejected", "acknowledgment")


def rejected(*codes: str) -> Fate:
    return Fate("rejected", "acknowledgment", apprec="rejected", apprec_errors=codes)


def inside(payload: bytes | Callable[[], bytes]) -> Make:
    """A payload in its CMS."""
    return lambda town: signed(town, sealed(town, MIME_HEAD + (payload if isinstance(payload, bytes) else payload())))


def packed(content: bytes | Callable[[], bytes]) -> Make:
    """Anything in CMS that opens."""
    return lambda town: signed(town, sealed(town, content if isinstance(content, bytes) else content()))


def letter(**words: str) -> bytes:
    return dialog(extra=PATIENT, **words)


def with_doctype(declaration: str, use: str) -> bytes:
    message = letter().replace(b"<MsgHead", declaration.encode() + b"<MsgHead", 1)
    return message.replace(PATIENT.encode(), PATIENT.encode() + use.encode(), 1)


def before(mark: bytes, what: bytes) -> Callable[[], bytes]:
    return lambda: letter().replace(mark, what + mark, 1)


def document(content: bytes, media_type: str = "application/pdf") -> bytes:
    return (
        b'<Document><RefDoc><IssueDate V="2026-03-02"/><MsgType V="A" DN="Vedlegg"/><MimeType>' + media_type.encode()
        + b'</MimeType><Content><bas:Base64Container xmlns:bas="http://www.kith.no/xmlstds/base64container">' + content
        + b"</bas:Base64Container></Content></RefDoc></Document>"
    )  # fmt: skip


RSA = der.sequence(der.oid(oids.RSA_ENCRYPTION), der.NULL)
CONTENT = der.sequence(
    der.oid(oids.DATA), der.sequence(der.oid(oids.AES_256_CBC), der.octet_string(bytes(16))), der.tlv(0x80, bytes(32))
)


def enveloped(*recipients: bytes, content: bytes = CONTENT) -> bytes:
    """CMS EnvelopedData put together from its pieces."""
    body = der.sequence(der.integer(0), der.tlv(der.SET, *recipients), content)
    return der.sequence(der.oid(oids.ENVELOPED_DATA), der.tlv(0xA0, body))


def recipient(name: bytes, key: bytes = bytes(256), algorithm: bytes = RSA) -> bytes:
    return der.sequence(der.integer(0), name, algorithm, der.octet_string(key))


def ours(town: Town) -> bytes:
    """Issuer and serial number of the municipality's certificate."""
    record = town.servers["hospital"].register.party(HerId(MUNICIPALITY))
    assert record is not None
    return cms.issuer_and_serial(record.encryption_certificates[0])


def endless_serial(size: int) -> bytes:
    return recipient(der.sequence(der.sequence(), der.tlv(der.INTEGER, b"\x7f" * size)))


ATTACKS: dict[str, tuple[Fate, Make]] = {
    **{f"payload: {name}": (UNKNOWN, inside(with_doctype(*doctype))) for name, doctype in DOCTYPES.items()},
    # the document
    "deep": (rejected("T01"), inside(before(b"<TemaKodet", b"<a>" * 100_000 + b"</a>" * 100_000))),
    "three million elements": (rejected("T01"), inside(before(b"<TemaKodet", b"<a/>" * 3_000_000))),
    "a million attributes": (rejected("T01"), inside(before(b"<TemaKodet", b"<a " + b" ".join(b'a%d=""' % n for n in range(MIB)) + b"/>"))),
    "sixty thousand wrong documents": (rejected("T02"), inside(before(b"</MsgHead>", b"<Document/>" * 60_000))),
    "sixty thousand wrong siblings": (rejected("T02"), inside(before(b"</Dialogmelding>", b"<Notat/>" * 60_000))),
    "twenty thousand receivers": (
        rejected("T02"),
        inside(before(b"<Receiver>", b"<OtherReceiver><Organisation><OrganisationName>x</OrganisationName></Organisation></OtherReceiver>" * 20_000)),
    ),
    "a text of 12 MB": (TAKEN, inside(lambda: letter().replace(PATIENT.encode(), PATIENT.encode() * MIB))),
    "no document": (UNKNOWN, inside(b"")),
    "half a document": (rejected("T01"), inside(lambda: letter()[:1200])),
    "utf-7": (rejected("T01"), inside(lambda: letter().decode().replace("UTF-8", "UTF-7").encode("utf-7"))),
    "a nul": (rejected("T01"), inside(before(b"Pasienten", b"\0"))),
    "a msg id that is a path": (rejected("E10"), inside(lambda: with_msg_id(letter(), EVIL))),
    "a msg id that steers a terminal": (rejected("E10"), inside(lambda: with_msg_id(letter(), "a&#10;\u009b31m"))),
    "a receiver that is a path": (rejected("E21"), inside(lambda: letter(receiver=EVIL))),
    "a sender that is a path": (TAKEN, inside(lambda: letter(sender=EVIL))),
    "attachments of nonsense": (rejected("T02"), inside(before(b"</MsgHead>", document(b"%%%===A" * 100_000)))),
    "an attachment whose type is a path": (TAKEN, inside(before(b"</MsgHead>", document(b"AAAA", EVIL)))),
    "five hundred attachments": (TAKEN, inside(before(b"</MsgHead>", document(b"AAAA") * 500))),
    # what is packed
    "a gzip bomb": (CLOSED, packed(lambda: gzip.compress(bytes(100 * MIB), 1))),
    "gzip in gzip": (CLOSED, packed(lambda: gzip.compress(gzip.compress(gzip.compress(gzip.compress(letter())))))),
    "gzip cut off": (CLOSED, packed(lambda: gzip.compress(letter())[:-20])),
    "gzip that is none": (CLOSED, packed(b"\x1f\x8b" + PATIENT.encode() * 100)),
    "nothing at all": (UNKNOWN, packed(b"")),
    "a multipart inside": (CLOSED, packed(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x--")),
    "base64 garbage inside": (CLOSED, packed(b"Content-Type: application/xml\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%%")),
    "binary inside": (CLOSED, packed(PATIENT.encode() + bytes(range(256)) * 1000)),
    # CMS
    "no cms": (CLOSED, lambda town: signed(town, PATIENT.encode())),
    "a flood of elements": (CLOSED, lambda town: signed(town, b"0\x80" + b"\x05\x00" * 500_000)),
    "levels without end": (CLOSED, lambda town: signed(town, b"0\x80" * 100_000)),
    "never closed": (CLOSED, lambda town: signed(town, b"0\x80" + der.oid(oids.ENVELOPED_DATA))),
    "a length of exabytes": (CLOSED, lambda town: signed(town, b"0\x88" + b"\xff" * 8)),
    "a serial number of 5000 bytes": (CLOSED, lambda town: signed(town, enveloped(endless_serial(5000)))),
    "a key that is none": (CLOSED, lambda town: signed(town, enveloped(recipient(ours(town))))),
    "a key of 1 MB": (CLOSED, lambda town: signed(town, enveloped(recipient(ours(town), key=bytes(MIB))))),
    "a thousand recipients": (CLOSED, lambda town: signed(town, enveloped(*[recipient(ours(town), key=b"")] * 1000))),
    # the envelope
    "two documents": (Fate("refused", "error", ("NotSupported",)), lambda town: signed(town, *(sealed(town, MIME_HEAD + letter()) for _ in "12"))),
    "a content id that is a path": (TAKEN, lambda town: signed(town, sealed(town, MIME_HEAD + letter()), content_id=EVIL)),
    "a message id that is a path": (TAKEN, lambda town: signed(town, sealed(town, MIME_HEAD + letter()), message_id=EVIL)),
    "a message id of 100 000": (TAKEN, lambda town: signed(town, sealed(town, MIME_HEAD + letter()), message_id="a" * 100_000)),
    "a receiver of the envelope that is a path": (
        Fate("refused", "error", ("ValueNotRecognized",)),
        lambda town: signed(town, sealed(town, MIME_HEAD + letter()), receiver=EVIL),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def aftermath(founded: Town, tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    def fill(town: Town) -> None:
        for name, (_, make) in ATTACKS.items():
            town.drop(MUNICIPALITY, make(town), name)

    return attacked(founded, tmp_path_factory.mktemp("deceived") / "town", fill)


@pytest.mark.parametrize("name", ATTACKS)
def test_each_gets_its_answer(aftermath: Aftermath, name: str) -> None:
    fate, line = ATTACKS[name][0], aftermath.lines[name]
    told = Fate(
        line["verdict"], line["answer"], tuple(line["error_codes"]), line["apprec"], tuple(line["apprec_errors"])
    )
    assert told == fate
    assert (line["file"] is not None) == (fate.verdict == "accepted")


def test_it_ended_well_and_in_time(aftermath: Aftermath) -> None:
    aftermath.ended.refused_quietly()
    assert (aftermath.ended.status, aftermath.ended.err) == (0, b""), "refusing and rejecting is handling"
    assert len(aftermath.ended.lines) == len(ATTACKS)


def test_files_have_safe_names_and_lie_where_they_belong(aftermath: Aftermath) -> None:
    assert (aftermath.left, aftermath.strays) == ([], [])
    names = [path.name for path in aftermath.filed]
    assert [name for name in names if not re.fullmatch(r"[0-9a-f-]{36}(-\d+)?\.(xml|pdf|bin)", name)] == []
    assert sum(name.endswith(".xml") for name in names) == sum(f.verdict == "accepted" for f, _ in ATTACKS.values())
    assert sum(not name.endswith(".xml") for name in names) == 501


def test_no_patient_comes_out_anywhere(aftermath: Aftermath) -> None:
    assert aftermath.leaks == []
    assert [answer for answer in aftermath.answers if PATIENT.encode() in answer] == []


def test_what_could_not_be_opened_is_kept_with_its_reason(aftermath: Aftermath) -> None:
    reasons = [json.loads(path.read_text("utf-8")) for path in aftermath.workspace.glob("failed/*.reason.json")]
    assert {reason["mail"] for reason in reasons} == {
        name for name, (fate, _) in ATTACKS.items() if fate.verdict == "refused"
    }
    assert all(reason["code"].startswith(("ML-K02", "ML-U0", "ML-E0")) for reason in reasons)


def test_the_apprecs_arrive_and_their_sender_reads_them(aftermath: Aftermath) -> None:
    apprecs = [line for line in aftermath.told.refused_quietly().lines if line["kind"] == "apprec"]
    assert len(apprecs) == sum(fate.apprec != "none" for fate, _ in ATTACKS.values())
    assert {line["verdict"] for line in apprecs} == {"unmatched"}, "the hospital's own journal knows of none of it"
    assert {line["answer"] for line in apprecs} == {"acknowledgment"}


def test_ids_are_shown_on_one_line_of_bearable_length(aftermath: Aftermath) -> None:
    shown = program("--workspace", aftermath.workspace, "status", "--signals", cwd=aftermath.workspace)
    assert all(line.isprintable() and len(line) < 250 for line in shown.out.decode().splitlines())
