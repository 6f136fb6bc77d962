"""A folder of issuers, and what they take back: CRLs and OCSP responses made from it, offline.

``NAME.cert.pem`` and ``NAME.key.pem`` are an issuer, ``ocsp-NAME.…`` its OCSP responder, ``revoked.toml`` the list of what was taken
back, ``revocation/`` the CRLs and OCSP responses made last. The network's ``ca`` is such a folder, and so is that of a test PKI.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from meldingsloft.adapters.durable import make_folder, read_file, write_file
from meldingsloft.adapters.issuing import authority_of, builder, ca_name, key_usage, new_key, pem_of_key
from meldingsloft.adapters.register import certificates_of_pem
from meldingsloft.adapters.toml_files import TableReader, lines_of, read_toml, report
from meldingsloft.crypto.certificates import load, read_certificate
from meldingsloft.crypto.revocation_making import REASONS, UNSPECIFIED, Revocation, make_crl, make_ocsp
from meldingsloft.domain.errors import CertificateError, ConfigError

_PUBLIC = 0o644
_LIST = "revoked.toml"


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer of the folder."""

    name: str
    certificate: bytes
    """DER."""
    key_path: Path


class CaFolder:
    """The issuers of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def revocation(self) -> Path:
        """Where CRLs and OCSP responses are put."""
        return self.folder / "revocation"

    def issuers(self) -> list[Issuer]:
        """Every certificate of an issuer whose key lies beside it, by name.

        Raises:
            ConfigError: ``ML-C181``, there is none.
        """
        found = []
        for path in sorted(self.folder.glob("*.cert.pem")):
            name = path.name.removesuffix(".cert.pem")
            key_path = self.folder / f"{name}.key.pem"
            certificates = certificates_of_pem(read_file(path), str(path))
            if certificates and key_path.is_file() and read_certificate(certificates[0]).is_ca:
                found.append(Issuer(name, certificates[0], key_path))
        if not found:
            raise ConfigError(
                "ML-C181",
                "there is no issuer with its key in the folder",
                hint="name the ca folder of a network or of a test PKI with --ca",
                where=str(self.folder),
            )
        return found

    def issuer_of(self, certificate: bytes) -> Issuer:
        """The issuer that signed a certificate.

        Raises:
            ConfigError: ``ML-C181``, none of the folder did.
        """
        for issuer in self.issuers():
            try:
                load(certificate).verify_directly_issued_by(load(issuer.certificate))
            except (ValueError, TypeError, InvalidSignature):
                continue
            return issuer
        raise ConfigError(
            "ML-C181",
            "none of the issuers in the folder issued the certificate",
            hint="name the folder of its issuer with --ca",
            where=str(self.folder),
        )

    def revoked(self, issuer: str) -> list[Revocation]:
        """What an issuer took back, in the order it was noted.

        Raises:
            ConfigError: ``ML-C101``, ``ML-C102``, the list is not as it should be.
        """
        return [one for name, one in self._list() if name == issuer]

    def revoke(self, certificate: bytes, at: dt.datetime, reason: str = UNSPECIFIED.value) -> tuple[Issuer, Revocation]:
        """Note that a certificate is taken back from a time on; a certificate that was taken back before stays as it was."""
        issuer = self.issuer_of(certificate)
        serial = load(certificate).serial_number
        before = next((one for one in self.revoked(issuer.name) if one.serial == serial), None)
        if before is not None:
            return issuer, before
        made = Revocation(serial, at.replace(microsecond=0), reason)
        noted = [*self._list(), (issuer.name, made)]
        write_file(self.folder / _LIST, _list_text(noted).encode(), _PUBLIC)
        return issuer, made

    def write_crl(self, issuer: Issuer, at: dt.datetime, until: dt.datetime) -> Path:
        """A new CRL of an issuer, ``revocation/NAME.crl`` (DER)."""
        at = at.replace(microsecond=0)
        crl = make_crl(
            issuer.certificate,
            self._key(issuer.key_path),
            self.revoked(issuer.name),
            at=at,
            until=until.replace(microsecond=0),
            number=int(at.timestamp()),
        )
        return self._write(f"{issuer.name}.crl", crl)

    def write_ocsp(self, certificate: bytes, at: dt.datetime, until: dt.datetime, *, delegated: bool = False) -> Path:
        """A new OCSP response on a certificate, ``revocation/NAME-SERIAL.ocsp`` (DER); ``delegated`` to the issuer's responder."""
        at = at.replace(microsecond=0)
        issuer = self.issuer_of(certificate)
        serial = load(certificate).serial_number
        responder, key_path = self._responder(issuer) if delegated else (None, issuer.key_path)
        response = make_ocsp(
            certificate,
            issuer.certificate,
            self._key(key_path),
            at=at,
            until=until.replace(microsecond=0),
            revoked=next((one for one in self.revoked(issuer.name) if one.serial == serial), None),
            responder=responder,
        )
        mark = hashlib.sha256(certificate).hexdigest()[:16]
        return self._write(f"{issuer.name}-{mark}.ocsp", response)

    def _responder(self, issuer: Issuer) -> tuple[bytes, Path]:
        """The certificate and key path of an issuer's responder, made when first asked for; in force as long as the issuer."""
        path = self.folder / f"ocsp-{issuer.name}.cert.pem"
        key_path = self.folder / f"ocsp-{issuer.name}.key.pem"
        if not path.is_file():
            key, above = new_key(), load(issuer.certificate)
            made = (
                builder(ca_name(f"OCSP {issuer.name}"), above.subject, key.public_key())
                .not_valid_before(above.not_valid_before_utc)
                .not_valid_after(above.not_valid_after_utc)
                .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                .add_extension(key_usage("reply"), critical=True)
                .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
                .add_extension(x509.OCSPNoCheck(), critical=False)
                .add_extension(authority_of(above), critical=False)
                .sign(self._key(issuer.key_path), hashes.SHA256())
            )
            write_file(key_path, pem_of_key(key))
            write_file(path, made.public_bytes(serialization.Encoding.PEM), _PUBLIC)
        return certificates_of_pem(read_file(path), str(path))[0], key_path

    def _write(self, name: str, data: bytes) -> Path:
        make_folder(self.revocation, 0o755)
        write_file(self.revocation / name, data, _PUBLIC)
        return self.revocation / name

    def _key(self, path: Path) -> rsa.RSAPrivateKey:
        key: object
        try:
            key = serialization.load_pem_private_key(read_file(path), None, unsafe_skip_rsa_key_validation=True)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, rsa.RSAPrivateKey):
            raise CertificateError(
                "ML-K002", "the issuer's key cannot be read", hint="put the file back", where=str(path)
            )
        return key

    def _list(self) -> list[tuple[str, Revocation]]:
        path = self.folder / _LIST
        if not path.is_file():
            return []
        problems: list[str] = []
        reader = TableReader(read_toml(path), "", problems)
        found = [(entry.text("issuer"), _revocation(entry, problems)) for entry in reader.tables("revoked")]
        reader.no_more()
        report(problems, str(path))
        return found


def _revocation(entry: TableReader, problems: list[str]) -> Revocation:
    serial, at = entry.text("serial"), entry.value("at")
    reason = entry.choice("reason", REASONS, UNSPECIFIED.value)
    entry.no_more()
    if not serial.isdecimal() or not isinstance(at, dt.datetime) or at.tzinfo is None:
        problems.append("revoked: serial must be decimal in quotes, at a time with its offset")
        return Revocation(0, dt.datetime.max.replace(tzinfo=dt.UTC), reason)
    return Revocation(int(serial), at.astimezone(dt.UTC), reason)


def _list_text(noted: list[tuple[str, Revocation]]) -> str:
    lines = ["# certificates taken back; `meldingsloft pki crl` and `pki ocsp` tell it to others"]
    for issuer, one in noted:
        at = one.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        facts = lines_of({"issuer": issuer, "serial": str(one.serial), "reason": one.reason})
        lines += ["", "[[revoked]]", *facts, f"at = {at}"]
    return "\n".join(lines) + "\n"


def reason_names() -> tuple[str, ...]:
    """The reasons that may be given."""
    return tuple(sorted(REASONS))
