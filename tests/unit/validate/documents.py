"""Documents and a small schema set for the tests of ``validate``; all names and numbers are invented."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from lxml import etree

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.domain.findings import Finding
from meldingsloft.validate.message import ValidationResult, validate_message

MH = "http://www.kith.no/xmlstds/msghead/2006-05-24"
DIALOG = "http://www.kith.no/xmlstds/dialog/2013-01-23"
FK1 = "http://www.kith.no/xmlstds/felleskomponent1"
EPIKRISE = "http://www.kith.no/xmlstds/epikrise/2012-02-15"
NOTE = "urn:example:note"

FNR = "13916910082"
"""Synthetic (month + 80), right check digits."""


class SmallSchemas:
    """A schema set made of texts (port ``Schemas``)."""

    name = "small"

    def __init__(self, documents: Mapping[str, str]) -> None:
        self._documents = documents
        self._compiled: dict[frozenset[str], etree.XMLSchema] = {}

    def knows(self, namespace: str) -> bool:
        return namespace in self._documents

    def source(self, namespace: str) -> str:
        return namespace

    def for_namespaces(self, namespaces: frozenset[str]) -> Any:
        known = namespaces.intersection(self._documents)
        if known not in self._compiled:
            self._compiled[known] = self._compile(known)
        return self._compiled[known]

    def _compile(self, namespaces: frozenset[str]) -> etree.XMLSchema:
        documents = self._documents

        class Resolver(etree.Resolver):
            def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # type: ignore[override]
                return self.resolve_string(
                    documents[(system_url or "").removeprefix("small:")], context, base_url=system_url
                )

        parser = etree.XMLParser()
        parser.resolvers.add(Resolver())
        imports = "".join(f'<xs:import namespace="{n}" schemaLocation="small:{n}"/>' for n in sorted(namespaces))
        return etree.XMLSchema(
            etree.fromstring(f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>', parser)
        )


EPIKRISE_XSD = f"""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{EPIKRISE}" targetNamespace="{EPIKRISE}" elementFormDefault="qualified">
  <xs:element name="Message"><xs:complexType><xs:sequence>
    <xs:element name="Type" type="CS" minOccurs="0"/>
    <xs:element name="MIGversion" type="xs:string" fixed="v1.2 2012-02-15"/>
    <xs:element name="GenDate" type="TS"/>
    <xs:element name="MsgId" type="xs:string"/>
    <xs:element name="Status" minOccurs="0"><xs:complexType><xs:attribute name="V" use="required">
      <xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="TEST"/><xs:enumeration value="PROD"/></xs:restriction></xs:simpleType>
    </xs:attribute></xs:complexType></xs:element>
    <xs:element name="ServRprt" maxOccurs="2"><xs:complexType><xs:sequence>
      <xs:element name="IssueDate" type="xs:dateTime"/>
      <xs:element name="ApprDate" type="xs:date" minOccurs="0"/>
      <xs:element name="Count" minOccurs="0"><xs:simpleType><xs:restriction base="xs:integer"><xs:maxInclusive value="9"/></xs:restriction></xs:simpleType></xs:element>
      <xs:element name="Short" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="3"/></xs:restriction></xs:simpleType></xs:element>
      <xs:element name="Code" minOccurs="0" maxOccurs="3"><xs:complexType><xs:attribute name="V" type="xs:string"/>
        <xs:attribute name="S"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="\\d+(\\.\\d+)*"/></xs:restriction></xs:simpleType></xs:attribute>
      </xs:complexType></xs:element>
      <xs:choice><xs:element name="Dept" type="xs:string"/><xs:element name="HCPerson" type="xs:string"/></xs:choice>
      <xs:element name="Content" minOccurs="0"><xs:complexType><xs:sequence>
        <xs:any namespace="##any" processContents="strict" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:complexType name="CS"><xs:attribute name="V" type="xs:string"/><xs:attribute name="DN" type="xs:string"/></xs:complexType>
  <xs:complexType name="TS"><xs:attribute name="V"><xs:simpleType>
    <xs:union memberTypes="xs:dateTime xs:date xs:gYear"/></xs:simpleType></xs:attribute></xs:complexType>
</xs:schema>"""
NOTE_XSD = f"""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{NOTE}" elementFormDefault="qualified">
  <xs:element name="Note"><xs:complexType><xs:sequence><xs:element name="Line" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
