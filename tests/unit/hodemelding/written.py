"""Small messages written by hand, with invented parties and synthetic patients, for reading and answering."""

from __future__ import annotations

MSG_ID = "6f0b3a52-91d7-4c1e-8a4d-2b7c9e15f001"
DOCUMENT_ID = "0c6c2f0e-5d1b-4f0a-9b1e-7d4c3a2b1f02"

PATIENT = (
    "<Patient><Sex V='2' DN='Kvinne'/><DateOfBirth V='1969-11-13'/><Name>Tang, Sukker</Name><OffId>13916900174</OffId>"
    "<TypeOffId V='FNR' DN='Fødselsnummer'/></Patient>"
)
SERVICE = (
    "<HCP><Inst><Name>Nordfjell sykehus HF</Name><Id>2001</Id><TypeId V='HER' DN='HER-id'/>"
    "<Dept><Name>Kirurgi</Name><Id>2002</Id><TypeId V='HER' DN='HER-id'/></Dept></Inst>{address}</HCP>"
)
ADDRESS = (
    "<Address><Type V='WP' DN='Arbeidsadresse'/><City>Kristiansund</City><TeleAddress V='tel:71000000'/></Address>"
)
PERSON = (
    "<HCP><Inst><Name>Fyrlykta legesenter</Name><Id>999888777</Id><TypeId V='ENH' DN='Organisasjonsnummer'/>"
    "<HCPerson><Name>Kari Lege</Name><Id>1002</Id><TypeId V='HER' DN='HER-id'/>"
    "<AdditionalId><Id>9144999</Id><Type V='HPR' DN='HPR-nummer'/></AdditionalId></HCPerson>"
    "<AdditionalId><Id>1001</Id><Type V='HER' DN='HER-id'/></AdditionalId></Inst></HCP>"
)
COPY = (
    "<CopyDest>{roles}<HCP><Inst><Name>Brattvær kommune</Name><Id>3001</Id><TypeId V='HER' DN='HER-id'/>"
    "<Dept><Name>Sykepleietjeneste</Name><Id>3002</Id><TypeId V='HER' DN='HER-id'/></Dept></Inst></HCP></CopyDest>"
)

_EPIKRISE = {
    "1.1": ("http://www.kith.no/xmlstds/epikrise/2006-09-23", "E"),
    "1.2": ("http://www.kith.no/xmlstds/epikrise/2012-02-15", "EPIKRISE"),
}


def epikrise(
    version: str = "1.2",
    *,
    patient: str = PATIENT,
    sender: str = SERVICE.format(address=ADDRESS),
    receiver: str = PERSON,
    copies: str = "",
    msg_id: str = MSG_ID,
    generated: str = "2026-03-02T08:32:15+01:00",
    com_method: str = "",
) -> bytes:
    """An epikrise with nothing but its head: not valid by its schema, which is no matter to a reader of heads."""
    namespace, kind = _EPIKRISE[version]
    text = (
        f"<Message xmlns='{namespace}'><Type V='{kind}' DN='Epikrise'/><MIGversion>v1.2 2012-02-15</MIGversion>"
        f"<GenDate V='{generated}'/><MsgId>{msg_id}</MsgId>"
        f"<ServRprt><ServType V='M' DN='Endring'/><ServProvId>{DOCUMENT_ID}</ServProvId>{patient}"
        f"<ServProvider>{sender}</ServProvider>{copies}<Requester>{com_method}{receiver}</Requester></ServRprt></Message>"
    )
    return text.encode()


_NAMESPACES = {
    "henvisning-1.0": "http://www.kith.no/xmlstds/henvisning/2005-07-08",
    "svarrapport-1.3": "http://www.kith.no/xmlstds/labsvar/2008-12-01",
    "rekvisisjon-1.5": "http://www.kith.no/xmlstds/rekvisisjon/2008-12-01",
}


