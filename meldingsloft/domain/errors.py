"""The error family: why we could not go on. Each class fixes exit status, answer and whether trying again can help.

A *finding* is data about a message (``domain.findings``); an error ends a step. Codes are stable, never reused, and
explained in the package's catalogue of codes (``meldingsloft explain ML-K021``). Messages never hold patient data, names
or free text of a message: identify by MsgId or file.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from meldingsloft.domain.findings import Finding


class ExitStatus(enum.IntEnum):
    """The promise of the command line."""

    OK = 0
    FAULT = 1
    USAGE = 2
    FINDINGS = 3
    REFUSED = 4
    UNREADABLE = 5
    MAILBOX = 6
    PARTIAL = 7
    NOTHING = 8
    CONFIG = 9
    REJECTED = 10
    INTERRUPTED = 130


class MeldingsloftError(Exception):
    """Base of all errors of the tool's own work."""

    exit_status: ClassVar[ExitStatus] = ExitStatus.FAULT
    ebxml_error: ClassVar[str | None] = None
    """eb:errorCode to answer a partner's envelope with; None: no ErrorList."""
    apprec_error: ClassVar[str | None] = None
    """Code of kodeverk 8221 to answer a partner's payload with; None: no rejection."""
    again: ClassVar[bool] = False
    """Trying the same again later can help."""

    def __init__(self, code: str, message: str, *, hint: str = "", where: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.where = where
        """File, field or part; never content."""
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross to other processes whole; what `Exception` keeps would not make them again."""
        return _again, (type(self), self.args, self.__dict__)

    def at(self, where: str) -> MeldingsloftError:
        """The same error, told where it happened unless it knows already."""
        if not self.where:
            self.where = where
        return self


def _again(kind: type[MeldingsloftError], arguments: tuple[Any, ...], facts: dict[str, Any]) -> MeldingsloftError:
    made = kind.__new__(kind, *arguments)
    made.__dict__.update(facts)
    return made


def own_fault(fault: Exception) -> MeldingsloftError:
    """A fault in the program itself, told without its words, which may quote anything: ``ML-X001``, kind and place."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else ""
    return MeldingsloftError(
        "ML-X001",
        f"a fault in meldingsloft itself ({type(fault).__name__}{where})",
        hint="run again with --debug and report it",
    )


class UnreadableError(MeldingsloftError):
    """Not XML, not MIME, wrong encoding, too large or too deep (``ML-U…``)."""

    exit_status = ExitStatus.UNREADABLE
    apprec_error = "T01"


class SignatureError(MeldingsloftError):
    """A signature does not hold or cannot be made (``ML-K…``)."""

    exit_status = ExitStatus.REFUSED
    ebxml_error = "SecurityFailure"
    apprec_error = "S01"


class CertificateError(MeldingsloftError):
    """A certificate is not to be trusted, or its key does not fit (``ML-K…``)."""

    exit_status = ExitStatus.REFUSED
    ebxml_error = "SecurityFailure"
    apprec_error = "S02"


class DecryptionError(MeldingsloftError):
    """A payload cannot be opened with the keys at hand (``ML-K…``)."""

    exit_status = ExitStatus.REFUSED
    ebxml_error = "SecurityFailure"


class PostponedError(MeldingsloftError):
    """It cannot be told now whether a certificate has been revoked; the same can be tried later (``ML-K047``)."""

    exit_status = ExitStatus.REFUSED
    ebxml_error = "SecurityFailure"
    again = True


class EnvelopeError(MeldingsloftError):
    """The envelope is readable and refused: header, agreement, time to live, parts (``ML-E…``).

    ``answer`` is the eb:errorCode of this very case; ``location`` an XPath into the envelope.
    """

    exit_status = ExitStatus.REFUSED
    ebxml_error = "ValueNotRecognized"

    def __init__(
        self,
        code: str,
        message: str,
        *,
        answer: str = "ValueNotRecognized",
        location: str = "",
        hint: str = "",
        where: str = "",
    ) -> None:
        super().__init__(code, message, hint=hint, where=where)
        self.answer = answer
        self.location = location


class InvalidMessageError(MeldingsloftError):
    """A message has findings of severity error and is therefore not sent or built (``ML-V…``)."""

    exit_status = ExitStatus.FINDINGS

    def __init__(
        self, code: str, message: str, *, hint: str = "", where: str = "", findings: tuple[Finding, ...] = ()
    ) -> None:
        super().__init__(code, message, hint=hint, where=where)
        self.findings = findings


class MailboxError(MeldingsloftError):
    """A mailbox or file is full, locked, missing or has vanished; ours to mend (``ML-P…``)."""

    exit_status = ExitStatus.MAILBOX
    again = True


class ConfigError(MeldingsloftError):
    """The configuration, workspace or case file does not say what is needed (``ML-C…``).

    ``problems`` holds every problem found where there can be several, one line each.
    """

    exit_status = ExitStatus.CONFIG

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str = "",
        where: str = "",
        detail: str = "",
        problems: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, message, hint=hint, where=where, detail=detail)
        self.problems = problems


class PartnerError(ConfigError):
    """A party is not in the register or lacks what the road needs (``ML-C…``)."""


class NothingMatchedError(MeldingsloftError):
    """An id or filter matched nothing (``ML-N…``)."""

    exit_status = ExitStatus.NOTHING


class WrongUsageError(MeldingsloftError):
    """The command line or a case file asks for something that cannot be (``ML-C…``)."""

    exit_status = ExitStatus.USAGE


class AlreadyKnownError(MeldingsloftError):
    """The journal has this very identifier already; the flow decides what that means (``ML-J002``)."""


class CaseError(MeldingsloftError):
    """A case file does not describe a message: unknown keys, wrong codes, missing values (``ML-C…``).

    ``problems`` holds every problem found, one line each with key and mend.
    """

    exit_status = ExitStatus.FINDINGS

    def __init__(
        self, code: str, message: str, *, problems: tuple[str, ...] = (), hint: str = "", where: str = ""
    ) -> None:
        super().__init__(code, message, hint=hint, where=where)
        self.problems = problems


class UnknownTypeError(WrongUsageError):
    """A message type that is not in the catalogue (``ML-C010``)."""

    @classmethod
    def for_name(cls, name: str, known: tuple[str, ...]) -> UnknownTypeError:
        """The error with the nearest known names as its hint."""
        import difflib

        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "`meldingsloft types` lists them all"
        return cls("ML-C010", f"no message type is called {name!r}", hint=hint)
