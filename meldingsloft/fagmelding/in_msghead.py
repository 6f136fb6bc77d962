"""Where the shared answers go in messages inside a hodemelding (HIS 80601:2006, HIS 1153-2 §4.3.1)."""

from __future__ import annotations

from meldingsloft.fagmelding import questions as q
from meldingsloft.fagmelding.codes import Code
from meldingsloft.fagmelding.forms import Field, Form, Group, Need, Written, order_of
from meldingsloft.fagmelding.kinds import Text, Uuid
from meldingsloft.fagmelding.moments import Moment
from meldingsloft.hodemelding import msghead

FELLESKOMPONENT = "http://www.kith.no/xmlstds/felleskomponent1"
NAMESPACES = {"b64": msghead.BASE64_CONTAINER, "fk1": FELLESKOMPONENT}
ORDER = {**order_of(msghead.NAMESPACE, msghead.ORDER), **order_of(FELLESKOMPONENT, msghead.FELLESKOMPONENT_ORDER)}


def head(type_code: str) -> tuple[Field | Written, ...]:
    """MsgInfo but the parties and the patient."""
    return (
        q.MESSAGE_TYPE,
        q.TEST,
        Written("MsgInfo/ProcessingStatus", Code("8113"), lambda values, _around: "T" if values.get("test") else None),
        q.MSG_ID.at("MsgInfo/MsgId"),
        q.GENERATED.at("MsgInfo/GenDate", kind=Moment("time", attribute=False, zoned=True)),
        Written("MsgInfo/Type", Code("8279"), type_code),
        Written("MsgInfo/MIGversion", Text(), msghead.MIG_VERSION),
    )


def conversation() -> Group:
    """The link to earlier messages of the dialogue."""
    items = (
        Field("parent", Uuid(), "msg_id of the message directly before", "RefToParent", need=Need.ALWAYS),
        Field(
            "conversation",
            Uuid(),
            "msg_id of the first message of the dialogue; the parent when absent",
            "RefToConversation",
            default=lambda values, _around: values.get("parent"),
        ),
    )
    text = "the message this one answers; never in the first of a dialogue"
    return Group("reply_to", text, items, "MsgInfo/ConversationRef", source="DI-020")


def party(
    key: str,
    text: str,
    place: str,
    *,
    need: Need = Need.NO,
    many: bool = False,
) -> Group:
    """An organisation with its unit or person, in ``place``/Organisation."""
    unit = Group(
        "unit",
        "the service that is the communication party",
        (q.UNIT_NAME.at("OrganisationName"), q.UNIT_HER.at("Ident[TypeId~9051:HER]/Id")),
        place="Organisation/Organisation",
    )
    person = Group(
        "person",
        "the person who is the communication party (in practice a fastlege)",
        (
            q.FAMILY_NAME.at("FamilyName"),
            q.MIDDLE_NAME.at("MiddleName"),
            q.GIVEN_NAME.at("GivenName"),
            q.PERSON_HER.at("Ident[TypeId~8116:HER]/Id"),
            q.PERSON_HPR.at("Ident[TypeId~8116:HPR]/Id"),
        ),
        place="Organisation/HealthcareProfessional",
    )
    items = (
        q.ORGANISATION.at("Organisation/OrganisationName"),
        q.ORGANISATION_HER.at("Organisation/Ident[TypeId~9051:HER]/Id"),
        q.ORG_NUMBER.at("Organisation/Ident[TypeId~9051:ENH]/Id"),
        q.PARTY_PHONE.at("Organisation/TeleCom/TeleAddress"),
        address("Organisation/Address"),
        Written("Organisation/Address/Type", Code("3401"), "WP", inside=True),
        unit,
        person,
    )
    return Group(key, text, items, place, need, many, (q.unit_or_person,))


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


def patient() -> Group:
    """The patient of the message."""
    items = (
        q.FAMILY_NAME.at("FamilyName"),
        q.MIDDLE_NAME.at("MiddleName"),
        q.GIVEN_NAME.at("GivenName"),
        q.PATIENT_ID.at("Ident/Id"),
        q.PATIENT_ID_TYPE.at("Ident/TypeId", kind=Code("8116", with_system=True)),
        q.SEX.at("Sex"),
        q.BIRTH_DATE.at("DateOfBirth", kind=Moment("date", attribute=False)),
        q.PARTY_PHONE.at("TeleCom/TeleAddress"),
        address("Address"),
        Written("Address/Type", Code("3401"), "H", inside=True),
    )
    return Group("patient", "the patient", items, "MsgInfo/Patient", Need.ALWAYS, checks=(q.identified,))


def first_document() -> tuple[Field | Written, ...]:
    """The RefDoc that carries the fagmelding (rule MH-029)."""
    return (
        q.ISSUED.at("Document/RefDoc/IssueDate"),
        Written("Document/RefDoc/MsgType", Code("8114"), "XML"),
    )


def attachments() -> Group:
    """Files that travel with the message, each a Document of its own after the fagmelding (HIS 1036 §4.2)."""
    items = (
        q.FILE_DATE.at("RefDoc/IssueDate"),
        Written("RefDoc/MsgType", Code("8114"), "A"),
        q.FILE_MIME.at("RefDoc/MimeType"),
        q.FILE_DESCRIPTION.at("RefDoc/Description"),
        q.FILE.at("RefDoc/Content/b64:Base64Container"),
    )
    place = "Document[RefDoc/MsgType=8114:A]"
    return Group("attachments", "files that travel with the message", items, place, many=True, checks=(q.mime_fits,))


def form(
    short_name: str, title: str, top: Group, namespaces: dict[str, str], order: dict[tuple[str, str], tuple[str, ...]]
) -> Form:
    """The form of a message inside a hodemelding."""
    return Form(
        short_name,
        title,
        msghead.NAMESPACE,
        "MsgHead",
        top,
        {**ORDER, **order},
        {**NAMESPACES, **namespaces},
        frozenset({"fk1"}),
    )
