"""A whole test PKI made from its plan: issuers, pairs of certificates, CRLs and OCSP responses, written as one folder or not at all.

``ca/`` is a folder of issuers (``adapters.ca_folder``), ``trust/`` and ``test-trust/`` hold the roots that are to be trusted, ``chain/`` the
issuers in between, and a folder for each subject its certificates with their keys: ``sign.pem`` or, with a passphrase, ``sign.p12``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from meldingsloft.adapters.ca_folder import CaFolder
from meldingsloft.adapters.durable import make_folder, rename, write_file
from meldingsloft.adapters.issuing import (
    authority_of,
    builder,
    ca_certificate,
    ca_name,
    key_usage,
    new_key,
    organisation_name,
    pem_of_key,
    with_policies,
)
from meldingsloft.adapters.pki_plan import Plan, PlannedIssuer, PlannedSubject, Purpose
from meldingsloft.domain.errors import ConfigError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

_PUBLIC = 0o644
_DER, _PEM = serialization.Encoding.DER, serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Made:
    """One certificate of the PKI."""

    name: str
    kind: str
    """``root``, ``issuer``, ``sign`` or ``encrypt``."""
    certificate: bytes
    file: Path
    key_file: Path
    fault: str = "none"
    """What is wrong with it on purpose; ``unknown-issuer`` when its root is not to be trusted."""


@dataclass(frozen=True, slots=True)
class _Authority:
    plan: PlannedIssuer
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    above: tuple[x509.Certificate, ...]
    """Its issuers, nearest first."""
    root: PlannedIssuer


def make_pki(plan: Plan, folder: Path, now: dt.datetime, *, passphrase: bytes | None = None) -> list[Made]:
    """The PKI of a plan in a new folder; gives what was made, issuers first.

    Raises:
        ConfigError: ``ML-C182``, something lies in the folder already.
        MailboxError: ``ML-P0…``; then nothing is left behind.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError("ML-C182", "something lies there already", hint="name a new folder", where=str(folder))
    make_folder(folder.parent)
    aside = folder.with_name(f".{folder.name}.{os.urandom(4).hex()}")
    try:
        made = list(_Maker(plan, aside, now, passphrase).make())
        rename(aside, folder)
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(aside)
    return [
        replace(one, file=folder / one.file.relative_to(aside), key_file=folder / one.key_file.relative_to(aside))
        for one in made
    ]


