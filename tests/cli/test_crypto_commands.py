"""sign, verify, encrypt, decrypt as scripts call them: stdout, stderr, files and exit status, each by itself."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

from meldingsloft.adapters.ids import SeededIds
from meldingsloft.adapters.test_ca import TestCa
from meldingsloft.cli.main import run as program
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.domain.envelopes import AckRequested, Endpoint, Envelope, ManifestReference, MessageHeader, Sealed
from meldingsloft.domain.errors import ExitStatus
from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, HerId, MessageId
from meldingsloft.domain.parties import Organisation
from meldingsloft.ebxml.envelope import envelop

NOW = dt.datetime(2026, 3, 2, 9, 31, tzinfo=dt.UTC)
AT = ("--at-time", "2026-03-02T10:31:00+01:00")
MESSAGE = '<?xml version="1.0" encoding="UTF-8"?>\n<MsgHead xmlns="urn:m"><a>Ærlig</a></MsgHead>\n'.encode()
OFFICE = Organisation("Kristiansund legesenter", HerId("100001"), "999888777")
CONTENT_ID = ContentId("del-1@lege.example")


@dataclass
class Done:
    status: int
    out: bytes
    err: str

    @property
    def line(self) -> dict[str, Any]:
        (only,) = self.out.decode().splitlines()
        found: dict[str, Any] = json.loads(only)
        return found


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a test CA, and keys of one organisation in every form."""
    folder = tmp_path_factory.mktemp("identity")
    authority = TestCa.open(folder / "ca", NOW)
    for name, purpose in (("sign", "sign"), ("encrypt", "encrypt"), ("other", "encrypt")):
        issued = authority.issue(OFFICE, purpose, NOW)  # type: ignore[arg-type]
        key = SoftwareKey.from_pem(issued.key_pem, issued.certificate, checked=True).load()
        certificate = x509.load_der_x509_certificate(issued.certificate)
        protected = pkcs12.serialize_key_and_certificates(
            b"x", key, certificate, None, BestAvailableEncryption(b"hemmelig")
        )
        (folder / f"{name}.p12").write_bytes(protected)
        (folder / f"{name}.pem").write_bytes(issued.key_pem + certificate.public_bytes(Encoding.PEM))
        (folder / f"{name}.cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "pass").write_text("hemmelig\n")
    return folder


@pytest.fixture
def desk(tmp_path: Path, identity: Path) -> Path:
    for path in identity.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "m.xml").write_bytes(MESSAGE)
    return tmp_path


