"""An AppRec as facts, and the facts as XML (HIS 80415:2004 and :2012 §4, both XSDs).

Both versions have one structure; namespace, MIGversion and role codes differ. Elements stand in the order of the schema:
in ``Inst`` the Dept come before AdditionalId and those before HCPerson, whatever the printed examples show.
"""

from __future__ import annotations

from dataclasses import dataclass

from meldingsloft.apprec.codes import MIG_VERSIONS, NAMESPACES, ROLES, STATUSES, Version
from meldingsloft.apprec.text import attribute, element, escape, uri
from meldingsloft.domain.heads import Address, AppRecError, Ident, Level, Postal


@dataclass(frozen=True, slots=True)
class AppRecDocument:
    """All facts of one AppRec; times are xs:dateTime text."""

    version: Version
    id: str
    generated: str
    sender: Address
    """Who answers: the recipient of the message."""
    sender_role: str
    """``PRIM`` or ``COP`` (1.1); ``REQ``, ``SPR`` or ``COP`` (1.0); empty when none is given."""
    receiver: Address
    """Who is answered: the sender of the message."""
    receiver_role: str
    """``AVS`` (1.1), ``RECEIVER`` (1.0); empty when none is given."""
    status: str
    """Kodeverk 8258."""
    errors: tuple[AppRecError, ...]
    original_type: str
    """Kodeverk 8279."""
    original_type_name: str
    original_issued: str
    original_id: str
    software_name: str = ""
    software_version: str = ""


def write(document: AppRecDocument) -> bytes:
    """The exact bytes of the AppRec: UTF-8 with an XML declaration.

    Facts are written as they are, right or wrong; characters XML cannot carry become U+FFFD.
    """
    d = document
    parts = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<AppRec xmlns="', NAMESPACES[d.version], '">',
        '<MsgType V="APPREC" DN="Applikasjonskvittering"/>',
        "<MIGversion>", MIG_VERSIONS[d.version], "</MIGversion>",
        element("SoftwareName", d.software_name),
        element("SoftwareVersion", d.software_version),
        "<GenDate>", escape(d.generated), "</GenDate><Id>", escape(d.id), "</Id>",
        "<Sender>", _role(d.sender_role), _hcp(d.sender), "</Sender>",
        "<Receiver>", _role(d.receiver_role), _hcp(d.receiver), "</Receiver>",
        _coded("Status", d.status, STATUSES.get(d.status, "")),
        *map(_error, d.errors),
        "<OriginalMsgId>", _coded("MsgType", d.original_type, d.original_type_name),
        "<IssueDate>", escape(d.original_issued), "</IssueDate><Id>", escape(d.original_id), "</Id></OriginalMsgId></AppRec>\n",
    )  # fmt: skip
    return "".join(parts).encode("utf-8")


def _role(code: str) -> str:
    return _coded("Role", code, ROLES.get(code, "")) if code else ""


def _coded(name: str, code: str, display: str) -> str:
    return f"<{name}{attribute('V', code)}{attribute('DN', display)}/>"


def _error(error: AppRecError) -> str:
    return f"<Error{attribute('S', error.system)}{attribute('V', error.code)}{attribute('DN', error.name)}{attribute('OT', error.text)}/>"


def _hcp(address: Address) -> str:
    organisation, party = address.organisation, address.party
    if party is not None and party.person and not organisation.name and not organisation.idents:
        return f"<HCP><HCProf>{_level(party)}</HCProf>{_postal(address.postal)}</HCP>"
    below = (party, *address.also) if party is not None else address.also
    services = "".join(f"<Dept>{_level(level)}</Dept>" for level in below if not level.person)
    people = "".join(f"<HCPerson>{_level(level)}</HCPerson>" for level in below if level.person)
    name, further = _own(organisation), _further(organisation)
    return f"<HCP><Inst>{name}{services}{further}{people}</Inst>{_postal(address.postal)}</HCP>"


def _level(level: Level) -> str:
    return _own(level) + _further(level)


def _own(level: Level) -> str:
    """Name, Id and TypeId; the HER-id is the Id wherever it stood (AR-031)."""
    chosen = _chosen(level)
    if chosen is None:
        return element("Name", level.name)
    kind = _coded("TypeId", chosen.type, _type_name(chosen)) if chosen.type else ""
    return f"{element('Name', level.name)}<Id>{escape(chosen.id)}</Id>{kind}"


def _further(level: Level) -> str:
    chosen = _chosen(level)
    others = (ident for ident in level.idents if ident is not chosen)
    return "".join(
        f"<AdditionalId><Id>{escape(i.id)}</Id>{_coded('Type', i.type, _type_name(i))}</AdditionalId>" for i in others
    )


def _chosen(level: Level) -> Ident | None:
    return next((ident for ident in level.idents if ident.type == "HER"), level.idents[0] if level.idents else None)


def _type_name(ident: Ident) -> str:
    return ident.type_name or ("HER-id" if ident.type == "HER" else "")


def _postal(postal: Postal | None) -> str:
    if postal is None:
        return ""
    kind = _coded("Type", postal.type, postal.type_name) if postal.type else '<Type V="WP" DN="Arbeidsadresse"/>'
    places = (
        ("County", postal.county, postal.county_name),
        ("Country", postal.country, postal.country_name),
        ("CityDistr", postal.district, postal.district_name),
    )
    coded = "".join(_coded(name, code, display) for name, code, display in places if code or display)
    lines = (
        element("StreetAdr", postal.street) + element("PostalCode", postal.postal_code) + element("City", postal.city)
    )
    tele = "".join(f"<TeleAddress{attribute('V', uri(number))}/>" for number in postal.tele)
    return f"<Address>{kind}{lines}{coded}{tele}</Address>"
