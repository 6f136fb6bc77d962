from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from meldingsloft.adapters.cpp import CPPA, parties_of
from meldingsloft.adapters.enrolment import Change, enrol, import_file, read_certificates
from meldingsloft.adapters.register import FolderRegister, pem_of_certificates
from meldingsloft.adapters.test_ca import TestCa
from meldingsloft.domain.errors import ConfigError, NothingMatchedError, UnreadableError
from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import Organisation
from tests.contract.register_contract import DOCTOR, WARD
from tests.fakes.chance import NOON
from tests.reference import REFERENCE, needs_reference

PARENT = Organisation("Kystkommunen", HerId("2001"), "999999990")
NEW = Change(name="Legevakt", org_name="Kystkommunen", org_her_id="2001")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    authority = TestCa.open(tmp_path_factory.mktemp("ca"), NOON)
    return {
        "sign": authority.issue(PARENT, "sign", NOON).certificate,
        "encrypt": authority.issue(PARENT, "encrypt", NOON).certificate,
        "newer": authority.issue(PARENT, "encrypt", NOON).certificate,
    }


def test_a_new_party_of_others_has_a_record_and_a_mailbox(tmp_path: Path) -> None:
    record = enrol(tmp_path, "2002", NEW)
    assert FolderRegister(tmp_path / "register").party(HerId("2002")) == record
    assert (record.kind, record.edi_address, record.organisation) == (
        "service",
        "2002@edi.example",
        replace(PARENT, org_number=""),
    )
    assert (tmp_path / "mailboxes" / "2002@edi.example" / "new").is_dir()


def test_what_is_not_given_stays(tmp_path: Path, certificates: dict[str, bytes]) -> None:
    enrol(
        tmp_path,
        "2002",
        replace(NEW, hpr="", edi_address="a@b.example", encryption_certificates=(certificates["encrypt"],)),
    )
    changed = enrol(
        tmp_path,
        "2002",
        Change(content_cipher="3des-cbc", encryption_certificates=(certificates["newer"],)),
        mailbox=False,
    )
    assert (changed.name, changed.edi_address, changed.content_cipher) == ("Legevakt", "a@b.example", "3des-cbc")
    assert changed.encryption_certificates == (certificates["newer"], certificates["encrypt"])
    again = enrol(tmp_path, "2002", Change(encryption_certificates=(certificates["encrypt"],)))
    assert again.encryption_certificates == (certificates["encrypt"], certificates["newer"])


def test_what_a_new_party_lacks_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        enrol(tmp_path, "2002", Change(org_number="1"))
    assert caught.value.code == "ML-C114"
    assert caught.value.message == "a new party needs --name, --org-name, --org-her-id"


