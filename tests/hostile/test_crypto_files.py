"""Hostile CMS, certificates and envelopes in files: ``decrypt``, ``open``, ``verify``, ``encrypt``, ``register add``."""

from __future__ import annotations

import base64
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from meldingsloft.adapters.register import certificates_of_pem
from meldingsloft.crypto import cms, der
from meldingsloft.crypto import object_identifiers as oids
from tests.hostile.insiders import MIME_HEAD, sealed, signed
from tests.hostile.mails import EVIL, envelope, multipart, part, single
from tests.hostile.running import PATIENT, Ended, program
from tests.hostile.test_signed_mails import CONTENT, endless_serial, enveloped, recipient
from tests.road.letters import dialog
from tests.road.town import Town

MIB = 1 << 20


@pytest.fixture(scope="module")
def house(founded: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key, its certificate, and something sealed for it."""
    folder = tmp_path_factory.mktemp("house")
    keys = founded.workspaces["municipality"].keys / "8800210"
    certificate = next(keys.glob("encrypt*.cert.pem")).read_bytes()
    (folder / "cert.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(next(keys.glob("encrypt*.key.pem")).read_bytes() + certificate)
    (der_of,) = certificates_of_pem(certificate)
    (folder / "sealed.p7m").write_bytes(cms.encrypt(PATIENT.encode(), [der_of], entropy=os.urandom))
    (folder / "name.der").write_bytes(cms.issuer_and_serial(der_of))
    (folder / "signed.eml").write_bytes(signed(founded, sealed(founded, MIME_HEAD + dialog(extra=PATIENT))))
    return folder


def with_content(content: bytes) -> Callable[[Path], bytes]:
    return lambda house: enveloped(recipient((house / "name.der").read_bytes()), content=content)


def wrapped_often(times: int) -> bytes:
    wrapped = enveloped(endless_serial(1))
    for _ in range(times):
        wrapped = der.octet_string(wrapped)
    return wrapped


AES = der.oid(oids.AES_256_CBC)
SEALED: dict[str, tuple[str, Callable[[Path], bytes]]] = {
    "nothing": ("ML-K022", lambda _: b""),
    "one byte": ("ML-K022", lambda _: b"0"),
    "open": ("ML-K022", lambda _: b"0\x80"),
    "open a hundred thousand times": ("ML-K024", lambda _: b"0\x80" * 100_000),
    "a string in pieces without end": ("ML-K024", lambda _: b"\x24\x80" * 100_000),
    "exabytes": ("ML-K022", lambda _: b"0\x88" + b"\xff" * 8),
    "a length of 127 bytes": ("ML-K022", lambda _: b"0\xff" + b"\xff" * 127),
    "a million elements": ("ML-K024", lambda _: b"0\x80" + b"\x05\x00" * MIB),
    "half a million pieces": ("ML-K024", with_content(der.sequence(der.oid(oids.DATA), der.sequence(AES, der.octet_string(bytes(16))), der.tlv(0xA0, der.octet_string(b"") * 500_000)))),
    "a hundred and twenty megabytes": ("ML-K024", lambda _: b"0\x84\x07\x00\x00\x00" + bytes(7 << 24)),
    "wrapped a thousand times": ("ML-K022", lambda _: wrapped_often(1000)),
    "a serial number of 5 MB": ("ML-K020", lambda _: enveloped(endless_serial(5 * MIB))),
    "a negative serial number": ("ML-K020", lambda _: enveloped(recipient(der.sequence(der.sequence(), der.tlv(2, b"\xff"))))),
    "no serial number": ("ML-K020", lambda _: enveloped(recipient(der.sequence(der.sequence(), der.tlv(2))))),
    "three hundred recipients": ("ML-K024", lambda house: enveloped(*[recipient((house / "name.der").read_bytes())] * 300)),
    "a key of zeros": ("ML-K021", with_content(CONTENT)),
    "no key": ("ML-K021", lambda house: enveloped(recipient((house / "name.der").read_bytes(), key=b""))),
    "an endless key": ("ML-K021", lambda house: enveloped(recipient((house / "name.der").read_bytes(), key=bytes(MIB)))),
    "another key algorithm": ("ML-K023", lambda house: enveloped(recipient((house / "name.der").read_bytes(), algorithm=der.sequence(der.oid("1.2.3"))))),
    "an absurd algorithm": ("ML-K023", with_content(der.sequence(der.oid(oids.DATA), der.sequence(b"\x06\x82\x40\x00" + b"\xff" * 0x4000), der.tlv(0x80)))),
    "a short vector": ("ML-K021", with_content(der.sequence(der.oid(oids.DATA), der.sequence(AES, der.octet_string(b"123")), der.tlv(0x80, bytes(32))))),
    "no vector": ("ML-K022", with_content(der.sequence(der.oid(oids.DATA), der.sequence(AES), der.tlv(0x80, bytes(32))))),
    "a pem flood": ("ML-K022", lambda _: b"-----BEGIN CMS-----\n" * 500_000),
    "a pem without end": ("ML-K022", lambda _: b"-----BEGIN CMS-----" + b"A" * 20 * MIB),
    "base64 without end": ("ML-K022", lambda _: b"A " * 10 * MIB),
    "chance": ("ML-K022", lambda _: b"0\x83" + random.Random(2).randbytes(200_000)),
}  # fmt: skip


def refused(ended: Ended, *codes: str) -> None:
    ended.refused_quietly()
    assert (ended.status, ended.out) == (4, b""), ended.text[:500]
    assert ended.err.startswith(tuple(f"error[{code}]".encode() for code in codes)), ended.text[:500]
    assert len(ended.err) < 1000


@pytest.mark.parametrize("name", SEALED)
def test_what_does_not_decrypt(house: Path, tmp_path: Path, name: str) -> None:
    code, make = SEALED[name]
    (tmp_path / "a.p7m").write_bytes(make(house))
    refused(program("decrypt", "a.p7m", "--key", house / "key.pem", "-o", "out", cwd=tmp_path), code)
    assert [path.name for path in tmp_path.iterdir()] == ["a.p7m"]


@pytest.mark.parametrize("name", [name for name in SEALED if "pem" not in name and "64" not in name])
def test_what_does_not_open(house: Path, tmp_path: Path, name: str) -> None:
    content = SEALED[name][1](house)[: 5 * MIB]
    if content[:1] != b"0":
        content = b"0" + content
    reference = '<eb:Manifest eb:version="2.0"><eb:Reference xlink:type="simple" xlink:href="cid:p"></eb:Reference></eb:Manifest>'
    mail = multipart("x", [part(envelope(body=reference)), part(content, "p", kind="application/pkcs7-mime")])
    (tmp_path / "a.eml").write_bytes(mail)
    ended = program("open", "a.eml", "--no-verify", "--key", house / "key.pem", "-o", "out", cwd=tmp_path)
    refused(ended, "ML-K020", "ML-K021", "ML-K022", "ML-K023", "ML-K024")
    assert [path.name for path in tmp_path.iterdir()] == ["a.eml"]


def test_flipped_bits_open_as_nothing_or_are_refused(house: Path, tmp_path: Path) -> None:
    """CMS proves nothing of itself, so a flip may open; whatever it does, it does it quietly."""
    sealed_bytes = (house / "sealed.p7m").read_bytes()
    chance = random.Random(7)
    for _ in range(60):
        flipped = bytearray(sealed_bytes)
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        (tmp_path / "a.p7m").write_bytes(flipped)
        ended = program("decrypt", "a.p7m", "--key", house / "key.pem", "-o", "out", cwd=tmp_path).refused_quietly()
        if ended.status == 0:
            (tmp_path / "out").unlink()
        else:
            refused(ended, "ML-K020", "ML-K021", "ML-K022", "ML-K023")
            assert not (tmp_path / "out").exists()


def pem(*certificates: bytes) -> bytes:
    return b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der_of) + b"-----END CERTIFICATE-----\n"
        for der_of in certificates
    )


CERTIFICATES: dict[str, bytes] = {
    "nothing": b"",
    "zeros": bytes(1000),
    "chance": random.Random(1).randbytes(5000),
    "a name": PATIENT.encode() * 1000,
    "an empty frame": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "a frame round a name": pem(PATIENT.encode()),
    "a frame round no base64": b"-----BEGIN CERTIFICATE-----\nA=A=A\n-----END CERTIFICATE-----\n",
    "fifty thousand frames": pem(PATIENT.encode()) * 50_000,
    "frames without end": b"-----BEGIN CERTIFICATE-----\nAAAA\n" * 300_000,
    "one frame without end": b"-----BEGIN CERTIFICATE-----\n" + b"A" * 15 * MIB,
    "dashes": b"-----" * 3 * MIB,
    "levels without end": pem(b"0\x80" * 100_000),
    "keys without end": b"-----BEGIN RSA PRIVATE KEY-----\n" * 300_000,
}


@pytest.mark.parametrize("name", [*CERTIFICATES, "half of one"])
def test_certificates_that_are_none(house: Path, founded: Town, tmp_path: Path, name: str) -> None:
    (half,) = certificates_of_pem((house / "cert.pem").read_bytes())
    (tmp_path / "c.pem").write_bytes(CERTIFICATES[name] if name in CERTIFICATES else pem(half[:500]))
    shutil.copy(house / "signed.eml", tmp_path / "m.eml")
    (tmp_path / "m.xml").write_bytes(dialog())
    codes = ("ML-K001", "ML-K002", "ML-C103")
    for arguments in (
        ("verify", "m.eml", "--trust", "c.pem"),
        ("open", "m.eml", "--trust", "c.pem", "-o", "out"),
        ("encrypt", "m.xml", "--to", "c.pem", "-o", "out"),
        ("decrypt", house / "sealed.p7m", "--key", "c.pem", "-o", "out"),
    ):
        ended = program(*arguments, cwd=tmp_path).refused_quietly()
        assert (ended.status in (4, 9), ended.out) == (True, b""), ended.text[:300]
        assert ended.err.startswith(tuple(f"error[{code}]".encode() for code in codes)), ended.text[:300]
    network = tmp_path / "network"
    shutil.copytree(founded.network / "register", network / "register")
    party = ("--her-id", "8800999", "--name", "x", "--org-name", "y", "--org-her-id", "8800998")
    ended = program("register", "add", *party, "--encrypt-cert", "c.pem", "--network", network, cwd=tmp_path)
    assert ended.refused_quietly().status in (4, 9)
    assert not list((network / "register").glob("8800999*"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.pem", "m.eml", "m.xml", "network"]


def test_damaged_certificates_never_crash(house: Path, tmp_path: Path) -> None:
    (certificate,) = certificates_of_pem((house / "cert.pem").read_bytes())
    (tmp_path / "m.eml").write_bytes(single("m", envelope()))
    chance = random.Random(11)
    for _ in range(80):
        damaged = bytearray(certificate)
        for _ in range(2):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        (tmp_path / "c.pem").write_bytes(pem(bytes(damaged)))
        assert program("verify", "m.eml", "--trust", "c.pem", cwd=tmp_path).refused_quietly().status in (4, 9)
        assert program("encrypt", "m.eml", "--to", "c.pem", "-o", "o", cwd=tmp_path).refused_quietly().status in (0, 4)


def test_ids_that_are_paths_do_not_name_files(house: Path, tmp_path: Path) -> None:
    mail = multipart("x", [part(envelope(message_id=EVIL)), part((house / "sealed.p7m").read_bytes(), EVIL)])
    for given in (None, mail):
        (tmp_path / "a.eml").write_bytes(mail)
        arguments = ("open", "--json", "--no-verify", "--key", house / "key.pem", "a.eml" if given is None else "-")
        ended = program(*arguments, cwd=tmp_path, given=given)
        assert "Traceback" not in ended.text
    assert all(path.parent == tmp_path for path in tmp_path.rglob("*"))
    assert not Path("/tmp/evil").exists()  # noqa: S108 - where the path leads
