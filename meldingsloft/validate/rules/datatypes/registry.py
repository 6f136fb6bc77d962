"""DT: datatypes: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.datatypes import plo, texts, values

CHECKS: tuple[AnyCheck, ...] = (*values.CHECKS, *texts.CHECKS, *plo.CHECKS)
