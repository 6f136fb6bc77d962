"""Who writes, who is written to, and whom it is about, in all families: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.addressing import her_addressing, patient

CHECKS: tuple[AnyCheck, ...] = (*her_addressing.CHECKS, *patient.CHECKS)
