"""``wrap`` and ``open`` as their users start them: files, pipes, exit statuses."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from meldingsloft.ebxml.mime import read_mail
from meldingsloft.ebxml.reading import read_envelope
from meldingsloft.xmlsafe import parse

Done = subprocess.CompletedProcess[bytes]
Run = Callable[..., Done]
UNKNOWN = b'<a xmlns="urn:unknown"/>'
MESSAGE = (
    b'<?xml version="1.0" encoding="UTF-8"?>\r\n<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24"><MsgInfo><Type V="DIALOG_HELSEFAGLIG" DN="x"/>'
    b"<MsgId>a1b2c3d4-0000-4000-8000-000000000009</MsgId><GenDate>2026-03-02T09:31:07</GenDate>"
    b'<Sender><Organisation><Organisation><OrganisationName>Prikken</OrganisationName><Ident><Id>80001</Id><TypeId V="HER"/></Ident></Organisation></Organisation></Sender>'
    b'<Receiver><Organisation><Organisation><OrganisationName>Streken</OrganisationName><Ident><Id>80002</Id><TypeId V="HER"/></Ident></Organisation></Organisation></Receiver>'
    b'</MsgInfo><Document><RefDoc><Content><Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/2013-01-23"/></Content></RefDoc></Document></MsgHead>'
)


@lru_cache(maxsize=8)
def pair(name: str, usage: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A key with a certificate from the test root; ``root`` itself is self-signed."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key, issuer = (
        (private, subject) if name == "root" else (pair("root", "issuing")[0], pair("root", "issuing")[1].subject)
    )
    flags = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    flags[{"issuing": "key_cert_sign", "signing": "content_commitment", "encryption": "key_encipherment"}[usage]] = True
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2045, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.BasicConstraints(ca=name == "root", path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**flags), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    return private, certificate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with keys, certificates and a message."""
    for name, usage in (
        ("root", "issuing"),
        ("sender", "signing"),
        ("receiver", "encryption"),
        ("stranger", "encryption"),
    ):
        private, certificate = pair(name, usage)
        (tmp_path / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        p12 = serialize_key_and_certificates(
            name.encode(), private, certificate, None, BestAvailableEncryption(b"hemmelig")
        )
        (tmp_path / f"{name}.p12").write_bytes(p12)
    (tmp_path / "pass").write_text("hemmelig\n", encoding="ascii")
    (tmp_path / "message.xml").write_bytes(MESSAGE)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    def start(*arguments: str, stdin: bytes = b"") -> Done:
        return subprocess.run(
            [sys.executable, "-m", "meldingsloft", *arguments],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            input=stdin,
            capture_output=True,
            check=False,
            timeout=60,
        )

    return start


WRAP = ("wrap", "message.xml", "--key", "sender.p12", "--passfile", "pass", "--to-cert", "receiver.pem")
OPEN = ("--key", "receiver.p12", "--passfile", "pass")


@pytest.fixture
def envelope(run: Run, folder: Path) -> Path:
    done = run(*WRAP, "-o", "envelope.eml")
    assert (done.returncode, done.stdout) == (0, b""), done.stderr.decode()
    assert b"written to envelope.eml" in done.stderr
    return folder / "envelope.eml"


def header(raw: bytes) -> Any:
    return read_envelope(parse(read_mail(raw).soap.content)).header


def test_facts_follow_from_the_message(envelope: Path) -> None:
    found = header(envelope.read_bytes())
    assert (found.sender.her_id, found.receiver.her_id, found.cpa_id) == ("80001", "80002", "80001_80002")
    assert (found.service, found.action) == ("S-DIALOG_HELSEFAGLIG", "DIALOG_HELSEFAGLIG")
    assert (found.sender.role, found.receiver.role) == ("DIALOG_HELSEFAGLIGsender", "DIALOG_HELSEFAGLIGreceiver")
    assert json.loads(found.description)["MSH-system"] == "meldingsloft"
    manifest = read_envelope(parse(read_mail(envelope.read_bytes()).soap.content)).manifest
    assert (manifest[0].schema_location, manifest[0].schema_version) == (
        "http://www.kith.no/xmlstds/dialog/2013-01-23",
        "1.1",
    )


def test_what_was_wrapped_is_opened_byte_for_byte(run: Run, envelope: Path) -> None:
    done = run("open", envelope.name, *OPEN, "--trust", "root.pem")
    assert (done.returncode, done.stdout) == (0, MESSAGE), done.stderr.decode()


def test_steps_pipe_into_each_other(run: Run) -> None:
    wrapped = run(
        "wrap", "-", *WRAP[2:], "--hash", "sha1", "--plaintext", "bare", "--cipher", "3des-cbc", "--test", stdin=MESSAGE
    )
    assert wrapped.returncode == 0, wrapped.stderr.decode()
    opened = run("open", "-", *OPEN, stdin=wrapped.stdout)
    assert (opened.returncode, opened.stdout) == (0, MESSAGE), opened.stderr.decode()


def test_every_fact_can_be_said_otherwise(run: Run) -> None:
    asked = {
        "--from": "80011", "--to": "80012", "--service": "S", "--service-type": "string", "--action": "A", "--from-role": "f", "--to-role": "t", "--cpa-id": "c",
        "--conversation-id": "cv", "--message-id": "m@x", "--ref-to-message-id": "r", "--time-to-live": "2030-01-01T00:00:00Z",
    }  # fmt: skip
    done = run(
        *WRAP,
        *(word for pair_ in asked.items() for word in pair_),
        "--at-time",
        "2026-03-02T09:31:07Z",
        "--mail-from",
        "a@edi.test",
        "--mail-to",
        "b@edi.test",
    )
    assert done.returncode == 0, done.stderr.decode()
    found = header(done.stdout)
    assert [
        found.sender.her_id, found.receiver.her_id, found.service, found.service_type, found.action, found.sender.role, found.receiver.role, found.cpa_id,
        found.conversation_id, found.message_id, found.ref_to_message_id, found.time_to_live,
    ] == list(asked.values())  # fmt: skip
    assert found.timestamp == "2026-03-02T09:31:07Z"
    mail = read_mail(done.stdout).headers
    assert (mail.get("from"), mail.get("to"), mail.get("subject"), mail.get("date")) == (
        "a@edi.test",
        "b@edi.test",
        "A",
        "Mon, 02 Mar 2026 09:31:07 +0000",
    )


def test_json_tells_the_facts_and_puts_the_payload_beside(run: Run, envelope: Path, folder: Path) -> None:
    done = run("open", "--json", envelope.name, *OPEN, "--trust", "root.pem")
    assert done.returncode == 0, done.stderr.decode()
    line = json.loads(done.stdout)
    assert line["form"] == "meldingsloft.envelope/1"
    assert (line["file"], line["kind"], line["from"], line["to"]) == ("envelope.eml", "message", "80001", "80002")
    assert line["ref_to_message_id"] is None
    assert line["errors"] == []
    assert (line["verified"], line["trust"]) == (True, "trusted")
    (payload,) = line["payloads"]
    assert payload["encrypted"] is True
    assert payload["content_type"] == "application/pkcs7-mime"
    assert payload["size"] == len(MESSAGE)
    assert (folder / payload["file"]).read_bytes() == MESSAGE
    assert (folder / "message.xml").read_bytes() == MESSAGE
    named = json.loads(run("open", "--json", envelope.name, *OPEN, "-o", "out.xml").stdout)
    assert (named["payloads"][0]["file"], named["trust"]) == ("out.xml", "unchecked")


def test_facts_can_be_seen_without_a_key(run: Run, envelope: Path) -> None:
    done = run("open", "--json", envelope.name)
    assert done.returncode == 0
    assert json.loads(done.stdout)["payloads"][0]["file"] is None
    closed = run("open", envelope.name)
    assert (closed.returncode, closed.stdout) == (4, b"")
    assert b"--key" in closed.stderr


def test_another_key_opens_nothing(run: Run, envelope: Path) -> None:
    done = run("open", envelope.name, "--key", "stranger.p12", "--passfile", "pass", "-o", "out.xml")
    assert done.returncode == 4
    assert b"error[ML-K02" in done.stderr
    assert not (envelope.parent / "out.xml").exists()
    both = run("open", envelope.name, "--key", "stranger.p12", "--key", "receiver.p12", "--passfile", "pass")
    assert both.stdout == MESSAGE


def test_what_does_not_verify_is_opened_only_on_demand(run: Run, envelope: Path) -> None:
    raw = envelope.read_bytes()
    mail = read_mail(raw)
    altered = mail.soap.content.replace(b">80002<", b">80003<")
    start = raw.index(b"\r\n\r\n", mail.soap.offset - 10)
    end = raw.index(b"\r\n--", mail.soap.offset)
    changed = raw[: start + 4] + altered + raw[end:]
    changed = changed.replace(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: 8bit", 1)
    (envelope.parent / "altered.eml").write_bytes(changed)
    refused = run("open", "altered.eml", *OPEN)
    assert (refused.returncode, refused.stdout) == (4, b"")
    assert b"error[ML-K033]" in refused.stderr
    opened = run("open", "altered.eml", *OPEN, "--no-verify")
    assert (opened.returncode, opened.stdout) == (0, MESSAGE)
    assert b"does not verify" in opened.stderr
    told = json.loads(run("open", "altered.eml", *OPEN, "--no-verify", "--json").stdout)
    assert (told["verified"], told["to"], told["doubt"]["code"]) == (False, "80003", "ML-K033")


def test_a_signer_nobody_vouches_for_is_refused(run: Run, envelope: Path) -> None:
    done = run("open", envelope.name, *OPEN, "--trust", "stranger.pem")
    assert (done.returncode, done.stdout) == (4, b"")
    assert b"error[ML-K046]" in done.stderr
    late = run("open", envelope.name, *OPEN, "--trust", "root.pem", "--at-time", "2050-01-01T00:00:00Z")
    assert late.returncode == 4
    assert b"expired" in late.stderr


def test_a_plain_payload_needs_no_key(run: Run) -> None:
    wrapped = run(*WRAP[:6], "--plain")
    assert wrapped.returncode == 0, wrapped.stderr.decode()
    opened = run("open", "-", stdin=wrapped.stdout)
    assert (opened.returncode, opened.stdout) == (0, MESSAGE)


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ((*WRAP[:6],), 2, b"--plain"),
        ((*WRAP, "--plain"), 2, b"--plain"),
        ((*WRAP, "--mail-from", "a@b"), 2, b"--mail-to"),
        ((*WRAP, "--from", "abc"), 2, b"ML-E023"),
        (("wrap", "-", *WRAP[2:]), 3, b"ML-V010"),
        ((*WRAP[:-1], "sender.pem"), 4, b"ML-K007"),
        (("wrap", "pass", *WRAP[2:]), 5, b"ML-U001"),
        (("wrap", "absent.xml", *WRAP[2:]), 6, b"ML-P"),
        ((*WRAP, "--message-id", "a\x01b"), 4, b"ML-E002"),
    ],
)
def test_what_cannot_be_wrapped_says_why(run: Run, arguments: tuple[str, ...], status: int, code: bytes) -> None:
    done = run(*arguments, stdin=UNKNOWN)
    assert done.returncode == status, done.stderr.decode()
    assert code in done.stderr
    assert done.stdout == b""


