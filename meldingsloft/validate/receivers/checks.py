"""What a check for a receiver is, and what it is asked about.

Vocabulary: a *receiver* is a profile: ``nav`` (NAV's ebXML gateway, by mail and HTTP), ``amqp`` (a queue of the AMQP transport), ``strict``
(whatever any of them minds, and more).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from meldingsloft.domain.findings import Finding, Place

if TYPE_CHECKING:
    from lxml import etree

    from meldingsloft.ebxml.mime import Mail
    from meldingsloft.validate.rulebook import RuleBook
    from meldingsloft.validate.subject import Subject

Receiver = Literal["nav", "amqp", "strict"]
RECEIVERS: tuple[Receiver, ...] = ("nav", "amqp", "strict")


@dataclass(frozen=True, slots=True)
class Case:
    """One document before one receiver."""

    root: etree._Element
    """The message, or the SOAP envelope."""
    rules: RuleBook
    mail: Mail | None = None
    """The mail around the envelope; None for a document that comes bare."""
    subject: Subject | None = None
    """The message as validation knows it; None for mails."""

    def finding(self, code: str, at: etree._Element | str = "", **facts: str) -> Finding:
        """A finding of rule ``code`` at an element, or at a part of the mail by name."""
        if isinstance(at, str):
            place = Place(path=at)
        elif self.subject is not None:
            place = self.subject.places.of(at)
        else:
            from meldingsloft.xmlsafe.places import path_of

            place = Place(path=path_of(at))
        return self.rules.finding(code, place, facts)


@dataclass(frozen=True, slots=True)
class ReceiverCheck:
    """One check, and the receivers that mind."""

    ids: tuple[str, ...]
    receivers: frozenset[Receiver]
    look: Callable[[Case], Iterator[Finding]]


NAV: frozenset[Receiver] = frozenset({"nav", "strict"})
AMQP: frozenset[Receiver] = frozenset({"amqp", "strict"})
ONLY_AMQP: frozenset[Receiver] = frozenset({"amqp"})
ONLY_STRICT: frozenset[Receiver] = frozenset({"strict"})
