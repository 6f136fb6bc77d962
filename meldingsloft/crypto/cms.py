"""CMS EnvelopedData: payloads sealed for the certificates of their receivers, and opened with one's own keys.

Written: EnvelopedData version 0 in DER, RSA PKCS#1 v1.5 to recipients named by issuer and serial number, AES-256-CBC or
Triple-DES. Read (``cms_opening``): what other systems send. Neither proves who sent anything nor that nothing was changed:
the envelope's signature does. Sources: RFC 5652 §6, RFC 3565, RFC 3370, HIS 1037:2011 §5.5, EB-160–EB-163.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from meldingsloft.crypto import ber, der
from meldingsloft.crypto import object_identifiers as oids
from meldingsloft.crypto.algorithms import SMALLEST_KEY
from meldingsloft.crypto.certificates import load, public_key
from meldingsloft.crypto.cms_opening import Decrypted, decrypt
from meldingsloft.domain.errors import CertificateError

__all__ = ["CipherName", "Decrypted", "decrypt", "encrypt", "issuer_and_serial"]

CipherName = Literal["aes-256-cbc", "3des-cbc"]

_PKCS1 = padding.PKCS1v15()
_KEY_TRANSPORT = der.sequence(der.oid(oids.RSA_ENCRYPTION), der.NULL)
_VERSION_0 = der.integer(0)
_DATA = der.oid(oids.DATA)
_ENVELOPED_DATA = der.oid(oids.ENVELOPED_DATA)
_CIPHER_OIDS: dict[CipherName, bytes] = {
    "aes-256-cbc": der.oid(oids.AES_256_CBC),
    "3des-cbc": der.oid(oids.DES_EDE3_CBC),
}


def encrypt(
    plaintext: bytes,
    recipients: Sequence[bytes],
    *,
    cipher: CipherName = "aes-256-cbc",
    entropy: Callable[[int], bytes],
) -> bytes:
    """ContentInfo with EnvelopedData in DER, to be opened by any of the recipients (certificates in DER).

    ``entropy`` gives the content key and the initialisation vector. Trust in the certificates and their KeyUsage is the
    caller's to judge.

    Raises:
        CertificateError: ``ML-K001`` a certificate that cannot be read, ``ML-K025`` one without RSA key of 2048 bits or more.
    """
    if not recipients:
        raise CertificateError(
            "ML-K025", "there is no certificate to encrypt to", hint="give the receiver's encryption certificate"
        )
    key = entropy(32 if cipher == "aes-256-cbc" else 24)
    sealed, vector = _encipher(plaintext, key, cipher, entropy)
    infos = sorted(_recipient_info(recipient, key) for recipient in recipients)
    algorithm = der.sequence(_CIPHER_OIDS[cipher], der.octet_string(vector))
    content = der.sequence(_DATA, algorithm, der.tlv(0x80, sealed))
    enveloped = der.sequence(_VERSION_0, der.tlv(der.SET, *infos), content)
    return der.sequence(_ENVELOPED_DATA, der.tlv(0xA0, enveloped))


def _encipher(plaintext: bytes, key: bytes, cipher: CipherName, entropy: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    """(ciphertext, initialisation vector), padded as RFC 5652 §6.3 says."""
    algorithm = algorithms.AES(key) if cipher == "aes-256-cbc" else TripleDES(key)
    block = algorithm.block_size // 8
    vector = entropy(block)
    missing = block - len(plaintext) % block
    encryptor = Cipher(algorithm, modes.CBC(vector)).encryptor()
    sealed = encryptor.update(plaintext) + encryptor.update(bytes((missing,)) * missing) + encryptor.finalize()
    return sealed, vector


def _recipient_info(certificate: bytes, key: bytes) -> bytes:
    name, public = _recipient(certificate)
    return der.sequence(_VERSION_0, name, _KEY_TRANSPORT, der.octet_string(public.encrypt(key, _PKCS1)))


@lru_cache(maxsize=512)
def _recipient(certificate: bytes) -> tuple[bytes, rsa.RSAPublicKey]:
    public = public_key(certificate)
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < SMALLEST_KEY:
        hint = "ask the receiver for a certificate with such a key"
        raise CertificateError("ML-K025", f"the certificate has no RSA key of at least {SMALLEST_KEY} bits", hint=hint)
    return issuer_and_serial(certificate), public


@lru_cache(maxsize=512)
def issuer_and_serial(certificate: bytes) -> bytes:
    """IssuerAndSerialNumber in DER, both exactly as the certificate has them.

    Raises:
        CertificateError: ``ML-K001``.
    """
    body = ber.read(load(certificate).tbs_certificate_bytes).children
    first = 1 if body[0].tag == 0x80 else 0
    return der.sequence(body[first + 2].whole, body[first].whole)
