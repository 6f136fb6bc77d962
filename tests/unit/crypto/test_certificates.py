from __future__ import annotations

import pytest
from cryptography import x509

from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.domain.errors import CertificateError
from tests.unit.crypto.identities import ENCRYPTION, NOW, certificate, name_of, root


@pytest.mark.parametrize(
    ("attributes", "number"),
    [
        ({"serialNumber": "999888777"}, "999888777"),
        ({"oid.2_5_4_97": "NTRNO-999888777"}, "999888777"),
        ({"O": "Sykehuset - 999888777"}, "999888777"),
        ({"OU": "Legevakt-111222333", "serialNumber": "999888777"}, "111222333"),
        ({"OU": "Avdeling", "serialNumber": "999888777"}, "999888777"),
        ({"serialNumber": "9578-4050-100000"}, None),
        ({"serialNumber": "1234567890"}, None),
        ({"O": "Sykehuset-٩٩٩٨٨٨٧٧٧"}, None),
        ({"O": "Sykehuset 999888777"}, None),
        ({}, None),
    ],
)
def test_the_organisation_number_is_searched_where_issuers_put_it(
    attributes: dict[str, str], number: str | None
) -> None:
    name = name_of("leaf", **attributes)
    assert read_certificate(certificate("leaf", subject=name)).org_number == number


def test_the_facts_of_a_certificate() -> None:
    policy = x509.PolicyInformation(x509.ObjectIdentifier("2.16.578.1.26.1.0.3.2"), None)
    der = certificate(
        "facts",
        serial=255,
        usages=ENCRYPTION,
        extra=((x509.CertificatePolicies([policy]), False),),
        subject=name_of("Sørby", O="Åse AS"),
    )
    facts = read_certificate(der)
    assert facts.subject == "CN=Sørby,O=Åse AS,C=NO"
    assert facts.issuer == "CN=root,C=NO"
    assert facts.serial == "255"
    assert facts.not_before < NOW < facts.not_after
    assert facts.not_before.utcoffset() == facts.not_after.utcoffset() == NOW.utcoffset()
    assert facts.key_usages == {"digitalSignature", "keyEncipherment", "dataEncipherment"}
    assert facts.policies == ("2.16.578.1.26.1.0.3.2",)
    assert (facts.is_ca, facts.self_signed) == (False, False)
    assert len(facts.fingerprint) == 64
    assert read_certificate(certificate("signer")).key_usages == {"nonRepudiation"}
    assert read_certificate(certificate("bare", usages=None)).key_usages == frozenset()
    assert (read_certificate(root()).is_ca, read_certificate(root()).self_signed) == (True, True)


@pytest.mark.parametrize("der", [b"", b"garbage", root()[:-20], b"-----BEGIN CERTIFICATE-----"])
def test_garbage_is_refused(der: bytes) -> None:
    with pytest.raises(CertificateError) as refused:
        read_certificate(der)
    assert refused.value.code == "ML-K001"