def test_an_unknown_type_is_wrapped_when_all_is_said(run: Run) -> None:
    done = run(
        "wrap",
        "-",
        *WRAP[2:],
        "--from",
        "80001",
        "--to",
        "80002",
        "--service",
        "Inntektsforesporsel",
        "--action",
        "Svar",
        stdin=UNKNOWN,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert header(done.stdout).sender.role == "Svarsender"


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"", 5), (b"<xml/>", 5), (MESSAGE, 5), (b"SOAPAction: x\r\nContent-Type: text/xml\r\n\r\n<a>", 5)],
)
def test_what_is_no_envelope_is_not_understood(run: Run, data: bytes, status: int) -> None:
    done = run("open", "-", stdin=data)
    assert (done.returncode, done.stdout) == (status, b"")
    assert b"error[ML-U0" in done.stderr
    told = run("--json", "open", "-", stdin=data)
    assert json.loads(told.stdout)["form"] == "meldingsloft.error/1"


def test_faults_and_bounces_are_told(run: Run) -> None:
    fault = (
        b'MIME-Version: 1.0\r\nSOAPAction: "ebXML"\r\nContent-Type: text/xml\r\n\r\n<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault>'
        b"<faultcode>S:Client</faultcode><faultstring>nei</faultstring></S:Fault></S:Body></S:Envelope>"
    )
    told = json.loads(run("open", "-", "--json", stdin=fault).stdout)
    assert (told["kind"], told["errors"]) == ("fault", [{"code": "Client", "severity": "Error", "description": "nei"}])
    assert b"Client: nei" in run("open", "-", stdin=fault).stdout
    bounce = b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nOriginal-Envelope-Id: e-1\r\nStatus: 5.1.1\r\n--b--"
    told = json.loads(run("open", "-", "--json", stdin=bounce).stdout)
    assert (told["kind"], told["references"], told["status"]) == ("bounce", ["e-1"], "5.1.1")


def test_help_shows_an_example_first(run: Run) -> None:
    for name in ("wrap", "open"):
        text = run(name, "-h").stdout.decode()
        assert text.index(f"meldingsloft {name}") < text.index("Options")
