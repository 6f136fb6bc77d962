"""A test PKI as one TOML file says it: roots, issuers, subjects, and what is wrong with some on purpose.

All problems of a file are told at once, each with its line. Times are dates, times, or steps from the time that is given: ``-30d``,
``+12h``, ``+3y`` (h, d, w, y of 365 days).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from meldingsloft.adapters.case_files import CaseFile, Key
from meldingsloft.adapters.workspace_file import is_org_number
from meldingsloft.crypto.revocation_making import REASONS
from meldingsloft.crypto.trust import TEST_POLICY
from meldingsloft.domain.errors import CaseError

Purpose = Literal["sign", "encrypt"]
POLICIES = {"production": "2.16.578.1.26.1.3.2", "test": TEST_POLICY}
"""Policies that have a name; any other is given by its OID."""
FAULTS = ("none", "expired", "not-yet-valid", "revoked", "wrong-usage", "encryption-only")
OCSP = ("none", "issuer", "delegated")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,8})){2,20}")
_STEP = re.compile(r"([+-])([0-9]{1,4})([hdwy])")
_UNITS = {"h": dt.timedelta(hours=1), "d": dt.timedelta(days=1), "w": dt.timedelta(days=7), "y": dt.timedelta(days=365)}
_KEY_SIZES = (2048, 3072, 4096)
_TAKEN = frozenset({"ca", "trust", "test-trust", "chain"})


@dataclass(frozen=True, slots=True)
class PlannedIssuer:
    """A root (``by`` is empty) or an issuer below one."""

    name: str
    common_name: str
    by: str
    not_before: dt.datetime
    not_after: dt.datetime
    key_size: int
    policies: tuple[str, ...]
    crl_hours: int
    """How long its CRL is in force; 0: it has none."""
    ocsp: str
    trusted: bool = True
    for_tests: bool = False
    revoked_at: dt.datetime | None = None
    reason: str = "unspecified"


@dataclass(frozen=True, slots=True)
class PlannedSubject:
    """A virksomhet and its certificates."""

    name: str
    organisation: str
    org_number: str
    seid: int
    unit: str
    by: str
    not_before: dt.datetime
    not_after: dt.datetime
    key_size: int
    policies: tuple[str, ...]
    """Empty: those of its issuer."""
    certificates: tuple[Purpose, ...]
    fault: str = "none"
    revoked_at: dt.datetime | None = None
    reason: str = "unspecified"


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole PKI; issuers stand after those they are issued by."""

    issuers: tuple[PlannedIssuer, ...]
    subjects: tuple[PlannedSubject, ...] = field(default=())


def read_plan(case: CaseFile, now: dt.datetime) -> Plan:
    """The plan of a file; steps of time are counted from ``now``.

    Raises:
        CaseError: ``ML-C180`` with every problem.
    """
    reader = _Reader(case, now)
    plan = reader.plan()
    if reader.problems:
        count = len(reader.problems)
        raise CaseError(
            "ML-C180",
            f"the file does not describe a PKI: {count} problem{'s' * (count != 1)}",
            problems=tuple(reader.problems),
            hint="see one that does: `meldingsloft pki make --example`",
            where=case.name,
        )
    return plan


