"""Every hostile mail in one inbox, between two good ones: each leads to its own coded line, and nobody waits for anybody."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.hostile import mails
from tests.hostile.aftermath import Aftermath, attacked
from tests.hostile.mails import DOCTYPES, EVIL, SOAP_TYPE, head, multipart, part, single
from tests.hostile.running import PATIENT
from tests.road.letters import dialog
from tests.road.town import MUNICIPALITY, Town, send

MIB = 1 << 20


def envelope(name: str, **words: str) -> bytes:
    return mails.envelope(**{"message_id": str(uuid.uuid5(uuid.NAMESPACE_URL, name))} | words)


def bare(name: str, body: bytes, *lines: str) -> bytes:
    return head(name, SOAP_TYPE, *lines) + b"\r\n" + body


@dataclass(frozen=True)
class Attack:
    mail: Callable[[str], bytes]
    answer: str
    code: str
    verdict: str = "refused"


def fault(code: str, mail: Callable[[str], bytes]) -> Attack:
    return Attack(mail, "fault", code)


def error(code: str, mail: Callable[[str], bytes]) -> Attack:
    return Attack(mail, "error", code)


def nothing(code: str, mail: Callable[[str], bytes]) -> Attack:
    return Attack(mail, "none", code, "failed")


def in_soap(**words: str) -> Callable[[str], bytes]:
    return lambda name: single(name, envelope(name, **words))


def encoded(declared: str, codec: str) -> Callable[[str], bytes]:
    return lambda name: single(
        name, envelope(name).decode().replace('encoding="UTF-8"', f'encoding="{declared}"').encode(codec), "text/xml"
    )


def charset(value: str) -> Callable[[str], bytes]:
    return lambda name: single(name, envelope(name), f'text/xml; charset="{value}"')


SIGNATURE = """<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI=""/></ds:SignedInfo>
<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"""

ATTACKS: dict[str, Attack] = {
    **{f"soap: {name}": fault("ML-U003", in_soap(before=declaration, conversation=f"c{use}")) for name, (declaration, use) in DOCTYPES.items()},
    # depth, breadth, length
    "deep xml": fault("ML-U004", in_soap(body="<a>" * 100_000 + "</a>" * 100_000)),
    "deep xml above 10 MB": fault("ML-U004", in_soap(body=f"<{'a' * 120}>" * 100_000)),
    "a million attributes of one element": fault("ML-U005", in_soap(body="<a " + " ".join(f'a{n}=""' for n in range(1_000_000)) + "/>")),
    "a million attributes of many": fault("ML-U005", in_soap(body='<a a="" b="" c="" d=""/>' * 250_000)),
    "three million elements": fault("ML-U005", in_soap(body="<a/>" * 3_000_000)),
    "a hundred thousand namespaces": fault("ML-E004", in_soap(body="<a " + " ".join(f'xmlns:a{n}="u:{n}"' for n in range(100_000)) + "/>")),
    "a text of 12 MB": fault("ML-E004", in_soap(body=f"<a>{PATIENT * MIB}</a>")),
    "an attribute of 12 MB": fault("ML-E004", in_soap(body=f"<a b='{PATIENT * MIB}'/>")),
    "a message id of 1 MB": fault("ML-K030", in_soap(message_id=PATIENT * 100_000)),
    "a conversation id of 1 MB": error("ML-K030", in_soap(conversation=PATIENT * 100_000)),
    "an agreement id of 1 MB": error("ML-K030", in_soap(cpa=PATIENT * 100_000)),
    # characters and encodings
    "nul in soap": fault("ML-U002", in_soap(conversation="a\0b")),
    "nul before the mail": nothing("ML-U020", lambda name: b"\0" + single(name, envelope(name))),
    "nul in a header": error("ML-K030", lambda name: bare(name, envelope(name), "X-Odd: a\0b", "Content-Transfer-Encoding: 8bit")),
    "utf-16": error("ML-K030", encoded("UTF-16", "utf-16")),
    "utf-7": fault("ML-U002", encoded("UTF-7", "utf-7")),
    "utf-7 by another name": fault("ML-U036", encoded("csUnicode11UTF7", "utf-7")),
    "ebcdic": fault("ML-U002", encoded("cp037", "cp037")),
    "an unknown encoding": fault("ML-U036", encoded("x-gunnhild", "utf-8")),
    "another charset": fault("ML-U037", charset("ISO-8859-1")),
    "a charset nobody knows": fault("ML-U036", charset("nonsense")),
    "a charset that is a packer": fault("ML-U037", charset("zlib")),
    "an endless charset": fault("ML-U036", charset("x" * 50_000)),
    "no xml": fault("ML-U001", lambda name: single(name, PATIENT.encode() * 100)),
    # headers
    "a header line of 1 MB": fault("ML-U021", lambda name: bare(name, envelope(name), "X-Long: " + "a" * 1_000_000)),
    "a hundred thousand headers": fault("ML-U021", lambda name: bare(name, envelope(name), *(f"X-{n}: a" for n in range(100_000)))),
    "a thousand short headers": fault("ML-U021", lambda name: bare(name, envelope(name), *(f"X{n}:a" for n in range(1000)))),
    "headers without end": fault("ML-U006", lambda name: head(name, SOAP_TYPE)),
    "a line among the headers": fault("ML-U022", lambda name: head(name, SOAP_TYPE) + PATIENT.encode() + b"\r\n\r\n"),
    "content-type twice": fault("ML-U023", lambda name: bare(name, envelope(name), "Content-Type: text/plain")),
    "an address of 60 000 blanks": error("ML-K030", lambda name: bare(name, envelope(name)).replace(b"From: <", b"From: <" + b" " * 60_000)),
    "a sender of 60 000 letters": error("ML-K030", lambda name: bare(name, envelope(name), "Sender: " + "a" * 60_000)),
    "a reply address that never ends": fault("ML-U001", lambda name: bare(name, b"<a", "Reply-To: <" + " " * 60_000)),
    "half a reply address": nothing("ML-U001", lambda name: bare(name, b"<a", "Reply-To: " + "a@" * 30_000)),
    # parts and boundaries
    "ten thousand nested parts": fault(
        "ML-U027",
        lambda name: (
            head(name, 'multipart/related; type="text/xml"; boundary="b0"')
            + b"".join(b"\r\n--b%d\r\nContent-Type: multipart/related; boundary=b%d\r\n" % (n, n + 1) for n in range(10_000))
            + b"".join(b"\r\n--b%d--" % n for n in reversed(range(10_000)))
        ),
    ),
    "ten thousand parts": fault("ML-U026", lambda name: multipart(name, [part(b"x", f"p{n}") for n in range(10_000)])),
    "a content-id twice": fault("ML-U028", lambda name: multipart(name, [part(envelope(name)), part(b"x", "p"), part(b"y", "p")])),
    "the boundary inside the content": fault(
        "ML-U022", lambda name: multipart(name, [part(envelope(name, body="\r\n--b1\r\n"), encoding="8bit"), part(b"x", "p")])
    ),
    "no end": fault("ML-U025", lambda name: multipart(name, [part(envelope(name))], closed=False)),
    "an empty boundary": fault("ML-U024", lambda name: multipart(name, [part(envelope(name))], boundary="")),
    "a boundary of 10 MB": fault("ML-U021", lambda name: multipart(name, [part(envelope(name))], boundary="b" * 10_000_000)),
    "a boundary of 300": fault("ML-U024", lambda name: multipart(name, [part(envelope(name))], boundary="b" * 300)),
    "dashes for a boundary": fault(
        "ML-U025", lambda name: multipart(name, [b"\r\n"], boundary="-", closed=False) + b"-" * 20 * MIB
    ),
    "almost the boundary a million times": fault("ML-U025", lambda name: multipart(name, [b"\r\n"], closed=False) + b"\r\n--b1x" * MIB),
    "no parts": fault("ML-U033", lambda name: head(name, 'multipart/related; boundary="b1"') + b"\r\n--b1--\r\n"),
    "start leads out": fault("ML-U031", lambda name: multipart(name, [part(envelope(name))]).replace(b'start="<soap>', b'start="<../../x>')),
    "a content-id that is a path": error("ML-K030", lambda name: multipart(name, [part(envelope(name)), part(b"x", EVIL)])),
    # transfer encodings
    "base64 garbage": fault("ML-U029", lambda name: bare(name, b"%%%==" * 1000, "Content-Transfer-Encoding: base64")),
    "base64 cut off": fault("ML-U029", lambda name: bare(name, b"AAA", "Content-Transfer-Encoding: base64")),
    "padding in the middle": fault("ML-U029", lambda name: bare(name, b"QQ==" * MIB, "Content-Transfer-Encoding: base64")),
    "quoted-printable of a million blanks": fault(
        "ML-U001", lambda name: bare(name, b"<a>" + b" " * MIB + b"x", "Content-Transfer-Encoding: quoted-printable")
    ),
    "quoted-printable of soft line ends": fault("ML-U006", lambda name: bare(name, b"=\r\n" * MIB, "Content-Transfer-Encoding: quoted-printable")),
    "quoted-printable that is none": fault(
        "ML-U029", lambda name: bare(name, (b"=" + b" " * 100_000) * 5 + b"x", "Content-Transfer-Encoding: quoted-printable")
    ),
    "an encoding nobody knows": fault("ML-U030", lambda name: bare(name, envelope(name), "Content-Transfer-Encoding: x-" + "gzip" * 1000)),
    # what stands in the envelope
    "a sender that is a path": fault("ML-E030", in_soap(sender=EVIL)),
    "a receiver that is a path": error("ML-K030", in_soap(receiver=EVIL)),
    "a message id that is a path": error("ML-K030", in_soap(message_id=EVIL)),
    "two message headers": fault("ML-E030", lambda name: single(name, (soap := envelope(name)).replace(b"</SOAP:Header>", _header(soap) + b"</SOAP:Header>"))),
    "xinclude": fault("ML-E004", in_soap(body='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>')),
    "a stylesheet": error("ML-K030", in_soap(before="<?xml-stylesheet href='file:///etc/passwd'?>")),
    "a signature of nothing": error("ML-K037", in_soap(header=SIGNATURE.format(value="x", certificate=PATIENT))),
    "a certificate of nothing": error("ML-K037", in_soap(header=SIGNATURE.format(value="QUFB", certificate=base64.b64encode(b"0\x80" * 50_000).decode()))),
    # what is no mail at all
    "an empty file": nothing("ML-U020", lambda _: b""),
    "line ends only": nothing("ML-U020", lambda _: b"\r\n" * 100_000),
    "every byte": nothing("ML-U020", lambda _: bytes(range(256)) * 4000),
    "an ordinary letter": nothing("ML-U020", lambda _: f"From: a@b.example\r\nSubject: {PATIENT}\r\n\r\n{PATIENT}\r\n".encode()),
    "a stranger's broken mail": nothing(
        "ML-U029", lambda name: bare(name, b"%", "Content-Transfer-Encoding: base64").replace(mails.SENDER.encode(), b"x@evil.example")
    ),
    "who must not be answered": nothing("ML-U029", lambda name: bare(name, b"%", "Content-Transfer-Encoding: base64", "Return-Path: <>")),
    # signals of nobody
    "a bounce of nothing": Attack(
        lambda name: (
            head(name, 'multipart/report; boundary="b1"; report-type=delivery-status')
            + f"\r\n--b1\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1 {PATIENT}\r\nAction: {PATIENT}\r\n".encode()
            + f"Original-Envelope-Id: <{EVIL}>\r\n--b1--\r\n".encode()
        ),
        "none", "", "unmatched",
    ),
    "a fault with other people's words": Attack(
        lambda name: single(
            name,
            f'<S:Envelope xmlns:S="{mails.SOAP}"><S:Body><S:Fault><faultcode>S:{PATIENT}</faultcode><faultstring>{PATIENT * 10}</faultstring>'
            f"<detail>{PATIENT}</detail></S:Fault></S:Body></S:Envelope>".encode(),
        ),
        "none", "Server", "unmatched",
    ),
}  # fmt: skip


def _header(soap: bytes) -> bytes:
    return soap[soap.index(b"<eb:MessageHeader") : soap.index(b"</eb:MessageHeader>")] + b"</eb:MessageHeader>"


def token(name: str) -> str:
    return re.sub(r"\W+", "-", name)


def file_name(name: str) -> str:
    return f"5.{token(name)}"


@pytest.fixture(scope="module")
def aftermath(founded: Town, tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    def fill(town: Town) -> None:
        for place in ("1.first", "9.last"):
            send(town.servers["hospital"], dialog(extra=PATIENT))
            (mail,) = (path for path in town.inbox(MUNICIPALITY) if not path.name.endswith(("first", "last")))
            mail.rename(mail.with_name(place))
        for name, attack in ATTACKS.items():
            town.drop(MUNICIPALITY, attack.mail(token(name)), file_name(name))

    return attacked(founded, tmp_path_factory.mktemp("attacked") / "town", fill)


@pytest.mark.parametrize("name", ATTACKS)
def test_each_gets_its_line_and_its_answer(aftermath: Aftermath, name: str) -> None:
    attack, line = ATTACKS[name], aftermath.lines[file_name(name)]
    assert (line["verdict"], line["answer"]) == (attack.verdict, attack.answer)
    faults = [answer for answer in aftermath.answers if f"In-Reply-To: <{token(name)}@evil.example>".encode() in answer]
    errors = [answer for answer in aftermath.answers if f"RefToMessageId>{line['message_id']}<".encode() in answer]
    if attack.answer == "fault":
        (told,) = faults
        assert b"<faultcode>SOAP:Client</faultcode>" in told
        assert attack.code.encode() in told
    elif attack.answer == "error":
        (told,) = errors
        assert f'eb:errorCode="{line["error_codes"][0]}"'.encode() in told
        assert not faults
    else:
        assert not faults


@pytest.mark.parametrize("name", [name for name, attack in ATTACKS.items() if attack.verdict != "unmatched"])
def test_each_is_kept_as_it_came_with_its_reason(aftermath: Aftermath, name: str) -> None:
    attack = ATTACKS[name]
    kept = aftermath.workspace / "failed" / f"{hashlib.sha256(file_name(name).encode()).hexdigest()[:32]}.eml"
    assert kept.read_bytes() == attack.mail(token(name))
    reason = json.loads(kept.with_name(f"{kept.name}.reason.json").read_text("utf-8"))
    assert (reason["code"], reason["answer"], reason["mail"]) == (attack.code, attack.answer, file_name(name))
    assert reason["reason"]


def test_the_good_ones_before_and_behind_are_taken_in(aftermath: Aftermath) -> None:
    for place in ("1.first", "9.last"):
        assert (aftermath.lines[place]["verdict"], aftermath.lines[place]["apprec"]) == ("accepted", "ok")
    assert len(aftermath.filed) == 2


def test_it_ended_well(aftermath: Aftermath) -> None:
    aftermath.ended.refused_quietly()
    assert aftermath.ended.err == b""
    assert aftermath.ended.status == 7, "some could be answered by nothing and are kept with their reason"
    assert len(aftermath.ended.lines) == len(ATTACKS) + 2


def test_the_inbox_is_empty_and_nothing_lies_where_it_should_not(aftermath: Aftermath) -> None:
    assert (aftermath.left, aftermath.strays) == ([], [])
    assert (aftermath.again.status, aftermath.again.out) == (0, b"")


def test_no_patient_comes_out_anywhere(aftermath: Aftermath) -> None:
    assert (aftermath.workspace / "journal.sqlite3").is_file()
    assert aftermath.leaks == []
    assert [answer for answer in aftermath.answers if PATIENT.encode() in answer] == []


def test_the_sender_is_told_once_for_each_and_answers_to_answers_never_come(aftermath: Aftermath) -> None:
    told = aftermath.told.refused_quietly()
    kinds = [line["kind"] for line in told.lines]
    assert kinds.count("fault") == sum(attack.answer == "fault" for attack in ATTACKS.values())
    assert kinds.count("error") == sum(attack.answer == "error" for attack in ATTACKS.values())
    assert kinds.count("apprec") == kinds.count("acknowledgment") == 2
    assert {line["answer"] for line in told.lines if line["kind"] != "apprec"} == {"none"}
