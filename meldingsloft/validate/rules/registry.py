"""All checks of messages, in the order they are asked. A new rule is a function with its check in the registry of its series, and its texts."""

from __future__ import annotations

from meldingsloft.validate import ebxml_header
from meldingsloft.validate.checks import Plan
from meldingsloft.validate.rules.addressing import registry as addressing
from meldingsloft.validate.rules.apprec import registry as apprec
from meldingsloft.validate.rules.cross import registry as cross
from meldingsloft.validate.rules.datatypes import registry as datatypes
from meldingsloft.validate.rules.dialog import registry as dialog
from meldingsloft.validate.rules.epikrise import registry as epikrise
from meldingsloft.validate.rules.general import registry as general
from meldingsloft.validate.rules.head import registry as head
from meldingsloft.validate.rules.henvisning import registry as henvisning
from meldingsloft.validate.rules.identifiers import registry as identifiers
from meldingsloft.validate.rules.kodeverk import registry as kodeverk
from meldingsloft.validate.rules.plo import registry as plo
from meldingsloft.validate.rules.rekvisisjon import registry as rekvisisjon
from meldingsloft.validate.rules.svarrapport import registry as svarrapport

CHECKS = Plan(
    (
        *general.CHECKS,
        *addressing.CHECKS,
        *head.CHECKS,
        *identifiers.CHECKS,
        *datatypes.CHECKS,
        *kodeverk.CHECKS,
        *epikrise.CHECKS,
        *henvisning.CHECKS,
        *svarrapport.CHECKS,
        *rekvisisjon.CHECKS,
        *plo.CHECKS,
        *dialog.CHECKS,
        *apprec.CHECKS,
        *cross.CHECKS,
        ebxml_header.CHECK,
    )
)
"""The schema check stands apart (``validate.schema``): its verdict is asked once and its findings only when it said no."""