def henvisning(priority: str = "N", patient: str = PATIENT) -> bytes:
    """A henvisning 1.0 with an urgency."""
    text = (
        f"<Message xmlns='{_NAMESPACES['henvisning-1.0']}'><Type V='H' DN='Henvisning'/><MsgId>{MSG_ID}</MsgId>"
        f"<GenDate V='2026-03-02T08:32:15'/><ServReq><ServType V='N'/><Id>{DOCUMENT_ID}</Id>{patient}"
        f"<ServProvider>{SERVICE.format(address='')}</ServProvider><Requester>{PERSON}</Requester>"
        f"<ReqServ><ServType V='N'/><Priority V='{priority}'/></ReqServ></ServReq></Message>"
    )
    return text.encode()


def svarrapport(*reports: tuple[str, str], subject: str = PATIENT, copies: str = "") -> bytes:
    """A svarrapport 1.3; each report is (MsgDescr, ServProvId)."""
    bodies = "".join(
        f"<ServReport><ServType V='N'/><MsgDescr V='{description}'/><ServProvId>{number}</ServProvId>{subject}"
        f"<ServProvider>{SERVICE.format(address='')}</ServProvider><Requester>{PERSON}</Requester>{copies}</ServReport>"
        for description, number in reports
    )
    text = (
        f"<Message xmlns='{_NAMESPACES['svarrapport-1.3']}'><Type V='S' DN='Svarrapport'/><GenDate V='2026-03-02T08:32:15'/>"
        f"<MsgId>{MSG_ID}</MsgId>{bodies}</Message>"
    )
    return text.encode()


HEAD_PATIENT = (
    "<Patient><FamilyName>Tang</FamilyName><GivenName>Sukker</GivenName>"
    "<Ident><Id>13916900174</Id><TypeId V='FNR' DN='Fødselsnummer' S='2.16.578.1.12.4.1.1.8116'/></Ident></Patient>"
)
NOTAT = "<Dialogmelding xmlns='http://www.kith.no/xmlstds/dialog/2013-01-23'/>"


def ident(number: str, kind: str = "HER") -> str:
    """An Ident."""
    return f"<Ident><Id>{number}</Id><TypeId V='{kind}' DN='{kind}-DN'/></Ident>"


def organisation(name: str, idents: str, *, service: str = "", person: str = "", address: str = "") -> str:
    """An Organisation of MsgHead."""
    return f"<Organisation><OrganisationName>{name}</OrganisationName>{idents}{address}{service}{person}</Organisation>"


SENDER = organisation("Nordfjell sykehus HF", ident("2001"), service=organisation("Kirurgi", ident("2002")))
GP = "<HealthcareProfessional><FamilyName>Lege</FamilyName><MiddleName>Mellom</MiddleName><GivenName>Kari</GivenName>{idents}</HealthcareProfessional>"
RECEIVER = organisation(
    "Fyrlykta legesenter", ident("1001"), person=GP.format(idents=ident("9144999", "HPR") + ident("1002"))
)


def hodemelding(
    content: str = NOTAT,
    *,
    kind: str = "DIALOG_HELSEFAGLIG",
    sender: str = SENDER,
    receiver: str = RECEIVER,
    others: str = "",
    patient: str = HEAD_PATIENT,
    status: str = "",
) -> bytes:
    """A MsgHead around ``content``."""
    text = (
        "<MsgHead xmlns='http://www.kith.no/xmlstds/msghead/2006-05-24'><MsgInfo>"
        f"<Type V='{kind}' DN='Helsefaglig dialog'/><MIGversion>v1.2 2006-05-24</MIGversion><GenDate>2026-03-02T08:32:15</GenDate>"
        f"<MsgId>{MSG_ID}</MsgId>{status}<Sender>{sender}</Sender><Receiver>{receiver}</Receiver>{others}{patient}</MsgInfo>"
        f"<Document><RefDoc><MsgType V='XML'/><Content>{content}</Content></RefDoc></Document></MsgHead>"
    )
    return text.encode()
