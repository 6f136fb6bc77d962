"""SV: svarrapport: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.svarrapport import (
    changes,
    dates,
    identity,
    links,
    microbiology,
    pathology,
    radiology,
    references,
    responsible,
    results,
)

CHECKS: tuple[AnyCheck, ...] = (
    *identity.CHECKS,
    *responsible.CHECKS,
    *changes.CHECKS,
    *links.CHECKS,
    *results.CHECKS,
    *references.CHECKS,
    *dates.CHECKS,
    *radiology.CHECKS,
    *microbiology.CHECKS,
    *pathology.CHECKS,
)
