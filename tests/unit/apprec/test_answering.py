from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.apprec.answering import answer, issue_date
from meldingsloft.apprec.codes import ERRORS, NAMESPACES, general_error
from meldingsloft.apprec.document import AppRecDocument
from meldingsloft.apprec.reading import read
from meldingsloft.domain.heads import Address, Head, Ident, Level, Postal
from meldingsloft.domain.identifiers import MsgId
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.xmlsafe import parse
from tests.reference import REFERENCE, needs_reference
from tests.unit.apprec.official import judge
from tests.unit.hodemelding import written

NOW = dt.datetime(2026, 3, 2, 9, 31, 7, 250, tzinfo=dt.UTC)
ID = MsgId("0d0b5c7e-6a1e-4b8b-9a55-3d2f6f1d9c11")
BUSINESS = (
    sorted(
        p
        for p in (REFERENCE / "examples").glob("*/*.xml")
        if p.parent.name.split("-")[0]
        in ("dialogmelding", "epikrise", "henvisning", "plo", "rekvisisjon", "svarrapport")
    )
    if REFERENCE
    else []
)


def head_of(data: bytes) -> Head:
    return read_head(parse(data), load_catalogue())


def answered(head: Head, number: int = 0, *codes: str, partly: bool = False) -> AppRecDocument:
    made = answer(
        head, head.receivers[number], errors=[general_error(c) for c in codes], msg_id=ID, now=NOW, partly=partly
    )
    return read(parse(made))


def test_a_positive_answer_as_exact_bytes() -> None:
    made = answer(
        head_of(written.epikrise()),
        head_of(written.epikrise()).receivers[0],
        msg_id=ID,
        now=NOW,
        software=("prøve", "1"),
    )
    assert made.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<AppRec xmlns="http://www.kith.no/xmlstds/apprec/2012-02-15">'
        '<MsgType V="APPREC" DN="Applikasjonskvittering"/><MIGversion>v1.1 2012-02-15</MIGversion>'
        "<SoftwareName>prøve</SoftwareName><SoftwareVersion>1</SoftwareVersion>"
        f"<GenDate>2026-03-02T09:31:07Z</GenDate><Id>{ID}</Id>"
        '<Sender><Role V="PRIM" DN="Primærmottaker"/><HCP><Inst><Name>Fyrlykta legesenter</Name><Id>1001</Id><TypeId V="HER" DN="HER-id"/>'
        '<AdditionalId><Id>999888777</Id><Type V="ENH" DN="Organisasjonsnummer"/></AdditionalId>'
        '<HCPerson><Name>Kari Lege</Name><Id>1002</Id><TypeId V="HER" DN="HER-id"/>'
        '<AdditionalId><Id>9144999</Id><Type V="HPR" DN="HPR-nummer"/></AdditionalId></HCPerson></Inst></HCP></Sender>'
        '<Receiver><Role V="AVS" DN="Avsender"/><HCP><Inst><Name>Nordfjell sykehus HF</Name><Id>2001</Id><TypeId V="HER" DN="HER-id"/>'
        '<Dept><Name>Kirurgi</Name><Id>2002</Id><TypeId V="HER" DN="HER-id"/></Dept></Inst>'
        '<Address><Type V="WP" DN="Arbeidsadresse"/><City>Kristiansund</City><TeleAddress V="tel:71000000"/></Address></HCP></Receiver>'
        '<Status V="1" DN="OK"/><OriginalMsgId><MsgType V="EPIKRISE" DN="Epikrise"/>'
        f"<IssueDate>2026-03-02T08:32:15+01:00</IssueDate><Id>{written.MSG_ID}</Id></OriginalMsgId></AppRec>\n"
    )


@pytest.mark.parametrize(
    ("data", "version", "roles"),
    [
        (written.epikrise("1.2"), "1.1", ("PRIM", "AVS")),
        (written.epikrise("1.1"), "1.0", ("REQ", "RECEIVER")),
        (written.henvisning(), "1.0", ("SPR", "RECEIVER")),
        (written.hodemelding(), "1.1", ("PRIM", "AVS")),
        (
            written.hodemelding(
                "<Dialogmelding xmlns='http://www.kith.no/xmlstds/dialog/2006-10-11'/>", kind="DIALOG_NOTAT"
            ),
            "1.0",
            ("SPR", "RECEIVER"),
        ),
    ],
)
def test_version_and_roles_follow_the_message(data: bytes, version: str, roles: tuple[str, str]) -> None:
    document = answered(head_of(data))
    assert (document.version, (document.sender_role, document.receiver_role)) == (version, roles)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_copy_recipient_always_answers_as_cop(version: str) -> None:
    document = answered(head_of(written.epikrise(version, copies=written.COPY.format(roles=""))), 1)
    assert document.sender_role == "COP"
    assert document.sender.her_id == "3002"


def test_the_id_quoted_is_the_msgid_or_for_10_the_documents() -> None:
    assert answered(head_of(written.epikrise("1.2"))).original_id == written.MSG_ID
    assert answered(head_of(written.epikrise("1.1"))).original_id == written.DOCUMENT_ID


