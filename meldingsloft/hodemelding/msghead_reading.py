"""The head of a message with hodemelding (MsgHead 1.2, HIS 80601:2006; addresses HIS 1153-2 AD2.5–2.8).

The message's type is the namespace of the first Document's content together with MsgInfo/Type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.domain.catalogue import Catalogue, MessageType
from meldingsloft.domain.heads import Address, Head, Ident, Level, Postal, ReceiverRole
from meldingsloft.domain.identifiers import MsgId
from meldingsloft.hodemelding.nodes import attribute, child, children, code, first_element, prefix_of, text, value
from meldingsloft.hodemelding.patients import identified_in_head

if TYPE_CHECKING:
    from lxml import etree

NAMESPACE = "http://www.kith.no/xmlstds/msghead/2006-05-24"
P = "{" + NAMESPACE + "}"
HEAD_ALONE = "msghead-1.2"
"""Short name of the row for a hodemelding without a known fagmelding inside."""
_TEST_MARKS = frozenset({"T", "D"})
"""ProcessingStatus (8113): training and debugging."""


def read_msghead(root: etree._Element, catalogue: Catalogue) -> Head:
    """The head of a MsgHead; whatever is missing is left empty."""
    around = children(root)
    info = children(around.get(P + "MsgInfo"))
    kind = info.get(P + "Type")
    type_code = attribute(kind, "V")
    content = _content(around.get(P + "Document"))
    message_type = _type_of(content, type_code, catalogue)
    urgent, change_code = _of_body(content, message_type)
    return Head(
        message_type=message_type,
        type_code=type_code,
        type_name=attribute(kind, "DN"),
        content_tag="" if content is None else str(content.tag),
        msg_id=MsgId(value(info.get(P + "MsgId"))),
        generated=value(info.get(P + "GenDate")),
        sender=_read_place(info.get(P + "Sender"), ReceiverRole.PRIMARY),
        receivers=_receivers(info),
        action=type_code or message_type.action,
        change_code=change_code or "N",
        test=attribute(info.get(P + "ProcessingStatus"), "V") in _TEST_MARKS,
        urgent=urgent,
        patient_identified=_patient(info.get(P + "Patient"), message_type),
    )


def _content(document: etree._Element | None) -> etree._Element | None:
    """The fagmelding: the first element of the first Document's Content."""
    return first_element(child(child(document, P + "RefDoc"), P + "Content"))


def _type_of(content: etree._Element | None, type_code: str, catalogue: Catalogue) -> MessageType:
    found = None
    if content is not None:
        namespace, _, root = content.tag[1:].rpartition("}")
        found = catalogue.of_content(namespace, root, type_code)
    return found or catalogue.named(HEAD_ALONE)


def _of_body(content: etree._Element | None, message_type: MessageType) -> tuple[bool, str]:
    """(øyeblikkelig hjelp, change code) of the fagmelding inside."""
    if content is None or message_type.family not in ("henvisning", "plo"):
        return False, ""
    p = prefix_of(content)
    if message_type.family == "henvisning":
        return code(child(content, p + "ReqServ"), p + "Priority") == "0", code(content, p + "ServType")
    shipping = next((e for e in content.iterchildren("{*}InformasjonOmForsendelsen")), None)
    return False, code(shipping, "{*}Forsendelsesstatus")


def _patient(patient: etree._Element | None, message_type: MessageType) -> bool:
    """Every fagmelding in a hodemelding is about a patient (MH-020); a hodemelding alone need not be."""
    if patient is None and message_type.short_name == HEAD_ALONE:
        return True
    return identified_in_head(patient, P)


def _receivers(info: dict[str, etree._Element]) -> tuple[Address, ...]:
    """Receiver, then each OtherReceiver that is a copy recipient with an organisation (HIS 80415:2012 §3.5.1)."""
    found = [_read_place(info.get(P + "Receiver"), ReceiverRole.PRIMARY)]
    first = info.get(P + "OtherReceiver")
    if first is not None:
        others = (first, *first.itersiblings(P + "OtherReceiver"))
        copies = [other for other in others if code(other, P + "RoleReceiver") == ReceiverRole.COPY]
        found += [_read_place(copy, ReceiverRole.COPY) for copy in copies]
    return tuple(address for address in found if address is not None)


def _read_place(place: etree._Element | None, role: ReceiverRole) -> Address | None:
    around = children(place)
    organisation = around.get(P + "Organisation")
    if organisation is None:
        return None
    inside = children(organisation)
    virksomhet = Level(value(inside.get(P + "OrganisationName")), _idents(organisation))
    service = children(inside.get(P + "Organisation"))
    party = _party(inside.get(P + "Organisation"), service, inside.get(P + "HealthcareProfessional"))
    if party is None and not virksomhet.name and not virksomhet.idents:
        return None
    postal = _postal(service) or _postal(inside)
    return Address(virksomhet, party, role, attribute(around.get(P + "ComMethod"), "V") == "PST", postal)


def _party(
    service: etree._Element | None, inside: dict[str, etree._Element], person: etree._Element | None
) -> Level | None:
    """The level-2 party: a nested Organisation, or a HealthcareProfessional directly below level 1.

    Where both stand (MH-010) the one with a HER-id is the party, the service first. ``inside`` are the service's children.
    """
    found = []
    if service is not None:
        found.append(Level(value(inside.get(P + "OrganisationName")), _idents(service)))
    if person is not None:
        names = (text(person, P + name) for name in ("GivenName", "MiddleName", "FamilyName"))
        found.append(Level(" ".join(name for name in names if name), _idents(person), person=True))
    found = [level for level in found if level.name or level.idents]
    return next((level for level in found if level.her_id), found[0] if found else None)


def _idents(element: etree._Element) -> tuple[Ident, ...]:
    found = []
    for ident in element.iterchildren(P + "Ident"):
        inside = children(ident)
        number = value(inside.get(P + "Id"))
        if number:
            kind = inside.get(P + "TypeId")
            found.append(Ident(number, attribute(kind, "V"), attribute(kind, "DN")))
    return tuple(found)


def _postal(organisation: dict[str, etree._Element]) -> Postal | None:
    """Address and telephones of an organisation, given by its children, as far as an HCP structure can hold them."""
    numbers = _numbers(organisation.get(P + "TeleCom"))
    if P + "Address" not in organisation:
        return Postal(tele=numbers) if numbers else None
    address = children(organisation[P + "Address"])
    kind, county, country = (address.get(P + name) for name in ("Type", "County", "Country"))
    lines = [value(address.get(P + "StreetAdr")), value(address.get(P + "Postbox"))]
    return Postal(
        type=attribute(kind, "V"),
        type_name=attribute(kind, "DN"),
        street=", ".join(line for line in lines if line),
        postal_code=value(address.get(P + "PostalCode")),
        city=value(address.get(P + "City")),
        county=attribute(county, "V"),
        county_name=attribute(county, "DN"),
        country=attribute(country, "V"),
        country_name=attribute(country, "DN"),
        tele=numbers,
    )


def _numbers(first: etree._Element | None) -> tuple[str, ...]:
    """Telephones and the like, from the first TeleCom on."""
    if first is None:
        return ()
    lines = (first, *first.itersiblings(P + "TeleCom"))
    return tuple([number for line in lines if (number := attribute(child(line, P + "TeleAddress"), "V"))])
