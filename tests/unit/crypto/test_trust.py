from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography import x509

from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.revocation import Standing, Status
from meldingsloft.crypto.trust import (
    PRODUCTION_POLICIES,
    TEST_POLICY,
    Judgement,
    StatusOf,
    TrustVerdict,
    assess,
    check_recipient,
    find_chain,
    judge,
)
from meldingsloft.domain.errors import CertificateError
from tests.unit.crypto.identities import DAY, ENCRYPTION, ISSUING, NOW, SIGNING, certificate, name_of, root


def verdict(leaf: bytes, **options: Any) -> str:
    given: dict[str, Any] = {"purpose": "signing", "at": NOW, "roots": [root()], **options}
    return str(judge(leaf, **given))


def middle(**options: object) -> bytes:
    return certificate("middle", usages=ISSUING, ca=True, end=NOW + 2000 * DAY, **options)


def test_a_certificate_of_a_trusted_issuer_is_trusted() -> None:
    assert verdict(certificate("signer")) == "trusted"
    assert verdict(certificate("receiver", usages=ENCRYPTION), purpose="encryption") == "trusted"


def test_the_purpose_is_in_key_usage() -> None:
    assert verdict(certificate("signer"), purpose="encryption") == "wrong-usage"
    assert verdict(certificate("receiver", usages=ENCRYPTION)) == "wrong-usage"
    assert verdict(certificate("bare", usages=None)) == "wrong-usage"


def test_time_is_that_of_the_whole_chain() -> None:
    leaf = certificate("signer")
    facts = read_certificate(leaf)
    second = dt.timedelta(seconds=1)
    assert verdict(leaf, at=facts.not_after) == "trusted"
    assert verdict(leaf, at=facts.not_after + second) == "expired"
    assert verdict(leaf, at=facts.not_before) == "trusted"
    assert verdict(leaf, at=facts.not_before - second) == "not-yet-valid"
    old = certificate("old", usages=ISSUING, ca=True, end=NOW - DAY)
    assert verdict(certificate("leaf-of-old", issuer="old"), intermediates=[old]) == "expired"


def test_issuers_in_between() -> None:
    leaf = certificate("leaf", issuer="middle")
    assert verdict(leaf) == "unknown-issuer"
    assert verdict(leaf, intermediates=[middle()]) == "trusted"
    assert verdict(leaf, intermediates=[certificate("signer"), b"garbage", middle()]) == "trusted"
    assert verdict(leaf, roots=[middle()]) == "trusted"
    assert verdict(leaf, roots=[], intermediates=[middle(), root()]) == "unknown-issuer"


def test_a_name_is_not_enough() -> None:
    forged = certificate("forged", issuer="mallory", issuer_name=name_of("root"))
    assert verdict(forged) == "unknown-issuer"


def test_only_a_ca_issues() -> None:
    plain = certificate("plain-issuer", usages=ISSUING)
    assert (
        verdict(certificate("leaf-a", issuer="plain-issuer"), roots=[root()], intermediates=[plain]) == "unknown-issuer"
    )
    assert verdict(certificate("leaf-a", issuer="plain-issuer"), roots=[plain]) == "unknown-issuer"
    unfit = certificate("unfit", usages=SIGNING, ca=True)
    assert verdict(certificate("leaf-b", issuer="unfit"), intermediates=[unfit]) == "unknown-issuer"


def test_path_length_is_kept() -> None:
    tight = certificate("tight", usages=ISSUING, ca=True, path_length=0)
    below = certificate("below", issuer="tight", usages=ISSUING, ca=True)
    assert verdict(certificate("leaf-c", issuer="tight"), intermediates=[tight]) == "trusted"
    assert verdict(certificate("leaf-d", issuer="below"), intermediates=[below, tight]) == "unknown-issuer"


def test_self_signed_is_never_trusted() -> None:
    own = certificate("own", issuer="own")
    assert verdict(own, roots=[own], registered=[own]) == "unknown-issuer"
    authority = certificate("own-ca", issuer="own-ca", usages=ISSUING | SIGNING, ca=True)
    assert verdict(authority, roots=[authority]) == "unknown-issuer"


def test_registered_means_these_bytes() -> None:
    leaf = certificate("signer")
    assert verdict(leaf, registered=[leaf]) == "trusted"
    assert verdict(leaf, registered=[certificate("other"), leaf]) == "trusted"
    assert verdict(leaf, registered=[certificate("other")]) == "not-registered"
    assert verdict(leaf, registered=[]) == "not-registered"
    twin = certificate("twin", key_name="signer")
    assert verdict(twin, registered=[leaf]) == "not-registered"


def test_revocation_is_asked_for_all_but_the_root() -> None:
    asked: list[tuple[bytes, bytes]] = []
    leaf = certificate("leaf", issuer="middle")

    def good(der: bytes, issuer: bytes) -> Status:
        asked.append((der, issuer))
        return Status(Standing.GOOD, "")

    def with_middle(standing: Standing) -> StatusOf:
        return lambda der, _: Status(standing if der == middle() else Standing.GOOD, "for a reason")

    assert verdict(leaf, intermediates=[middle()], status_of=good) == "trusted"
    assert asked == [(leaf, middle()), (middle(), root())]
    assert verdict(leaf, intermediates=[middle()], status_of=with_middle(Standing.REVOKED)) == "revoked"
    assert verdict(leaf, intermediates=[middle()], status_of=with_middle(Standing.UNKNOWN)) == "unchecked"


