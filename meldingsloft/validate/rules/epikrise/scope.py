"""Which messages the rules of epikrise are about."""

from __future__ import annotations

from meldingsloft.validate.checks import of_types

EPIKRISE = of_types("epikrise-1.1", "epikrise-1.2")
"""The versions with body ServRprt of 2006 and 2012; version 1.0 is only recognised."""
