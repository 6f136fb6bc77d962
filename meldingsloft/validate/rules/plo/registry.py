"""PL: pleie- og omsorgsmeldinger: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.plo import (
    components,
    contacts,
    dispatch,
    expected,
    logistics,
    particulars,
    required,
)

CHECKS: tuple[AnyCheck, ...] = (
    *dispatch.CHECKS,
    *contacts.CHECKS,
    *logistics.CHECKS,
    *particulars.CHECKS,
    *required.CHECKS,
    *expected.CHECKS,
    *components.CHECKS,
)
