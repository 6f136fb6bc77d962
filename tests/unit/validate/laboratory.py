"""A right svarrapport and a right rekvisisjon, to be changed by the tests; all names and numbers are invented."""

from __future__ import annotations

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.domain.findings import Finding
from meldingsloft.validate.rulebook import RuleBook
from tests.unit.validate.documents import FNR, judged, message

OID = "2.16.578.1.12.4.1.1."
CRP = f'<Id V="NPU19748" DN="P-CRP" S="{OID}7280"/>'
KNEE = f'<Id V="SNG0AG" DN="MR Kne" S="{OID}7270"/>'
_RELATED = (
    '<{0}><Relation V="{1}" DN="{1}"/><HCP><HCProf><Name>Kari Fjell</Name></HCProf>'
    '<Address><Type V="WP" DN="Arbeidsadresse"/><TeleAddress V="tel:+4771000000"/></Address></HCP></{0}>'
)
_ISSUED = '<ServType V="N" DN="Ny"/><IssueDate V="2026-03-02T10:00:00"/>'
_REQUISITION = (
    f'{_ISSUED}<MsgDescr V="LAB" DN="Laboratoriemedisin"/><Id>5b0b2a7e-9a3c-4f0c-8f2b-6d3f5e1c7a10</Id>'
    f'<ReqInvestigation><ServType V="N" DN="Ny"/><Investigation>{CRP}</Investigation></ReqInvestigation>'
)
_REPORT = (
    f'{_ISSUED}<Status V="F" DN="Endelig rapport"/><MsgDescr V="CLIN" DN="Medisinsk biokjemi"/>'
    "<ServProvId>7b527763-36b6-4047-88c9-883bd9d64a8a</ServProvId><ServReq><Id>NULL</Id></ServReq>"
    + _RELATED.format("RelServProv", "AHP")
)

Change = tuple[str, str]
"""What is written otherwise, and how."""


def report(inside: str, *changes: Change) -> str:
    """A report with these samples and results."""
    return _changed(message("svarrapport", patient=_patient(inside), more=_REPORT), changes)


def requisition(*changes: Change, more: str = "", facts: str = "", family: str = "rekvisisjon") -> str:
    """A requisition with these facts about the patient."""
    return _changed(message(family, patient=_patient(facts), more=more + _REQUISITION), changes)


def found(series: str, document: str, rules: RuleBook | None = None) -> list[Finding]:
    """The findings of one series of rules."""
    findings = judged(document, only={"rules"}, codes=PackagedCodeLists(), rules=rules or RuleBook()).findings
    return [each for each in findings if each.code.startswith(f"{series}-")]


def kind(code: str) -> Change:
    """ServType of the document."""
    return ('<ServType V="N" DN="Ny"/><IssueDate', f'<ServType V="{code}" DN="x"/><IssueDate')


def _patient(inside: str) -> str:
    return (
        f'<Patient><Name>Danser, Line</Name><OffId>{FNR}</OffId><TypeOffId V="FNR" DN="Fødselsnummer"/>'
        f"{_RELATED.format('ResponsibleHcp', 'REK')}{inside}</Patient>"
    )


def _changed(document: str, changes: tuple[Change, ...]) -> str:
    for old, new in changes:
        assert old in document
        document = document.replace(old, new)
    return document
