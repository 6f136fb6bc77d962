"""What a CRL says of a certificate, and whether it may say it (RFC 5280 §5, §6.3.3)."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from cryptography import x509

from meldingsloft.crypto.certificates import load, read_certificate
from meldingsloft.crypto.statements import SHORT_LIVED, Crl, Said, holds, parsed

_READ_ON_A_CRL = frozenset({x509.IssuingDistributionPoint.oid})
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


def of_crl(der: bytes, crl: Crl, certificate: bytes, issuer: bytes) -> Said | str | None:
    """What a CRL says; a text when it would have spoken but cannot be believed, None when it is another issuer's."""
    if crl.issuer != load(issuer).subject:
        return None
    if not _crl_holds(der, issuer):
        return "a CRL in the issuer's name is not signed with its key"
    doubt = _beyond(crl, certificate)
    if doubt is not None:
        return doubt or None
    made = crl.last_update_utc
    ends = crl.next_update_utc or made + SHORT_LIVED
    entry = crl.get_revoked_certificate_by_serial_number(load(certificate).serial_number)
    if entry is None:
        return Said("CRL", made, ends)
    cause, since = _entry_facts(entry)
    if cause is x509.ReasonFlags.remove_from_crl:
        return Said("CRL", made, ends)
    return Said("CRL", made, ends, min(since, entry.revocation_date_utc), cause)


def _beyond(crl: Crl, certificate: bytes) -> str | None:
    """None: the CRL is complete for the certificate. Empty: it speaks of others. Else why it is not understood."""
    for extension in crl.extensions:
        if extension.critical and extension.oid not in _READ_ON_A_CRL:
            return "a CRL of the issuer has an extension that is not understood"
    try:
        scope = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return None
    if scope.indirect_crl or scope.only_some_reasons:
        return "a CRL of the issuer is indirect or for some reasons only"
    is_ca = read_certificate(certificate).is_ca
    elsewhere = (scope.only_contains_user_certs and is_ca) or (scope.only_contains_ca_certs and not is_ca)
    if elsewhere or scope.only_contains_attribute_certs or scope.relative_name:
        return ""
    return None if not scope.full_name or not _places(certificate).isdisjoint(scope.full_name) else ""


def _places(certificate: bytes) -> frozenset[x509.GeneralName]:
    try:
        points = load(certificate).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name for point in points for name in point.full_name or ())


def _entry_facts(entry: x509.RevokedCertificate) -> tuple[x509.ReasonFlags | None, dt.datetime]:
    cause, since = None, _NEVER
    for extension in entry.extensions:
        if isinstance(extension.value, x509.CRLReason):
            cause = extension.value.reason
        elif isinstance(extension.value, x509.InvalidityDate):
            since = extension.value.invalidity_date_utc
    return cause, since


@lru_cache(maxsize=32)
def _crl_holds(der: bytes, issuer: bytes) -> bool:
    crl, above = parsed(der), load(issuer)
    assert isinstance(crl, Crl)
    usages = read_certificate(issuer).key_usages
    if usages and "cRLSign" not in usages:
        return False
    return holds(above, crl.signature, crl.tbs_certlist_bytes, crl.signature_hash_algorithm)