def test_revocation_that_nobody_knows_of_leaves_it_undecided_unless_something_else_is_wrong() -> None:
    def unknown(_der: bytes, _issuer: bytes) -> Status:
        return Status(Standing.UNKNOWN, "no CRL")

    judged = assess(certificate("signer"), purpose="signing", at=NOW, roots=[root()], status_of=unknown)
    assert judged == Judgement(TrustVerdict.UNCHECKED, "no CRL", Standing.UNKNOWN)
    assert judged.undecided
    late = assess(certificate("signer"), purpose="signing", at=NOW + 999 * DAY, roots=[root()], status_of=unknown)
    assert late == Judgement(TrustVerdict.EXPIRED, revocation=Standing.UNKNOWN)
    assert not late.undecided


@pytest.mark.parametrize(
    ("policy", "for_tests"),
    [
        (TEST_POLICY, True),
        ("2.16.578.1.29.913.1.1.0", True),
        ("2.16.578.1.26.1.0", True),
        *((policy, False) for policy in PRODUCTION_POLICIES),
    ],
)
def test_test_certificates_are_nobodys_in_production(policy: str, *, for_tests: bool) -> None:
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy), None)])
    leaf = certificate("signer", extra=((policies, False),))
    plain = certificate("signer")
    given: dict[str, Any] = {"purpose": "signing", "at": NOW, "roots": [root()]}
    expected = (
        Judgement(TrustVerdict.UNKNOWN_ISSUER, "test root in production")
        if for_tests
        else Judgement(TrustVerdict.TRUSTED)
    )
    assert assess(leaf, production=True, **given) == expected
    assert assess(leaf, **given) == Judgement(TrustVerdict.TRUSTED)
    assert assess(plain, production=True, test_roots=[root()], **given).reason == "test root in production"
    assert assess(plain, production=True, **given) == Judgement(TrustVerdict.TRUSTED)


def test_extensions_that_are_not_understood_and_critical_are_not_trusted() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert verdict(certificate("critical", extra=((unknown, True),))) == "unknown-issuer"
    assert verdict(certificate("harmless", extra=((unknown, False),))) == "trusted"
    constraint = x509.NameConstraints([x509.DirectoryName(name_of("x"))], None)
    narrow = certificate("narrow", usages=ISSUING, ca=True, extra=((constraint, True),))
    assert verdict(certificate("leaf-e", issuer="narrow"), intermediates=[narrow]) == "unknown-issuer"


def test_circles_end() -> None:
    one = certificate("one", issuer="two", usages=ISSUING, ca=True)
    two = certificate("two", issuer="one", usages=ISSUING, ca=True)
    assert verdict(certificate("leaf-f", issuer="one"), intermediates=[one, two]) == "unknown-issuer"


def test_chains_are_bounded() -> None:
    def authority(number: int) -> bytes:
        above = "root" if number == 0 else "step"
        name, issuer = name_of(f"step {number}"), name_of("root" if number == 0 else f"step {number - 1}")
        return certificate("step", issuer=above, usages=ISSUING, ca=True, subject=name, issuer_name=issuer)

    steps = tuple(authority(number) for number in range(9))
    near = certificate("near", issuer="step", issuer_name=name_of("step 6"))
    far = certificate("far", issuer="step", issuer_name=name_of("step 7"))
    assert len(find_chain(near, (root(),), steps)) == 9
    assert find_chain(far, (root(),), steps) == ()


def test_garbage_has_no_issuer() -> None:
    assert verdict(b"garbage") == "unknown-issuer"
    assert verdict(certificate("signer"), roots=[b"garbage"]) == "unknown-issuer"


def test_every_verdict_is_in_the_contract() -> None:
    assert {str(v) for v in TrustVerdict} == {
        "trusted", "expired", "not-yet-valid", "revoked", "wrong-usage", "unknown-issuer", "not-registered", "unchecked",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("leaf", "at", "code"),
    [
        (certificate("receiver", usages=ENCRYPTION), NOW, ""),
        (certificate("bare", usages=None), NOW, ""),
        (certificate("signer"), NOW, "ML-K007"),
        (certificate("receiver", usages=ENCRYPTION), NOW + 1000 * DAY, "ML-K006"),
        (certificate("receiver", usages=ENCRYPTION), NOW - 1000 * DAY, "ML-K006"),
        (b"garbage", NOW, "ML-K001"),
    ],
)
def test_who_may_be_encrypted_to(leaf: bytes, at: dt.datetime, code: str) -> None:
    if not code:
        check_recipient(leaf, at=at)
        return
    with pytest.raises(CertificateError) as refused:
        check_recipient(leaf, at=at)
    assert refused.value.code == code
