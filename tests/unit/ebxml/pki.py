"""Throw-away keys with self-signed certificates; made once a run."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from meldingsloft.crypto.keys import SoftwareKey


@lru_cache(maxsize=8)
def pair(name: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A private key and its certificate; the same name gives the same pair."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name), x509.NameAttribute(NameOID.SERIAL_NUMBER, "910000009")]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2035, 1, 1, tzinfo=dt.UTC))
        .sign(private, hashes.SHA256())
    )
    return private, certificate


@lru_cache(maxsize=8)
def key(name: str) -> SoftwareKey:
    private, _ = pair(name)
    return SoftwareKey(lambda: private, certificate(name))


def certificate(name: str) -> bytes:
    """DER."""
    return pair(name)[1].public_bytes(Encoding.DER)


def pem(name: str) -> bytes:
    return pair(name)[1].public_bytes(Encoding.PEM)


def pkcs12(name: str, passphrase: str) -> bytes:
    private, cert = pair(name)
    return serialize_key_and_certificates(
        name.encode(), private, cert, None, BestAvailableEncryption(passphrase.encode())
    )
