"""Addresses in HCP structures, as the basis messages and AppRec carry them (HIS 1153-2 AD2.13–2.15).

``HCP/Inst`` is the virksomhet (level 1), ``Inst/Dept`` a service and ``Inst/HCPerson`` a person (level 2). The
communication party is the one with a HER-id, a service before a person; the rest is kept beside it and mirrored in the
AppRec, except persons below a service that is the party (AR-033).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.domain.heads import Address, Ident, Level, Postal, ReceiverRole
from meldingsloft.hodemelding.nodes import attribute, child, children, code, text, value
from meldingsloft.xmlsafe import nodes_inside

if TYPE_CHECKING:
    from lxml import etree


_NOBODY = Level()


def read_place(
    place: etree._Element | None, p: str, role: ReceiverRole = ReceiverRole.PRIMARY, *, requester: bool = False
) -> Address | None:
    """The address in a ServProvider, Requester, CopyDest, Sender or Receiver; None when it holds nobody.

    ``p`` is the prefix of the message's namespace.
    """
    around = children(place)
    hcp = children(around.get(p + "HCP"))
    inst = hcp.get(p + "Inst")
    organisation = _level(inst, p) or _NOBODY
    party, also = (_level(hcp.get(p + "HCProf"), p, person=True), ()) if inst is None else _parties(inst, p)
    if party is None and not organisation.name and not organisation.idents:
        return None
    return Address(
        organisation=organisation,
        party=party,
        role=role,
        paper=_on_paper(around, p),
        postal=read_postal(hcp.get(p + "Address"), p),
        also=also,
        requester=requester,
    )


def _parties(inst: etree._Element, p: str) -> tuple[Level | None, tuple[Level, ...]]:
    """The communication party, and what else stands below the virksomhet."""
    services: list[Level] = []
    people: list[Level] = []
    service, person = p + "Dept", p + "HCPerson"
    for element in nodes_inside(inst):
        if element.tag in (service, person):
            level = _level(element, p, person=element.tag == person)
            if level is not None:
                (people if level.person else services).append(level)
    everybody = services + people
    if not everybody:
        return None, ()
    party = next((level for level in everybody if level.her_id), everybody[0])
    keep = services if not party.person and party.her_id else everybody
    return party, tuple(level for level in keep if level is not party)


def _level(element: etree._Element | None, p: str, *, person: bool = False) -> Level | None:
    if element is None:
        return None
    inside = children(element)
    name, number = value(inside.get(p + "Name")), value(inside.get(p + "Id"))
    idents = [_ident(number, inside.get(p + "TypeId"))] if number else []
    if p + "AdditionalId" in inside:
        pairs = [(text(each, p + "Id"), child(each, p + "Type")) for each in element.iterchildren(p + "AdditionalId")]
        idents += [_ident(number, kind) for number, kind in pairs if number]
    return Level(name, tuple(idents), person) if name or idents else None


def _ident(number: str, kind: etree._Element | None) -> Ident:
    return Ident(number, attribute(kind, "V"), attribute(kind, "DN"))


def _on_paper(around: dict[str, etree._Element], p: str) -> bool:
    """ComMethod PST of a recipient, or of every MsgType of a copy recipient (ActComMethod before ReqComMethod)."""
    if attribute(around.get(p + "ComMethod"), "V") == "PST":
        return True
    first = around.get(p + "CopyDestRole")
    if first is None:
        return False
    roles = [first, *first.itersiblings(p + "CopyDestRole")]
    return all((code(role, p + "ActComMethod") or code(role, p + "ReqComMethod")) == "PST" for role in roles)


def read_postal(address: etree._Element | None, p: str) -> Postal | None:
    """The ``Address`` of an HCP structure, None when there is none."""
    if address is None:
        return None
    inside = children(address)
    kind, county = inside.get(p + "Type"), inside.get(p + "County")
    country, district = inside.get(p + "Country"), inside.get(p + "CityDistr")
    tele = (attribute(number, "V") for number in address.iterchildren(p + "TeleAddress"))
    return Postal(
        type=attribute(kind, "V"),
        type_name=attribute(kind, "DN"),
        street=value(inside.get(p + "StreetAdr")),
        postal_code=value(inside.get(p + "PostalCode")),
        city=value(inside.get(p + "City")),
        county=attribute(county, "V"),
        county_name=attribute(county, "DN"),
        country=attribute(country, "V"),
        country_name=attribute(country, "DN"),
        district=attribute(district, "V"),
        district_name=attribute(district, "DN"),
        tele=tuple(value for value in tele if value),
    )
