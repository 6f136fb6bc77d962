"""The questions all messages share, asked once: ids, dates, parties, patient, contacts, attachments.

Where the answers go differs between MsgHead and the HCP structures; those places stand in ``in_msghead`` and ``in_hcp``.
Sources: HIS 80601:2006, HIS 1153-2:2016 §4.3, HIS 1001:2010, HITS 1174:2017, HIS 1036:2011.
"""

from __future__ import annotations

from collections.abc import Iterator

from meldingsloft.domain.person_numbers import read_person_number
from meldingsloft.fagmelding.codes import Code
from meldingsloft.fagmelding.enclosures import Enclosure, media_type
from meldingsloft.fagmelding.forms import Check, Fault, Field, Need, Values
from meldingsloft.fagmelding.kinds import (
    HER,
    HPR,
    ORGANISATION_NUMBER,
    POSTAL_CODE,
    Raw,
    Reach,
    Surroundings,
    Text,
    Uuid,
    YesNo,
)
from meldingsloft.fagmelding.moments import Moment, instant


def new_uuid(_values: Values, around: Surroundings) -> Raw:
    """A UUID of its own."""
    return around.ids.uuid()


def document_uuid(values: Values, around: Surroundings) -> Raw:
    """A UUID for a new document; a change or cancellation must name the one it is about."""
    return around.ids.uuid() if values["change"].code == "N" else None


def generated_now(_values: Values, around: Surroundings) -> Raw:
    """The time of building."""
    from meldingsloft.domain.norwegian_time import norwegian

    return norwegian(around.now)


MESSAGE_TYPE = Field("message_type", Text(), "the type this case is for; checked when given")
MSG_ID = Field(
    "msg_id", Uuid(), "id of this message, a UUID; made when absent", default=new_uuid, source="GN-005, GN-006"
)
GENERATED = Field(
    "generated",
    Moment("time", zoned=True),
    "when the message is made; now when absent",
    default=generated_now,
    source="GN-011",
)
ISSUED = Field(
    "issued", Moment("time", zoned=True), "when the document was issued; now when absent", default=generated_now
)
APPROVED = Field(
    "approved", Moment("time", zoned=True), "when the document was approved; now when absent", default=generated_now
)
DOCUMENT_ID = Field(
    "document_id",
    Uuid(),
    "id of the document, the same through changes and cancellation; made for a new one",
    need=Need.ALWAYS,
    default=document_uuid,
    source="HISD 1154:2018 §4",
)
CHANGE = Field(
    "change",
    Code("7309", only=("N", "M", "C")),
    "Ny (N), Endring (M) or Kansellering (C)",
    default="N",
    source="HISD 1154:2018 §3.1",
)
TEST = Field("test", YesNo(), "true marks the message as a test message, not for treatment", source="GN-013")

ORGANISATION = Field(
    "organisation", Text(), "name of the organisation (virksomhet), as in Adresseregisteret", need=Need.ALWAYS
)
ORGANISATION_HER = Field("her_id", HER, "HER-id of the organisation", need=Need.ALWAYS, source="MH-008")
ORG_NUMBER = Field("org_number", ORGANISATION_NUMBER, "organisasjonsnummer, nine digits")
PARTY_PHONE = Field("phone", Reach(), "telephone")
UNIT_NAME = Field("name", Text(), "name of the service or unit that is the communication party", need=Need.ALWAYS)
UNIT_HER = Field("her_id", HER, "HER-id of the unit", need=Need.ALWAYS, source="MH-009")
FAMILY_NAME = Field("family_name", Text(), "family name", need=Need.ALWAYS)
MIDDLE_NAME = Field("middle_name", Text(), "middle name, when it belongs to neither of the others")
GIVEN_NAME = Field("given_name", Text(), "given name", need=Need.ALWAYS)
PERSON_HER = Field("her_id", HER, "HER-id of the person", need=Need.ALWAYS, source="MH-009")
PERSON_HPR = Field("hpr", HPR, "HPR-nummer")

PATIENT_ID = Field("id", Text(), "fødselsnummer, D-nummer or felles hjelpenummer", source="ID-001 to ID-007")


def _id_type(values: Values, _around: Surroundings) -> Raw:
    facts = read_person_number(values.get("id", ""))
    return facts.type if facts else None


def _sex(values: Values, _around: Surroundings) -> Raw:
    facts = read_person_number(values.get("id", ""))
    return (facts.sex or None) if facts else None


def _born(values: Values, _around: Surroundings) -> Raw:
    facts = read_person_number(values.get("id", ""))
    return facts.born if facts else None


