"""Kinds of values a case form has: how a person may write them, and what they become in XML.

A kind reads a raw value (as TOML or JSON gives it) into a typed one or raises ``Wrong``, and writes the typed one into an
element. Source of the XML forms: HIS 80117:2002 (kith datatypes CS, CV, TS, PQ, URL, ST), rules DT-001 to DT-021.

What is wrong is told without repeating what was written: it may be patient data.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from meldingsloft.domain.identifiers import is_uuid
from meldingsloft.domain.norwegian_time import from_wall
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
    names: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (str, "a text"),
        (int | float, "a number"),  # type: ignore[arg-type]
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

    def read(self, raw: Raw, around: Surroundings) -> str:  # noqa: ARG002
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

    def read(self, raw: Raw, around: Surroundings) -> str:  # noqa: ARG002
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

    def read(self, raw: Raw, around: Surroundings) -> str:  # noqa: ARG002
        """The UUID as written."""
        text = read_text(raw, self.what)
        if not is_uuid(text):
            raise Wrong("it is not a UUID", "write 8-4-4-4-12 hexadecimal digits, or take the key away to have one made")
        return text

    def write(self, node: Node, value: str) -> None:
        """As element content."""
        node.children.append(value)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a time or either. A time without offset is Norwegian time.

    ``attribute`` writes it as ``@V`` (kith:TS), else it is element content (xs:dateTime, xs:date). ``zoned`` gives a time
    without offset the one it had in Norway, so that it can be compared.
    """

    precision: Literal["any", "time", "date"] = "any"
    attribute: bool = True
    zoned: bool = False

    @property
    def what(self) -> str:
        """By precision."""
        return {"any": "a date or a time", "time": "a date with a time", "date": "a date"}[self.precision]

    def read(self, raw: Raw, around: Surroundings) -> dt.date:  # noqa: ARG002
        """A date, or a datetime without fractions of seconds."""
        value = _parsed(raw) if isinstance(raw, str) else raw
        if not isinstance(value, dt.date) or (isinstance(value, dt.datetime) == (self.precision == "date")):
            return self._of_another_precision(value)
        return self._settled(value)

    def _of_another_precision(self, value: Raw) -> dt.date:
        if self.precision == "any" and isinstance(value, dt.date):
            return self._settled(value)
        example = {"date": "2026-03-02", "time": "2026-03-02T10:31:07", "any": "2026-03-02 or 2026-03-02T10:31:07"}
        raise Wrong(f"{self.what} is wanted", f"write it as {example[self.precision]}")

    def _settled(self, value: dt.date) -> dt.date:
        if not isinstance(value, dt.datetime):
            return value
        value = value.replace(microsecond=0)
        return from_wall(value) if self.zoned and value.tzinfo is None else value

    def write(self, node: Node, value: dt.date) -> None:
        """ISO 8601."""
        if self.attribute:
            node.attributes["V"] = value.isoformat()
        else:
            node.children.append(value.isoformat())


