"""Opening CMS EnvelopedData and AuthEnvelopedData as other systems write it.

Read: DER and BER, 3DES and AES in CBC, AES in GCM, RSA PKCS#1 v1.5 and OAEP, recipients by issuer and serial number or by
subjectKeyIdentifier, several recipients, one superfluous OCTET STRING round the object. Once a key has been chosen, every
failure is one and the same error, so that nobody learns from it (Bleichenbacher, padding oracles). A changed CBC text may
still open: only the envelope's signature proves the bytes. Sources: RFC 5652 §6, RFC 5083, RFC 5084, EB-163; codes
``ML-K020``–``ML-K024``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from meldingsloft.crypto import ber, der
from meldingsloft.crypto import object_identifiers as oids
from meldingsloft.crypto.certificates import load
from meldingsloft.domain.errors import DecryptionError
from meldingsloft.ports import DecryptionKey

_SEQUENCE = der.SEQUENCE & ~ber.CONSTRUCTED
_SET = der.SET & ~ber.CONSTRUCTED
_OID = 0x06
_CONTEXT = 0x80
_MOST_RECIPIENTS = 200
_LONGEST_NAME = 32
"""Bytes of a serial number or key identifier that are shown; certificates have 20 at most (RFC 5280 §4.1.2.2)."""
_SHORTEST_TAG = 12
"""Bytes of the GCM tag (RFC 5084 §3.2)."""


@dataclass(frozen=True, slots=True)
class Decrypted:
    """Opened CMS."""

    plaintext: bytes = field(repr=False)
    cipher: str
    """``aes-256-cbc``, ``aes-192-cbc``, ``aes-128-cbc``, ``3des-cbc``, ``aes-256-gcm`` …"""
    recipient_serial: str
    """Serial number (decimal) of the certificate whose key opened it."""


@dataclass(frozen=True, slots=True)
class _ContentCipher:
    name: str
    key_size: int
    """Bytes."""
    gcm: bool = False


_CIPHERS = {
    der.oid(oids.AES_256_CBC): _ContentCipher("aes-256-cbc", 32),
    der.oid(oids.AES_192_CBC): _ContentCipher("aes-192-cbc", 24),
    der.oid(oids.AES_128_CBC): _ContentCipher("aes-128-cbc", 16),
    der.oid(oids.DES_EDE3_CBC): _ContentCipher("3des-cbc", 24),
    der.oid(oids.AES_256_GCM): _ContentCipher("aes-256-gcm", 32, gcm=True),
    der.oid(oids.AES_192_GCM): _ContentCipher("aes-192-gcm", 24, gcm=True),
    der.oid(oids.AES_128_GCM): _ContentCipher("aes-128-gcm", 16, gcm=True),
}
_HASHES = {der.oid(dotted): name for dotted, name in oids.HASHES.items()}
_ENVELOPED_DATA = der.oid(oids.ENVELOPED_DATA)
_AUTH_ENVELOPED_DATA = der.oid(oids.AUTH_ENVELOPED_DATA)
_RSA_ENCRYPTION = der.oid(oids.RSA_ENCRYPTION)
_RSAES_OAEP = der.oid(oids.RSAES_OAEP)
_MGF1 = der.oid(oids.MGF1)


@dataclass(frozen=True, slots=True)
class _Recipient:
    """One KeyTransRecipientInfo."""

    issuer: bytes
    """Name in DER; empty when named by key identifier."""
    serial: int | None
    key_identifier: bytes | None
    algorithm: ber.Element
    encrypted_key: bytes

    @property
    def shown(self) -> str:
        """Serial number or key identifier, for messages."""
        if self.serial is None:
            return f"key {(self.key_identifier or b'')[:_LONGEST_NAME].hex()}"
        return str(self.serial) if self.serial.bit_length() <= 8 * _LONGEST_NAME else "a serial number that cannot be"


@dataclass(frozen=True, slots=True)
class _Content:
    """EncryptedContentInfo with what authenticates it."""

    cipher: _ContentCipher
    vector: bytes
    ciphertext: bytes
    tag: bytes = b""
    associated: bytes = b""


def decrypt(cms: bytes, keys: Sequence[DecryptionKey], *, limits: ber.BerLimits = ber.DEFAULT_LIMITS) -> Decrypted:
    """The plaintext of a ContentInfo in DER or BER, opened with the first key it was sealed for.

    Raises:
        DecryptionError: ``ML-K020`` sealed for none of the keys, ``ML-K021`` it does not open, ``ML-K022`` no CMS that
            encrypts, ``ML-K023`` an algorithm that is not accepted, ``ML-K024`` too large, deep or fragmented.
    """
    recipients, content = _parts(cms, limits)
    recipient, key = _choose(recipients, keys)
    scheme = _scheme(recipient.algorithm)
    plaintext = _open(content, _content_key(key, recipient, scheme), content.cipher.key_size)
    return Decrypted(plaintext, content.cipher.name, str(load(key.certificate).serial_number))


def _parts(cms: bytes, limits: ber.BerLimits) -> tuple[list[_Recipient], _Content]:
    try:
        return _read(ber.read(cms, limits))
    except ber.BerLimitError as fault:
        raise DecryptionError(
            "ML-K024", "the CMS object is too large, deep or fragmented", hint="no payload needs it so"
        ) from fault
    except ber.BerError as fault:
        hint = "the payload must be CMS EnvelopedData (application/pkcs7-mime)"
        raise DecryptionError(
            "ML-K022", "the payload is not CMS EnvelopedData", hint=hint, detail=str(fault)
        ) from fault


def recipient_serials(cms: bytes, *, limits: ber.BerLimits = ber.DEFAULT_LIMITS) -> tuple[int | None, ...]:
    """Serial numbers of the certificates that a ContentInfo is sealed for; None for one named by its key identifier.

    Raises:
        DecryptionError: ``ML-K022`` and ``ML-K024``, as ``decrypt``; ``ML-K023``.
    """
    recipients, _ = _parts(cms, limits)
    return tuple(recipient.serial for recipient in recipients)


def names_serials(cms: bytes, limits: ber.BerLimits = ber.DEFAULT_LIMITS) -> bool | None:
    """True when a recipient is named by issuer and serial number, False when all are by key identifier; None for what cannot be read."""
    try:
        recipients, _ = _read(ber.read(cms, limits))
    except (ber.BerError, DecryptionError):
        return None
    return any(recipient.serial is not None for recipient in recipients) if recipients else None


def _read(outer: ber.Element) -> tuple[list[_Recipient], _Content]:
    """The recipients with RSA key transport, and the sealed content.

    Raises:
        BerError: another structure.
        DecryptionError: ``ML-K023``.
    """
    if outer.tag == der.OCTET_STRING:
        outer = ber.read(outer.octets())
    if outer.tag != _SEQUENCE:
        raise ber.BerError("no ContentInfo")
    kind = outer.child(0, _OID).whole
    if kind not in (_ENVELOPED_DATA, _AUTH_ENVELOPED_DATA):
        raise ber.BerError("another content type")
    body = outer.child(1, _CONTEXT).child(0, _SEQUENCE)
    place = 2 if body.child(1).tag == _CONTEXT else 1  # originatorInfo may stand first
    infos = body.child(place, _SET).children
    if len(infos) > _MOST_RECIPIENTS:
        raise ber.BerLimitError("more recipients than the limit")
    recipients = [_recipient(info) for info in infos if info.tag == _SEQUENCE]
    return recipients, _content(body, place + 1, authenticated=kind == _AUTH_ENVELOPED_DATA)


def _recipient(info: ber.Element) -> _Recipient:
    name, algorithm, key = info.child(1), info.child(2, _SEQUENCE), info.child(3, der.OCTET_STRING)
    if name.tag == _CONTEXT:
        return _Recipient(b"", None, name.octets(), algorithm, key.octets())
    issuer, serial = name.child(0, _SEQUENCE), name.child(1, der.INTEGER)
    return _Recipient(issuer.whole, int.from_bytes(serial.content, "big", signed=True), None, algorithm, key.octets())


def _content(body: ber.Element, place: int, *, authenticated: bool) -> _Content:
    info = body.child(place, _SEQUENCE)
    algorithm = info.child(1, _SEQUENCE)
    cipher = _CIPHERS.get(algorithm.child(0, _OID).whole)
    if cipher is None or cipher.gcm != authenticated:
        raise _refused("the content is encrypted with an algorithm that is not accepted")
    ciphertext = info.child(2, _CONTEXT).octets()
    if not authenticated:
        return _Content(cipher, algorithm.child(1, der.OCTET_STRING).octets(), ciphertext)
    vector = algorithm.child(1, _SEQUENCE).child(0, der.OCTET_STRING).octets()
    following = body.child(place + 1)
    associated = b""
    if following.tag == _CONTEXT | 1:  # authAttrs, authenticated as SET OF (RFC 5083 §2.2)
        associated = b"\x31" + following.whole[1:]
        following = body.child(place + 2)
    if following.tag != der.OCTET_STRING:
        raise ber.BerError("no authentication code")
    return _Content(cipher, vector, ciphertext, following.octets(), associated)


def _choose(recipients: Sequence[_Recipient], keys: Sequence[DecryptionKey]) -> tuple[_Recipient, DecryptionKey]:
    """The recipient that is one of our keys: by issuer and serial number or key identifier, else by serial number alone."""
    for exactly in (True, False):
        for recipient in recipients:
            for key in keys:
                if _names(recipient, key.certificate, exactly=exactly):
                    return recipient, key
    asked = ", ".join(recipient.shown for recipient in recipients[:5]) or "nobody with an RSA key"
    raise DecryptionError(
        "ML-K020",
        f"none of the keys opens the payload: it is sealed for {asked}",
        hint="add the key of the certificate with that serial number",
    )


def _names(recipient: _Recipient, certificate: bytes, *, exactly: bool) -> bool:
    if recipient.key_identifier is not None:
        return recipient.key_identifier in _key_identifiers(certificate)
    issuer, serial = _issuer_and_serial(certificate)
    return recipient.serial == serial and (recipient.issuer == issuer or not exactly)


@lru_cache(maxsize=256)
def _issuer_and_serial(certificate: bytes) -> tuple[bytes, int]:
    loaded = load(certificate)
    body = ber.read(loaded.tbs_certificate_bytes).children
    return body[3 if body[0].tag == _CONTEXT else 2].whole, loaded.serial_number


@lru_cache(maxsize=256)
def _key_identifiers(certificate: bytes) -> tuple[bytes, ...]:
    """The identifier the certificate states, and the one made of its key (RFC 5280 §4.2.1.2)."""
    loaded = load(certificate)
    body = ber.read(loaded.tbs_certificate_bytes).children
    key = body[6 if body[0].tag == _CONTEXT else 5]  # a certificate of version 1 does not state its version
    made = hashlib.sha1(key.child(1).content[1:], usedforsecurity=False).digest()
    try:
        return loaded.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest, made
    except x509.ExtensionNotFound:
        return (made,)


def _scheme(algorithm: ber.Element) -> dict[str, str]:
    """What ``DecryptionKey.unwrap`` is to be asked for."""
    try:
        kind = algorithm.child(0, _OID).whole
        if kind == _RSA_ENCRYPTION:
            return {"scheme": "pkcs1v15"}
        if kind == _RSAES_OAEP:
            return {"scheme": "oaep", **_oaep_hashes(algorithm)}
    except (ber.BerError, KeyError):
        pass
    raise _refused("the content key is encrypted with an algorithm that is not accepted")


def _oaep_hashes(algorithm: ber.Element) -> dict[str, str]:
    """RSAES-OAEP-params (RFC 4055 §4.1); SHA-1 where nothing is said."""
    names = {"hash_name": "sha1", "mgf_hash_name": "sha1"}
    for parameter in algorithm.children[1].children if len(algorithm.children) > 1 else ():
        stated = parameter.child(0, _SEQUENCE)
        kind = stated.child(0, _OID).whole
        if parameter.tag == _CONTEXT:
            names["hash_name"] = _HASHES[kind]
        elif parameter.tag == _CONTEXT | 1 and kind == _MGF1:
            names["mgf_hash_name"] = _HASHES[stated.child(1, _SEQUENCE).child(0, _OID).whole]
        elif not (parameter.tag == _CONTEXT | 2 and not stated.child(1, der.OCTET_STRING).content):
            raise KeyError(kind)
    return names


def _content_key(key: DecryptionKey, recipient: _Recipient, scheme: dict[str, str]) -> bytes:
    """The content key, empty when it cannot be had: the failure shows later, as every other."""
    try:
        return key.unwrap(recipient.encrypted_key, **scheme)
    except ValueError:
        return b""


def _open(content: _Content, key: bytes, size: int) -> bytes:
    """The plaintext; a key of the wrong size costs the same work and always fails."""
    fits = len(key) == size
    plaintext = _decipher(content, key if fits else bytes(size))
    if plaintext is None or not fits:
        raise DecryptionError(
            "ML-K021", "the payload cannot be decrypted", hint="it was damaged, or sealed for another key than it says"
        )
    return plaintext


def _decipher(content: _Content, key: bytes) -> bytes | None:
    try:
        if content.cipher.gcm:
            mode = modes.GCM(content.vector, content.tag, min_tag_length=_SHORTEST_TAG)
            gcm = Cipher(algorithms.AES(key), mode).decryptor()
            gcm.authenticate_additional_data(content.associated)
            return gcm.update(content.ciphertext) + gcm.finalize()
        algorithm = TripleDES(key) if content.cipher.name == "3des-cbc" else algorithms.AES(key)
        cbc = Cipher(algorithm, modes.CBC(content.vector)).decryptor()
        return _unpadded(cbc.update(content.ciphertext) + cbc.finalize(), algorithm.block_size // 8)
    except (ValueError, InvalidTag):
        return None


def _unpadded(text: bytes, block: int) -> bytes | None:
    size = text[-1] if text else 0
    if not 1 <= size <= block or text[-size:] != bytes((size,)) * size:
        return None
    return text[:-size]


def _refused(message: str) -> DecryptionError:
    return DecryptionError(
        "ML-K023", message, hint="accepted: AES or Triple-DES in CBC, AES in GCM, with RSA PKCS#1 v1.5 or OAEP"
    )
