"""A new pair of keys for a party, without a message lost: both pairs are kept, the register changes at a chosen time.

Partners may hold the register's old answer for 12 hours, and a message may be on its way for 72 hours after that: old decryption keys
open for ever, the new signing key is used 12 hours after the register has its certificate (HITS 1177 §5.3, EB-164, EB-165).
``keys/<her-id>/renewals.toml`` remembers each renewal; ``sign-<serial>.from`` holds the time from which a signing key is used, never one before it is registered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from meldingsloft.adapters.durable import make_folder, read_file, write_file
from meldingsloft.adapters.enrolment import Change, changed
from meldingsloft.adapters.issuing import pem_of_key
from meldingsloft.adapters.key_store import StoredKey, WorkspaceKeys, in_force, use_path
from meldingsloft.adapters.register import FolderRegister, certificates_of_pem
from meldingsloft.adapters.test_ca import Issued, TestCa
from meldingsloft.adapters.toml_files import TableReader, lines_of, read_toml, report
from meldingsloft.adapters.workspace_file import Workspace
from meldingsloft.crypto.certificates import read_certificate
from meldingsloft.crypto.keys import SoftwareKey
from meldingsloft.crypto.trust import Purpose, fits_purpose
from meldingsloft.domain.errors import ConfigError, PartnerError
from meldingsloft.domain.identifiers import HerId

CACHED = dt.timedelta(hours=12)
"""How long a partner may hold an answer of the register."""
KEEP_OLD = dt.timedelta(hours=84)
"""How long after the register changed somebody may still encrypt to the old certificate."""
_NOT_YET = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
_FILE = "renewals.toml"
_PURPOSES: dict[str, Purpose] = {"sign": "signing", "encrypt": "encryption"}


@dataclass(frozen=True, slots=True)
class Renewal:
    """One new pair of a party."""

    her_id: HerId
    register_at: dt.datetime
    """When the register is to have it."""
    sign_from: dt.datetime
    """When its signing key is first used."""
    sign: str
    """Serial number, small hexadecimal: ``sign-<serial>.key.pem``."""
    encrypt: str
    registered: dt.datetime | None = None
    """When the register got it; None: not yet."""


def renew(
    workspace: Workspace,
    her_id: HerId,
    now: dt.datetime,
    *,
    register_at: dt.datetime | None = None,
    sign_from: dt.datetime | None = None,
    given: tuple[SoftwareKey, SoftwareKey] | None = None,
) -> Renewal:
    """A new pair for a party of the workspace: of the network's test CA, or ``given`` (for signing, for encryption).

    Without ``sign_from`` the new key signs 12 hours after the register has it, or when the old certificate ends.

    Raises:
        PartnerError: ``ML-C183``, no such party; ``ML-C184`` a renewal of it waits already.
        ConfigError: ``ML-C116``, a given certificate is for another use.
    """
    if all(party.her_id != her_id for party in workspace.parties):
        raise PartnerError(
            "ML-C183", f"the workspace has no party {her_id}", hint="`meldingsloft party list` shows them"
        )
    before = renewals(workspace, her_id)
    if any(one.registered is None for one in before):
        hint = "it is registered when its time has come: `meldingsloft receive`, or `party renew --due`"
        raise PartnerError("ML-C184", f"a renewal of {her_id} waits for its time already", hint=hint)
    keys = WorkspaceKeys(workspace.keys)
    at = (register_at or now).replace(microsecond=0)
    start = (sign_from or _usual_start(keys.stored(), her_id, at, now)).replace(microsecond=0)
    pair = _given(given) if given else _issued(workspace, now)
    serials = {purpose: f"{int(read_certificate(one.certificate).serial):x}" for purpose, one in pair.items()}
    make_folder(workspace.keys / her_id)
    _use(workspace, her_id, serials["sign"], _NOT_YET)
    keys.add(her_id, "encrypt", pair["encrypt"].key_pem, pair["encrypt"].certificate, checked=True)
    keys.add(her_id, "sign", pair["sign"].key_pem, pair["sign"].certificate, checked=True)
    made = Renewal(her_id, at, start, serials["sign"], serials["encrypt"])
    _write(workspace, her_id, [*before, made])
    return next((one for one in publish_due(workspace, now) if one.her_id == her_id), made)


def publish_due(workspace: Workspace, now: dt.datetime) -> list[Renewal]:
    """Renewals whose time has come are put into the register; gives those. May be repeated after a crash without harm."""
    done = []
    for path in sorted(workspace.keys.glob(f"*/{_FILE}")):
        her_id = HerId(path.parent.name)
        found = renewals(workspace, her_id)
        due = [one for one in found if one.registered is None and one.register_at <= now]
        if not due:
            continue
        for one in due:
            _register(workspace, one)
        now_known = [replace(one, registered=now) if one in due else one for one in found]
        _write(workspace, her_id, now_known)
        done += [one for one in now_known if one.registered == now]
    return done


def renewals(workspace: Workspace, her_id: HerId) -> list[Renewal]:
    """All renewals of a party, oldest first.

    Raises:
        ConfigError: ``ML-C101``, ``ML-C102``, the file is not as it should be.
    """
    path = workspace.keys / her_id / _FILE
    if not path.is_file():
        return []
    problems: list[str] = []
    reader = TableReader(read_toml(path), "", problems)
    found = [_renewal(her_id, entry, problems) for entry in reader.tables("renewal")]
    reader.no_more()
    report(problems, str(path))
    return found


def _usual_start(stored: list[StoredKey], her_id: HerId, register_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    own = [key for key in stored if key.her_id == her_id and key.purpose == "sign"]
    ends = in_force(own, now).not_after if own else register_at
    return max(register_at, min(register_at + CACHED, ends))


def _issued(workspace: Workspace, now: dt.datetime) -> dict[str, Issued]:
    authority = TestCa.open(workspace.ca, now)
    # not back-dated: the newest certificate of a party must be the newest by its own word too
    return {
        "sign": authority.issue(workspace.organisation, "sign", now, not_before=now),
        "encrypt": authority.issue(workspace.organisation, "encrypt", now, not_before=now),
    }


def _given(pair: tuple[SoftwareKey, SoftwareKey]) -> dict[str, Issued]:
    made = {}
    for (purpose, use), key in zip(_PURPOSES.items(), pair, strict=True):
        if not fits_purpose(key.certificate, use):
            raise ConfigError(
                "ML-C116", f"the certificate is not for {use}", hint=f"give the pair's other one for {use}"
            )
        made[purpose] = Issued(pem_of_key(key.load()), key.certificate)
    return made


def _register(workspace: Workspace, renewal: Renewal) -> None:
    register = FolderRegister(workspace.register)
    record = register.party(renewal.her_id)
    if record is None:
        raise PartnerError(
            "ML-C117",
            "the party is not in the register",
            hint="`meldingsloft register add`",
            where=str(register.folder),
        )
    folder = workspace.keys / renewal.her_id
    signing, encryption = (
        certificates_of_pem(read_file(folder / f"{purpose}-{serial}.cert.pem"))[:1]
        for purpose, serial in (("sign", renewal.sign), ("encrypt", renewal.encrypt))
    )
    change = Change(signing_certificates=signing, encryption_certificates=encryption)
    register.write(changed(record, renewal.her_id, change))
    _use(workspace, renewal.her_id, renewal.sign, renewal.sign_from)


def _use(workspace: Workspace, her_id: HerId, serial: str, start: dt.datetime) -> None:
    """A signing key is used from a time on; it must not be before the register has its certificate."""
    write_file(use_path(workspace.keys / her_id, serial), f"{_text(start)}\n".encode())


def _renewal(her_id: HerId, entry: TableReader, problems: list[str]) -> Renewal:
    times = {key: entry.value(key) for key in ("register_at", "sign_from", "registered")}
    for key, value in times.items():
        if not (isinstance(value, dt.datetime) and value.tzinfo) and not (key == "registered" and value is None):
            problems.append(f"renewal.{key} must be a time with its offset")
            times[key] = dt.datetime.max.replace(tzinfo=dt.UTC)
    made = Renewal(
        her_id,
        times["register_at"],
        times["sign_from"],
        entry.text("sign"),
        entry.text("encrypt"),
        times["registered"],
    )
    entry.no_more()
    return made


def _write(workspace: Workspace, her_id: HerId, found: list[Renewal]) -> None:
    write_file(workspace.keys / her_id / _FILE, "\n".join(_lines(found)).encode())


def _lines(found: list[Renewal]) -> Iterator[str]:
    yield "# new pairs of keys of this party; old ones stay, since partners encrypt to them for 84 hours more"
    for one in found:
        yield ""
        yield "[[renewal]]"
        yield from lines_of({"sign": one.sign, "encrypt": one.encrypt})
        yield f"register_at = {_text(one.register_at)}"
        yield f"sign_from = {_text(one.sign_from)}"
        if one.registered is not None:
            yield f"registered = {_text(one.registered)}"
    yield ""


def _text(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