class _Reader:
    def __init__(self, case: CaseFile, now: dt.datetime) -> None:
        self.problems: list[str] = []
        self._case = case
        self._now = now.replace(microsecond=0)
        self._names: dict[str, Key] = {}

    def plan(self) -> Plan:
        values = self._case.values
        for key in values.keys() - {"root", "issuer", "subject"}:
            self._problem((key,), "there is no such table", "write [[root]], [[issuer]] or [[subject]]")
        roots = [self._issuer(one, root=True) for one in self._tables("root")]
        issuers = [self._issuer(one, root=False) for one in self._tables("issuer")]
        subjects = [self._subject(one) for one in self._tables("subject")]
        if not roots and not self.problems:
            self._problem((), "there is no root", "write [[root]] with a name")
        ordered = self._ordered(roots, issuers)
        known = {one.name for one in (*roots, *issuers)}
        for number, subject in enumerate(subjects):
            if subject.by and subject.by not in known:
                self._problem(("subject", number, "by"), f"no issuer is called {subject.by}", _one_of(known))
        return Plan(tuple(ordered), tuple(subjects))

    def _problem(self, path: Key, what: str, mend: str = "") -> None:
        key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        place = self._case.locate(path)
        self.problems.append(f"{place}: {key + ': ' if key else ''}{what}{f'; {mend}' if mend else ''}")

    def _tables(self, name: str) -> list[_Table]:
        value = self._case.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            self._problem((name,), "a list of tables is wanted", f"write it as [[{name}]]")
            return []
        return [_Table(one, (name, number), self._problem, self._now) for number, one in enumerate(value)]

    def _named(self, table: _Table) -> str:
        name = table.text("name")
        if name and (not _NAME.fullmatch(name) or name in _TAKEN or name.startswith("ocsp-")):
            table.problem(
                "name", "it names files", "use a-z, 0-9, - and _, up to forty, and none of " + ", ".join(sorted(_TAKEN))
            )
        elif name in self._names:
            table.problem("name", f"{name} is there already", "give each its own name")
        self._names[name] = table.path
        return name

    def _issuer(self, table: _Table, *, root: bool) -> PlannedIssuer:
        name = self._named(table)
        start, end = table.period("-10y", "+20y" if root else "+10y")
        revoked_at, reason = (None, "unspecified") if root else table.revocation("none")
        made = PlannedIssuer(
            name=name,
            common_name=table.text("common_name", f"{name} test CA"),
            by="" if root else table.text("by"),
            not_before=start,
            not_after=end,
            key_size=table.number("key_size", 2048, _KEY_SIZES),
            policies=table.policies(),
            crl_hours=table.number("crl_hours", 168),
            ocsp=table.choice("ocsp", OCSP),
            trusted=table.flag("trusted", default=True) if root else True,
            for_tests=table.choice("environment", ("production", "test")) == "test" if root else False,
            revoked_at=revoked_at,
            reason=reason,
        )
        table.no_more()
        return made

    def _subject(self, table: _Table) -> PlannedSubject:
        name = self._named(table)
        fault = table.choice("fault", FAULTS)
        usual = {"expired": ("-2y", "-1d"), "not-yet-valid": ("+30d", "+3y")}.get(fault, ("-1y", "+3y"))
        start, end = table.period(*usual)
        revoked_at, reason = table.revocation(fault)
        purposes: tuple[Purpose, ...] = ("sign", "encrypt")
        wanted = table.texts("certificates", ("encrypt",) if fault == "encryption-only" else ("sign", "encrypt"))
        made = PlannedSubject(
            name=name,
            organisation=table.text("organisation"),
            org_number=table.text("org_number"),
            seid=table.number("seid", 2, (1, 2)),
            unit=table.text("unit", ""),
            by=table.text("by"),
            not_before=start,
            not_after=end,
            key_size=table.number("key_size", 2048, _KEY_SIZES),
            policies=table.policies(),
            certificates=tuple(one for one in purposes if one in wanted),
            fault=fault,
            revoked_at=revoked_at,
            reason=reason,
        )
        if set(wanted) - {"sign", "encrypt"} or not wanted:
            table.problem("certificates", "it lists what to make", 'write ["sign", "encrypt"] or one of them')
        if made.org_number and not is_org_number(made.org_number):
            table.problem("org_number", "an organisation number has nine digits")
        table.no_more()
        return made

    def _ordered(self, roots: list[PlannedIssuer], issuers: list[PlannedIssuer]) -> list[PlannedIssuer]:
        """Issuers after those that issue them; those that stand in a circle or below nobody are told."""
        done, waiting = {one.name: one for one in roots}, {one.name: one for one in issuers}
        while ready := [one for one in waiting.values() if one.by in done]:
            for one in ready:
                done[one.name] = waiting.pop(one.name)
        for number, one in enumerate(issuers):
            if one.by and waiting.get(one.name) is one:
                self._problem(("issuer", number, "by"), f"no root leads to {one.by}", _one_of(done))
        return list(done.values())


