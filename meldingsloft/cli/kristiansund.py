"""The Kristiansund story as data: the town, its parties, and what they try to tell each other.

In 2011 a discharge summary used seven days from the hospital to the municipality across the street, 200 metres on paper
and by post. All names and numbers are invented, but the street is real. ``cli.telling`` plays it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meldingsloft.domain.identifiers import HerId
from meldingsloft.domain.parties import Organisation

METRES = 200
SECONDS_IN_2011 = 7 * 24 * 60 * 60

TITLE = "The Kristiansund story"
WORDS = (
    "In 2011 a discharge summary took seven days from the hospital in Kristiansund to the municipality, 200 metres across "
    "the street. Here is that street again: three workspaces, five parties, real keys, envelopes and mailboxes, no network."
)


@dataclass(frozen=True, slots=True)
class Party:
    """A party of the town and the workspace it lives in."""

    her_id: HerId
    name: str
    label: str
    """Short name for the timeline."""
    home: str
    hpr: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """One workspace: a virksomhet with its parties."""

    folder: str
    organisation: Organisation
    parties: tuple[Party, ...]


MEDICAL = Party(HerId("8800110"), "Medisinsk avdeling", "Medisinsk avd.", "sykehus")
LABORATORY = Party(HerId("8800120"), "Laboratorium for medisinsk biokjemi", "Laboratoriet", "sykehus")
CARE = Party(HerId("8800210"), "Pleie- og omsorgstjenesten", "Omsorgstjenesten", "kommune")
HEALTH_STATION = Party(HerId("8800220"), "Helsestasjonen", "Helsestasjonen", "kommune")
DOCTOR = Party(HerId("8800310"), "Ingrid Lervik", "Fastlegen", "legekontor", "9900310")

TOWN = (
    Home("sykehus", Organisation("Kristiansund sykehus", HerId("8800100"), "999088001"), (MEDICAL, LABORATORY)),
    Home("kommune", Organisation("Kristiansund kommune", HerId("8800200"), "999088002"), (CARE, HEALTH_STATION)),
    Home("legekontor", Organisation("Storgata legesenter", HerId("8800300"), "999088003"), (DOCTOR,)),
)

Trick = Literal["", "unidentified", "damaged"]


@dataclass(frozen=True, slots=True)
class Scene:
    """One message of the story."""

    title: str
    words: str
    message_type: str
    case: str
    """Case file below ``samples/cases``."""
    sender: Party
    receiver: Party
    expected: str = "apprec-ok"
    trick: Trick = ""
    answers: int = 0
    """Number of the scene whose message this one answers."""


SCENES: tuple[Scene, ...] = ()