SMALL = f"""<Message xmlns="{EPIKRISE}">
  <Type V="EPIKRISE" DN="Epikrise"/>
  <MIGversion>v1.2 2012-02-15</MIGversion>
  <GenDate V="2026-03-02T10:31:07"/>
  <MsgId>f022ccd0-4567-41e7-9598-0800200c9a66</MsgId>
  <Status V="TEST"/>
  <ServRprt>
    <IssueDate>2026-03-02T10:00:00</IssueDate>
    <ApprDate>2026-03-02</ApprDate>
    <Code V="A" S="2.16.578"/>
    <Dept>Kirurgi</Dept>
    <Content><n:Note xmlns:n="{NOTE}"><n:Line>Per Hansen 13916910082</n:Line></n:Note></Content>
  </ServRprt>
</Message>"""
"""A message of the small epikrise schema."""


@cache
def small_schemas() -> SmallSchemas:
    return SmallSchemas({EPIKRISE: EPIKRISE_XSD, NOTE: NOTE_XSD})


def judged(document: str | bytes, **options: Any) -> ValidationResult:
    """``validate_message`` with the small schemas and the shipped catalogue."""
    data = document if isinstance(document, bytes) else document.encode()
    return validate_message(data, **{"schemas": small_schemas(), "catalogue": load_catalogue(), **options})


CONTENT = frozenset({"EP", "HE", "SV", "RE", "PL", "DI"})
"""Series that ask for what the small documents here do not tell …"""
ADDRESSED = frozenset({"EP-004", "EP-005", "EP-007", "HE-002", "HE-003", "RE-005", "RE-006", "SV-006", "SV-008"})
"""… apart from these, about sender, receiver and patient."""


def by_rules(document: str | bytes, **options: Any) -> tuple[Finding, ...]:
    """The findings of the business rules alone, but for the content that each family asks for."""
    found = judged(document, only={"rules"}, **options).findings
    return tuple(each for each in found if each.code[:2] not in CONTENT or each.code in ADDRESSED)


def of_series(series: str, document: str | bytes, **options: Any) -> list[str]:
    """The codes of one series of rules, in document order."""
    found = judged(document, only={"rules"}, **options).findings
    return [each.code for each in found if each.code.startswith(f"{series}-")]


def without_advice(document: str | bytes, **options: Any) -> tuple[Finding, ...]:
    """Those of the rules that a sending message server asks too."""
    return by_rules(document, asking="sender", **options)


def codes(document: str | bytes, **options: Any) -> list[str]:
    """Their codes, in document order."""
    return [finding.code for finding in by_rules(document, **options)]


def ident(number: str, kind: str) -> str:
    system = "8116" if kind in ("FNR", "DNR", "HNR", "FHN", "DUF", "HPR") else "9051"
    return f'<Ident><Id>{number}</Id><TypeId V="{kind}" S="2.16.578.1.12.4.1.1.{system}" DN="{kind}"/></Ident>'


SERVICE = f"<Organisation><OrganisationName>Kirurgi</OrganisationName>{ident('2002', 'HER')}</Organisation>"
PERSON = (
    "<HealthcareProfessional><FamilyName>Fjell</FamilyName><GivenName>Kari</GivenName>"
    f"{ident('1002', 'HER')}</HealthcareProfessional>"
)
PATIENT = f"<Patient><FamilyName>Danser</FamilyName><GivenName>Line</GivenName>{ident(FNR, 'FNR')}</Patient>"


def organisation(name: str, her_id: str, party: str) -> str:
    return f"<Organisation><OrganisationName>{name}</OrganisationName>{ident(her_id, 'HER')}{party}</Organisation>"


DIALOGUE = f"""<Dialogmelding xmlns="{DIALOG}"><Notat><TemaKodet V="6" DN="Henvendelse om pasient" S="2.16.578.1.12.4.1.1.7322"/>
<Tema>Kontroll</Tema><TekstNotatInnhold>Kan kontrollen vente?</TekstNotatInnhold><DatoNotat>2026-03-02</DatoNotat>
<RollerRelatertNotat><RoleToPatient V="6" DN="Fastlege" S="2.16.578.1.12.4.1.1.9034"/><HealthcareProfessional>
<TypeHealthcareProfessional V="LE" DN="Lege"/><FamilyName>Fjell</FamilyName><GivenName>Kari</GivenName>
<TeleCom><TeleAddress xmlns="{FK1}" V="tel:+4790000000"/></TeleCom></HealthcareProfessional></RollerRelatertNotat>
<RollerRelatertNotat><RoleToPatient V="24" DN="Kontakt hos mottaker" S="2.16.578.1.12.4.1.1.9034"/><HealthcareProfessional>
<TypeHealthcareProfessional V="LE" DN="Lege"/></HealthcareProfessional></RollerRelatertNotat></Notat></Dialogmelding>"""


