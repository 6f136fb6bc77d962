"""The form of helsefaglig dialog: one thread about one matter of a patient (HIS 80603:2017, HIS 1077:2017).

Vocabulary: *role* is a person or unit with a function for the patient; code 24 is the contact at the receiver.
"""

from __future__ import annotations

from collections.abc import Iterator

from meldingsloft.fagmelding import in_msghead
from meldingsloft.fagmelding import questions as q
from meldingsloft.fagmelding.codes import Code
from meldingsloft.fagmelding.forms import Fault, Field, Form, Group, Need, Values, Written, order_of
from meldingsloft.fagmelding.kinds import HER, HPR, Reach, Surroundings, Text
from meldingsloft.fagmelding.moments import Moment
from meldingsloft.fagmelding.prose import Prose

NAMESPACE = "http://www.kith.no/xmlstds/dialog/2013-01-23"
_PERSON = "FamilyName MiddleName GivenName DateOfBirth Sex Nationality Ident Address TeleCom"
_ORDER = f"""
Dialogmelding: SakstypeKodet Sakstype Foresporsel Notat
Notat: TemaKodet Tema TekstNotatInnhold Merknad DokIdNotat DatoNotat Foresporsel RollerRelatertNotat
RollerRelatertNotat: RolleNotat RoleToPatient TilknyttetEnhet HealthcareProfessional Person
HealthcareProfessional: TypeHealthcareProfessional RoleToPatient {_PERSON}
TilknyttetEnhet: Kontaktenhet Merknad HealthcareProfessional Person
Kontaktenhet: TypeOrganisation OrganisationName Ident Address TeleCom Organisation
Ident: Id TypeId
TeleCom: TypeTelecom TeleAddress
"""
CONTACT_AT_RECEIVER = "24"


def _role_faults(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """A role says whose it is (rule DI-011)."""
    if not ("role" in values or "part" in values):
        yield "role", "it is missing", "say what the person is to the patient (kodeverk 9034)"
    names = [key for key in ("given_name", "family_name") if key in values]
    wanted_only = "role" in values and values["role"].code == CONTACT_AT_RECEIVER
    if len(names) == 1:
        yield names[0], "a person has both given_name and family_name", "give the other too"
    elif not names and "unit" not in values and not wanted_only:
        yield "", "nobody is named", "give given_name and family_name, or unit"


def _somebody_answers(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """A responsible professional or unit with telephone (rule DI-012)."""
    if not any(_reachable(role) for role in values.get("roles", [])):
        yield "roles", "nobody answers for the message", "give a role with names and phone, or with unit and phone"


def _reachable(role: Values) -> bool:
    if role.get("role") and role["role"].code == CONTACT_AT_RECEIVER:
        return False
    person = bool(role.get("family_name") and role.get("phone"))
    return person or bool(role.get("unit", {}).get("phone"))


def _first_names_contact(values: Values, _around: Surroundings) -> Iterator[Fault]:
    """The first message of a thread says whom it is for (rule DI-013)."""
    if "reply_to" in values:
        return
    wanted = [role for role in values.get("roles", []) if role.get("role") and role["role"].code == CONTACT_AT_RECEIVER]
    if not any(role.get("profession") for role in wanted):
        mend = 'add [[roles]] with role = "Kontakt hos mottaker" and profession, or reply_to when this is an answer'
        yield "roles", "the first message of a dialogue names the wanted contact at the receiver", mend


def _roles() -> Group:
    unit = Group(
        "unit",
        "the unit, when it is not (only) a person",
        (
            Field("name", Text(), "name of the unit", "fk1:OrganisationName", need=Need.ALWAYS),
            Field("her_id", HER, "HER-id of the unit", "fk1:Ident[TypeId~9051:HER]/Id", need=Need.ALWAYS),
            Field("phone", Reach(), "telephone", "fk1:TeleCom/TeleAddress"),
        ),
        "TilknyttetEnhet/Kontaktenhet",
    )
    person = "HealthcareProfessional"
    items = (
        Field(
            "role",
            Code("9034", with_system=True),
            "what the person is to the patient (kodeverk 9034)",
            "RoleToPatient",
            source="DI-011",
        ),
        Field("part", Code("9057", with_system=True), "part in the note (kodeverk 9057)", "RolleNotat"),
        Field(
            "profession",
            Code("9060"),
            "profession (kodeverk 9060)",
            f"{person}/TypeHealthcareProfessional",
            source="DI-013",
        ),
        Field("given_name", Text(), "given name", f"{person}/GivenName"),
        q.MIDDLE_NAME.at(f"{person}/MiddleName"),
        Field("family_name", Text(), "family name", f"{person}/FamilyName"),
        Field("hpr", HPR, "HPR-nummer", f"{person}/Ident/fk1:Id"),
        Written(
            f"{person}/Ident/fk1:TypeId",
            Code("8116", with_system=True),
            lambda values, _around: "HPR" if values.get("hpr") else None,
        ),
        Field("phone", Reach(), "telephone", f"{person}/TeleCom/fk1:TeleAddress", source="DI-012"),
        unit,
    )
    text = "who answers for the message and whom it is for"
    return Group(
        "roles",
        text,
        items,
        "RollerRelatertNotat",
        Need.ALWAYS,
        many=True,
        checks=(_role_faults,),
        source="HITS 1174:2017 §6.1",
    )


def _note() -> Group:
    items = (
        Written("TemaKodet", Code("7322", with_system=True), "6"),
        Field(
            "topic", Text(), "what it is about, the same through the thread", "Tema", need=Need.ALWAYS, source="DI-010"
        ),
        Field(
            "text",
            Prose(simple=True),
            "the message; an empty line parts paragraphs",
            "TekstNotatInnhold",
            need=Need.ALWAYS,
            source="DI-009",
        ),
        Field("remark", Text(), "remark", "Merknad"),
        Field(
            "date",
            Moment("date", attribute=False),
            "date of the note; today when absent",
            "DatoNotat",
            default=lambda values, around: q.generated_now(values, around).date(),
            source="DI-021",
        ),
        _roles(),
    )
    return Group("note", "the message itself", items, "Document/RefDoc/Content/dia:Dialogmelding/Notat", Need.ALWAYS)


def form() -> Form:
    """The form of helsefaglig dialog 1.1."""
    items = (
        *in_msghead.head("DIALOG_HELSEFAGLIG"),
        in_msghead.conversation(),
        in_msghead.party("sender", "who sends", "MsgInfo/Sender", need=Need.ALWAYS),
        in_msghead.party("receiver", "who receives", "MsgInfo/Receiver", need=Need.ALWAYS),
        in_msghead.party("copies", "copy receivers", "MsgInfo/OtherReceiver[RoleReceiver=8112:COP]", many=True),
        in_msghead.patient(),
        *in_msghead.first_document(),
        _note(),
        in_msghead.attachments(),
    )
    checks = (q.of_this_type("dialog-helsefaglig-1.1"), q.known_parties, q.issued_before_sent, _thread)
    top = Group("", "the case", items, checks=checks)
    return in_msghead.form(
        "dialog-helsefaglig-1.1", "Helsefaglig dialog", top, {"dia": NAMESPACE}, order_of(NAMESPACE, _ORDER)
    )


def _thread(values: Values, around: Surroundings) -> Iterator[Fault]:
    note = values["note"]
    found = [*_somebody_answers(note, around)]
    found += _first_names_contact({**note, **({"reply_to": True} if "reply_to" in values else {})}, around)
    for key, what, mend in found:
        yield f"note.{key}", what, mend
