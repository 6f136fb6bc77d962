"""Small messages between the two houses of the tests, written out by hand."""

from __future__ import annotations

import uuid

from tests.road.town import HOSPITAL, MUNICIPALITY

GEN_DATE = "2026-03-02T11:30:00+01:00"
PATIENT = """<Patient><FamilyName>Fjellstad</FamilyName><GivenName>Sunniva</GivenName><DateOfBirth>1961-04-12</DateOfBirth><Sex V="2" DN="Kvinne"/></Patient>"""


def dialog(
    msg_id: str = "", *, sender: str = HOSPITAL, receiver: str = MUNICIPALITY, patient: str = PATIENT, extra: str = ""
) -> bytes:
    """A helsefaglig dialog 1.1 that is valid in every respect the road asks for."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24">
  <MsgInfo>
    <Type V="DIALOG_HELSEFAGLIG" DN="Helsefaglig dialog"/>
    <MIGversion>v1.2 2006-05-24</MIGversion>
    <GenDate>{GEN_DATE}</GenDate>
    <MsgId>{msg_id or uuid.uuid4()}</MsgId>
    <Sender>{_organisation("Kristiansund sykehus", "8800100", "Medisinsk avdeling", sender)}</Sender>
    <Receiver>{_organisation("Kristiansund kommune", "8800200", "Pleie- og omsorgstjenesten", receiver)}</Receiver>
    {patient}
  </MsgInfo>
  <Document>
    <RefDoc>
      <IssueDate V="2026-03-02T11:29:00"/>
      <MsgType V="XML" DN="XML-instans"/>
      <Content>
        <Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/2013-01-23">
          <Notat>
            <TemaKodet V="6" DN="Henvendelse om pasient" S="2.16.578.1.12.4.1.1.7322"/>
            <Tema>Hjemreise</Tema>
            <TekstNotatInnhold>Pasienten kan reise hjem i ettermiddag.{extra}</TekstNotatInnhold>
            <DatoNotat>2026-03-02</DatoNotat>
            <RollerRelatertNotat>
              <RoleToPatient V="21" DN="Helsefaglig kontakt" S="2.16.578.1.12.4.1.1.9034"/>
              <HealthcareProfessional>
                <TypeHealthcareProfessional V="LE" DN="Lege"/>
                <FamilyName>Aukra</FamilyName>
                <GivenName>Hanne</GivenName>
                <TeleCom>
                  <TeleAddress xmlns="http://www.kith.no/xmlstds/felleskomponent1" V="tel:+4771122331"/>
                </TeleCom>
              </HealthcareProfessional>
            </RollerRelatertNotat>
            <RollerRelatertNotat>
              <RoleToPatient V="24" DN="Kontakt hos mottaker" S="2.16.578.1.12.4.1.1.9034"/>
              <HealthcareProfessional>
                <TypeHealthcareProfessional V="SP" DN="Sykepleier"/>
              </HealthcareProfessional>
            </RollerRelatertNotat>
          </Notat>
        </Dialogmelding>
      </Content>
    </RefDoc>
  </Document>
</MsgHead>
""".encode()


def _organisation(name: str, her_id: str, unit: str, unit_her_id: str) -> str:
    ident = '<Ident><Id>{}</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident>'
    return (
        f"<Organisation><OrganisationName>{name}</OrganisationName>{ident.format(her_id)}"
        f"<Organisation><OrganisationName>{unit}</OrganisationName>{ident.format(unit_her_id)}</Organisation></Organisation>"
    )
