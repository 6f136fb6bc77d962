"""DI: dialogmelding: the checks, in the order they are asked."""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.dialog import notes, people, requests, structure

CHECKS: tuple[AnyCheck, ...] = (*structure.CHECKS, *requests.CHECKS, *notes.CHECKS, *people.CHECKS)