PATIENT_ID_TYPE = Field(
    "id_type", Code("8116"), "type of the id; follows from a Norwegian number", default=_id_type, source="ID-008"
)
SEX = Field("sex", Code("3101"), "sex; follows from a Norwegian number", default=_sex, source="ID-009")
BIRTH_DATE = Field(
    "birth_date", Moment("date"), "date of birth; follows from a Norwegian number", default=_born, source="ID-010"
)
STREET = Field("street", Text(), "street and number")
POSTAL = Field("postal_code", POSTAL_CODE, "postal code")
CITY = Field("city", Text(), "city")
MUNICIPALITY = Field("municipality", Code("3402"), "kommune, by name or number")
COUNTRY = Field("country", Code("9043"), "country, only when not Norway")
FILE = Field(
    "file",
    Enclosure(),
    "a PDF, JPEG or PNG, named from the folder of the case file",
    need=Need.ALWAYS,
    source="HIS 1036 §4",
)
FILE_DESCRIPTION = Field(
    "description", Text(), "short title that the receiver shows", need=Need.ALWAYS, source="MH-040"
)
FILE_DATE = Field(
    "date", Moment(), "when the attachment was made; now when absent", default=generated_now, source="MH-039"
)


def _mime(values: Values, _around: Surroundings) -> Raw:
    return media_type(values.get("file") or b"")


FILE_MIME = Field("mime", Text(), "media type; follows from the file", default=_mime, source="MH-046")


def full_name(values: Values) -> str:
    """Given, middle and family name in the order they are said."""
    return " ".join(values[key] for key in ("given_name", "middle_name", "family_name") if values.get(key))


def unit_or_person(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """A party has exactly one communication party (rules MH-009, MH-010)."""
    given = [key for key in ("unit", "person") if key in values]
    if len(given) != 1:
        what = "both a unit and a person are given" if given else "the communication party is missing"
        yield "", what, "give one table: unit (a service) or person (a fastlege)"


def identified(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """The patient is sufficiently identified and the number is a real one (rules MH-021, EP-007, ID-001 to ID-010)."""
    kind = values["id_type"].code if values.get("id_type") else ""
    if "id" not in values:
        if not (values.get("birth_date") and values.get("sex")):
            yield "id", "it is missing", "give the id, or birth_date and sex"
        return
    if not kind:
        yield "id", "it is no Norwegian person number of eleven digits", "check it, or give id_type"
    elif kind in ("FNR", "DNR", "FHN"):
        yield from _number_faults(values, kind)
    elif not (values.get("birth_date") and values.get("sex")):
        yield "id", "an id of this type does not identify the patient alone", "give birth_date and sex too"


def _number_faults(values: Values, kind: str) -> Iterator[Fault]:
    facts = read_person_number(values["id"])
    if facts is None:
        yield "id", "it is not eleven digits", "write them without blanks, in quotes"
        return
    if not facts.check_digits or (facts.born is None and kind != "FHN"):
        yield "id", "it is not a number that can have been issued: date or check digits do not fit", "copy it again"
        return
    if facts.type != kind:
        yield (
            "id_type",
            "the type does not fit the number",
            f"it looks like {facts.type}; take id_type away to have it follow",
        )
    if facts.sex and values.get("sex") and values["sex"].code in ("1", "2") and values["sex"].code != facts.sex:
        yield "sex", "it does not agree with the id", "take it away to have it follow"
    if kind == "FNR" and facts.born and values.get("birth_date") and values["birth_date"] != facts.born:
        yield "birth_date", "it does not agree with the id", "take it away to have it follow"


def official_number(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """The patient has a number of the public registers (rule ID-018)."""
    if values.get("id_type") and values["id_type"].code not in ("FNR", "DNR", "FHN", "HNR"):
        yield (
            "id_type",
            "this message identifies by fødselsnummer, D-nummer or felles hjelpenummer",
            "give the id without id_type",
        )


def mime_fits(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """The media type is the one of the file (rule MH-045)."""
    if values.get("file") and values["mime"] != media_type(values["file"]):
        yield "mime", "it is not the type of the file", "take it away to have it follow"


def known_parties(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """No party is addressed twice (rule MH-019)."""
    seen = {_party_her(values.get("receiver", {}))}
    for number, copy in enumerate(values.get("copies", [])):
        her_id = _party_her(copy)
        if her_id in seen:
            yield f"copies.{number}", "this party is addressed already", "take the copy away"
        seen.add(her_id)


def _party_her(party: Values) -> str:
    level = party.get("unit") or party.get("person") or {}
    return str(level.get("her_id", ""))


def issued_before_sent(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """The document is not younger than the message (rule GN-012)."""
    for key in ("issued", "approved"):
        if values.get(key) and values.get("generated") and instant(values[key]) > instant(values["generated"]):
            yield key, "it is later than the time the message is made", "give an earlier time, or take it away"


def of_this_type(short_name: str) -> Check:
    """The check that a case is for this type."""

    def check(values: Values, _around: Surroundings) -> Iterator[Fault]:
        if values.get("message_type") not in (None, short_name):
            yield "message_type", f"the case is for another type than {short_name}", "build it as the type it names"

    return check
