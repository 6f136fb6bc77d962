"""Are the keys and certificates of the workspace and of its partners in order?

A certificate must be renewed in the register 108 hours before it expires: 12 hours it may live in caches, 96 hours a message may be
on its way (EB-165, HITS 1177 §5.3). For 84 hours after the register changed, partners may encrypt to the old one (EB-164). Where
revocation is asked for, CRLs that are missing or about to grow old stop messages, and are told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from meldingsloft.adapters.checks import Check, error, warning
from meldingsloft.adapters.durable import read_file
from meldingsloft.adapters.key_store import StoredKey, WorkspaceKeys, in_force
from meldingsloft.adapters.register import FolderRegister, certificates_of_pem
from meldingsloft.adapters.renewal import KEEP_OLD, renewals
from meldingsloft.adapters.revocations import FolderRevocations
from meldingsloft.adapters.settings import Settings, load_settings
from meldingsloft.adapters.workspace_file import Workspace
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.rehearsal import RENEW_BEFORE
from meldingsloft.crypto.revocation import Standing, status_of
from meldingsloft.crypto.trust import find_chain, is_for_tests
from meldingsloft.domain.parties import PartyRecord

RENEW_SOON = dt.timedelta(days=30)
CRL_SOON = dt.timedelta(hours=24)
_FETCH = "fetch the issuer's new CRL, or OCSP response, into ca/revocation (test CA: `meldingsloft pki crl`)"
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


def revocation(
    workspace: Workspace, now: dt.datetime, roots: tuple[bytes, ...], environ: Mapping[str, str]
) -> Iterator[Check]:
    """What the configuration asks of certificates beyond the ordinary: nothing unless it asks for revocation or is production."""
    settings = load_settings(environ=environ, file=workspace.file)
    production = settings.text("receive.environment") == "production"
    choice = settings.text("receive.revocation")
    statements = revocations_named(workspace, settings).statements() if choice != "off" else ()
    test_roots = test_roots_named(workspace, settings)
    own = {party.her_id for party in workspace.parties}
    for record in FolderRegister(workspace.register).parties():
        told = error if record.her_id in own else warning
        for certificate in (*record.signing_certificates[:1], *record.encryption_certificates[:1]):
            chain = find_chain(certificate, roots)
            said = f"a certificate of party {record.her_id}"
            if chain and production and is_for_tests(chain, test_roots):
                yield told(f"{said} is for tests, and this is production", "order a real one", workspace.file)
            elif chain and choice != "off":
                yield from _standing(said, chain, now, statements, choice, told)


def _standing(
    said: str,
    chain: tuple[bytes, ...],
    now: dt.datetime,
    statements: Sequence[bytes],
    choice: str,
    told: Callable[[str, str], Check],
) -> Iterator[Check]:
    status = status_of(chain[0], chain[1], at=now, now=now, statements=statements)
    if status.standing is Standing.REVOKED:
        yield told(f"{said} is {status.reason}", "order a new one and register it")
    elif status.standing is Standing.UNKNOWN:
        what = {"accept": "is let through", "postpone": "waits", "refuse": "is refused"}[choice]
        yield (warning if choice == "accept" else error)(
            f"it cannot be told whether {said} is revoked, and mail of such {what}: {status.reason}", _FETCH
        )
    elif status.until is not None and status.until - now < CRL_SOON:
        hours = int((status.until - now).total_seconds() // 3600)
        yield warning(f"what is known of {said} by its issuer must be replaced in {hours} hours", _FETCH)


def _signing(
    workspace: Workspace, record: PartyRecord, own: list[StoredKey], now: dt.datetime, roots: tuple[bytes, ...]
) -> Iterator[Check]:
    said = f"the signing certificate of party {record.her_id}"
    if not own:
        yield error(f"party {record.her_id} has no signing key", _PUT_KEY, workspace.keys / record.her_id)
        return
    used = in_force(own, now)
    followed = any(key.starts <= used.not_after and key.not_after > used.not_after and key.certificate in record.signing_certificates for key in own)  # fmt: skip
    if used.certificate not in record.signing_certificates:
        mend = "register it: `meldingsloft register add --sign-cert`"
        yield error(f"{said} that we sign with is not in the register", mend, used.path)
    yield from _sound(said, used.certificate, now, roots, used.path, followed=followed)
    yield from _planned(workspace, record, used, now)


def _planned(workspace: Workspace, record: PartyRecord, used: StoredKey, now: dt.datetime) -> Iterator[Check]:
    """A renewal that is to be registered so late that partners will hold an expired certificate."""
    for one in renewals(workspace, record.her_id):
        if one.registered is None and max(one.register_at, now) > used.not_after - RENEW_BEFORE:
            yield error(
                f"the new certificates of party {record.her_id} are to be registered {one.register_at:%Y-%m-%d %H:%M} UTC, less than 108 hours before the old ones expire",
                f"set register_at to an earlier time in {workspace.keys / record.her_id / 'renewals.toml'}",
                used.path,
            )


def _encryption(
    workspace: Workspace, record: PartyRecord, own: list[StoredKey], now: dt.datetime, roots: tuple[bytes, ...]
) -> Iterator[Check]:
    said = f"the encryption certificate of party {record.her_id}"
    if not record.encryption_certificates:
        mend = "register it: `meldingsloft register add --encrypt-cert`"
        yield error(f"{said} is not in the register", mend, workspace.register)
        return
    used = record.encryption_certificates[0]
    held = {key.certificate for key in own}
    if used not in held:
        yield error(f"we lack the key for {said} that others encrypt to", _PUT_KEY, workspace.keys / record.her_id)
    yield from _former(workspace, record, held, now)
    yield from _sound(said, used, now, roots, workspace.register / f"{record.her_id}.encrypt.pem")


def _former(workspace: Workspace, record: PartyRecord, held: set[bytes], now: dt.datetime) -> Iterator[Check]:
    """Former certificates that partners may still encrypt to, for which the key is gone (EB-164)."""
    if len(record.encryption_certificates) < 2:
        return
    path = workspace.register / f"{record.her_id}.encrypt.pem"
    told = [one.registered for one in renewals(workspace, record.her_id) if one.registered is not None]
    changed = max(told) if told else dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    until = changed + KEEP_OLD
    if now < until and record.encryption_certificates[1] not in held:
        yield error(
            f"we lack the key for the former encryption certificate of party {record.her_id}: partners may encrypt to it until {until:%Y-%m-%d %H:%M} UTC",
            _PUT_KEY,
            workspace.keys / record.her_id,
        )


def _sound(
    said: str, certificate: bytes, now: dt.datetime, roots: tuple[bytes, ...], where: Path, *, followed: bool = False
) -> Iterator[Check]:
    if not followed:
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
        left = read_certificate(certificate).not_after - now
        if left <= dt.timedelta(0):
            yield warning(
                f"a certificate of party {record.her_id} has expired", "ask the partner for the new one", where
            )
        elif left < RENEW_SOON:
            late = left < RENEW_BEFORE
            when = (
                f"{int(left.total_seconds() // 3600)} hours, and a new one should be"
                if late
                else f"{left.days} days; no new one is"
            )
            yield warning(
                f"a certificate of party {record.her_id} expires in {when} registered",
                "ask the partner for the new one",
                where,
            )
        elif not find_chain(certificate, roots):
            mend = "name its issuer in `trust` of [receive] if it is to be trusted"
            yield warning(f"a certificate of party {record.her_id} has an issuer that is not trusted here", mend, where)
