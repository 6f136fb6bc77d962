"""A signature of which every octet string is at hand already: the value over SignedInfo, a digest over each reference.

For envelopes whose text is known to be canonical (RSA-SHA256 over SHA-256 digests, HIS 1037 §5.5 with the algorithms of today);
it says yes with the signer's certificate, or nothing. What is refused, and why, is told by ``verification``.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from meldingsloft.crypto import algorithms as alg
from meldingsloft.crypto.certificates import public_key
from meldingsloft.domain.errors import CertificateError

_PKCS1 = padding.PKCS1v15()
_SHA256 = hashes.SHA256()


def signer_of(signed: bytes, value: bytes, certificate: bytes, digests: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """DER of the certificate when the value and all digests hold, else None.

    ``signed`` is canonical SignedInfo; ``value`` and ``certificate`` are base64; ``digests`` are (octets, DigestValue in base64).
    """
    for octets, stated in digests:
        if binascii.b2a_base64(hashlib.sha256(octets).digest(), newline=False) != stated:
            return None
    known = _key(certificate)
    if known is None:
        return None
    der, key = known
    try:
        key.verify(binascii.a2b_base64(value, strict_mode=True), signed, _PKCS1, _SHA256)
    except (binascii.Error, InvalidSignature):
        return None
    return der


@lru_cache(maxsize=256)
def _key(certificate: bytes) -> tuple[bytes, rsa.RSAPublicKey] | None:
    try:
        der = binascii.a2b_base64(certificate, strict_mode=True)
        key = public_key(der)
    except (binascii.Error, CertificateError):
        return None
    return (der, key) if isinstance(key, rsa.RSAPublicKey) and key.key_size >= alg.SMALLEST_KEY else None
