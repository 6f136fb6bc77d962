"""Kinds of values a case form has: how a person may write them, and what they become in XML.

A kind reads a raw value (as TOML or JSON gives it) into a typed one or raises ``Wrong``, and writes the typed one into an
element. Source of the XML forms: HIS 80117:2002 (kith datatypes CS, CV, TS, PQ, URL, ST), rules DT-001 to DT-021.

What is wrong is told without repeating what was written: it may be patient data.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from meldingsloft.domain.identifiers import is_uuid
from meldingsloft.fagmelding.writing import Node, forbidden_character

if TYPE_CHECKING:
    from meldingsloft.ports import CodeLists, Ids

Raw = Any
"""A value as TOML or JSON gives it."""


class Wrong(Exception):  # noqa: N818 - says what the value is
    """A raw value is not of its kind: what is wrong and how to mend it, without the value itself."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What one build draws on."""

    codes: CodeLists
    ids: Ids
    now: dt.datetime
    load_attachment: Callable[[str], bytes]
    """The bytes of a file named in a case. Raises OSError or MeldingsloftError when it cannot be read."""
    cancels: bool = False
    """The case describes a cancellation."""


class Kind(Protocol):
    """One kind of value."""

    @property
    def what(self) -> str:
        """The kind in words: ``a date``."""

    def read(self, raw: Raw, around: Surroundings) -> Any:
        """The typed value. Raises Wrong."""

    def write(self, node: Node, value: Any) -> None:
        """Put a typed value into its element."""


def read_text(raw: Raw, what: str) -> str:
    """A raw text that XML can carry, without blanks at its ends. Raises Wrong."""
    if not isinstance(raw, str):
        raise Wrong(f"{what} is wanted, this is {name_of(raw)}", "put it in quotes")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise Wrong("it is empty", "fill it in or take the key away")
    character = forbidden_character(text)
    if character:
        raise Wrong(f"it holds the character {character}, which XML cannot carry", "take it away")
    return text


def name_of(raw: Raw) -> str:
    """What a raw value is, in words."""
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (str, "a text"),
        ((int, float), "a number"),
        (dict, "a table"),
        (list, "a list"),
        (dt.datetime, "a time"),
        (dt.date, "a date"),
        (dt.time, "a time of day"),
    )
    return next((name for kind, name in names if isinstance(raw, kind)), "nothing")


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text as element content (kith:ST, xs:string); several lines only where ``lines`` allows (rule DT-016)."""

    lines: bool = False
    what: str = "a text"

    def read(self, raw: Raw, around: Surroundings) -> str:
        """One line, or lines parted by CR LF."""
        text = read_text(raw, self.what).replace("\t", " ")
        if "\n" in text and not self.lines:
            raise Wrong("it has several lines, and only one is allowed", "write it on one line")
        return text.replace("\n", "\r\n")

    def write(self, node: Node, value: str) -> None:
        """As element content."""
        node.children.append(value)


@dataclass(frozen=True, slots=True)
class Number:
    """An identifier of digits, written as text or number: HER-id, HPR-nummer, organisasjonsnummer."""

    what: str
    form: re.Pattern[str]
    mend: str

    def read(self, raw: Raw, around: Surroundings) -> str:
        """The digits."""
        text = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else read_text(raw, self.what)
        if self.form.fullmatch(text) is None:
            raise Wrong(f"it is not {self.what}", self.mend)
        return text

    def write(self, node: Node, value: str) -> None:
        """As element content."""
        node.children.append(value)


HER = Number("a HER-id", re.compile(r"[0-9]{1,12}"), "write digits only, as in Adresseregisteret")
HPR = Number("an HPR-nummer", re.compile(r"[0-9]{6,9}"), "write six to nine digits")
ORGANISATION_NUMBER = Number("an organisasjonsnummer", re.compile(r"[0-9]{9}"), "write nine digits without blanks")
POSTAL_CODE = Number("a postal code", re.compile(r"[0-9]{4}"), "write four digits, in quotes when the first is 0")


@dataclass(frozen=True, slots=True)
class Uuid:
    """A UUID as element content (rule GN-005)."""

    what: str = "a UUID"

    def read(self, raw: Raw, around: Surroundings) -> str:
        """The UUID as written."""
        text = read_text(raw, self.what)
        if not is_uuid(text):
            raise Wrong(
                "it is not a UUID", "write 8-4-4-4-12 hexadecimal digits, or take the key away to have one made"
            )
        return text

    def write(self, node: Node, value: str) -> None:
        """As element content."""
        node.children.append(value)


@dataclass(frozen=True, slots=True)
class YesNo:
    """True or false as ``@V`` (kith:BL, rule DT-010)."""

    what: str = "true or false"

    def read(self, raw: Raw, around: Surroundings) -> bool:
        """The boolean."""
        if not isinstance(raw, bool):
            raise Wrong("true or false is wanted", "write true or false without quotes")
        return raw

    def write(self, node: Node, value: bool) -> None:
        """``true`` or ``false``."""
        node.attributes["V"] = "true" if value else "false"


_TELEPHONE = re.compile(r"\+?[0-9/-]{3,}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Reach:
    """A telephone number or mail address as a URL in ``@V`` (kith:URL, rules DT-018, DT-019)."""

    scheme: Literal["tel", "fax", "mailto"] = "tel"

    @property
    def what(self) -> str:
        """By scheme."""
        return "a mail address" if self.scheme == "mailto" else "a telephone number"

    def read(self, raw: Raw, around: Surroundings) -> str:
        """The URL; blanks in a number are left out."""
        text = read_text(raw, self.what).removeprefix(f"{self.scheme}:")
        bare = text if self.scheme == "mailto" else "".join(text.split())
        if (_MAIL if self.scheme == "mailto" else _TELEPHONE).fullmatch(bare) is None:
            raise Wrong(f"it is not {self.what}", "write digits, as +47 71 12 34 56" if self.scheme != "mailto" else "")
        return f"{self.scheme}:{bare}"

    def write(self, node: Node, value: str) -> None:
        """The URL."""
        node.attributes["V"] = value
