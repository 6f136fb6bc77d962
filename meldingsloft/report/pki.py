"""Certificates that were made, and what issuers said of them: forms certificate/1 and statement/1."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from meldingsloft.crypto.certificates import read_certificate

if TYPE_CHECKING:
    from pathlib import Path

    from meldingsloft.adapters.pki_making import Made
    from meldingsloft.crypto.statements import StatementFacts


def made_object(made: Made) -> dict[str, Any]:
    """``meldingsloft.certificate/1``."""
    facts = read_certificate(made.certificate)
    return {
        "form": "meldingsloft.certificate/1",
        "name": made.name,
        "kind": made.kind,
        "fault": made.fault,
        "file": str(made.file),
        "key_file": str(made.key_file),
        "subject": facts.subject,
        "issuer": facts.issuer,
        "serial": facts.serial,
        "org_number": facts.org_number,
        "not_before": instant(facts.not_before),
        "not_after": instant(facts.not_after),
        "policies": list(facts.policies),
        "fingerprint": facts.fingerprint,
    }


def made_text(made: Made) -> str:
    """One line for people."""
    facts = read_certificate(made.certificate)
    fault = "" if made.fault == "none" else f"  {made.fault}"
    return (
        f"{made.kind:<8} {made.name:<18} {facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}  {made.file}{fault}"
    )


def statement_object(facts: StatementFacts, file: Path) -> dict[str, Any]:
    """``meldingsloft.statement/1``: a CRL or an OCSP response."""
    return {
        "form": "meldingsloft.statement/1",
        "file": str(file),
        "kind": "crl" if facts.kind == "CRL" else "ocsp",
        "issuer": facts.issuer or None,
        "made": instant(facts.made),
        "until": instant(facts.until) if facts.until else None,
        "serials": list(facts.serials),
    }


def statement_text(facts: StatementFacts, file: Path) -> str:
    """One line for people."""
    until = f"until {facts.until:%Y-%m-%d %H:%M} UTC" if facts.until else "without end"
    count = len(facts.serials)
    about = (
        f"{count} certificate{'s' * (count != 1)} taken back"
        if facts.kind == "CRL"
        else f"on {count} certificate{'s' * (count != 1)}"
    )
    return f"{file}: {facts.kind} of {facts.made:%Y-%m-%d %H:%M} {until}, {about}"


def instant(when: dt.datetime) -> str:
    """As in all our JSON lines."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
