"""Which datatype of HIS 80117:2002 an element has, by its local name.

The schemas use a name for one datatype wherever they give it a value in V; the few that differ between places are told apart by
their parent. A name may stand for plain text elsewhere, so what is asked of an element without V must be asked of empty ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meldingsloft.xmlsafe import local_name, namespace_of

if TYPE_CHECKING:
    from lxml import etree

SIMPLE = frozenset(
    {
        "Ack", "ActComMethod", "AdmCat", "AdmOutcome", "AdmStatus", "AdviceSentTo", "AnafylaktiskeReaksjoner",
        "ArithmeticComp", "Atc", "BasisForHealthServices", "BehovTolkSprak", "Bekreftelsesform", "Blodtype",
        "Briller", "Bruk", "CityDistr", "ComMethod", "Compression", "Country", "County", "CustodyType",
        "DevResultInd", "DocumentConnection", "EscortRequired", "FasteUkedager", "Forsendelsesstatus", "Hastegrad",
        "HjelpemiddelHorsel", "InngaarIMultidose", "KategoriHelsepersonell", "Legemiddelform", "Leveringsform",
        "MsgDescr", "MsgType", "Nationality", "Omsorgsfunksjon", "PaymentCat", "Priority", "ProcessingStatus",
        "Purpose", "Recipient", "ReqComMethod", "RequestedPrioReport", "RequestedPriority", "Rhesusgruppe",
        "RoleReceiver", "SampleCollInd", "SarskilteTiltak", "ServType", "Sex", "SivilStatus", "Slektskap", "Sprak",
        "Status", "StatusInvestigation", "StatusTilForskrivningen", "TypeAttest", "TypeHealthcareProfessional",
        "TypeInnholdKonsultasjon", "TypeOffId", "TypeTelecom", "Utleveringsform",
    }
)  # fmt: skip
"""CS: a code of the list that the standard fixes."""
CODED = frozenset(
    {
        "BruksomradeKode", "CancellationCode", "CodedComment", "CodedDescr", "CollectorCommentCoded",
        "CollectorsCommentCoded", "Concept", "Consent", "ConsentStatus", "ContentCategory", "ContentType",
        "Diagnosekode", "DosageCoded", "DrugId", "Form", "Formål", "Funksjonsområde", "Funksjonsvariabel",
        "Hendelsekode", "HjelpTilLegemiddelhandtering", "HjelpemiddelkodeRTV", "IPLOStjenestetype",
        "IntervensjonTiltakKode", "KodeAnnetStoff", "KodetOpplysning", "KodetVurdering", "Konsultasjonsform",
        "Kontakttype", "MedSpeciality", "MedSpecialty", "Opplysning", "Overskriftskode", "Pakkeforlopskode", "Qual",
        "Relasjon", "ReseptSendtMed", "Reservation", "RoleToPatient", "RolleNotat", "RouteOfAdm", "SakstypeKodet",
        "SampleCollProc", "ServId", "Spec", "StedForKontaktepisode", "TemaKodet", "TextCode", "Tjenestetype",
        "TransportRequirement", "TypeCoded", "TypeDato", "TypeForesp", "TypeHendelse", "TypeInformasjon",
        "TypeInnhold", "TypeJournalinfo", "TypeMottaker", "TypeOrganisation", "TypeRelasjon", "UtTil",
        "UtfallAvVurdering", "Uttilstand", "Value", "VentetidSluttkode", "VirkestoffLegemiddel",
    }
)  # fmt: skip
"""CV: a code of the list that S names, or text in OT. Error of an AppRec is judged by AK-004."""
BY_PLACE = frozenset({"Heading", "Type", "TypeId", "Code", "Id"})
"""CS in one place, CV in another, plain text in a third."""
TIMES = frozenset(
    {
        "AdmSlutt", "AdmStart", "ApprDate", "BehovOpphortDato", "CollectedDate", "ConsentDate", "CounterSignDate",
        "DateOfBirth", "DateOfDeath", "DateResultValue", "DescrDate", "DoseringSluttidspunkt",
        "DoseringStarttidspunkt", "EndDateTime", "FromDate", "InvDate", "IssueDate", "KontaktAvsluttet",
        "KontaktStartet", "MedicalValidationDate", "OrgDate", "PlanningDate", "ProducedDate", "ReceiptDate",
        "ReqDate", "RequestedDateReport", "ScheduledDate", "ScheduledEnd", "ScheduledStart", "StartDateTime",
        "StatusChangeDate", "TidspunktForHendelse", "ToDate", "TranslatorEndDate",
    }
)  # fmt: skip
"""TS; GenDate is judged by GN-011."""
BOOLEANS = frozenset({"Accredited", "Flag", "Guardien", "IsBlind", "IsDeaf", "NoReport"})
QUANTITIES = frozenset(
    {
        "AdmEnkeltdose", "ExpDuration", "ExpectedDelay", "GjentagelseIntervall", "High", "IntendedDuration", "Low",
        "NumResultValue", "Quantity", "QuantitySupplied", "Styrke", "UnitDose",
    }
)  # fmt: skip
"""PQ: a number and its unit."""
ADDRESSES = frozenset({"TeleAddress", "REF"})
"""URL."""
TEXTS = frozenset({"TextResultValue", "TekstNotatInnhold", "Sporsmal", "FunksjonsbeskrivelseTekst", "Description"})
"""Text that may be XHTML (anyType)."""
_HENVISNING_2 = "http://ehelse.no/xmlstds/henvisning/2017-11-30"
_LABSVAR_1_4 = "http://www.kith.no/xmlstds/labsvar/2012-02-15"


def is_coded(element: etree._Element, name: str) -> bool:
    """True for a CV, ``name`` being one of ``CODED`` or ``BY_PLACE``."""
    if name not in BY_PLACE:
        return True
    above = element.getparent()
    parent = "" if above is None else local_name(above)
    if name == "TypeId":
        return parent == "Ident"
    if name == "Id":
        return parent in ("Investigation", "ClinInv", "ServId")
    namespace = namespace_of(element)
    if name == "Heading":
        return namespace == _HENVISNING_2 and parent in ("ReasonAsText", "Comment")
    if name == "Type":
        return (parent == "StructuredInfo" and namespace == _LABSVAR_1_4) or (
            parent == "InfItem" and namespace == _HENVISNING_2
        )
    return parent == "CodedInfo" and namespace == _LABSVAR_1_4
