"""Heads of the official example messages, against facts read from them by eye and against plain XPath."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.domain.heads import Head
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.xmlsafe import parse
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference

NO_MESSAGES = ("cpp", "ebxml", "ebms-3.0")
EXAMPLES = (
    sorted(p for p in (REFERENCE / "examples").glob("*/*.xml") if p.parent.name not in NO_MESSAGES) if REFERENCE else []
)
BUSINESS = [p for p in EXAMPLES if not p.parent.name.startswith("apprec")]

# file, type, action, sender level 1 and 2, recipients (level 1, level 2, role), change, test, urgent
FACTS = [
    ("dialogmelding-1.0/dialogmelding-foresporsel-plo-v1-0.xml", "dialog-foresporsel-1.0", "DIALOG_FORESPORSEL", "99387 5078", "91096 91101 PRIM", "N", False, False),
    ("dialogmelding-1.1/status-paa-henvisning-innkaltetterviderehenvisning.xml", "dialog-status-henvisning-1.1", "DIALOG_STATUS_HENVISNING", "59 90998", "62 8605 PRIM, 56704 258521 COP", "N", False, False),
    ("epikrise-1.1/epikrise-v1-1-c.xml", "epikrise-1.1", "EPIKRISE", "91393 94866", "91393 91439 PRIM, 91393 95136 COP", "C", False, False),
    ("epikrise-1.2/epikrise-v1-2-m.xml", "epikrise-1.2", "EPIKRISE", "91393 94866", "91393 91439 PRIM, 91393 95136 COP", "M", True, False),
    ("henvisning-1.0/henvisning-strukturert-v1-0-n.xml", "henvisning-1.0", "HENVISNING", "56704 258521", "59 90998 PRIM", "N", True, True),
    ("henvisning-1.1/henvisning-v1-1-m.xml", "henvisning-1.1", "HENVISNING", "56704 258521", "59 90998 PRIM", "M", True, False),
    ("henvisning-2.0/henvisning-ny-tilstand-v2-0-endring.xml", "henvisning-ny-tilstand-2.0", "HENVISNING_NYTILSTAND", "91096 91100", "59 90998 PRIM", "M", False, False),
    ("henvisning-2.0/viderehenvisning-v2-0-rettighetsvurdert-etter-ventetid-pakkeforlop-kansellering.xml", "viderehenvisning-2.0", "HENVISNING_VIDERE", "39 99998", "59 93220 PRIM", "C", False, False),
    ("plo-1.5-pasientlogistikk/pasientlogistikk-orientering-om-dodsfall-v1-5-kansellering.xml", "log-dod-1.5", "LOG_DOD", "99387 5078", "91096 91100 PRIM", "C", False, False),
    ("plo-1.6-pasientlogistikk/pasientlogistikk-melding-om-utskrevet-pasient-v1-6-ny.xml", "log-utskrevet-1.6", "LOG_UTSKREVET", "59 90998", "99387 5078 PRIM", "N", False, False),
    ("plo-1.6-helseopplysninger-til-lege/helseopplysninger-til-lege-v1-6-ny.xml", "helseopplysninger-til-lege-1.6", "HELSEOPPLYSNINGER_LEGE", "99387 5078", "91096 91100 PRIM", "N", False, False),
    ("rekvisisjon-1.5/rekvisisjon-lab-v1-5-tillegg.xml", "rekvisisjon-1.5", "REQ_LAB", "91096 91101", "59 94673 PRIM", "A", False, False),
    ("rekvisisjon-1.5/rekvisisjon-radiologi-mr-v1-5-ny.xml", "rekvisisjon-1.5", "REQ_RTG", "2342 88218", "59 91120 PRIM, 91096 91100 COP", "N", False, False),
    ("rekvisisjon-1.6/rekvisisjon-radiologi-mr-v1-6-kansellering.xml", "rekvisisjon-1.6", "REQ_RTG", "2342 88218", "59 91120 PRIM, 91096 91100 COP", "C", False, False),
    ("svarrapport-1.3/svar-patologi-cytologi-v1-3-endring.xml", "svarrapport-1.3", "SVAR_CYT", "59 91818", "56704 258521 PRIM", "M", False, False),
    ("svarrapport-1.4/svar-biokjemi-v1-4-kansellering.xml", "svarrapport-1.4", "SVAR_LAB", "59 91126", "56704 258521 PRIM", "C", False, False),
]  # fmt: skip


def head_of(path: Path) -> Head:
    return read_head(parse(path.read_bytes()), load_catalogue())


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: str(facts[0]))
def test_facts_of_a_spread_of_types(facts: tuple[str, str, str, str, str, str, bool, bool]) -> None:
    assert REFERENCE is not None
    name, short_name, action, sender, recipients, change, test, urgent = facts
    head = head_of(REFERENCE / "examples" / name)
    assert (head.message_type.short_name, head.action, head.change_code) == (short_name, action, change)
    assert head.sender is not None
    assert f"{head.sender.organisation.her_id} {head.sender.her_id}" == sender
    assert ", ".join(f"{r.organisation.her_id} {r.her_id} {r.role}" for r in head.receivers) == recipients
    assert (head.test, head.urgent) == (test, urgent)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.name))
def test_ids_and_times_as_xpath_finds_them(path: Path) -> None:
    root = etree.fromstring(path.read_bytes())
    head = head_of(path)
    ids = root.xpath(
        "/*[local-name()='MsgHead']/*/*[local-name()='MsgId'] | /*[local-name()='Message']/*[local-name()='MsgId'] | /*[local-name()='AppRec']/*[local-name()='Id']"
    )
    times = root.xpath("(//*[local-name()='GenDate'])[1]")
    kinds = root.xpath(
        "string(/*/*[local-name()='MsgInfo']/*[local-name()='Type']/@V | /*/*[local-name()='Type' or local-name()='MsgType']/@V)"
    )
    assert isinstance(ids, list)
    assert isinstance(times, list)
    assert [head.msg_id] == [e.text for e in ids]  # type: ignore[union-attr]
    assert head.generated == (times[0].get("V") or times[0].text)  # type: ignore[union-attr]
    assert head.type_code == kinds


@pytest.mark.parametrize("path", BUSINESS, ids=lambda path: str(path.name))
def test_every_business_example_can_be_answered(path: Path) -> None:
    head = head_of(path)
    assert head.sender is not None
    assert head.sender.her_id
    assert head.sender.organisation.her_id
    assert head.receivers
    assert all(r.her_id and r.organisation.her_id for r in head.receivers)
    assert head.patient_identified
    assert head.type_code in head.message_type.type_codes
    assert head.action in head.message_type.actions
    assert head.message_type.apprec in ("1.0", "1.1")
    assert head.message_type.in_msghead == bool(head.content_tag)
