"""AK: AppRec: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.apprec import content, original

CHECKS: tuple[AnyCheck, ...] = (content.CHECK, *original.CHECKS)
