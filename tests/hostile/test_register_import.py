"""Hostile CPP documents and register records before ``register import``: no file outside the register, none half written."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from meldingsloft.adapters.register import FolderRegister
from tests.hostile.mails import DOCTYPES, EVIL
from tests.hostile.running import PATIENT, Ended, program
from tests.road.town import Town

MIB = 1 << 20
CPPA = "http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd"


def cpp(
    *, her: str = "8800999", name: str = "Partner", uri: str = "mailto:a@b.example", more: str = "", before: str = "", certificate: str = "",
) -> bytes:  # fmt: skip
    return f"""<?xml version="1.0"?>{before}<tp:CollaborationProtocolProfile xmlns:tp="{CPPA}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<tp:PartyInfo tp:partyName="{name}"><tp:PartyId tp:type="HER">{her}</tp:PartyId>{more}
<tp:Certificate tp:certId="c"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></tp:Certificate>
<tp:Transport><tp:Endpoint tp:uri="{uri}"/></tp:Transport></tp:PartyInfo></tp:CollaborationProtocolProfile>""".encode()


REFUSED: dict[str, tuple[int, str, bytes]] = {
    **{name: (5, "ML-U003", cpp(before=declaration, name=use)) for name, (declaration, use) in DOCTYPES.items()},
    "deep": (5, "ML-U004", cpp(more="<a>" * 100_000 + "</a>" * 100_000)),
    "three million elements": (5, "ML-U005", cpp(more="<a/>" * 3_000_000)),
    "nothing": (5, "ML-U006", b""),
    "chance": (5, "ML-U001", random.Random(1).randbytes(10_000)),
    "another document": (5, "ML-E050", b"<a/>"),
    "a her-id that is a path": (5, "ML-E050", cpp(her=EVIL)),
    "a her-id without end": (5, "ML-E050", cpp(her="1" * 100_000)),
    "two lines of her-id": (5, "ML-E050", cpp(her="1&#10;2")),
    "an address that is a path": (6, "ML-P011", cpp(uri=f"mailto:{EVIL}")),
    "an address of two dots": (6, "ML-P011", cpp(uri="mailto:..")),
    "an address without end": (6, "ML-P011", cpp(uri="mailto:" + "a" * 100_000 + "@b")),
    "two lines of address": (6, "ML-P011", cpp(uri="mailto:a&#10;b@c.example")),
    "a name for a number": (9, "ML-C114", cpp(more=f'<tp:PartyId tp:type="ENH">{PATIENT}</tp:PartyId>')),
}
TAKEN: dict[str, bytes] = {
    "an endless name": cpp(name="Ærlig " * 200_000),
    "a name that writes records": cpp(name="x&quot;&#10;her_id = &quot;1&quot;&#10;[organisation]&#10;"),
    "a name that steers terminals": cpp(name="\u009b31m\u2028"),
    "a certificate of nonsense": cpp(certificate="%%%æø" * 100_000),
    "a certificate without end": cpp(certificate="A" * 10 * MIB),
    "a hundred thousand certificates": cpp(more='<tp:Certificate tp:certId="x"/>' * 100_000),
    "parties in parties": cpp(more="<tp:PartyInfo>" * 200 + "</tp:PartyInfo>" * 200),
}
RECORDS: dict[str, bytes] = {
    "lists without end": b"a = " + b"[" * 100_000,
    "a key of many parts": b".".join([b"a"] * 30_000) + b" = 1",
    "a number without end": b"her_id = " + b"9" * 10_000,
    "chance": random.Random(1).randbytes(1000),
    "a path": b'her_id = "../x"\nname = "a"\nkind = "service"\nedi_address = "../../x"\n[organisation]\nname = "x"\nher_id = "1"\n',
    "another's number": b'her_id = "1"\nname = "a"\nkind = "service"\nedi_address = "a@b"\n[organisation]\nname = "x"\nher_id = "1"\n',
}  # fmt: skip


@pytest.fixture
def network(founded: Town, tmp_path: Path) -> Path:
    shutil.copytree(founded.network, tmp_path / "network")
    return tmp_path / "network"


def take(network: Path, name: str) -> Ended:
    options = ("--org-name", "Kystkommunen", "--org-her-id", "8800900", "--network", network)
    return program("register", "import", name, *options, cwd=network.parent).refused_quietly()


def files_of(network: Path) -> set[Path]:
    return set(network.parent.rglob("*"))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_changes_nothing(network: Path, name: str) -> None:
    status, code, data = REFUSED[name]
    (network.parent / "cpp.xml").write_bytes(data)
    before = files_of(network)
    ended = take(network, "cpp.xml")
    assert (ended.status, ended.out) == (status, b"")
    assert ended.err.startswith(f"error[{code}]".encode())
    assert b"cpp.xml" in ended.err or status == 6
    assert files_of(network) == before


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken_is_a_sound_record_and_nothing_else(network: Path, name: str) -> None:
    (network.parent / "cpp.xml").write_bytes(TAKEN[name])
    before = files_of(network)
    ended = take(network, "cpp.xml")
    assert (ended.status, ended.out) == (0, b"")
    (line,) = ended.err.decode().splitlines()
    assert line.isprintable()
    assert len(line) < 400
    new = {path.relative_to(network).as_posix() for path in files_of(network) - before if path.is_file()}
    assert new == {f"register/8800999.{suffix}" for suffix in ("toml", "sign.pem", "encrypt.pem")}
    register = FolderRegister(network / "register")
    assert register.problems() == []
    record = register.party("8800999")  # type: ignore[arg-type]
    assert record is not None
    assert record.organisation.her_id == "8800900"
    assert record.name.isprintable()
    assert len(record.name) <= 250
    assert (record.signing_certificates, record.encryption_certificates) == ((), ())


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_is_none(network: Path, name: str) -> None:
    (network.parent / "8800123.toml").write_bytes(RECORDS[name])
    before = files_of(network)
    ended = program("register", "import", "8800123.toml", "--network", network, cwd=network.parent).refused_quietly()
    assert (ended.status, ended.out) == (9, b"")
    assert ended.err.startswith((b"error[ML-C101]", b"error[ML-C102]"))
    assert files_of(network) == before


def test_a_broken_record_in_the_register_is_named_and_the_others_are_shown(network: Path) -> None:
    (network / "register" / "8800123.toml").write_bytes(RECORDS["lists without end"])
    ended = program("register", "list", "--json", "--network", network, cwd=network).refused_quietly()
    assert ended.status == 9
    assert [line["form"] for line in ended.lines] == ["meldingsloft.party/1"] * 2 + ["meldingsloft.error/1"]
    assert ended.lines[-1]["code"] == "ML-C101"
