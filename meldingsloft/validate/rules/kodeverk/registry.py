"""KV: code systems: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.kodeverk import lists_by_place, membership, values

CHECKS: tuple[AnyCheck, ...] = (membership.CHECK, *lists_by_place.CHECKS, *values.CHECKS)