def type_element(code: str) -> str:
    """Type with the text that the catalogue has for its code."""
    names = {code: name for row in load_catalogue() for code, name in zip(row.type_codes, row.type_names, strict=False)}
    return f'<Type V="{code}" DN="{names.get(code, "Annet")}"/>'


def hodemelding(
    *,
    type_code: str = "DIALOG_HELSEFAGLIG",
    mig_version: str = "v1.2 2006-05-24",
    gen_date: str = "2026-03-02T10:31:07",
    msg_id: str = "0d0b5c7e-6a1e-4b8b-9a55-3d2f6f1d9c11",
    sender: str = organisation("Eksempel legesenter", "1001", PERSON),
    receiver: str = organisation("Eksempel sykehus HF", "2001", SERVICE),
    patient: str = PATIENT,
    content: str = DIALOGUE,
) -> str:
    """A hodemelding around a Dialogmelding 1.1, with all that the rules ask."""
    return f"""<MsgHead xmlns="{MH}"><MsgInfo>
{type_element(type_code)}
<MIGversion>{mig_version}</MIGversion><GenDate>{gen_date}</GenDate><MsgId>{msg_id}</MsgId><ProcessingStatus V="T"/>
<Sender>{sender}</Sender>
<Receiver>{receiver}</Receiver>
{patient}</MsgInfo>
<Document><RefDoc><MsgType V="XML"/><Content>{content}</Content></RefDoc></Document></MsgHead>"""


def hcp(
    party: str = '<Dept><Name>Kirurgi</Name><Id>2002</Id><TypeId V="HER"/></Dept>',
    her: str = '<Id>2001</Id><TypeId V="HER"/>',
) -> str:
    return f"<HCP><Inst><Name>Eksempel sykehus HF</Name>{her}{party}</Inst></HCP>"


NUMBERED = f'<Patient><Name>Danser, Line</Name><OffId>{FNR}</OffId><TypeOffId V="FNR"/></Patient>'
FAMILIES = {
    "epikrise": ("epikrise/2012-02-15", "EPIKRISE", "v1.2 2012-02-15", "ServRprt"),
    "svarrapport": ("labsvar/2012-02-15", "SVAR_LAB", "v1.4 2012-02-15", "ServReport"),
    "henvisning": ("henvisning/2012-02-15", "HENVISNING", "v1.1 2012-02-15", "ServReq"),
    "rekvisisjon": ("rekvisisjon/2012-02-15", "REQ_LAB", "v1.6 2012-02-15", "ServReq"),
    "rekvisisjon-1.5": ("rekvisisjon/2008-12-01", "R", "v1.5 2008-12-01", "ServReq"),
}


def message(
    family: str = "epikrise",
    *,
    type_code: str | None = None,
    mig_version: str | None = None,
    gen_date: str = "2026-03-02T10:31:07",
    provider: str = f"<ServProvider>{hcp()}</ServProvider>",
    requester: str = f"<Requester>{hcp()}</Requester>",
    patient: str = NUMBERED,
    more: str = "",
) -> str:
    """A message without hodemelding, with all that the rules ask."""
    namespace, code, version, body = FAMILIES[family]
    return f"""<Message xmlns="http://www.kith.no/xmlstds/{namespace}">
{type_element(code if type_code is None else type_code)}<MIGversion>{version if mig_version is None else mig_version}</MIGversion>
<GenDate V="{gen_date}"/><MsgId>f022ccd0-4567-41e7-9598-0800200c9a66</MsgId><Status V="TEST"/>
<{body}>{provider}{requester}{patient}{more}</{body}></Message>"""


ERROR = '<Error S="2.16.578.1.12.4.1.1.8221" V="E21" DN="Mottaker finnes ikke"/>'


def apprec(
    *,
    year: str = "2012-02-15",
    msg_type: str = "APPREC",
    mig_version: str = "v1.1 2012-02-15",
    own_id: str = "0d0b5c7e-6a1e-4b8b-9a55-3d2f6f1d9c11",
    sender: str = "PRIM",
    receiver: str = "AVS",
    status: str = "1",
    errors: str = "",
) -> str:
    """An AppRec with all that the rules ask; a role of ``""`` is left out."""
    roles = [f'<Role V="{role}"/>' if role else "" for role in (sender, receiver)]
    return f"""<AppRec xmlns="http://www.kith.no/xmlstds/apprec/{year}"><MsgType V="{msg_type}"/>
<MIGversion>{mig_version}</MIGversion><GenDate>2026-03-02T10:31:07+01:00</GenDate><Id>{own_id}</Id>
<Sender>{roles[0]}</Sender><Receiver>{roles[1]}</Receiver><Status V="{status}"/>{errors}</AppRec>"""
