"""Signatures for people and for programs: who signed, what is covered, whether to trust it (``meldingsloft.verification/1``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meldingsloft.report.text import PLAIN, Terminal

if TYPE_CHECKING:
    from meldingsloft.crypto.certificates import CertificateFacts
    from meldingsloft.domain.errors import MeldingsloftError
    from meldingsloft.flow.verifying import FileKind, Verification

FORM = "meldingsloft.verification/1"

_REASONS = {
    "ok": "everything it covers is as it was signed",
    "attachment-missing": "a part that it covers is missing",
    "attachment-altered": "a part is not what was signed",
    "header-altered": "the envelope is not what was signed",
    "message-altered": "the message is not what was signed",
    "canonicalisation": "SignedInfo is not what was signed, or was canonicalised otherwise",
    "wrong-key": "it was made with another key than that of the certificate beside it",
    "malformed": "it is not formed as it must be",
    "algorithm-refused": "it uses an algorithm that is not accepted",
    "reference-refused": "it does not cover what it must, or covers what it must not",
}
_TRUST = {
    "trusted": "trusted",
    "expired": "the certificate has expired",
    "not-yet-valid": "the certificate is not yet in force",
    "revoked": "the certificate is revoked",
    "wrong-usage": "the certificate is not for signing (nonRepudiation)",
    "unknown-issuer": "no chain leads from the certificate to a trusted issuer",
    "not-registered": "the certificate is not the one registered for the sender",
    "unchecked": "trust was not looked at",
}


def verification_object(found: Verification, file: str) -> dict[str, Any]:
    """``meldingsloft.verification/1`` of a file that could be read."""
    report = found.report
    made: dict[str, Any] = {
        "form": FORM,
        "file": file,
        "kind": found.kind,
        "verdict": report.verdict,
        "reason": str(report.reason) if report.reason else None,
        "trust": str(found.trust),
        "signer": _signer_object(report.certificate),
        "references": [{"uri": reference.uri, "verdict": reference.verdict} for reference in report.references],
        "algorithms": {
            "signature": report.algorithms.signature,
            "digest": report.algorithms.digest,
            "canonicalisation": report.algorithms.canonicalisation,
        },
    }
    if found.trust_reason:
        made["trust_reason"] = found.trust_reason
    if found.revocation is not None:
        made["revocation"] = str(found.revocation)
    if report.detail:
        made["detail"] = report.detail
    return made


def unreadable_object(error: MeldingsloftError, file: str, kind: FileKind) -> dict[str, Any]:
    """``meldingsloft.verification/1`` of a file that could not be read."""
    return {
        "form": FORM,
        "file": file,
        "kind": kind,
        "verdict": "unreadable",
        "reason": "malformed",
        "trust": "unchecked",
        "signer": None,
        "references": [],
        "algorithms": {"signature": "", "digest": "", "canonicalisation": ""},
        "error": {"code": error.code, "message": error.message},
    }


def verification_text(found: Verification, file: str, *, terminal: Terminal = PLAIN) -> str:
    """A few lines for a person, without a line break at the end."""
    report = found.report
    if report.reason is None:
        return terminal.fitted(f"{file}: {terminal.style('unsigned', 'error')}: there is no signature")
    good = report.valid and found.trust in {"trusted", "unchecked"}
    verdict = terminal.style(report.verdict, "good" if good else "error" if not report.valid else "warning")
    lines = [f"{file}: {verdict}: {_REASONS[report.reason]}"]
    if report.detail:
        lines.append(f"  detail   {report.detail}")
    if report.certificate is not None:
        lines.extend(_signer_lines(report.certificate, claimed=not report.valid))
    trust = (
        "revocation is not known"
        if found.revocation == "unknown" and found.trust == "unchecked"
        else _TRUST[found.trust]
    )
    trust += f" ({found.trust_reason})" if found.trust_reason else ""
    lines.append(f"  trust    {terminal.style(trust, 'good' if found.trust == 'trusted' else 'warning')}")
    for reference in report.references:
        covered = reference.uri or ("the envelope" if found.kind == "envelope" else "the whole message")
        lines.append(
            f"  covers   {covered}: {terminal.style(reference.verdict, 'good' if reference.verdict == 'ok' else 'error')}"
        )
    return terminal.fitted("\n".join(lines))


def _facts(certificate: bytes) -> CertificateFacts:
    from meldingsloft.crypto.certificates import read_certificate

    return read_certificate(certificate)


def _signer_object(certificate: bytes | None) -> dict[str, Any] | None:
    if certificate is None:
        return None
    facts = _facts(certificate)
    return {
        "subject": facts.subject,
        "issuer": facts.issuer,
        "serial": facts.serial,
        "org_number": facts.org_number,
        "not_before": facts.not_before.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_after": facts.not_after.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fingerprint": facts.fingerprint,
    }


def _signer_lines(certificate: bytes, *, claimed: bool) -> list[str]:
    facts = _facts(certificate)
    organisation = f" (organisation number {facts.org_number})" if facts.org_number else ""
    return [
        f"  {'claims  ' if claimed else 'signer  '} {facts.subject}{organisation}",
        f"  issuer   {facts.issuer}",
        f"  serial   {facts.serial}, in force {facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}",
    ]