@pytest.fixture
def run(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(desk)

    def start(*arguments: str, stdin: bytes = b"") -> Done:
        out, err = io.BytesIO(), io.BytesIO()
        with monkeypatch.context() as streams:
            streams.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            streams.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8"))
            streams.setattr(sys, "stderr", io.TextIOWrapper(err, encoding="utf-8"))
            status = program(arguments)
            sys.stdout.flush()
            sys.stderr.flush()
            return Done(status, out.getvalue(), err.getvalue().decode())

    return start


def envelope(desk: Path, key_name: str = "sign") -> bytes:
    header = MessageHeader(
        sender=Endpoint.her(HerId("100002"), "EPIKRISEsender"),
        receiver=Endpoint.her(HerId("100003"), "EPIKRISEreceiver"),
        cpa_id=CpaId("100002_100003"),
        conversation_id=ConversationId(SeededIds(1).uuid()),
        service="S-EPIKRISE",
        action="EPIKRISE",
        message_id=MessageId(SeededIds(2).uuid()),
        timestamp="2026-03-02T09:31:00Z",
    )
    facts = Envelope(header, AckRequested(), manifest=(ManifestReference(CONTENT_ID),))
    pem = (desk / f"{key_name}.pem").read_bytes()
    certificate = x509.load_pem_x509_certificate((desk / f"{key_name}.cert.pem").read_bytes()).public_bytes(
        Encoding.DER
    )
    key = SoftwareKey.from_pem(pem, certificate, checked=True)
    return envelop(facts, [Sealed(CONTENT_ID, b"0sealed", encrypted=True)], key=key).entity


def test_a_message_is_signed_and_verified(run: Run, desk: Path) -> None:
    signed = run("sign", "m.xml", "--key", "sign.p12", "--passfile", "pass", "-o", "s.xml")
    assert (signed.status, signed.out) == (0, b"")
    assert "s.xml" in signed.err
    assert run("sign", "-q", "m.xml", "--key", "sign.p12", "--passfile", "pass").out == (desk / "s.xml").read_bytes()
    assert run("sign", "-", "--key", "sign.pem", stdin=MESSAGE).out == (desk / "s.xml").read_bytes()
    told = run("verify", "--json", "s.xml", "--trust", "ca", *AT)
    assert (told.status, told.err) == (0, "")
    assert {k: v for k, v in told.line.items() if k not in ("signer", "algorithms")} == {
        "form": "meldingsloft.verification/1", "file": "s.xml", "kind": "message", "verdict": "valid", "reason": "ok",
        "trust": "trusted", "references": [{"uri": "", "verdict": "ok"}],
    }  # fmt: skip
    assert told.line["signer"]["org_number"] == "999888777"
    assert set(told.line["signer"]) >= {"subject", "issuer", "serial", "org_number", "not_after"}
    assert set(told.line["algorithms"]) == {"signature", "digest", "canonicalisation"}


def test_people_are_told_in_words(run: Run) -> None:
    signed = run("sign", "m.xml", "--key", "sign.pem").out
    told = run("verify", "-", "--trust", "ca/root.cert.pem", "--chain", "ca/issuing.cert.pem", *AT, stdin=signed)
    text = told.out.decode()
    assert told.status == 0
    for said in ("valid", "Kristiansund legesenter", "999888777", "trusted", "the whole message: ok"):
        assert said in text


@pytest.mark.parametrize(
    ("options", "trust", "status"),
    [
        (("--trust", "ca"), "trusted", 0),
        (("--trust", "ca/root.cert.pem"), "unknown-issuer", 4),
        (("--trust", "ca/root.cert.pem", "--chain", "ca/issuing.cert.pem"), "trusted", 0),
        (("--trust", "ca", "--registered", "sign.cert.pem"), "trusted", 0),
        (("--trust", "ca", "--registered", "other.cert.pem"), "not-registered", 4),
        (("--trust", "sign.cert.pem"), "unknown-issuer", 4),
        (("--no-trust",), "unchecked", 0),
        ((), "unchecked", 4),
        (("--trust", "ca", "--at-time", "2040-01-01"), "expired", 4),
        (("--trust", "ca", "--at-time", "2020-01-01"), "not-yet-valid", 4),
    ],
)
def test_trust_is_a_question_of_its_own(run: Run, options: tuple[str, ...], trust: str, status: int) -> None:
    signed = run("sign", "m.xml", "--key", "sign.pem").out
    time = () if "--at-time" in options else AT
    told = run("verify", "--json", "-", *options, *time, stdin=signed)
    assert (told.status, told.line["verdict"], told.line["trust"]) == (status, "valid", trust)


def test_envelopes_are_verified_with_their_parts(run: Run, desk: Path) -> None:
    (desk / "e.eml").write_bytes(envelope(desk))
    told = run("verify", "--json", "e.eml", "--trust", "ca", *AT)
    assert (told.status, told.line["kind"], told.line["reason"], told.line["trust"]) == (0, "envelope", "ok", "trusted")
    assert told.line["references"] == [{"uri": "", "verdict": "ok"}, {"uri": f"cid:{CONTENT_ID}", "verdict": "ok"}]
    (desk / "u.eml").write_bytes(envelope(desk, "encrypt"))
    assert run("verify", "--json", "u.eml", "--trust", "ca", *AT).line["trust"] == "wrong-usage"


def test_what_is_wrong_has_its_reason_and_the_status_is_refused(run: Run, desk: Path) -> None:
    from base64 import b64encode

    whole = envelope(desk)
    (desk / "part.eml").write_bytes(whole.replace(b64encode(b"0sealed"), b64encode(b"0seALed")))
    (desk / "gone.eml").write_bytes(whole.replace(b"Content-ID: <del-1@", b"Content-ID: <del-2@"))
    signed = run("sign", "m.xml", "--key", "sign.pem").out
    (desk / "altered.xml").write_bytes(signed.replace("Ærlig".encode(), "Ærleg".encode()))
    (desk / "broken.xml").write_bytes(signed[:-5])
    done = run(
        "verify", "--json", "--no-trust", "altered.xml", "m.xml", "broken.xml", "nowhere.xml", "part.eml", "gone.eml"
    )
    lines = [json.loads(line) for line in done.out.decode().splitlines()]
    assert done.status == ExitStatus.REFUSED
    assert [(line["file"], line["verdict"], line["reason"]) for line in lines] == [
        ("altered.xml", "invalid", "message-altered"),
        ("m.xml", "unsigned", None),
        ("broken.xml", "unreadable", "malformed"),
        ("nowhere.xml", "unreadable", "malformed"),
        ("part.eml", "invalid", "attachment-altered"),
        ("gone.eml", "invalid", "reference-refused"),
    ]
    assert all(line["form"] == "meldingsloft.verification/1" for line in lines)


def test_one_file_that_is_not_readable(run: Run, desk: Path) -> None:
    (desk / "x.xml").write_bytes(b"not xml")
    assert run("verify", "--no-trust", "x.xml").status == ExitStatus.UNREADABLE
    told = run("verify", "--no-trust", "--json", "x.xml")
    assert (told.status, told.line["verdict"]) == (ExitStatus.UNREADABLE, "unreadable")
    assert run("verify", "--no-trust", "nowhere.xml").status == ExitStatus.MAILBOX


def test_a_folder_stands_for_its_files(run: Run, desk: Path) -> None:
    (desk / "box" / "new").mkdir(parents=True)
    (desk / "box" / "new" / "1.mail").write_bytes(envelope(desk))
    (desk / "box" / "b.xml").write_bytes(run("sign", "m.xml", "--key", "sign.pem").out)
    done = run("verify", "--json", "box", "--trust", "ca", *AT)
    assert done.status == 0
    assert [json.loads(line)["file"] for line in done.out.decode().splitlines()] == ["box/b.xml", "box/new/1.mail"]


@pytest.mark.parametrize("cipher", ["aes-256-cbc", "3des-cbc"])
def test_any_bytes_are_encrypted_and_decrypted(run: Run, desk: Path, cipher: str) -> None:
    data = bytes(range(256)) * 10
    (desk / "data").write_bytes(data)
    sealed = run(
        "encrypt",
        "data",
        "--to",
        "encrypt.cert.pem",
        "--to",
        "other.cert.pem",
        "--cipher",
        cipher,
        "-o",
        "data.p7m",
        *AT,
    )
    assert (sealed.status, sealed.out) == (0, b"")
    for key in ("encrypt", "other"):
        opened = run("decrypt", "data.p7m", "--key", f"{key}.p12", "--passfile", "pass")
        assert (opened.status, opened.out) == (0, data)
    from base64 import encodebytes

    (desk / "data.b64").write_bytes(encodebytes((desk / "data.p7m").read_bytes()))
    assert run("decrypt", "data.b64", "--key", "other.pem").out == data
    piped = run(
        "decrypt", "-", "--key", "sign.pem", "--key", "other.pem", "-o", "out", stdin=(desk / "data.p7m").read_bytes()
    )
    assert (piped.status, (desk / "out").read_bytes()) == (0, data)


def test_refusals(run: Run, desk: Path) -> None:
    run("encrypt", "m.xml", "--to", "encrypt.cert.pem", "-o", "m.p7m", *AT)
    cases = [
        (("decrypt", "m.p7m", "--key", "other.pem"), "ML-K020"),
        (("decrypt", "m.xml", "--key", "other.pem"), "ML-K022"),
        (("decrypt", "m.p7m", "--key", "encrypt.p12"), "ML-K003"),
        (("decrypt", "m.p7m", "--key", "encrypt.cert.pem"), "ML-K002"),
        (("encrypt", "m.xml", "--to", "sign.cert.pem", *AT), "ML-K007"),
        (("encrypt", "m.xml", "--to", "encrypt.cert.pem", "--at-time", "2040-01-01"), "ML-K006"),
        (("encrypt", "m.xml", "--to", "m.xml", *AT), "ML-K001"),
        (("sign", "m.xml", "--key", "m.xml"), "ML-K002"),
    ]
    for arguments, code in cases:
        done = run(*arguments, "-o", "must-not-be")
        assert (done.status, done.out, done.err.partition("]")[0]) == (ExitStatus.REFUSED, b"", f"error[{code}")
        assert not (desk / "must-not-be").exists()
    assert run("encrypt", "m.xml", "--to", "sign.cert.pem", "--force", *AT).status == 0
    done = run("sign", "--json", "m.p7m", "--key", "sign.pem")
    assert (done.status, done.line["form"]) == (ExitStatus.UNREADABLE, "meldingsloft.error/1")
    assert done.line["file"] == "m.p7m"


def test_a_certificate_that_is_not_for_signing_is_told(run: Run) -> None:
    done = run("sign", "m.xml", "--key", "encrypt.pem")
    assert done.status == 0
    assert "nonRepudiation" in done.err


def test_wrong_usage(run: Run) -> None:
    for arguments in (
        ("sign", "m.xml"),
        ("sign", "m.xml", "--key", "sign.pem", "-o", "m.xml"),
        ("encrypt", "m.xml"),
        ("decrypt", "m.xml"),
        ("verify",),
        ("verify", "m.xml", "--trust", "ca", "--no-trust"),
        ("verify", "m.xml", "--trust", "nowhere.pem"),
        ("sign", "m.xml", "--key", "sign.pem", "--hash", "md5"),
    ):
        assert run(*arguments).status == ExitStatus.USAGE, arguments


def test_a_bare_soap_envelope_is_an_envelope_without_its_parts(run: Run, desk: Path) -> None:
    from meldingsloft.ebxml.mime import read_mail

    (desk / "soap.xml").write_bytes(read_mail(envelope(desk)).soap.content)
    told = run("verify", "--json", "--no-trust", "soap.xml")
    assert (told.status, told.line["kind"], told.line["reason"]) == (4, "envelope", "attachment-missing")
    text = run("verify", "--no-trust", "soap.xml").out.decode()
    assert "the envelope: ok" in text
    assert "missing" in text
    assert "claims" in text


def test_people_are_told_what_is_wrong(run: Run, desk: Path) -> None:
    assert "unsigned" in run("verify", "--no-trust", "m.xml").out.decode()
    signed = run("sign", "m.xml", "--key", "sign.pem").out
    refused = run("verify", "--no-trust", "-", stdin=signed.replace(b"#rsa-sha256", b"#hmac-sha256")).out.decode()
    assert "algorithm" in refused
    bare = signed[: signed.index(b"<ds:KeyInfo>")] + signed[signed.index(b"</ds:KeyInfo>") + len(b"</ds:KeyInfo>") :]
    told = run("verify", "--no-trust", "-", stdin=bare).out.decode()
    assert "lacks SignedInfo, SignatureValue or KeyInfo" in told
    assert "claims" not in told
    assert "Ærlig" not in refused + told
    assert "ML-U001" in run("verify", "--no-trust", "sign.p12").err


def test_a_passphrase_is_asked_for_on_a_terminal_alone(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def prompt(text: str, **options: object) -> str:
        assert options["hide_input"]
        asked.append(text)
        return "hemmelig"

    monkeypatch.chdir(desk)
    monkeypatch.setattr("click.prompt", prompt)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert program(["sign", "m.xml", "--key", "sign.p12", "-o", "s.xml"]) == ExitStatus.REFUSED
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert program(["sign", "m.xml", "--key", "sign.p12", "-o", "s.xml"]) == 0
    assert asked == ["Passphrase of sign.p12"]
    assert "hemmelig" not in capsys.readouterr().err
