"""GN: all messages: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.general import (
    document_dates,
    emptiness,
    generated,
    known_type,
    message_id,
    migversion,
    size,
    type_code,
    type_name,
    wellformed,
)

CHECKS: tuple[AnyCheck, ...] = (
    wellformed.CHECK,
    known_type.CHECK,
    message_id.CHECK,
    migversion.CHECK,
    type_code.CHECK,
    generated.CHECK,
    type_name.CHECK,
    document_dates.CHECK,
    size.CHECK,
    emptiness.CHECK,
)
