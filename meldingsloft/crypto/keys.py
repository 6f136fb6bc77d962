"""Private keys held in software: ``SoftwareKey`` signs and opens CMS, beside its certificate.

Loading an RSA key checks its numbers, which takes 42 ms at 2048 bits and 0.4 s at 4096; a caller that has checked the same
bytes before says so. Formats: PEM (PKCS#8, PKCS#1), PKCS#12 (RFC 7292). Codes ``ML-K002``–``ML-K005``.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12

from meldingsloft.crypto.algorithms import HASHES, SMALLEST_KEY
from meldingsloft.crypto.certificates import public_key
from meldingsloft.domain.errors import CertificateError

_PKCS1 = padding.PKCS1v15()


class SoftwareKey:
    """An RSA private key in memory: ``ports.SigningKey`` and ``ports.DecryptionKey`` at once, loaded on first use."""

    __slots__ = ("_certificate", "_key", "_load", "chain")

    def __init__(
        self, load: Callable[[], rsa.RSAPrivateKey], certificate: bytes, chain: tuple[bytes, ...] = ()
    ) -> None:
        self._load = load
        self._key: rsa.RSAPrivateKey | None = None
        self._certificate = certificate
        self.chain = chain
        """DER of other certificates that lay beside the key (its issuers, mostly)."""

    @classmethod
    def from_pem(
        cls, key_pem: bytes, certificate_der: bytes, *, checked: bool = False, passphrase: bytes | None = None
    ) -> SoftwareKey:
        """A key from PEM; nothing is read before the first use, and errors come then.

        ``checked`` says that these very bytes were checked before, so that the slow check of the RSA numbers is left out.
        """
        return cls(lambda: _load_pem(key_pem, passphrase, checked=checked), certificate_der)

    @classmethod
    def from_pkcs12(cls, data: bytes, passphrase: bytes | None) -> SoftwareKey:
        """The key and certificate of a PKCS#12 file, read at once.

        Raises:
            CertificateError: ``ML-K002`` unreadable or without key or certificate, ``ML-K003`` wrong passphrase,
                ``ML-K004`` key and certificate do not belong together, ``ML-K005`` no RSA key of 2048 bits or more.
        """
        key, certificate, others = _load_pkcs12(data, passphrase)
        made = cls(lambda: key, certificate, others)
        made.load()
        return made

    @property
    def certificate(self) -> bytes:
        """DER of the certificate."""
        return self._certificate

    def load(self) -> rsa.RSAPrivateKey:
        """The private key itself, read and matched with its certificate on first use.

        Raises:
            CertificateError: ``ML-K001``–``ML-K005``.
        """
        if self._key is None:
            self._key = _fitting(self._load(), self._certificate)
        return self._key

    def sign(self, data: bytes, hash_name: str) -> bytes:
        """RSASSA-PKCS1-v1_5 over ``data``.

        Raises:
            CertificateError: the key cannot be loaded.
        """
        return self.load().sign(data, _PKCS1, HASHES[hash_name])

    def unwrap(
        self, encrypted_key: bytes, *, scheme: str, hash_name: str = "sha1", mgf_hash_name: str = "sha1"
    ) -> bytes:
        """The content key inside an encrypted key; garbage in may be garbage out (PKCS#1 v1.5 tells nothing).

        Raises:
            ValueError: it cannot be opened.
            CertificateError: the key cannot be loaded.
        """
        if scheme == "pkcs1v15":
            return self.load().decrypt(encrypted_key, _PKCS1)
        mgf = padding.MGF1(HASHES[mgf_hash_name])
        return self.load().decrypt(encrypted_key, padding.OAEP(mgf, HASHES[hash_name], label=None))


def _load_pem(data: bytes, passphrase: bytes | None, *, checked: bool) -> rsa.RSAPrivateKey:
    try:
        key = load_pem_private_key(data, passphrase, unsafe_skip_rsa_key_validation=checked)
    except TypeError as fault:
        raise _passphrase_error(given=passphrase is not None) from fault
    except Exception as fault:
        if passphrase is not None and b"ENCRYPTED" in data:
            raise _passphrase_error(given=True) from fault
        raise _unreadable("the private key cannot be read") from fault
    return _rsa(key)


def _load_pkcs12(data: bytes, passphrase: bytes | None) -> tuple[rsa.RSAPrivateKey, bytes, tuple[bytes, ...]]:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase)
    except Exception as fault:
        if "password" in str(fault):
            raise _passphrase_error(given=bool(passphrase)) from fault
        raise _unreadable("the PKCS#12 file cannot be read") from fault
    if key is None or certificate is None:
        raise _unreadable("the PKCS#12 file lacks a private key or its certificate")
    return (
        _rsa(key),
        certificate.public_bytes(Encoding.DER),
        tuple(other.public_bytes(Encoding.DER) for other in others),
    )


def _rsa(key: object) -> rsa.RSAPrivateKey:
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < SMALLEST_KEY:
        raise CertificateError(
            "ML-K005",
            f"the key is not an RSA key of at least {SMALLEST_KEY} bits",
            hint="order a certificate with a longer RSA key",
        )
    return key


def _fitting(key: rsa.RSAPrivateKey, certificate: bytes) -> rsa.RSAPrivateKey:
    theirs = public_key(certificate)
    if not isinstance(theirs, rsa.RSAPublicKey) or key.public_key().public_numbers() != theirs.public_numbers():
        raise CertificateError(
            "ML-K004",
            "the private key and the certificate do not belong together",
            hint="give the pair that was issued together",
        )
    return key


def _passphrase_error(*, given: bool) -> CertificateError:
    if given:
        return CertificateError(
            "ML-K003", "the passphrase does not open the key", hint="check the first line of --passfile"
        )
    return CertificateError("ML-K003", "the key needs a passphrase", hint="give it with --passfile")


def _unreadable(
    message: str, hint: str = "give a PKCS#12 file, or PEM with a private key and its certificate"
) -> CertificateError:
    return CertificateError("ML-K002", message, hint=hint)