class _Maker:
    def __init__(self, plan: Plan, folder: Path, now: dt.datetime, passphrase: bytes | None) -> None:
        self._plan = plan
        self._folder = folder
        self._now = now
        self._passphrase = passphrase
        self._authorities: dict[str, _Authority] = {}
        self._ca = CaFolder(folder / "ca")

    def make(self) -> Iterator[Made]:
        for name in ("", "ca", "trust", "test-trust", "chain"):
            make_folder(self._folder / name, 0o700 if name == "ca" else 0o755)
        for issuer in self._plan.issuers:
            yield self._issuer(issuer)
        certificates: list[tuple[PlannedSubject, bytes]] = []
        for subject in self._plan.subjects:
            for made in self._subject(subject):
                certificates.append((subject, made.certificate))
                yield made
        self._statements(certificates)

    def _issuer(self, plan: PlannedIssuer) -> Made:
        key = new_key(plan.key_size)
        above = self._authorities.get(plan.by)
        subject = ca_name(plan.common_name)
        certificate = ca_certificate(
            subject,
            key.public_key(),
            above.certificate.subject if above else subject,
            above.key if above else key,
            (plan.not_before, plan.not_after),
            path_length=None,
            policies=plan.policies,
        )
        chain = (above.certificate, *above.above) if above else ()
        self._authorities[plan.name] = _Authority(plan, certificate, key, chain, above.root if above else plan)
        pem = certificate.public_bytes(_PEM)
        file, key_file = self._ca.folder / f"{plan.name}.cert.pem", self._ca.folder / f"{plan.name}.key.pem"
        write_file(key_file, pem_of_key(key))
        write_file(file, pem, _PUBLIC)
        place = "chain" if above else "test-trust" if plan.for_tests else "trust"
        if above or plan.trusted:
            write_file(self._folder / place / f"{plan.name}.cert.pem", pem, _PUBLIC)
        fault = "revoked" if plan.revoked_at else "none" if above or plan.trusted else "unknown-issuer"
        return Made(plan.name, "issuer" if above else "root", certificate.public_bytes(_DER), file, key_file, fault)

    def _subject(self, plan: PlannedSubject) -> Iterator[Made]:
        folder = self._folder / plan.name
        make_folder(folder)
        authority = self._authorities[plan.by]
        for purpose in plan.certificates:
            key = new_key(plan.key_size)
            certificate = self._certificate(plan, purpose, authority, key)
            chain = (authority.certificate, *authority.above)
            file, key_file = (
                folder / f"{purpose}.cert.pem",
                folder / f"{purpose}.{'p12' if self._passphrase else 'pem'}",
            )
            write_file(key_file, self._with_key(f"{plan.name} {purpose}", key, certificate, chain))
            write_file(file, certificate.public_bytes(_PEM), _PUBLIC)
            fault = plan.fault
            if fault == "none":
                fault = "revoked" if plan.revoked_at else "none" if authority.root.trusted else "unknown-issuer"
            yield Made(plan.name, purpose, certificate.public_bytes(_DER), file, key_file, fault)

    def _certificate(
        self, plan: PlannedSubject, purpose: Purpose, authority: _Authority, key: rsa.RSAPrivateKey
    ) -> x509.Certificate:
        usage: Purpose = purpose
        if plan.fault == "wrong-usage":
            usage = "encrypt" if purpose == "sign" else "sign"
        name = organisation_name(plan.organisation, plan.org_number, seid=plan.seid, unit=plan.unit)
        made = (
            builder(name, authority.certificate.subject, key.public_key())
            .not_valid_before(plan.not_before)
            .not_valid_after(plan.not_after)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(usage), critical=True)
            .add_extension(authority_of(authority.certificate), critical=False)
        )
        return with_policies(made, plan.policies or authority.plan.policies).sign(authority.key, hashes.SHA256())

    def _with_key(
        self, name: str, key: rsa.RSAPrivateKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
    ) -> bytes:
        if self._passphrase is None:
            return pem_of_key(key) + b"".join(one.public_bytes(_PEM) for one in (certificate, *chain))
        how = serialization.BestAvailableEncryption(self._passphrase)
        return pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, chain, how)

    def _statements(self, certificates: list[tuple[PlannedSubject, bytes]]) -> None:
        """What the issuers say: their lists first, then CRLs and OCSP responses of all of them."""
        ends = {one.certificate.public_bytes(_DER): one for one in self._authorities.values() if one.plan.by}
        for der, authority in ends.items():
            if authority.plan.revoked_at:
                self._ca.revoke(der, authority.plan.revoked_at, authority.plan.reason)
        for subject, der in certificates:
            if subject.revoked_at:
                self._ca.revoke(der, subject.revoked_at, subject.reason)
        for issuer in self._ca.issuers():
            hours = self._authorities[issuer.name].plan.crl_hours
            if hours:
                self._ca.write_crl(issuer, self._now, self._now + dt.timedelta(hours=hours))
        for subject, der in certificates:
            self._ocsp(der, self._authorities[subject.by].plan)
        for der, authority in ends.items():
            self._ocsp(der, self._authorities[authority.plan.by].plan)

    def _ocsp(self, certificate: bytes, issuer: PlannedIssuer) -> None:
        if issuer.ocsp != "none":
            until = self._now + dt.timedelta(hours=issuer.crl_hours or 24)
            self._ca.write_ocsp(certificate, self._now, until, delegated=issuer.ocsp == "delegated")
