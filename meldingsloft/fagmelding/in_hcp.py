"""Where the shared answers go in messages with HCP structures: epikrise, svarrapport, AppRec (HIS 1153-2 §4.3.2).

Vocabulary: *Inst* is the organisation (level 1), *Dept* or *HCPerson* the communication party (level 2), *HCProf* a person
named without an organisation. TypeId has no code system here (CS).
"""

from __future__ import annotations

from meldingsloft.fagmelding import questions as q
from meldingsloft.fagmelding.codes import Code, Coded
from meldingsloft.fagmelding.forms import Check, Field, Group, Need, Values, Written
from meldingsloft.fagmelding.kinds import HPR, Raw, Reach, Surroundings, Text
from meldingsloft.fagmelding.moments import Moment

HCP_ORDER = """
HCP: Inst HCProf MedSpeciality MedSpecialty Address
Inst: Name Id TypeId Dept HCPerson AdditionalId
Dept: Type Name Id TypeId AdditionalId
HCPerson: Name Id TypeId AdditionalId
HCProf: Type Position Name Qual Id TypeId AdditionalId
AdditionalId: Id Type
Address: Type StreetAdr PostalCode City County Country CityDistr TeleAddress
RefDoc: IssueDate MsgType Id MimeType Description Compression FileReference Content
CopyDest: Role CopyDestRole HCP
Requester: Role ComMethod HCP
ServProvider: Role ComMethod HCP
Content: Base64Container
Modifier: Name Value
"""


def party(
    key: str,
    text: str,
    place: str,
    *,
    extra: tuple[Field | Written, ...] = (),
    need: Need = Need.NO,
    many: bool = False,
    lists: tuple[str, str] = ("9051", "8116"),
    checks: tuple[Check, ...] = (),
) -> Group:
    """An organisation with its unit or person, in ``place``/HCP; ``lists`` name the types of ids of units and persons."""
    of_units, of_persons = (Code(number) for number in lists)
    unit = Group(
        "unit",
        "the service that is the communication party",
        (q.UNIT_NAME.at("Name"), q.UNIT_HER.at("Id"), Written("TypeId", of_units, "HER")),
        place="HCP/Inst/Dept",
    )
    person = Group(
        "person",
        "the person who is the communication party (in practice a fastlege)",
        (
            q.FAMILY_NAME,
            q.MIDDLE_NAME,
            q.GIVEN_NAME,
            Written("Name", Text(), _full_name),
            q.PERSON_HER.at("Id"),
            Written("TypeId", of_persons, "HER"),
            q.PERSON_HPR.at(f"AdditionalId[Type={lists[1]}:HPR]/Id"),
        ),
        place="HCP/Inst/HCPerson",
    )
    items = (
        *extra,
        q.ORGANISATION.at("HCP/Inst/Name"),
        q.ORGANISATION_HER.at("HCP/Inst/Id"),
        Written("HCP/Inst/TypeId", of_units, "HER"),
        q.ORG_NUMBER.at(f"HCP/Inst/AdditionalId[Type={lists[0]}:ENH]/Id"),
        q.PARTY_PHONE.at("HCP/Address/TeleAddress"),
        address("HCP/Address"),
        Written("HCP/Address/Type", Code("3401"), "WP", inside=True),
        unit,
        person,
    )
    checked = (q.unit_or_person, *checks)
    return Group(key, text, items, place, need, many, checked)


def _full_name(values: Values, _around: Surroundings) -> Raw:
    return q.full_name(values)


def address(place: str) -> Group:
    """Street, postal code and city."""
    items = (
        q.STREET.at("StreetAdr"),
        q.POSTAL.at("PostalCode"),
        q.CITY.at("City"),
        q.MUNICIPALITY.at("County"),
        q.COUNTRY.at("Country"),
    )
    return Group("address", "postal address", items, place)


def patient_items(id_list: str) -> tuple[Field | Group | Written, ...]:
    """Name, number, sex, birth date and address of the patient."""
    return (
        q.FAMILY_NAME,
        q.MIDDLE_NAME,
        q.GIVEN_NAME,
        Written("Name", Text(), _name_of_patient),
        q.PATIENT_ID.at("OffId"),
        q.PATIENT_ID_TYPE.at("TypeOffId", kind=Code(id_list)),
        q.SEX.at("Sex"),
        q.BIRTH_DATE.at("DateOfBirth", kind=Moment("date")),
        q.PARTY_PHONE.at("Address/TeleAddress"),
        address("Address"),
        Written("Address/Type", Code("3401"), "H", inside=True),
    )


def _name_of_patient(values: Values, _around: Surroundings) -> Raw:
    """``Etternavn, Fornavn`` (rule EP-009)."""
    first = " ".join(values[key] for key in ("given_name", "middle_name") if values.get(key))
    return f"{values['family_name']}, {first}"


def contact(
    key: str,
    text: str,
    place: str,
    *,
    need: Need = Need.NO,
    phone: Need = Need.NO,
    source: str = "",
) -> Group:
    """A person of the health service, named without an organisation; ``place`` ends before HCP (HITS 1174)."""
    items = (
        Field("name", Text(), "name as it shall be shown, with title", "HCP/HCProf/Name", need=Need.ALWAYS),
        Field("profession", Code("9060"), "profession (kodeverk 9060)", "HCP/HCProf/Type"),
        Field("hpr", HPR, "HPR-nummer", "HCP/HCProf/Id"),
        Written("HCP/HCProf/TypeId", Code("8116"), lambda values, _around: "HPR" if values.get("hpr") else None),
        Field("phone", Reach(), "telephone", "HCP/Address/TeleAddress", need=phone),
        Written("HCP/Address/Type", Code("3401"), "WP", inside=True),
    )
    return Group(key, text, items, place, need, source=source)


def responsible_unit(place: str, source: str) -> Group:
    """The unit that answers for the report, when no person does; ``place`` ends before HCP."""
    items = (
        Field("name", Text(), "name of the unit", "HCP/Inst/Name", need=Need.ALWAYS),
        Field("phone", Reach(), "telephone", "HCP/Address/TeleAddress", need=Need.ALWAYS),
        Written("HCP/Address/Type", Code("3401"), "WP", inside=True),
    )
    return Group(
        "responsible_unit", "the unit that answers for the report, instead of a person", items, place, source=source
    )


def attachments(place: str = "RefDoc[MsgType=8114:A]") -> Group:
    """Files that travel with the message, each in a RefDoc of the body."""
    items = (
        q.FILE_DATE.at("IssueDate"),
        q.FILE_MIME.at("MimeType"),
        q.FILE_DESCRIPTION.at("Description"),
        q.FILE.at("Content/b64:Base64Container"),
    )
    return Group("attachments", "files that travel with the message", items, place, many=True, checks=(q.mime_fits,))


def head(type_code: Field | Written, mig_version: str) -> tuple[Field | Written, ...]:
    """The head of a ``Message``: type, version, times, id and test mark."""
    return (
        q.MESSAGE_TYPE,
        q.TEST,
        Written("Status", Code("8323"), lambda values, _around: "TEST" if values.get("test") else None),
        q.MSG_ID.at("MsgId"),
        q.GENERATED.at("GenDate"),
        type_code,
        Written("MIGversion", Text(), mig_version),
    )


def role(place: str, code: str, name: str) -> Written:
    """A fixed role."""
    return Written(place, Code("7301"), Coded(code, name))