@pytest.mark.parametrize(("her_id", "change"), [("x", NEW), ("2002", replace(NEW, org_her_id="x", org_number="1"))])
def test_identifiers_that_cannot_be(her_id: str, change: Change, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        enrol(tmp_path, her_id, change)
    assert caught.value.code == "ML-C114"
    assert list(tmp_path.iterdir()) == []


def test_swapped_certificates_are_refused(tmp_path: Path, certificates: dict[str, bytes]) -> None:
    for change in (
        replace(NEW, signing_certificates=(certificates["encrypt"],)),
        replace(NEW, encryption_certificates=(certificates["sign"],)),
    ):
        with pytest.raises(ConfigError) as caught:
            enrol(tmp_path, "2002", change)
        assert caught.value.code == "ML-C116"


def test_certificates_in_pem_and_der(tmp_path: Path, certificates: dict[str, bytes]) -> None:
    (tmp_path / "a.der").write_bytes(certificates["sign"])
    (tmp_path / "a.pem").write_bytes(pem_of_certificates([certificates["sign"], certificates["encrypt"]]))
    (tmp_path / "a.txt").write_bytes(b"nothing")
    assert read_certificates(tmp_path / "a.der") == (certificates["sign"],)
    assert read_certificates(tmp_path / "a.pem") == (certificates["sign"], certificates["encrypt"])
    with pytest.raises(ConfigError) as caught:
        read_certificates(tmp_path / "a.txt")
    assert caught.value.code == "ML-C103"


def cpp(certificates: dict[str, bytes], references: bool = True) -> bytes:
    text = {name: base64.encodebytes(der).decode() for name, der in certificates.items()}
    refs = '<p:ApplicationCertificateRef p:certId="c"/><p:SigningCertificateRef p:certId="s"/>' if references else ""
    return f"""<?xml version="1.0"?>
<p:CollaborationProtocolProfile xmlns:p="{CPPA[1:-1]}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
 <p:PartyInfo p:partyName="Legevakt"><p:PartyId p:type="HER"> 2002 </p:PartyId><p:PartyId p:type="ENH">999999990</p:PartyId>{refs}
  <p:Certificate p:certId="t"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>PLACEHOLDER</ds:X509Certificate></ds:X509Data></ds:KeyInfo></p:Certificate>
  <p:Certificate p:certId="s"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{text["sign"]}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></p:Certificate>
  <p:Certificate p:certId="c"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{text["encrypt"]}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></p:Certificate>
  <p:Transport><p:Endpoint p:uri="https://x.example"/><p:Endpoint p:uri="mailto://legevakt@edi.example"/></p:Transport>
 </p:PartyInfo>
 <p:PartyInfo p:partyName="no HER-id"><p:PartyId p:type="HER">HERID</p:PartyId></p:PartyInfo>
</p:CollaborationProtocolProfile>""".encode()


@pytest.mark.parametrize("references", [True, False])
def test_a_cpp_gives_address_and_certificates(certificates: dict[str, bytes], references: bool, tmp_path: Path) -> None:
    (tmp_path / "cpp.xml").write_bytes(cpp(certificates, references))
    [record] = import_file(tmp_path, tmp_path / "cpp.xml", organisation=PARENT)
    assert (record.her_id, record.name, record.edi_address, record.organisation) == (
        "2002",
        "Legevakt",
        "legevakt@edi.example",
        PARENT,
    )
    assert record.signing_certificates == (certificates["sign"],)
    assert record.encryption_certificates == (certificates["encrypt"],)
    assert FolderRegister(tmp_path / "register").party(HerId("2002")) == record


def test_the_organisation_of_a_cpp_is_found_by_its_number(certificates: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "cpp.xml").write_bytes(cpp(certificates))
    with pytest.raises(ConfigError) as caught:
        list(import_file(tmp_path, tmp_path / "cpp.xml"))
    assert caught.value.code == "ML-C114"
    enrol(tmp_path, "2003", replace(NEW, org_number="999999990"))
    [record] = import_file(tmp_path, tmp_path / "cpp.xml")
    assert record.organisation == PARENT


@pytest.mark.parametrize(("data", "error"), [(b"<a/>", UnreadableError), (b"nothing", UnreadableError)])
def test_what_is_no_cpp(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        parties_of(data)


@needs_reference
def test_a_public_cpp_is_understood() -> None:
    assert REFERENCE is not None
    [party] = parties_of((REFERENCE / "examples" / "cpp" / "nav-cpp-046.xml").read_bytes())
    assert (len(party.signing_certificates), len(party.encryption_certificates)) == (1, 1)
    assert "@" in party.edi_address


def test_records_come_from_another_register(tmp_path: Path) -> None:
    theirs = FolderRegister(tmp_path / "theirs")
    bare = replace(WARD, signing_certificates=(), encryption_certificates=())
    theirs.write(bare)
    theirs.write(DOCTOR)
    assert list(import_file(tmp_path / "net", tmp_path / "theirs" / "1002.toml")) == [bare]
    assert list(import_file(tmp_path / "net", tmp_path / "theirs")) == [DOCTOR, bare]
    assert list(FolderRegister(tmp_path / "net" / "register").parties()) == [DOCTOR, bare]


def test_a_folder_without_records_and_a_broken_record(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "9.toml"):
        with pytest.raises(NothingMatchedError):
            list(import_file(tmp_path, path))
    (tmp_path / "9.toml").write_text("x = 1")
    with pytest.raises(ConfigError):
        list(import_file(tmp_path, tmp_path))
