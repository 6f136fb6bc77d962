"""MH: hodemelding: the checks, in the order they are asked. Addressing (MH-007…MH-011, MH-020, MH-021) has a package of its own."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.head import (
    attachment_formats,
    attachments,
    contact,
    document_facts,
    documents,
    message_info,
    other_receivers,
    parties,
    patient_details,
    signature,
)

CHECKS: tuple[AnyCheck, ...] = (
    message_info.CHECK,
    *parties.CHECKS,
    *other_receivers.CHECKS,
    *patient_details.CHECKS,
    *contact.CHECKS,
    documents.CHECK,
    document_facts.CHECK,
    *attachments.CHECKS,
    attachment_formats.CHECK,
    signature.CHECK,
)