def test_each_report_of_a_svarrapport_13_is_quoted_by_its_own() -> None:
    head = head_of(written.svarrapport(("MBIO", "a"), ("MBIO", "b")))
    made = answer(head, head.receivers[0], msg_id=ID, now=NOW, quoted_id=head.quoted_ids[1])
    assert read(parse(made)).original_id == "b"


def test_the_type_quoted_is_of_8279_with_its_name() -> None:
    document = answered(head_of(written.svarrapport(("CYTO", "a"))))
    assert (document.original_type, document.original_type_name) == ("SVAR_CYT", "Svarrapport-Cytologi")


def test_a_type_the_table_has_no_name_for_keeps_the_one_it_came_with() -> None:
    document = answered(head_of(written.hodemelding(kind="DIALOG_INNBYGGER_EKONTAKT")))
    assert (document.original_type, document.original_type_name) == ("DIALOG_INNBYGGER_EKONTAKT", "Helsefaglig dialog")


def test_status_follows_the_errors() -> None:
    head = head_of(written.epikrise())
    assert answered(head).status == "1"
    assert answered(head, 0, "E10", "E36").status == "2"
    assert [e.code for e in answered(head, 0, "E10", "E36").errors] == ["E10", "E36"]
    assert answered(head, 0, "E10", partly=True).status == "3"
    assert answered(head, partly=True).status == "1"


@pytest.mark.parametrize(
    ("generated", "issued"),
    [
        ("2026-03-02T08:32:15", "2026-03-02T08:32:15"),
        ("2026-03-02T08:32:15.1234567+01:00", "2026-03-02T08:32:15.1234567+01:00"),
        ("2026-03-02", "2026-03-02T00:00:00"),
        ("2026-02-30", "otherwise"),
        ("2026-02-30T08:00:00", "otherwise"),
        ("2026-03-02T08:32:15+15:00", "otherwise"),
        ("2026-03-02 08:32:15", "otherwise"),
        ("08:32:15", "otherwise"),
        ("2026", "otherwise"),
        ("", "otherwise"),
        ("٢٠٢٦-03-02", "otherwise"),
    ],
)
def test_the_time_quoted_is_always_a_datetime(generated: str, issued: str) -> None:
    assert issue_date(generated, "otherwise") == issued


def test_a_message_without_a_readable_time_is_still_answered() -> None:
    assert answered(head_of(written.epikrise(generated="i går"))).original_issued == "2026-03-02T09:31:07Z"


def test_time_keeps_the_zone_it_is_given_in() -> None:
    head = head_of(written.epikrise())
    made = answer(head, head.receivers[0], msg_id=ID, now=NOW.astimezone(dt.timezone(dt.timedelta(hours=1))))
    assert read(parse(made)).generated == "2026-03-02T10:31:07+01:00"


@needs_reference
@pytest.mark.parametrize("path", BUSINESS, ids=lambda path: str(path.name))
def test_answers_to_all_official_examples_are_valid_and_mirror_them(path: Path) -> None:
    head = head_of(path.read_bytes())
    for recipient in head.receivers:
        for errors in ((), tuple(general_error(code, "tekst & <mer>") for code in ERRORS)):
            made = answer(head, recipient, errors=errors, msg_id=ID, now=NOW)
            version = head.message_type.apprec
            judge(made, version)
            document = read(parse(made))
            assert etree.fromstring(made).nsmap[None] == NAMESPACES[version]
            assert (document.errors, document.original_id) == (errors, head.quoted_ids[0])
            mirrored, receiver = document.sender, document.receiver
            assert head.sender is not None
            assert (mirrored.organisation.her_id, mirrored.her_id) == (recipient.organisation.her_id, recipient.her_id)
            assert (receiver.organisation, receiver.party) == (head.sender.organisation, head.sender.party)


TEXT = st.text(max_size=30)
IDENT = st.builds(Ident, st.text(min_size=1, max_size=12), st.sampled_from(["HER", "ENH", "HPR", "", "<x>"]), TEXT)
LEVEL = st.builds(Level, TEXT, st.lists(IDENT, max_size=3).map(tuple), st.booleans())
POSTAL = st.builds(Postal, *[TEXT] * 11, st.lists(TEXT, max_size=2).map(tuple))
ADDRESS = st.builds(
    Address, LEVEL, st.none() | LEVEL, postal=st.none() | POSTAL, also=st.lists(LEVEL, max_size=2).map(tuple)
)


@needs_reference
@given(
    sender=ADDRESS, recipient=ADDRESS, texts=st.tuples(TEXT, TEXT, TEXT, TEXT), version=st.sampled_from(["1.1", "1.2"])
)
def test_whatever_is_mirrored_the_answer_is_valid(
    sender: Address, recipient: Address, texts: tuple[str, str, str, str], version: str
) -> None:
    head = replace(
        head_of(written.epikrise(version)),
        sender=sender,
        generated=texts[0],
        msg_id=MsgId(texts[1]),
        document_id=texts[1],
        action=texts[2],
    )
    made = answer(
        head, recipient, errors=[general_error("X99", texts[3])], msg_id=ID, now=NOW, software=(texts[0], texts[3])
    )
    judge(made, head.message_type.apprec)
