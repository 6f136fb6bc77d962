"""Addresses in HCP structures, as the basis messages and AppRec carry them (HIS 1153-2 AD2.13–2.15).

``HCP/Inst`` is the virksomhet (level 1), ``Inst/Dept`` a service and ``Inst/HCPerson`` a person (level 2). The
communication party is the one with a HER-id, a service before a person; the rest is kept beside it and mirrored in the
AppRec, except persons below a service that is the party (AR-033).
"""

from __future__ import annotations

from lxml import etree

from meldingsloft.domain.heads import Address, Ident, Level, Postal, ReceiverRole
from meldingsloft.hodemelding.nodes import attribute, child, code, text


def read_place(
    place: etree._Element | None, p: str, role: ReceiverRole = ReceiverRole.PRIMARY, *, requester: bool = False
) -> Address | None:
    """The address in a ServProvider, Requester, CopyDest, Sender or Receiver; None when it holds nobody.

    ``p`` is the prefix of the message's namespace.
    """
    hcp = child(place, p + "HCP")
    if place is None or hcp is None:
        return None
    inst = child(hcp, p + "Inst")
    organisation = _level(inst, p) or Level()
    party, also = (_level(child(hcp, p + "HCProf"), p, person=True), ()) if inst is None else _parties(inst, p)
    if party is None and not organisation.name and not organisation.idents:
        return None
    return Address(
        organisation=organisation,
        party=party,
        role=role,
        paper=_on_paper(place, p),
        postal=read_postal(child(hcp, p + "Address"), p),
        also=also,
        requester=requester,
    )


def _parties(inst: etree._Element, p: str) -> tuple[Level | None, tuple[Level, ...]]:
    """The communication party, and what else stands below the virksomhet."""
    services = _levels(inst, p, "Dept", person=False)
    people = _levels(inst, p, "HCPerson", person=True)
    everybody = services + people
    if not everybody:
        return None, ()
    party = next((level for level in everybody if level.her_id), everybody[0])
    keep = services if not party.person and party.her_id else everybody
    return party, tuple(level for level in keep if level is not party)


def _levels(inst: etree._Element, p: str, name: str, *, person: bool) -> list[Level]:
    found = (_level(element, p, person=person) for element in inst.iterchildren(p + name))
    return [level for level in found if level is not None]


def _level(element: etree._Element | None, p: str, *, person: bool = False) -> Level | None:
    if element is None:
        return None
    idents = []
    number = text(element, p + "Id")
    if number:
        idents.append(_ident(number, child(element, p + "TypeId")))
    for further in element.iterchildren(p + "AdditionalId"):
        number = text(further, p + "Id")
        if number:
            idents.append(_ident(number, child(further, p + "Type")))
    name = text(element, p + "Name")
    return Level(name, tuple(idents), person) if name or idents else None


def _ident(number: str, kind: etree._Element | None) -> Ident:
    return Ident(number, attribute(kind, "V"), attribute(kind, "DN"))


def _on_paper(place: etree._Element, p: str) -> bool:
    """ComMethod PST of a recipient, or of every MsgType of a copy recipient (ActComMethod before ReqComMethod)."""
    if code(place, p + "ComMethod") == "PST":
        return True
    roles = list(place.iterchildren(p + "CopyDestRole"))
    return bool(roles) and all((code(r, p + "ActComMethod") or code(r, p + "ReqComMethod")) == "PST" for r in roles)


def read_postal(address: etree._Element | None, p: str) -> Postal | None:
    """The ``Address`` of an HCP structure, None when there is none."""
    if address is None:
        return None
    kind, county = child(address, p + "Type"), child(address, p + "County")
    country, district = child(address, p + "Country"), child(address, p + "CityDistr")
    tele = (attribute(number, "V") for number in address.iterchildren(p + "TeleAddress"))
    return Postal(
        type=attribute(kind, "V"),
        type_name=attribute(kind, "DN"),
        street=text(address, p + "StreetAdr"),
        postal_code=text(address, p + "PostalCode"),
        city=text(address, p + "City"),
        county=attribute(county, "V"),
        county_name=attribute(county, "DN"),
        country=attribute(country, "V"),
        country_name=attribute(country, "DN"),
        district=attribute(district, "V"),
        district_name=attribute(district, "DN"),
        tele=tuple(value for value in tele if value),
    )