def _parsed(text: str) -> dt.date | None:
    """ISO 8601 in the forms XML Schema knows, None for anything else."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def instant(value: dt.date) -> dt.datetime:
    """A date or time as an aware instant, to compare; a date is its first moment in Norway."""
    if not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the wall clock is applied next
    return value if value.tzinfo else from_wall(value)


@dataclass(frozen=True, slots=True)
class YesNo:
    """True or false as ``@V`` (kith:BL, rule DT-010)."""

    what: str = "true or false"

    def read(self, raw: Raw, around: Surroundings) -> bool:  # noqa: ARG002
        """The boolean."""
        if not isinstance(raw, bool):
            raise Wrong("true or false is wanted", "write true or false without quotes")
        return raw

    def write(self, node: Node, value: bool) -> None:  # noqa: FBT001
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

    def read(self, raw: Raw, around: Surroundings) -> str:  # noqa: ARG002
        """The URL; blanks in a number are left out."""
        text = read_text(raw, self.what).removeprefix(f"{self.scheme}:")
        bare = text if self.scheme == "mailto" else "".join(text.split())
        if (_MAIL if self.scheme == "mailto" else _TELEPHONE).fullmatch(bare) is None:
            raise Wrong(f"it is not {self.what}", "write digits, as +47 71 12 34 56" if self.scheme != "mailto" else "")
        return f"{self.scheme}:{bare}"

    def write(self, node: Node, value: str) -> None:
        """The URL."""
        node.attributes["V"] = value


_QUANTITY = re.compile(r"(?P<sign>[<>≤≥]?)[ ]*(?P<number>[+-]?[0-9]+(?:[.,][0-9]+)?)(?:[ ]+(?P<unit>\S.*))?")
_COMPARISONS = {"<": "LT", ">": "GT", "≤": "LE", "≥": "GE"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, and for results how it compares."""

    number: str
    """Decimal point."""
    unit: str
    sign: str = ""
    """``<``, ``>``, ``≤``, ``≥`` or nothing."""
    sign_name: str = ""
    """Display text of the sign in kodeverk 8239."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit in one text, ``20 mg`` (kith:PQ, rules DT-012, DT-013).

    ``units`` is the list of units, checked where the standard closes it (``closed``). With ``result`` the value may begin
    with ``<`` or ``>`` and becomes NumResult with ArithmeticComp (8239) and NumResultValue.
    """

    units: str = ""
    closed: bool = True
    result: bool = False
    what: str = "a number with a unit"

    def read(self, raw: Raw, around: Surroundings) -> Amount:
        """The parts."""
        found = _QUANTITY.fullmatch(read_text(raw, self.what).replace("<=", "≤").replace(">=", "≥"))
        if found is None or not found["unit"] or (found["sign"] and not self.result):
            raise Wrong("a number with a unit is wanted", 'write both in one text, as "4.8 mmol/L" or "20 mg"')
        unit = found["unit"].strip()
        if self.units and self.closed and around.codes.display(self.units, unit) is None:
            raise Wrong(f"the unit is not one of kodeverk {self.units} ({around.codes.name(self.units)})", self._near(unit, around))
        name = around.codes.display("8239", _COMPARISONS[found["sign"]]) if found["sign"] else ""
        return Amount(found["number"].replace(",", "."), unit, found["sign"], name or "")

    def _near(self, unit: str, around: Surroundings) -> str:
        import difflib

        known = [code for code, _ in around.codes.codes(self.units)]
        near = difflib.get_close_matches(unit, known, n=3, cutoff=0.3) or known[:8]
        return f"nearest: {', '.join(near)}"

    def write(self, node: Node, value: Amount) -> None:
        """PQ, or NumResult with its two children."""
        target = node
        if self.result:
            if value.sign:
                node.child("ArithmeticComp", V=_COMPARISONS[value.sign], DN=value.sign_name)
            target = node.child("NumResultValue")
        target.attributes.update(V=value.number, U=value.unit)


_MAGIC: tuple[tuple[bytes, str], ...] = ((b"%PDF", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def media_type(content: bytes) -> str:
    """The media type that the first bytes tell, empty when it is none a receiver must support (rules MH-044, MH-045)."""
    return next((name for magic, name in _MAGIC if content.startswith(magic)), "")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The content of a file named in the case, as a base64 container (HIS 1036 §4)."""

    what: str = "the name of a file"
    largest: int = field(default=10_000_000)
    """Bytes (rule GN-015)."""

    def read(self, raw: Raw, around: Surroundings) -> bytes:
        """The bytes of the file."""
        from meldingsloft.domain.errors import MeldingsloftError

        name = read_text(raw, self.what)
        try:
            content = around.load_attachment(name)
        except (OSError, MeldingsloftError):
            raise Wrong("the file cannot be read", "name it from the folder of the case file") from None
        if not content:
            raise Wrong("the file is empty")
        if len(content) > self.largest:
            raise Wrong(f"the file has {len(content)} bytes and a message may have 10 MB", "send a smaller file")
        if not media_type(content):
            raise Wrong("the file is no PDF, JPEG or PNG", "receivers need not support anything else: save it as PDF")
        return content

    def write(self, node: Node, value: bytes) -> None:
        """Base64 in lines of 76."""
        import binascii

        lines = (binascii.b2a_base64(value[at : at + 57], newline=True) for at in range(0, len(value), 57))
        node.children.append(b"".join(lines).decode("ascii"))
