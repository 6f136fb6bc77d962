"""HE: henvisning: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.henvisning import (
    assessment,
    carried,
    contacts,
    pathway,
    reasons,
    referrer,
    request,
    told,
)

CHECKS: tuple[AnyCheck, ...] = (
    *request.CHECKS,
    referrer.CHECK,
    reasons.CHECK,
    *carried.CHECKS,
    *told.CHECKS,
    *contacts.CHECKS,
    *assessment.CHECKS,
    *pathway.CHECKS,
)
