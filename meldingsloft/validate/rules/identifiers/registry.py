"""ID: identity numbers and identifiers: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.identifiers import identity_numbers

CHECKS: tuple[AnyCheck, ...] = (identity_numbers.CHECK,)
