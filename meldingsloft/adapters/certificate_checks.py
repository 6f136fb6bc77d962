"""Are the keys and certificates of the workspace and of its partners in order?

A certificate must be renewed in the register 108 hours before it expires: 12 hours it may live in caches, 96 hours a message may be
on its way (EB-165, HITS 1177 §5.3).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from meldingsloft.adapters.checks import Check, error, warning
from meldingsloft.adapters.durable import read_file
from meldingsloft.adapters.key_store import StoredKey, WorkspaceKeys, in_force
from meldingsloft.adapters.register import FolderRegister, certificates_of_pem
from meldingsloft.adapters.revocations import FolderRevocations
from meldingsloft.adapters.settings import Settings, load_settings
from meldingsloft.adapters.workspace_file import Workspace
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.trust import find_chain
from meldingsloft.domain.parties import PartyRecord

RENEW_BEFORE = dt.timedelta(hours=108)
RENEW_SOON = dt.timedelta(days=30)
_PUT_KEY = "put its NAME.key.pem and NAME.cert.pem into the key folder"


def roots_of(workspace: Workspace, environ: Mapping[str, str]) -> tuple[bytes, ...]:
    """DER of the certificates at which this workspace lets trust begin.

    Raises:
        MeldingsloftError: the configuration or a file it names cannot be read.
    """
    settings = load_settings(environ=environ, file=workspace.file)
    return roots_named(workspace, settings)


def roots_named(workspace: Workspace, settings: Settings) -> tuple[bytes, ...]:
    """Where trust begins by these settings: the network's own CA, ``receive.trust`` and ``receive.test_trust``."""
    named = [workspace.folder / name for name in settings.texts("receive.trust")]
    return (*test_roots_named(workspace, settings), *_certificates_in(named))


def test_roots_named(workspace: Workspace, settings: Settings) -> tuple[bytes, ...]:
    """Those of them that are not trusted in production: the network's own CA and ``receive.test_trust``."""
    named = [workspace.folder / name for name in settings.texts("receive.test_trust")]
    return _certificates_in([*sorted(workspace.ca.glob("*.cert.pem")), *named])


def revocations_named(workspace: Workspace, settings: Settings) -> FolderRevocations:
    """The CRLs and OCSP responses of the network, and those of ``receive.revocations``."""
    named = [workspace.folder / name for name in settings.texts("receive.revocations")]
    return FolderRevocations(workspace.revocations, *named)


def _certificates_in(files: Iterable[Path]) -> tuple[bytes, ...]:
    return tuple(der for path in files for der in certificates_of_pem(read_file(path), str(path)))


def certificates(workspace: Workspace, now: dt.datetime, roots: tuple[bytes, ...]) -> Iterator[Check]:
    """Keys and certificates of the own parties: there, registered, in force, trusted."""
    register = FolderRegister(workspace.register)
    stored = WorkspaceKeys(workspace.keys).stored()
    for party in workspace.parties:
        record = register.party(party.her_id)
        own = [key for key in stored if key.her_id == party.her_id]
        if record is not None:
            yield from _signing(workspace, record, [key for key in own if key.purpose == "sign"], now, roots)
            yield from _encryption(workspace, record, [key for key in own if key.purpose == "encrypt"], now, roots)


def _signing(
    workspace: Workspace, record: PartyRecord, own: list[StoredKey], now: dt.datetime, roots: tuple[bytes, ...]
) -> Iterator[Check]:
    said = f"the signing certificate of party {record.her_id}"
    if not own:
        yield error(f"party {record.her_id} has no signing key", _PUT_KEY, workspace.keys / record.her_id)
        return
    used = in_force(own, now)
    if used.certificate not in record.signing_certificates:
        mend = "register it: `meldingsloft register add --sign-cert`"
        yield error(f"{said} that we sign with is not in the register", mend, used.path)
    yield from _sound(said, used.certificate, now, roots, used.path)


def _encryption(
    workspace: Workspace, record: PartyRecord, own: list[StoredKey], now: dt.datetime, roots: tuple[bytes, ...]
) -> Iterator[Check]:
    said = f"the encryption certificate of party {record.her_id}"
    if not record.encryption_certificates:
        mend = "register it: `meldingsloft register add --encrypt-cert`"
        yield error(f"{said} is not in the register", mend, workspace.register)
        return
    used = record.encryption_certificates[0]
    if used not in {key.certificate for key in own}:
        yield error(f"we lack the key for {said} that others encrypt to", _PUT_KEY, workspace.keys / record.her_id)
    yield from _sound(said, used, now, roots, workspace.register / f"{record.her_id}.encrypt.pem")


def _sound(said: str, certificate: bytes, now: dt.datetime, roots: tuple[bytes, ...], where: Path) -> Iterator[Check]:
    yield from _period(said, certificate, now, where)
    if not find_chain(certificate, roots):
        mend = "name its issuer in `trust` of [receive], or order one from an issuer that is trusted"
        yield warning(f"{said} has an issuer that this workspace does not trust", mend, where)


def _period(said: str, certificate: bytes, now: dt.datetime, where: Path) -> Iterator[Check]:
    facts = read_certificate(certificate)
    left = facts.not_after - now
    until = facts.not_after.strftime("%Y-%m-%d %H:%M UTC")
    if left <= dt.timedelta(0):
        yield error(f"{said} expired {until}", "order a new one, put it into the key folder and register it", where)
    elif now < facts.not_before:
        yield error(f"{said} is not valid yet", "check the clock, or wait", where)
    elif left < RENEW_BEFORE:
        hours = int(left.total_seconds() // 3600)
        mend = "register the new one now: partners may use the old one for 108 hours more"
        yield error(f"{said} expires {until}, in {hours} hours", mend, where)
    elif left < RENEW_SOON:
        mend = "order a new one; it must be registered 108 hours before"
        yield warning(f"{said} expires {until}, in {left.days} days", mend, where)


def partners(workspace: Workspace, now: dt.datetime, roots: tuple[bytes, ...]) -> Iterator[Check]:
    """Certificates of the other parties: what would stop mail to or from them."""
    own = {party.her_id for party in workspace.parties}
    for record in FolderRegister(workspace.register).parties():
        if record.her_id not in own:
            yield from _partner(workspace, record, now, roots)


def _partner(workspace: Workspace, record: PartyRecord, now: dt.datetime, roots: tuple[bytes, ...]) -> Iterator[Check]:
    where = workspace.register / f"{record.her_id}.toml"
    if not record.encryption_certificates:
        mend = "`meldingsloft register add --encrypt-cert`"
        yield warning(f"party {record.her_id} has no encryption certificate: nothing can be sent to it", mend, where)
    for certificate in (*record.signing_certificates[:1], *record.encryption_certificates[:1]):
        if read_certificate(certificate).not_after <= now:
            yield warning(
                f"a certificate of party {record.her_id} has expired", "ask the partner for the new one", where
            )
        elif not find_chain(certificate, roots):
            mend = "name its issuer in `trust` of [receive] if it is to be trusted"
            yield warning(f"a certificate of party {record.her_id} has an issuer that is not trusted here", mend, where)
