"""An opened envelope for people and for programs (``meldingsloft.envelope/1``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from meldingsloft.report.text import PLAIN, Terminal

if TYPE_CHECKING:
    from meldingsloft.domain.envelopes import Endpoint, Envelope
    from meldingsloft.ebxml.unwrapping import Payload, Unwrapped

FORM = "meldingsloft.envelope/1"
_ROWS = (
    ("kind", "kind"),
    ("message_id", "message id"),
    ("ref_to_message_id", "answers"),
    ("conversation_id", "conversation"),
    ("cpa_id", "CPA"),
    ("from", "from"),
    ("from_role", "from role"),
    ("to", "to"),
    ("to_role", "to role"),
    ("service", "service"),
    ("action", "action"),
    ("timestamp", "made"),
)


def envelope_object(
    opened: Unwrapped, file: str, *, files: Sequence[str | None] = (), trust: str = "unchecked"
) -> dict[str, Any]:
    """``meldingsloft.envelope/1``; ``files`` says where each payload was written, None for one that was not."""
    made: dict[str, Any] = {"form": FORM, "file": file, "kind": str(opened.kind)}
    if opened.envelope is not None:
        made |= _header(opened.envelope)
    written = [*files, *([None] * (len(opened.payloads) - len(files)))]
    made["payloads"] = [_payload(payload, name) for payload, name in zip(opened.payloads, written, strict=False)]
    made["errors"] = _errors(opened)
    if opened.bounce is not None:
        made |= {"references": list(opened.bounce.references), "status": opened.bounce.status}
    if opened.envelope is not None:
        made["verified"] = opened.doubt is None
        made["trust"] = trust
        if opened.doubt is not None:
            made["doubt"] = {"code": opened.doubt.code, "message": opened.doubt.message}
    return made


def envelope_text(opened: Unwrapped, *, terminal: Terminal = PLAIN) -> str:
    """The facts in a few lines, without a line break at the end."""
    made = envelope_object(opened, "")
    lines = [f"{label:13} {made[key]}" for key, label in _ROWS if made.get(key)]
    for payload in opened.payloads:
        how = "encrypted" if payload.encrypted else "not encrypted"
        lines.append(f"{'payload':13} {payload.content_id or '(no id)'}, {how}, {_size(payload)} bytes")
    lines.extend(
        f"{terminal.style(error['severity'].lower(), error['severity'].lower()):13} {error['code']}: {error['description']}"
        for error in made["errors"]
    )
    if opened.bounce is not None:
        lines.append(
            f"{'bounced':13} {', '.join(opened.bounce.references) or 'unknown mail'} {opened.bounce.status}".rstrip()
        )
    return terminal.fitted("\n".join(lines))


def _header(envelope: Envelope) -> dict[str, Any]:
    header = envelope.header
    answered = envelope.acknowledgment.ref_to_message_id if envelope.acknowledgment else header.ref_to_message_id
    return {
        "message_id": header.message_id,
        "conversation_id": header.conversation_id,
        "cpa_id": header.cpa_id,
        "from": _party(header.sender),
        "to": _party(header.receiver),
        "from_role": header.sender.role,
        "to_role": header.receiver.role,
        "service": header.service,
        "action": header.action,
        "timestamp": header.timestamp,
        "ref_to_message_id": answered,
    }


def _party(endpoint: Endpoint) -> str:
    """The HER-id; where there is not exactly one, the first id."""
    return endpoint.her_id or endpoint.party_ids[0].value


def _payload(payload: Payload, file: str | None) -> dict[str, Any]:
    return {
        "content_id": payload.content_id,
        "content_type": payload.content_type,
        "encrypted": payload.encrypted,
        "size": _size(payload),
        "file": file,
    }


def _size(payload: Payload) -> int:
    """Bytes of the document, or of the sealed part while it is closed."""
    return payload.sealed_size if payload.content is None else len(payload.content)


def _errors(opened: Unwrapped) -> list[dict[str, str]]:
    if opened.fault is not None:
        return [{"code": opened.fault.code, "severity": "Error", "description": opened.fault.text}]
    errors = opened.envelope.error_list if opened.envelope else None
    return (
        [{"code": e.code, "severity": e.severity, "description": e.description} for e in errors.errors]
        if errors
        else []
    )
