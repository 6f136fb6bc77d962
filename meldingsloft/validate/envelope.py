"""``validate_envelope``: a mail with an ebXML message. MIME and SOAP structure, the schemas of the envelope, the EB rules.

The signature is not verified and nothing is decrypted: keys and trust are other questions (``ebxml.opening``, the command ``verify``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from meldingsloft.domain.envelopes import EnvelopeKind
from meldingsloft.domain.errors import EnvelopeError, UnreadableError
from meldingsloft.domain.findings import Finding, has_errors
from meldingsloft.ebxml import acceptance, encoding
from meldingsloft.ebxml.faults import read_fault
from meldingsloft.ebxml.mime import Mail, MailKind, read_mail
from meldingsloft.ebxml.reading import read_addresses, read_envelope
from meldingsloft.ebxml.tolerances import tolerances_of
from meldingsloft.validate import ebxml_header, envelope_parts, schema
from meldingsloft.validate.checks import Group, run
from meldingsloft.validate.message import ValidationResult
from meldingsloft.validate.rulebook import RuleBook
from meldingsloft.validate.rules.general.wellformed import unreadable
from meldingsloft.validate.subject import Subject
from meldingsloft.xmlsafe import parse

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.domain.catalogue import Catalogue
    from meldingsloft.ports import Schemas


def validate_envelope(
    data: bytes, *, schemas: Schemas, catalogue: Catalogue, only: Collection[Group] | None = None, rules: RuleBook
) -> ValidationResult:
    """Everything there is to say about a mail; lines count in the mail where the SOAP part is not encoded, else in the part."""
    try:
        mail = read_mail(data)
        if mail.kind is MailKind.REPORT:
            return ValidationResult("ebxml", "valid", schema_valid=True)
        root = _soap_root(mail)
    except UnreadableError as error:
        found = (ebxml_header.refusal(error) if error.hint.startswith("EB-") else unreadable(error, rules),)
        return ValidationResult("ebxml", "unreadable", schema_valid=False, findings=found, error=error)
    subject = Subject(mail.soap.content, root, catalogue, schemas, rules=rules)
    schema_valid = schema.verdict(subject)
    findings = list(_profile(mail, root)) if only is None or "envelope" in only else []
    checks = [ebxml_header.CHECK] if only is None or "envelope" in only else []
    if not schema_valid and (only is None or "schema" in only):
        checks.append(schema.CHECK)
    above = _lines_above(data, mail)
    findings.extend(_moved(finding, above) for finding in run(checks, subject))
    valid = schema_valid and not has_errors(findings)
    return ValidationResult("ebxml", "valid" if valid else "invalid", schema_valid, tuple(findings), root)


def _soap_root(mail: Mail) -> etree._Element:
    soap = mail.soap.content
    encoding.check_encoding(soap, mail.soap.parameters.get("charset", "").strip())
    return parse(soap)


def _profile(mail: Mail, root: etree._Element) -> Iterator[Finding]:
    """What the ebXML profile says of the mail, as far as it can be read; the header itself is ``ebxml_header``'s."""
    yield from encoding.encoding_warnings(mail.soap.content)
    try:
        if read_addresses(root).kind is EnvelopeKind.MESSAGE:
            acceptance.check_mail(mail)
    except EnvelopeError as error:
        yield ebxml_header.refusal(error)
    if read_fault(root) is None:
        with contextlib.suppress(EnvelopeError):
            envelope = read_envelope(root)
            yield from tolerances_of(mail, root, mail.soap.content, envelope)
            yield from envelope_parts.findings(mail, root, envelope)


def _lines_above(data: bytes, mail: Mail) -> int:
    """Lines of the mail above the SOAP part, 0 where the part is encoded and its lines are not those of the mail."""
    start = mail.soap.offset
    return data.count(b"\n", 0, start) if data.startswith(mail.soap.content, start) else 0


def _moved(finding: Finding, lines: int) -> Finding:
    line = finding.place.line
    return replace(finding, place=replace(finding.place, line=line + lines)) if line is not None and lines else finding
