"""CRLs and OCSP responses: believed when they are the issuer's own and in force, and then only for what they say."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from meldingsloft.crypto.certificates import load
from meldingsloft.crypto.revocation import Status, status_of
from meldingsloft.crypto.revocation_making import Revocation, make_crl, make_ocsp
from meldingsloft.crypto.statements import is_statement, read_statement
from tests.unit.crypto.identities import DAY, ISSUING, NOW, certificate, key, name_of, root

HOUR = dt.timedelta(hours=1)
OCSP_SIGNING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
REPLIES = frozenset({"digital_signature"})


def leaf() -> bytes:
    return certificate("signer")


def serial(der: bytes) -> int:
    return load(der).serial_number


def crl(
    *revoked: Revocation, at: dt.datetime = NOW - HOUR, until: dt.datetime = NOW + DAY, signed_by: str = "root"
) -> bytes:
    return make_crl(root(), key(signed_by), revoked, at=at, until=until, number=7)


def taken(reason: str = "unspecified", at: dt.datetime = NOW - 2 * HOUR) -> Revocation:
    return Revocation(serial(leaf()), at, reason)


def answer(**options: Any) -> bytes:
    given: dict[str, Any] = {"at": NOW - HOUR, "until": NOW + DAY, "key": key("root"), **options}
    return make_ocsp(leaf(), root(), **given)


def status(*statements: bytes, at: dt.datetime = NOW, now: dt.datetime | None = None) -> Status:
    return status_of(leaf(), root(), at=at, now=now or at, statements=statements)


def standing(*statements: bytes, **times: dt.datetime) -> str:
    return str(status(*statements, **times).standing)


def test_nothing_said_is_unknown() -> None:
    assert status() == Status(status().standing, "no CRL or OCSP response at hand speaks of it")
    assert standing(b"", b"garbage", leaf()) == "unknown"


@pytest.mark.parametrize("make", [lambda r: crl(*([r] if r else [])), lambda r: answer(revoked=r)])
def test_good_and_revoked(make: Any) -> None:
    assert standing(make(None)) == "good"
    assert status(make(None)).until == NOW + DAY
    found = status(make(taken("keyCompromise")))
    assert (found.standing, found.revoked_at) == ("revoked", NOW - 2 * HOUR)
    assert "keyCompromise" in found.reason


def test_another_certificate_taken_back_is_not_ours() -> None:
    assert standing(crl(Revocation(17, NOW - DAY))) == "good"


def test_the_statement_must_be_the_issuers_own() -> None:
    forged = status(crl(signed_by="mallory"))
    assert forged.standing == "unknown"
    assert "not signed with its key" in forged.reason
    assert standing(crl(taken(), signed_by="mallory")) == "unknown"
    said = answer()
    assert "not signed by the responder" in status(said[:-1] + bytes([said[-1] ^ 1])).reason
    other = certificate("other-ca", usages=ISSUING, ca=True, issuer="other-ca")
    assert standing(make_crl(other, key("other-ca"), [], at=NOW, until=NOW + DAY, number=1)) == "unknown"
    foreign = make_ocsp(leaf(), other, key("other-ca"), at=NOW, until=NOW + DAY)
    assert status(foreign).reason == "no CRL or OCSP response at hand speaks of it"


def test_an_issuer_that_may_not_sign_crls_is_not_heard() -> None:
    silent = certificate("silent", usages=frozenset({"key_cert_sign"}), ca=True, issuer="silent")
    below = certificate("below-silent", issuer="silent")
    made = make_crl(silent, key("silent"), [], at=NOW, until=NOW + DAY, number=1)
    assert status_of(below, silent, at=NOW, now=NOW, statements=[made]).standing == "unknown"


@pytest.mark.parametrize("make", [crl, answer])
def test_the_window(make: Any) -> None:
    assert standing(make(until=NOW)) == "good"
    stale = status(make(at=NOW - DAY, until=NOW - HOUR))
    assert stale.standing == "unknown"
    assert "was to be replaced 2026-03-02T08:31:00Z" in stale.reason
    early = status(make(at=NOW + HOUR))
    assert early.standing == "unknown"
    assert "not in force before" in early.reason
    assert standing(make(at=NOW + dt.timedelta(minutes=4))) == "good"


def test_what_was_taken_back_stays_so_when_the_crl_grows_old() -> None:
    assert standing(crl(taken(), at=NOW - HOUR, until=NOW - dt.timedelta(minutes=1))) == "revoked"
    held = crl(taken("certificateHold"), at=NOW - HOUR, until=NOW - dt.timedelta(minutes=1))
    assert standing(held) == "unknown"
    assert standing(crl(taken("certificateHold"))) == "revoked"
    assert standing(crl(taken("certificateHold")), crl(at=NOW - HOUR / 2)) == "good"
    assert standing(crl(taken()), crl(at=NOW - HOUR / 2)) == "revoked"


def test_the_time_of_use_counts_only_when_the_key_was_never_in_other_hands() -> None:
    later = {"at": NOW - DAY, "now": NOW}
    assert standing(crl(taken("superseded")), **later) == "good"
    assert standing(crl(taken("superseded"))) == "revoked"
    assert standing(crl(taken("keyCompromise")), **later) == "revoked"
    assert standing(crl(taken()), **later) == "revoked"
    assert standing(crl(taken(at=NOW - HOUR)), at=NOW - DAY) == "unknown"  # the CRL was not yet made then


def test_a_delegated_responder() -> None:
    def by(responder: bytes) -> str:
        return standing(answer(key=key("responder"), responder=responder))

    fit = certificate("responder", usages=REPLIES, extra=((OCSP_SIGNING, False), (x509.OCSPNoCheck(), False)))
    assert by(fit) == "good"
    assert by(certificate("responder", usages=None, extra=((OCSP_SIGNING, False),))) == "good"
    assert by(certificate("responder", usages=REPLIES)) == "unknown"
    assert by(certificate("responder", usages=ISSUING, extra=((OCSP_SIGNING, False),))) == "unknown"
    assert by(certificate("responder", usages=REPLIES, end=NOW - HOUR, extra=((OCSP_SIGNING, False),))) == "unknown"
    assert by(certificate("responder", usages=REPLIES, issuer="mallory", issuer_name=name_of("root"), extra=((OCSP_SIGNING, False),))) == "unknown"  # fmt: skip


def test_a_responder_that_was_itself_taken_back() -> None:
    responder = certificate("responder", usages=REPLIES, extra=((OCSP_SIGNING, False),))
    said = answer(key=key("responder"), responder=responder)
    against = crl(Revocation(serial(responder), NOW - DAY), at=NOW - 2 * HOUR, until=NOW - HOUR)
    assert standing(said) == "good"
    assert standing(said, against) == "unknown"


def test_what_the_responder_does_not_know() -> None:
    unknown = (
        ocsp.OCSPResponseBuilder()
        .add_response(load(leaf()), load(root()), hashes.SHA256(), ocsp.OCSPCertStatus.UNKNOWN, NOW, None, None, None)
        .responder_id(ocsp.OCSPResponderEncoding.NAME, load(root()))
        .sign(key("root"), hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    assert status(unknown).reason == "the OCSP responder does not know the certificate"
    assert read_statement(unknown) is not None
    failed = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER)
    assert standing(failed) == "unknown"
    assert read_statement(failed) is None


def _crl_with(extension: x509.ExtensionType, *, critical: bool) -> bytes:
    return (
        x509.CertificateRevocationListBuilder().issuer_name(load(root()).subject).last_update(NOW - HOUR).next_update(NOW + DAY)
        .add_extension(extension, critical=critical).sign(key("root"), hashes.SHA256()).public_bytes(Encoding.DER)
    )  # fmt: skip


def _scope(**options: Any) -> bytes:
    given = dict.fromkeys(
        ("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl", "only_contains_attribute_certs"), False
    )
    names: dict[str, Any] = {"full_name": None, "relative_name": None, "only_some_reasons": None, **given, **options}
    return _crl_with(x509.IssuingDistributionPoint(**names), critical=True)


def test_partial_crls_speak_only_for_their_part() -> None:
    place = [x509.UniformResourceIdentifier("http://crl.example/1.crl")]
    assert standing(_scope(only_contains_user_certs=True)) == "good"
    assert standing(_scope(only_contains_ca_certs=True)) == "unknown"
    assert standing(_scope(full_name=place)) == "unknown"
    assert "indirect" in status(_scope(indirect_crl=True)).reason
    assert standing(_scope(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}))) == "unknown"
    assert standing(_crl_with(x509.DeltaCRLIndicator(3), critical=True)) == "unknown"
    assert standing(_crl_with(x509.CRLNumber(3), critical=False)) == "good"
    points = x509.CRLDistributionPoints([x509.DistributionPoint(place, None, None, None)])
    pointed = certificate("pointed", extra=((points, False),))
    found = status_of(pointed, root(), at=NOW, now=NOW, statements=[_scope(full_name=place)])
    assert found.standing == "good"


def test_facts() -> None:
    listed = read_statement(crl(taken()))
    assert listed is not None
    assert (listed.kind, listed.until, listed.serials) == ("CRL", NOW + DAY, (str(serial(leaf())),))
    said = read_statement(answer())
    assert said is not None
    assert (said.kind, said.made, said.issuer) == ("OCSP response", NOW - HOUR, "")
    assert read_statement(b"x") is None


def test_a_future_revocation_is_not_told_yet() -> None:
    assert crl(taken(at=NOW + DAY)) == crl()
    assert standing(answer(revoked=taken(at=NOW + DAY))) == "good"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("revoked", [False, True])
def test_openssl_agrees(tmp_path: Path, *, revoked: bool) -> None:
    responder = certificate("responder", usages=REPLIES, extra=((OCSP_SIGNING, False), (x509.OCSPNoCheck(), False)))
    taken_back = taken("keyCompromise") if revoked else None
    made = {
        "root.pem": load(root()).public_bytes(Encoding.PEM),
        "leaf.pem": load(leaf()).public_bytes(Encoding.PEM),
        "crl.pem": x509.load_der_x509_crl(crl(*([taken_back] if taken_back else []))).public_bytes(Encoding.PEM),
        "own.ocsp": answer(revoked=taken_back),
        "delegated.ocsp": answer(revoked=taken_back, key=key("responder"), responder=responder),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)

    def openssl(*words: str) -> str:
        done = subprocess.run(["openssl", *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    moment = str(int(NOW.timestamp()))
    chain = openssl("verify", "-attime", moment, "-crl_check", "-CAfile", "root.pem", "-CRLfile", "crl.pem", "leaf.pem")
    assert ("certificate revoked" in chain) is revoked
    assert ("leaf.pem: OK" in chain) is not revoked
    for name in ("own.ocsp", "delegated.ocsp"):
        said = openssl("ocsp", "-respin", name, "-issuer", "root.pem", "-cert", "leaf.pem", "-CAfile", "root.pem",
                       "-attime", moment, "-validity_period", "999999999")  # fmt: skip
        assert "Response verify OK" in said
        assert ("leaf.pem: revoked" in said) is revoked
        assert ("leaf.pem: good" in said) is not revoked


def test_a_large_crl_is_read_all_the_same() -> None:
    many = [Revocation(number, NOW - DAY) for number in range(1, 2500)]
    large = crl(taken(), *many)
    assert len(large) > 32 * 1024
    assert is_statement(large)
    assert standing(large) == "revoked"


@pytest.mark.parametrize("make", [lambda: crl(taken()), lambda: answer(revoked=taken())], ids=["crl", "ocsp"])
def test_nothing_that_was_altered_makes_good(make: Any) -> None:
    sound = make()
    assert standing(sound) == "revoked"
    for place in range(len(sound)):
        altered = sound[:place] + bytes([sound[place] ^ 0x41]) + sound[place + 1 :]
        assert standing(altered) != "good"
    for length in range(0, len(sound), 5):
        assert standing(sound[:length]) == "unknown"
