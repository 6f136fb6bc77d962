"""Register records for people and for programs (form ``meldingsloft.party/1``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

    from meldingsloft.adapters.renewal import Renewal
    from meldingsloft.adapters.workspace import Founded
    from meldingsloft.domain.parties import PartyRecord


def party_object(record: PartyRecord) -> dict[str, Any]:
    """One record; certificates by their facts, newest first."""
    parent = record.organisation
    return {
        "form": "meldingsloft.party/1",
        "her_id": record.her_id,
        "name": record.name,
        "kind": record.kind,
        "hpr": record.hpr or None,
        "edi_address": record.edi_address,
        "organisation": {"name": parent.name, "her_id": parent.her_id, "org_number": parent.org_number or None},
        "content_cipher": record.content_cipher,
        "plaintext": record.plaintext,
        "signing_certificates": [_certificate(der) for der in record.signing_certificates],
        "encryption_certificates": [_certificate(der) for der in record.encryption_certificates],
    }


def _certificate(der: bytes) -> dict[str, Any]:
    from meldingsloft.crypto.certificates import read_certificate
    from meldingsloft.domain.errors import CertificateError

    try:
        facts = read_certificate(der)
    except CertificateError as error:
        return {"error": error.code}
    return {
        "subject": facts.subject,
        "issuer": facts.issuer,
        "serial": facts.serial,
        "org_number": facts.org_number,
        "not_before": facts.not_before.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_after": facts.not_after.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fingerprint": facts.fingerprint,
    }


def party_lines(record: PartyRecord) -> list[str]:
    """One record in full."""
    made = party_object(record)
    parent = made.pop("organisation")
    certificates = {purpose: made.pop(f"{purpose}_certificates") for purpose in ("signing", "encryption")}
    rows = [(key, value) for key, value in made.items() if key != "form" and value]
    rows += [(f"organisation {key}", value) for key, value in parent.items() if value]
    for purpose, found in certificates.items():
        rows += [(f"{purpose} certificate", _said(facts)) for facts in found] or [(f"{purpose} certificate", "-")]
    width = max(len(key) for key, _ in rows)
    return [f"{key.replace('_', ' '):{width}}  {value}" for key, value in rows]


def _said(facts: dict[str, Any]) -> str:
    return (
        f"cannot be read ({facts['error']})"
        if "error" in facts
        else f"{facts['subject']}, until {facts['not_after']}, serial {facts['serial']}"
    )


def party_table(records: Sequence[PartyRecord]) -> list[str]:
    """One line a record: HER-id, kind, party, organisation, EDI address."""
    rows = [(r.her_id, r.kind, r.name, r.organisation.name, r.edi_address) for r in records]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(5)]
    return ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def founded_object(founded: Founded) -> dict[str, Any]:
    """``meldingsloft.workspace/1``: where it is, the new party, and what was chosen for want of being given."""
    parent = founded.workspace.organisation
    return {
        "form": "meldingsloft.workspace/1",
        "workspace": str(founded.workspace.folder),
        "network": str(founded.workspace.network),
        "organisation": {"name": parent.name, "her_id": parent.her_id, "org_number": parent.org_number},
        "party": party_object(founded.record),
        "chosen": {key.replace("-", "_"): value for key, value in founded.chosen.items()},
    }


def founded_text(founded: Founded) -> str:
    """What was made, in one line."""
    record = founded.record
    return f"party {record.her_id} ({record.name}) of {record.organisation.name}: {founded.workspace.folder}, mailbox {record.edi_address}"


def renewal_object(renewal: Renewal) -> dict[str, Any]:
    """``meldingsloft.renewal/1``: a new pair of keys; serial numbers decimal, as everywhere."""
    return {
        "form": "meldingsloft.renewal/1",
        "her_id": renewal.her_id,
        "sign_serial": str(int(renewal.sign, 16)),
        "encrypt_serial": str(int(renewal.encrypt, 16)),
        "register_at": _instant(renewal.register_at),
        "sign_from": _instant(renewal.sign_from),
        "registered": _instant(renewal.registered) if renewal.registered else None,
    }


def renewal_text(renewal: Renewal) -> str:
    """What was done and what comes, in one line."""
    registered = (
        "in the register now" if renewal.registered else f"to be registered {renewal.register_at:%Y-%m-%d %H:%M} UTC"
    )
    return f"party {renewal.her_id} has a new pair of keys, {registered}; it signs from {renewal.sign_from:%Y-%m-%d %H:%M} UTC, old keys go on opening"


def _instant(when: dt.datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def chosen_text(founded: Founded) -> str:
    """What was chosen, as the options that would have given it; empty when nothing was."""
    return " ".join(
        f'--{key} "{value}"' if " " in value else f"--{key} {value}" for key, value in founded.chosen.items()
    )
