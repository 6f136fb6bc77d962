"""EB rules of a SOAP envelope by itself: what a receiver refuses in its blocks, parties, roles, service and manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meldingsloft.domain.errors import EnvelopeError, UnreadableError
from meldingsloft.domain.findings import Finding, Place, Severity
from meldingsloft.validate.checks import Check
from meldingsloft.validate.subject import SOAP_ENVELOPE

if TYPE_CHECKING:
    from meldingsloft.validate.subject import Subject

_RULE = re.compile(r"EB-\d{3}")


def _look(subject: Subject) -> Iterator[Finding]:
    if subject.root.tag != SOAP_ENVELOPE:
        return
    from meldingsloft.ebxml import acceptance
    from meldingsloft.ebxml.faults import read_fault
    from meldingsloft.ebxml.reading import read_envelope

    if read_fault(subject.root) is not None:
        return
    try:
        acceptance.check_values(read_envelope(subject.root))
    except EnvelopeError as error:
        yield refusal(error)


def refusal(error: EnvelopeError | UnreadableError) -> Finding:
    """The finding for what a receiver refuses; the EB rule stands in the error's hint."""
    rule = _RULE.search(error.hint)
    return Finding(
        code=rule.group() if rule else error.code,
        severity=Severity.ERROR,
        message=error.message,
        place=Place(path=error.location if isinstance(error, EnvelopeError) else ""),
        hint="" if rule and rule.group() == error.hint else error.hint,
        source="HIS 1037; HITS 1172:2017",
    )


CHECK = Check((), "envelope", _look)
"""Its ids are those of the ebXML profile, given by ``ebxml`` itself."""
