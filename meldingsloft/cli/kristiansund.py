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
    "the street. Here is that street again: three workspaces, five parties; real keys, envelopes and mailboxes; invented people."
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
    Home("sykehus", Organisation("Kristiansund sykehus", HerId("8800100"), "311100106"), (MEDICAL, LABORATORY)),
    Home("kommune", Organisation("Kristiansund kommune", HerId("8800200"), "311200208"), (CARE, HEALTH_STATION)),
    Home("legekontor", Organisation("Storgata legesenter", HerId("8800300"), "311300318"), (DOCTOR,)),
)

PARTIES = {party.her_id: party for home in TOWN for party in home.parties}

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
    receivers: tuple[Party, ...]
    expected: str = "apprec-ok"
    trick: Trick = ""
    answers: int = 0
    """Number of the scene whose message this one answers."""


LESSONS = {
    "sent": "Checked, encrypted for the receiver's certificate, signed by the sender, laid in the receiver's mailbox.",
    "taken in": "Signature and certificate hold, it opens, it is valid. It is handed to the receiver's own system (fagsystem) and "
    "answered twice: an Acknowledgment from the server, an AppRec for the message.",
    "Acknowledgment": "A signed receipt from the other server: it has these very bytes and could open them. It does not say that "
    "anybody can use them.",
    "AppRec OK": "The receipt that counts, about the message itself: it is in the receiver's system, which answers for it from now "
    "on. The sender may stop watching.",
    "Acknowledged": "The AppRec is a message too, so it gets its receipt. A receipt gets none: here the talk ends, and both sides know.",
    "held back": "Our own check would have stopped it. The story insists (--force), to see what the receiver does.",
    "rejected": "The envelope is fine, so the server acknowledges it. The message is not, so it goes no further than this.",
    "AppRec rejected": "The receiver's system will not have it, and says why. Nothing more will happen over there: a person must mend "
    "it and send a new message.",
    "damaged": "A single byte of the sealed part changes while the envelope lies in the mailbox.",
    "refused": "What was signed is not what arrived, so it is never opened. The original is kept in failed/, its reason beside it.",
    "ErrorList": "A signed refusal from the other server. No receipt will ever come for this envelope, and the sender knows it at once "
    "instead of after seven days.",
}
"""What each word of the timeline means; told the first time it occurs."""

SCENES: tuple[Scene, ...] = (
    Scene(
        "A discharge summary crosses the street",
        "From the hospital to the home care service, with a copy to the family doctor.",
        "epikrise-1.2",
        "epikrise-1.2/sykehus-til-kommunen.toml",
        MEDICAL,
        (CARE, DOCTOR),
    ),
    Scene(
        "The laboratory answers",
        "Blood tests, from the machine in the basement to the doctor who asked for them.",
        "svarrapport-1.4",
        "svarrapport-1.4/biokjemi-til-fastlege.toml",
        LABORATORY,
        (DOCTOR,),
    ),
    Scene(
        "The doctor asks the hospital a question",
        "A helsefaglig dialog: the first message names who should answer.",
        "dialog-helsefaglig-1.1",
        "dialog-helsefaglig-1.1/fastlege-til-sykehus.toml",
        DOCTOR,
        (MEDICAL,),
    ),
    Scene(
        "The hospital answers the doctor",
        "The answer points back to the question (ConversationRef), so that both systems show one thread.",
        "dialog-helsefaglig-1.1",
        "dialog-helsefaglig-1.1/sykehus-svarer-fastlege.toml",
        MEDICAL,
        (DOCTOR,),
        answers=3,
    ),
    Scene(
        "The health station writes to the doctor",
        "Another party of the same municipality, with its own address, certificates and mailbox, and a curve enclosed.",
        "dialog-helsefaglig-1.1",
        "dialog-helsefaglig-1.1/helsestasjon-til-fastlege.toml",
        HEALTH_STATION,
        (DOCTOR,),
    ),
    Scene(
        "A discharge summary about nobody",
        "As the first one, but the patient's number, date of birth and sex are gone: a name alone is not a patient.",
        "epikrise-1.2",
        "epikrise-1.2/sykehus-til-kommunen.toml",
        MEDICAL,
        (CARE,),
        expected="apprec-rejected",
        trick="unidentified",
    ),
    Scene(
        "An envelope is damaged on the way",
        "The discharge summary once more, through a careless network.",
        "epikrise-1.2",
        "epikrise-1.2/sykehus-til-kommunen.toml",
        MEDICAL,
        (CARE,),
        expected="error-signalled",
        trick="damaged",
    ),
    Scene(
        "And is sent again, as a new message",
        "What was refused is not repeated as it was: new identifiers, a new envelope, and it arrives.",
        "epikrise-1.2",
        "epikrise-1.2/sykehus-til-kommunen.toml",
        MEDICAL,
        (CARE,),
    ),
)
