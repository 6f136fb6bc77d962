"""What is known of a code list (kodeverk), and of the elements that take their codes from one.

Numbers are Volven's; the OID of a list is ``2.16.578.1.12.4.1.1.NUMBER``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OID_PREFIX = "2.16.578.1.12.4.1.1."


@dataclass(frozen=True, slots=True)
class ListFacts:
    """One line of the index."""

    number: str
    name: str
    oid: str
    source: str
    """Where the content comes from, or who keeps it."""
    status: Literal["complete", "partial", "external"]
    """``partial``: some codes are known and others exist; ``external``: a large terminology kept by others."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One element that takes its codes from one list (or one of several)."""

    family: str
    """Of ``MessageType.family``, or a component's: ``felleskomponent1``, ``epj``."""
    versions: tuple[str, ...]
    """Empty: all."""
    element_path: str
    """The last steps of the path, local names; ``*`` is any one element. Ends in ``/@U`` for a unit."""
    datatype: Literal["CS", "CV", "PQ"]
    lists: tuple[str, ...]
    """Numbers; ``local`` for values that only the message standard defines; empty when no list is fixed."""
    strictness: Literal["closed", "open", "external"]
    source: str


def list_number(oid: str) -> str:
    """The number of the list with this OID, empty when the OID is of no Volven list."""
    number = oid.removeprefix(OID_PREFIX)
    return number if number != oid and number.isdecimal() else ""
