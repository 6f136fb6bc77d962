"""The shape of MsgHead 1.2: what a builder must know of the envelope around a fagmelding (HIS 80601:2006, MsgHead-v1_2.xsd).

``ORDER`` holds one line an element, ``Element: Child Child …``, children in the order of the schema's sequences.
"""

from __future__ import annotations

NAMESPACE = "http://www.kith.no/xmlstds/msghead/2006-05-24"
BASE64_CONTAINER = "http://www.kith.no/xmlstds/base64container"
MIG_VERSION = "v1.2 2006-05-24"
"""The version of MsgHead itself; the fagmelding's version is its namespace (rule GN-008)."""

_PERSON = "FamilyName MiddleName GivenName DateOfBirth Sex Nationality Ident Address TeleCom"
_ADDRESS = "Type StreetAdr PostalCode City Postbox County Country"

ORDER = f"""
MsgHead: MsgInfo Document PatientReport Signature
MsgInfo: Type MIGversion GenDate MsgId ProcessingStatus RequestedPriority Ack ConversationRef Sender Receiver OtherReceiver Patient
ConversationRef: RefToParent RefToConversation
Sender: ComMethod Organisation
Receiver: ComMethod Organisation
OtherReceiver: ComMethod RoleReceiver Organisation Patient Person HealthcareProfessional
Organisation: OrganisationName TypeOrganisation Ident Address TeleCom Organisation HealthcareProfessional
HealthcareProfessional: TypeHealthcareProfessional RoleToPatient {_PERSON}
Patient: {_PERSON}
Ident: Id TypeId
Address: {_ADDRESS}
TeleCom: TypeTelecom TeleAddress
Document: DocumentConnection ContentType ContentDescription ContentCategory Consent Annotation FromDate ToDate OidRef EnquiryRefId RefDoc
RefDoc: IssueDate MsgType Id MimeType Description Compression FileReference Content
Content: Dialogmelding Henvisning Base64Container
"""
FELLESKOMPONENT_ORDER = f"""
Ident: Id TypeId
Address: {_ADDRESS}
TeleCom: TypeTelecom TeleAddress
Organisation: TypeOrganisation OrganisationName Ident Address TeleCom Organisation
"""
"""Felleskomponent1 differs from MsgHead: TypeOrganisation comes first and an organisation holds no person."""