class _Table:
    """One table, read key by key."""

    def __init__(
        self, values: Mapping[str, Any], path: Key, problem: Callable[[Key, str, str], None], now: dt.datetime
    ) -> None:
        self.path = path
        self._values = values
        self._problem = problem
        self._now = now
        self._seen: set[str] = set()

    def problem(self, key: str, what: str, mend: str = "") -> None:
        self._problem((*self.path, key), what, mend)

    def _value(self, key: str) -> Any:
        self._seen.add(key)
        return self._values.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._value(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value is not None:
            self.problem(key, "text is wanted", "write it between quotes")
        elif default is None:
            self._problem(self.path, f"{key} is missing", "")
        return default or ""

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key, allowed[0])
        if value not in allowed:
            self.problem(key, f"there is no {value!r}", _one_of(allowed))
            return allowed[0]
        return value

    def number(self, key: str, default: int, allowed: tuple[int, ...] = ()) -> int:
        value = self._value(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < 0 or (allowed and value not in allowed):
            wanted = f"it must be one of {', '.join(map(str, allowed))}" if allowed else "a whole number is wanted"
            self.problem(key, wanted)
            return default
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._value(key)
        if value is not None and not isinstance(value, bool):
            self.problem(key, "it must be true or false")
        return value if isinstance(value, bool) else default

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self._value(key)
        if value is None:
            return default
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.problem(key, "a list of texts is wanted")
            return default
        return tuple(value)

    def policies(self) -> tuple[str, ...]:
        value = self._value("policy")
        given = [] if value is None else value if isinstance(value, list) else [value]
        found = []
        for one in given:
            oid = POLICIES.get(one, one) if isinstance(one, str) else ""
            if _OID.fullmatch(oid):
                found.append(oid)
            else:
                self.problem("policy", "it is no policy", "write production, test, or an OID as 2.16.578.1.26.1.3.2")
        return tuple(found)

    def period(self, start: str, end: str) -> tuple[dt.datetime, dt.datetime]:
        begins, ends = self._time("not_before", start), self._time("not_after", end)
        if begins >= ends:
            self.problem("not_after", "it must be later than not_before")
        return begins, ends

    def revocation(self, fault: str) -> tuple[dt.datetime | None, str]:
        """When it is taken back and why."""
        reason = self.text("reason", "keyCompromise" if fault == "revoked" else "unspecified")
        if reason not in REASONS:
            self.problem("reason", f"there is no reason {reason!r}", _one_of(REASONS))
            reason = "unspecified"
        if "revoked" in self._values:
            return self._time("revoked", ""), reason
        if fault == "revoked":
            return self._now - dt.timedelta(days=1), reason
        if "reason" in self._values:
            self.problem("reason", "it is not revoked", 'say when: revoked = "-1d"')
        return None, "unspecified"

    def _time(self, key: str, default: str) -> dt.datetime:
        value = self._value(key)
        if value is None:
            value = default
        if isinstance(value, dt.datetime):
            return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
        if isinstance(value, dt.date):
            return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
        step = _STEP.fullmatch(value) if isinstance(value, str) else None
        if step is None:
            self.problem(
                key, "it is no time", "write a date (2027-01-31), a time, or a step from now (-30d, +12h, +3y)"
            )
            return self._now
        try:
            return self._now + int(step[1] + step[2]) * _UNITS[step[3]]
        except OverflowError:
            self.problem(key, "it is too far away")
            return self._now

    def no_more(self) -> None:
        for key in self._values:
            if key not in self._seen:
                self.problem(key, "there is no such key", f"known here: {', '.join(sorted(self._seen))}")


def _one_of(names: Iterable[str]) -> str:
    return f"choose one of {', '.join(sorted(name for name in names if name))}"
