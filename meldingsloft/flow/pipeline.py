"""The receiver pipeline: one mail to one decision (HITS 1172 figure 4, HITS 1171 figure 5).

Order: MIME, XML and schema, addresses, register, signature and certificate, duplicates, header values, kind, manifest and
parts, decryption, payload. The signature is judged before the values it covers, reading on only to address the error
(HITS 1172 §5.7.2), so that whatever was changed on the way is answered with SecurityFailure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from meldingsloft.domain.envelopes import EnvelopeKind, Verified
from meldingsloft.domain.errors import (
    CertificateError,
    DecryptionError,
    EnvelopeError,
    MeldingsloftError,
    PostponedError,
    SignatureError,
    UnreadableError,
)
from meldingsloft.domain.findings import Finding
from meldingsloft.domain.parties import PartyRecord
from meldingsloft.ebxml import opening
from meldingsloft.ebxml.acceptance import check_values
from meldingsloft.ebxml.mime import MailLimits
from meldingsloft.ebxml.opening import Arrived
from meldingsloft.ebxml.reading import Addresses
from meldingsloft.flow import refusing
from meldingsloft.flow.correlating import correlate_bounce, correlate_fault, correlate_signal
from meldingsloft.flow.handling import Handled
from meldingsloft.flow.msh import Msh
from meldingsloft.flow.repeating import repeat, reused
from meldingsloft.flow.taking_in import take_in
from meldingsloft.flow.trusting import check_signer, digests_of
from meldingsloft.ports import Claim


@dataclass(slots=True)
class Mail:
    """One mail on its way through the pipeline, and what has been learnt of it so far."""

    address: str
    """EDI address of the inbox it lay in."""
    claim: Claim
    raw: bytes = field(default=b"", repr=False)
    arrived: Arrived | None = None
    addresses: Addresses | None = None
    own: PartyRecord | None = None
    """The own party the envelope is for, or the one whose inbox it lay in when it is for nobody here."""
    partner: PartyRecord | None = None
    warnings: list[Finding] = field(default_factory=list)
    """Tolerated deviations that are answered with a Warning instead of an Acknowledgment."""
    findings: list[Finding] = field(default_factory=list)


def handle(msh: Msh, address: str, claim: Claim) -> Handled:
    """Decide one mail. Faults of the mail become answers or a kept failure; only our own trouble is raised.

    Raises:
        MailboxError: a file or the journal cannot be read; the mail is to be left where it lies.
    """
    mail = Mail(address, claim, own=_host(msh, address))
    if claim.size > msh.settings.max_mail_bytes:
        return refusing.too_large(msh, mail)
    mail.raw = claim.read()
    try:
        mail.arrived = opening.read(mail.raw, MailLimits(max_bytes=msh.settings.max_mail_bytes))
    except UnreadableError as unreadable:
        return refusing.unreadable(msh, mail, unreadable)
    if mail.arrived.bounce is not None:
        return correlate_bounce(msh, mail, mail.arrived.bounce)
    if mail.arrived.fault is not None:
        return correlate_fault(msh, mail, mail.arrived.fault)
    return _envelope(msh, mail, mail.arrived)


def _host(msh: Msh, address: str) -> PartyRecord | None:
    return next((party for party in msh.own.values() if party.edi_address == address), None)


def _envelope(msh: Msh, mail: Mail, arrived: Arrived) -> Handled:
    addresses = mail.addresses = opening.addresses(arrived)
    try:
        _resolve(msh, mail, addresses)
    except EnvelopeError as unresolved:
        return refusing.refuse(msh, mail, unresolved)
    try:
        mail.findings += opening.check_structure(arrived, msh.schemas)
        mail.warnings += opening.encoding_warnings(arrived)
        verified = opening.verify(arrived)
        check_signer(msh, mail, verified)
        mail.findings += opening.tolerances(arrived, verified.envelope)
        return _authenticated(msh, mail, verified)
    except PostponedError as unknown:
        return refusing.postpone(msh, mail, unknown)
    except (EnvelopeError, SignatureError, CertificateError, UnreadableError) as error:
        return refusing.refuse(msh, mail, error)


def _resolve(msh: Msh, mail: Mail, addresses: Addresses) -> None:
    """Find both parties in the register; without a known sender nobody can be answered but by a Fault (HITS 1172 §5.9)."""
    sender = addresses.sender.her_id if addresses.sender else None
    mail.partner = msh.register.party(sender) if sender else None
    if mail.partner is None:
        raise EnvelopeError(
            "ML-E030",
            "the sender of the envelope is not in the register",
            answer="fault",
            location="//eb:From/eb:PartyId",
        )
    receiver = addresses.receiver.her_id if addresses.receiver else None
    own = msh.own.get(receiver) if receiver else None
    if own is not None:
        mail.own = own


def _authenticated(msh: Msh, mail: Mail, verified: Verified) -> Handled:
    header = verified.header
    if header.receiver.her_id not in msh.own:
        raise EnvelopeError(
            "ML-E031",
            "the envelope is for a party that is not ours",
            answer="ValueNotRecognized",
            location="//eb:To/eb:PartyId",
        )
    if header.kind is not EnvelopeKind.MESSAGE:
        return correlate_signal(msh, mail, verified)
    before = msh.journal.authenticated(header.sender.her_id or "", header.message_id)
    if before is not None:
        return (
            repeat(msh, mail, verified, before)
            if before.digests == digests_of(verified)
            else reused(msh, mail, verified)
        )
    try:
        check_values(verified.envelope, msh.clock.now())
        opening.check_manifest(verified)
        payload = opening.decrypt(verified, msh.keys.decryption_keys())
    except (EnvelopeError, DecryptionError, UnreadableError) as error:
        return refusing.refuse(msh, mail, _as_envelope_trouble(error), verified=verified)
    return take_in(msh, mail, verified, payload)


def _as_envelope_trouble(error: MeldingsloftError) -> MeldingsloftError:
    """What is unreadable inside the sealed part is a failure to open it, not an unreadable mail."""
    if isinstance(error, UnreadableError):
        return DecryptionError(error.code, error.message, hint=error.hint)
    return error
