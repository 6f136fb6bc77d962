"""``validate_message``: bytes in, verdict and all findings out. The way in for the command line and for every journey."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from meldingsloft.domain.errors import UnreadableError
from meldingsloft.domain.findings import Finding, has_errors
from meldingsloft.validate import schema
from meldingsloft.validate.checks import Asking, Group, run
from meldingsloft.validate.rulebook import RuleBook
from meldingsloft.validate.rules.general.wellformed import unreadable
from meldingsloft.validate.rules.registry import CHECKS
from meldingsloft.validate.subject import Subject
from meldingsloft.xmlsafe import parse

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.catalogue import Catalogue
    from meldingsloft.domain.heads import Head
    from meldingsloft.ports import CodeLists, Schemas

Verdict = Literal["valid", "invalid", "unreadable"]
_SHIPPED_RULES = RuleBook()


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """What is to be said about one document."""

    message_type: str
    """Short name, ``ebxml``, ``cpp``, ``cpa``, ``base64container`` or ``unknown``."""
    verdict: Verdict
    """Invalid with any finding of severity error, or when the schemas say so."""
    schema_valid: bool
    """The verdict of the XML Schemas alone."""
    findings: tuple[Finding, ...] = ()
    """In document order."""
    root: etree._Element | None = None
    """The parsed document, None when it is unreadable."""
    error: UnreadableError | None = None
    """Why it is unreadable."""
    subject: Subject | None = field(default=None, repr=False)

    @property
    def head(self) -> Head | None:
        """The head of the message, read once; None for what is unreadable or no message of the catalogue."""
        return None if self.subject is None else self.subject.head


def validate_message(
    data: bytes,
    *,
    schemas: Schemas,
    catalogue: Catalogue,
    codes: CodeLists | None = None,
    only: Collection[Group] | None = None,
    rules: RuleBook = _SHIPPED_RULES,
    asking: Asking = "everything",
) -> ValidationResult:
    """Everything there is to say about a message, bare SOAP envelope, CPP or CPA. Never raises for what stands in ``data``.

    ``only`` limits the findings to groups of checks; ``schema_valid`` is told in any case. ``rules`` chooses language and
    profile. ``asking`` leaves out what does not matter to a message server.
    """
    try:
        root = parse(data)
    except UnreadableError as error:
        found = (unreadable(error, rules),)
        return ValidationResult("unknown", "unreadable", schema_valid=False, findings=found, error=error)
    subject = Subject(data, root, catalogue, schemas, codes, rules)
    schema_valid = schema.verdict(subject)
    checks = CHECKS.chosen(subject, None if only is None else frozenset(only), asking)
    if not schema_valid and (only is None or "schema" in only):
        checks = (*checks, schema.CHECK)
    findings = tuple(run(checks, subject)) if checks else ()
    valid = schema_valid and not has_errors(findings)
    return ValidationResult(subject.kind, "valid" if valid else "invalid", schema_valid, findings, root, None, subject)
