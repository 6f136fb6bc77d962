"""RE: rekvisisjon: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.rekvisisjon import (
    gynaecology,
    identity,
    investigations,
    precautions,
    radiology,
    requester,
    samples,
)

CHECKS: tuple[AnyCheck, ...] = (
    *identity.CHECKS,
    requester.CHECK,
    *investigations.CHECKS,
    *samples.CHECKS,
    *radiology.CHECKS,
    *precautions.CHECKS,
    gynaecology.CHECK,
)
