"""All checks, in the order they are asked. A new rule is a module with its check, its texts, and a line here."""

from __future__ import annotations

from meldingsloft.validate import (
    apprec_content,
    ebxml_header,
    generated,
    her_addressing,
    identity_numbers,
    known_type,
    message_id,
    migversion,
    patient,
    type_code,
    wellformed,
)
from meldingsloft.validate.checks import Check

CHECKS: tuple[Check, ...] = (
    wellformed.CHECK,
    known_type.CHECK,
    message_id.CHECK,
    migversion.CHECK,
    type_code.CHECK,
    generated.CHECK,
    *her_addressing.CHECKS,
    *patient.CHECKS,
    identity_numbers.CHECK,
    apprec_content.CHECK,
    ebxml_header.CHECK,
)
"""The schema check stands apart (``validate.schema``): its verdict is asked once and its findings only when it said no."""
