"""EP: epikrise: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.epikrise import addresses, concepts, contact, people, report, told, unused

CHECKS: tuple[AnyCheck, ...] = (
    *report.CHECKS,
    *contact.CHECKS,
    *people.CHECKS,
    *addresses.CHECKS,
    told.CHECK,
    *concepts.CHECKS,
    unused.CHECK,
)
