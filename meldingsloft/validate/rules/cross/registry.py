"""XR: what parts of one message say of each other: the checks, in the order they are asked.

What several messages say of each other is asked by ``rules.conversation``.
"""

from __future__ import annotations

from meldingsloft.validate.checks import AnyCheck
from meldingsloft.validate.rules.cross import document_facts, mentioned_attachments, periods, persons, references

CHECKS: tuple[AnyCheck, ...] = (
    document_facts.CHECK,
    *persons.CHECKS,
    *references.CHECKS,
    periods.CHECK,
    mentioned_attachments.CHECK,
)
