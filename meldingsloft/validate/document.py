"""``validate``: the way in for a file of which nothing is known. What is plainly XML never loads the room of the envelopes."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from meldingsloft.validate.message import ValidationResult, validate_message
from meldingsloft.validate.rulebook import RuleBook

if TYPE_CHECKING:
    from meldingsloft.domain.catalogue import Catalogue
    from meldingsloft.ports import CodeLists, Schemas
    from meldingsloft.validate.checks import Group

_HEAD = 64 * 1024
"""Bytes in which the headers of a mail end."""


def validate(
    data: bytes,
    *,
    schemas: Schemas,
    catalogue: Catalogue,
    codes: CodeLists | None = None,
    only: Collection[Group] | None = None,
    rules: RuleBook | None = None,
) -> ValidationResult:
    """Everything there is to say about a file: an envelope if it looks like a mail, else a message. Never raises for its bytes."""
    book = rules or RuleBook()
    if not data[:_HEAD].lstrip().startswith(b"<") and _is_mail(data):
        from meldingsloft.validate.envelope import validate_envelope

        return validate_envelope(data, schemas=schemas, catalogue=catalogue, only=only, rules=book)
    return validate_message(data, schemas=schemas, catalogue=catalogue, codes=codes, only=only, rules=book)


def _is_mail(data: bytes) -> bool:
    from meldingsloft.ebxml.mime import is_ebxml_mail

    return is_ebxml_mail(data[:_HEAD])
