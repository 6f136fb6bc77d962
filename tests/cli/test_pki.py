"""``pki`` from the outside, with openssl as judge; and ``verify`` over everything that is wrong on purpose."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_init_party import meldingsloft

NOW = "2026-03-02T10:00:00Z"
LETTER = Path(__file__).parents[2] / "samples/good/apprec-1.0/epikrise-mottatt.xml"
NEEDS_OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
TRUST = ("--trust", "pki/trust", "--trust", "pki/test-trust", "--chain", "pki/chain")
VERDICTS = {
    "sykehus": "trusted",
    "legekontor": "trusted",
    "testlab": "unknown-issuer",
    "expired": "expired",
    "not-yet-valid": "not-yet-valid",
    "revoked": "revoked",
    "wrong-usage": "wrong-usage",
    "unknown-issuer": "unknown-issuer",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    example = meldingsloft("pki", "make", "--example", cwd=folder)
    assert (example.status, example.err) == (0, "")
    (folder / "pki.toml").write_text(example.out, "utf-8")
    made = meldingsloft("pki", "make", "pki.toml", "pki", "--json", "--at-time", NOW, cwd=folder)
    assert (made.status, made.err) == (0, "made a PKI of 23 certificates in pki\n")
    (folder / "made.jsonl").write_text(made.out, "utf-8")
    return folder


def openssl(*words: object, cwd: Path) -> str:
    done = subprocess.run(["openssl", *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_the_example_says_what_it_makes(home: Path) -> None:
    made = [json.loads(line) for line in (home / "made.jsonl").read_text("utf-8").splitlines()]
    assert {one["form"] for one in made} == {"meldingsloft.certificate/1"}
    by_name = {(one["name"], one["kind"]): one for one in made}
    assert by_name["sykehus", "sign"]["subject"].startswith(
        "CN=Fjordsykehuset HF,organizationIdentifier=NTRNO-999999990,"
    )
    assert "serialNumber=999888777" in by_name["legekontor", "sign"]["subject"]
    assert by_name["legekontor", "sign"]["org_number"] == "998877665"
    assert by_name["sykehus", "encrypt"]["policies"] == ["2.16.578.1.26.1.3.2"]
    assert by_name["testlab", "sign"]["policies"] == ["2.16.578.1.26.1.0.3.2"]
    assert by_name["expired", "sign"]["not_after"] == "2026-03-01T10:00:00Z"
    assert ("encryption-only", "sign") not in by_name
    assert {one["fault"] for one in made} == {"none", "expired", "not-yet-valid", "revoked", "wrong-usage", "encryption-only", "unknown-issuer"}  # fmt: skip
    for one in made:
        assert stat.S_IMODE(Path(one["key_file"]).stat().st_mode) == 0o600
    assert sorted(path.name for path in (home / "pki/trust").iterdir()) == ["root.cert.pem"]


@pytest.mark.parametrize("name", VERDICTS)
def test_verify_tells_each_fault(home: Path, name: str) -> None:
    signed = meldingsloft("sign", LETTER, "--key", f"pki/{name}/sign.pem", "-o", f"{name}.xml", cwd=home)
    assert signed.status == 0
    told = meldingsloft("verify", f"{name}.xml", *TRUST, "--crl", "pki/ca/revocation", "--production", "--json", "--at-time", NOW, cwd=home)  # fmt: skip
    found = told.lines[0]
    assert (found["verdict"], found["trust"]) == ("valid", VERDICTS[name])
    assert told.status == (0 if VERDICTS[name] == "trusted" else 4)
    if name == "testlab":
        assert found["trust_reason"] == "test root in production"
        assert meldingsloft("verify", "testlab.xml", *TRUST, "--at-time", NOW, cwd=home).status == 0


def test_revocation_is_asked_only_when_something_answers(home: Path) -> None:
    meldingsloft("sign", LETTER, "--key", "pki/revoked/sign.pem", "-o", "taken.xml", cwd=home)
    crls = [word for name in ("root", "issuing") for word in ("--crl", f"pki/ca/revocation/{name}.crl")]

    def trust(*words: str, at: str = NOW) -> tuple[str, str | None]:
        found = meldingsloft("verify", "taken.xml", *TRUST, *words, "--json", "--at-time", at, cwd=home).lines[0]
        return found["trust"], found.get("revocation")

    assert trust() == ("trusted", None)
    assert trust(*crls) == ("revoked", "revoked")
    assert trust("--crl", "pki/ca/revocation/root.crl") == ("unchecked", "unknown")
    assert trust(*crls, at="2026-06-02T10:00:00Z") == ("revoked", "revoked")
    assert trust(*crls, at="2026-02-02T10:00:00Z") == ("unchecked", "unknown")


def test_a_stale_crl_vouches_for_nobody(home: Path) -> None:
    meldingsloft("sign", LETTER, "--key", "pki/sykehus/sign.pem", "-o", "sound.xml", cwd=home)
    told = meldingsloft("verify", "sound.xml", *TRUST, "--crl", "pki/ca/revocation", "--at-time", "2026-06-02T10:00:00Z", cwd=home)  # fmt: skip
    assert told.status == 4
    assert "revocation is not known (" in told.out
    assert "the CRL was to be replaced 2026-03-09T10:00:00Z" in told.out


def test_wrong_words(home: Path) -> None:
    assert meldingsloft("verify", LETTER, "--no-trust", "--crl", "pki/ca/revocation", cwd=home).status == 2
    not_one = meldingsloft("verify", LETTER, *TRUST, "--ocsp", "pki.toml", cwd=home)
    assert (not_one.status, "error[ML-K008]" in not_one.err) == (4, True)
    assert meldingsloft("pki", "make", cwd=home).status == 2
    assert meldingsloft("pki", "make", "pki.toml", cwd=home).status == 2
    again = meldingsloft("pki", "make", "pki.toml", "pki", cwd=home)
    assert (again.status, "error[ML-C182]" in again.err) == (9, True)
    foreign = meldingsloft("pki", "ocsp", "pki/sykehus/sign.cert.pem", "--ca", "pki/trust", cwd=home)
    assert (foreign.status, "error[ML-C181]" in foreign.err) == (9, True)
    assert meldingsloft("pki", "revoke", "pki/sykehus/sign.cert.pem", "--reason", "bored", cwd=home).status == 2


def test_every_problem_of_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        '[[root]]\nname = "root"\nkey_size = 1024\n\n[[issuer]]\nname = "root"\nby = "nobody"\npolicy = "1.2"\n\n'
        '[[subject]]\nname = "Å"\norganisation = 3\norg_number = "12"\nby = "issuing"\nnot_after = "later"\nfault = "tired"\nodd = 1\n[extra]\n',
        "utf-8",
    )
    told = meldingsloft("pki", "make", "p.toml", "made", "--json", cwd=tmp_path)
    assert told.status == 3
    found = told.lines[0]
    assert found["code"] == "ML-C180"
    places = {match[1] for problem in found["problems"] if (match := re.match(r"p\.toml:(\d+): ", problem))}
    assert places == {"3", "6", "7", "8", "11", "12", "13", "14", "15", "16", "17", "18"}
    assert not (tmp_path / "made").exists()
    (tmp_path / "q.toml").write_text("[[root]\n", "utf-8")
    broken = meldingsloft("pki", "make", "q.toml", "made", cwd=tmp_path)
    assert (broken.status, "pki make --example" in broken.err) == (3, True)


def test_pkcs12_under_a_passphrase(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        '[[root]]\nname = "root"\n[[subject]]\nname = "lege"\norganisation = "Lege"\norg_number = "999999990"\nby = "root"\n'
    )
    (tmp_path / "word").write_text("hemmelig\n")
    assert meldingsloft("pki", "make", "p.toml", "made", "--passfile", "word", cwd=tmp_path).status == 0
    key = tmp_path / "made/lege/sign.p12"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert meldingsloft("sign", LETTER, "--key", key, "--passfile", "word", "-o", "s.xml", cwd=tmp_path).status == 0
    assert meldingsloft("verify", "s.xml", "--trust", "made/trust", cwd=tmp_path).status == 0


@NEEDS_OPENSSL
@pytest.mark.parametrize(("name", "said"), [("sykehus", "OK"), ("revoked", "certificate revoked"), ("expired", "has expired"), ("not-yet-valid", "not yet valid"), ("unknown-issuer", "unable to get")])  # fmt: skip
def test_openssl_says_the_same_of_the_certificates(home: Path, name: str, said: str) -> None:
    crls = [word for crl in ("root", "issuing") for word in ("-CRLfile", f"pki/ca/revocation/{crl}.crl")]
    moment = str(int(dt.datetime.fromisoformat(NOW).timestamp()))
    assert said in openssl(
        "verify", "-attime", moment, "-crl_check_all", "-CAfile", "pki/trust/root.cert.pem",
        "-untrusted", "pki/chain/issuing.cert.pem", *crls, f"pki/{name}/sign.cert.pem", cwd=home,
    )  # fmt: skip


@NEEDS_OPENSSL
@pytest.mark.parametrize("delegated", [(), ("--delegated",)])
def test_openssl_says_the_same_of_ocsp(home: Path, tmp_path: Path, delegated: tuple[str, ...]) -> None:
    shutil.copytree(home / "pki", tmp_path / "pki")
    taken = meldingsloft("pki", "revoke", "pki/sykehus/sign.cert.pem", "--ca", "pki/ca", "--reason", "superseded", "--at-time", NOW, cwd=tmp_path)  # fmt: skip
    assert taken.status == 0
    for kind, word in (("sign", "revoked"), ("encrypt", "good")):
        made = meldingsloft("pki", "ocsp", f"pki/sykehus/{kind}.cert.pem", "--ca", "pki/ca", "--at-time", NOW, "--json", *delegated, cwd=tmp_path)  # fmt: skip
        assert made.lines[0]["kind"] == "ocsp"
        said = openssl(
            "ocsp", "-respin", made.lines[0]["file"], "-issuer", "pki/chain/issuing.cert.pem", "-cert", f"pki/sykehus/{kind}.cert.pem",
            "-CAfile", "pki/trust/root.cert.pem", "-verify_other", "pki/chain/issuing.cert.pem",
            "-attime", str(int(dt.datetime.fromisoformat(NOW).timestamp())), "-validity_period", "999999999", cwd=tmp_path,
        )  # fmt: skip
        assert "Response verify OK" in said
        assert f"{kind}.cert.pem: {word}" in said


def test_crls_are_made_anew(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "pki/ca", tmp_path / "ca")
    later = "2026-03-03T10:00:00Z"
    made = meldingsloft("pki", "crl", "--ca", "ca", "--hours", "24", "--json", "--at-time", later, cwd=tmp_path).lines
    assert len(made) == 6
    issuing = next(one for one in made if one["file"].endswith("/issuing.crl"))
    assert (issuing["made"], issuing["until"], len(issuing["serials"])) == (later, "2026-03-04T10:00:00Z", 2)
    told = meldingsloft("pki", "crl", "--ca", "ca", cwd=tmp_path)
    assert (told.status, told.out) == (0, "")
    assert "certificates taken back" in told.err
