"""ID: identity numbers and identifiers: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.identifiers import (
    birth_and_sex,
    identity_numbers,
    patient_numbers,
    registers,
    synthetic,
)

CHECKS: tuple[AnyCheck, ...] = (
    identity_numbers.CHECK,
    synthetic.CHECK,
    patient_numbers.CHECK,
    *birth_and_sex.CHECKS,
    *registers.CHECKS,
)
