"""MH: hodemelding: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck

CHECKS: tuple[AnyCheck, ...] = ()
