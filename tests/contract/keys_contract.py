"""What every ``ports.Keys`` keeps, real or fake."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING

import pytest

from meldingsloft.domain.errors import ConfigError, ExitStatus
from meldingsloft.domain.identifiers import HerId

if TYPE_CHECKING:
    from meldingsloft.ports import Keys

HER, NOBODY = HerId("1002"), HerId("999")


class KeysContract(abc.ABC):
    """Inherit, and give ``keys``: one signing key and two encryption keys, the older one retired, of HER."""

    @pytest.fixture
    @abc.abstractmethod
    def keys(self) -> Keys: ...

    def test_the_signing_key_signs_for_its_certificate(self, keys: Keys) -> None:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
        from cryptography.x509 import load_der_x509_certificate

        key = keys.signing_key(HER)
        public = load_der_x509_certificate(key.certificate).public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        public.verify(key.sign(b"data", "sha256"), b"data", padding.PKCS1v15(), hashes.SHA256())
        assert keys.signing_key(HER) is key

    def test_nobodys_key_is_an_error(self, keys: Keys) -> None:
        with pytest.raises(ConfigError) as caught:
            keys.signing_key(NOBODY)
        assert (caught.value.code, caught.value.exit_status) == ("ML-C120", ExitStatus.CONFIG)

    def test_decryption_keys_newest_first_and_each_opens_its_own(self, keys: Keys) -> None:
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
        from cryptography.x509 import load_der_x509_certificate

        found = keys.decryption_keys()
        certificates = [load_der_x509_certificate(key.certificate) for key in found]
        assert [c.not_valid_before_utc for c in certificates] == sorted(
            (c.not_valid_before_utc for c in certificates), reverse=True
        )
        assert len(found) == 2
        for key, certificate in zip(found, certificates, strict=True):
            public = certificate.public_key()
            assert isinstance(public, rsa.RSAPublicKey)
            assert key.unwrap(public.encrypt(b"content key", padding.PKCS1v15()), scheme="pkcs1v15") == b"content key"
