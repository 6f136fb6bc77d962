from __future__ import annotations

from copy import deepcopy

import pytest

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.domain.catalogue import MessageType
from meldingsloft.domain.errors import InvalidMessageError
from meldingsloft.domain.heads import Head, Ident, ReceiverRole
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.xmlsafe import parse
from tests.unit.hodemelding import written


def head_of(data: bytes) -> Head:
    return read_head(parse(data), load_catalogue())


def test_an_epikrise_goes_from_servprovider_to_requester() -> None:
    head = head_of(written.epikrise())
    assert head.message_type.short_name == "epikrise-1.2"
    assert head.sender is not None
    assert (head.sender.organisation.her_id, head.sender.her_id) == ("2001", "2002")
    assert [(r.organisation.her_id, r.her_id, r.role) for r in head.receivers] == [
        ("1001", "1002", ReceiverRole.PRIMARY)
    ]
    assert head.receivers[0].requester
    assert not head.sender.requester
    assert (head.msg_id, head.document_id, head.change_code) == (written.MSG_ID, written.DOCUMENT_ID, "M")


def test_the_address_of_an_hcp_structure_is_kept() -> None:
    sender = head_of(written.epikrise()).sender
    assert sender is not None
    assert sender.postal is not None
    assert (sender.postal.type, sender.postal.city, sender.postal.tele) == ("WP", "Kristiansund", ("tel:71000000",))


def test_a_her_id_that_is_an_additional_id_still_is_the_her_id() -> None:
    organisation = head_of(written.epikrise()).receivers[0].organisation
    assert organisation.idents[0] == Ident("999888777", "ENH", "Organisasjonsnummer")
    assert organisation.her_id == "1001"


def test_the_old_letters_mean_their_successors() -> None:
    assert head_of(written.epikrise("1.1")).action == "EPIKRISE"
    assert head_of(written.epikrise("1.1")).type_code == "E"
    assert head_of(written.henvisning()).action == "HENVISNING"


@pytest.mark.parametrize(
    ("description", "action"),
    [
        ("CLIN", "SVAR_KKL"),
        ("MBIO", "SVAR_MBIO"),
        ("CYTO", "SVAR_CYT"),
        ("HIST", "SVAR_HIST"),
        ("MR", "SVAR_RTG"),
        ("", "SVAR_KKL"),
    ],
)
def test_the_action_of_a_svarrapport_13_follows_its_department(description: str, action: str) -> None:
    assert head_of(written.svarrapport((description, "a"))).action == action


def test_ids_that_an_apprec_quotes() -> None:
    assert head_of(written.epikrise("1.2")).quoted_ids == (written.MSG_ID,)
    assert head_of(written.epikrise("1.1")).quoted_ids == (written.DOCUMENT_ID,)
    assert head_of(written.svarrapport(("CT", "a"), ("CT", "b"))).quoted_ids == ("a", "b")
    assert head_of(written.svarrapport(("CT", ""))).quoted_ids == (written.MSG_ID,)


def test_several_reports_have_each_copy_recipient_once() -> None:
    head = head_of(written.svarrapport(("CT", "a"), ("CT", "b"), copies=written.COPY.format(roles="")))
    assert [r.her_id for r in head.receivers] == ["1002", "3002"]


@pytest.mark.parametrize(
    ("roles", "paper"),
    [
        ("", False),
        ("<CopyDestRole><MsgType V='E'/><ReqComMethod V='PST'/></CopyDestRole>", True),
        ("<CopyDestRole><MsgType V='E'/><ReqComMethod V='PST'/><ActComMethod V='EDI'/></CopyDestRole>", False),
    ],
)
def test_a_copy_recipient_by_letter(roles: str, paper: bool) -> None:
    copy = head_of(written.epikrise(copies=written.COPY.format(roles=roles))).receivers[1]
    assert (copy.role, copy.paper) == (ReceiverRole.COPY, paper)


def test_a_requester_by_letter() -> None:
    assert head_of(written.epikrise(com_method="<ComMethod V='PST'/>")).receivers[0].paper


def test_a_person_below_a_service_that_is_the_party_is_left_out() -> None:
    receiver = (
        "<HCP><Inst><Name>A</Name><Id>1</Id><TypeId V='HER'/><HCPerson><Name>Signerende</Name><Id>9</Id><TypeId V='HPR'/></HCPerson>"
        "<Dept><Name>B</Name><Id>2</Id><TypeId V='HER'/></Dept><Dept><Name>C</Name></Dept></Inst></HCP>"
    )
    address = head_of(written.epikrise(receiver=receiver)).receivers[0]
    assert address.her_id == "2"
    assert [level.name for level in address.also] == ["C"]


def test_a_service_without_her_id_stands_beside_the_person_who_has_one() -> None:
    receiver = (
        "<HCP><Inst><Name>A</Name><Id>1</Id><TypeId V='HER'/><Dept><Name>B</Name></Dept>"
        "<HCPerson><Name>C</Name><Id>2</Id><TypeId V='HER'/></HCPerson></Inst></HCP>"
    )
    address = head_of(written.epikrise(receiver=receiver)).receivers[0]
    assert address.party is not None
    assert (address.party.name, address.party.person) == ("C", True)
    assert [(level.name, level.person) for level in address.also] == [("B", False)]


def test_an_empty_level_or_identifier_is_nobody() -> None:
    receiver = "<HCP><Inst><Name>A</Name><Id>1</Id><TypeId V='HER'/><Dept/><AdditionalId><Id/><Type V='ENH'/></AdditionalId></Inst></HCP>"
    address = head_of(written.epikrise(receiver=receiver)).receivers[0]
    assert (address.party, address.organisation.idents) == (None, (Ident("1", "HER"),))
    head = head_of(written.hodemelding(receiver=written.organisation("A", written.ident("") + written.ident("1"))))
    assert (head.receivers[0].party, head.receivers[0].organisation.her_id) == (None, "1")


def test_a_person_alone() -> None:
    receiver = "<HCP><HCProf><Name>C</Name><Id>2</Id><TypeId V='HER'/></HCProf></HCP>"
    address = head_of(written.epikrise(receiver=receiver)).receivers[0]
    assert (address.organisation.idents, address.her_id) == ((), "2")


@pytest.mark.parametrize(("priority", "urgent"), [("0", True), ("N", False), ("", False)])
def test_an_urgent_referral(priority: str, urgent: bool) -> None:
    assert head_of(written.henvisning(priority)).urgent is urgent


def test_a_hodemelding() -> None:
    head = head_of(written.hodemelding())
    assert head.message_type.short_name == "dialog-helsefaglig-1.1"
    assert head.sender is not None
    assert (head.sender.organisation.her_id, head.sender.her_id) == ("2001", "2002")
    (receiver,) = head.receivers
    assert receiver.party is not None
    assert (receiver.party.name, receiver.party.person, receiver.her_id) == ("Kari Mellom Lege", True, "1002")
    assert (head.type_code, head.action, head.service, head.type_name) == (
        "DIALOG_HELSEFAGLIG",
        "DIALOG_HELSEFAGLIG",
        "S-DIALOG_HELSEFAGLIG",
        "Helsefaglig dialog",
    )
    assert head.quoted_ids == (written.MSG_ID,)
    assert not head.test


@pytest.mark.parametrize(("mark", "test"), [("T", True), ("D", True), ("P", False)])
def test_a_hodemelding_marked_for_training(mark: str, test: bool) -> None:
    assert head_of(written.hodemelding(status=f"<ProcessingStatus V='{mark}'/>")).test is test


def test_copies_of_a_hodemelding_are_organisations_with_the_role_cop() -> None:
    other = "<OtherReceiver>{method}<RoleReceiver V='{role}'/>{who}</OtherReceiver>"
    place = written.organisation(
        "Brattvær kommune", written.ident("3001"), service=written.organisation("Pleie", written.ident("3002"))
    )
    others = (
        other.format(method="", role="COP", who=place)
        + other.format(method="", role="OR", who=place)
        + other.format(method="", role="COP", who="<Patient><FamilyName>X</FamilyName></Patient>")
        + other.format(method="<ComMethod V='PST'/>", role="COP", who=place)
    )
    receivers = head_of(written.hodemelding(others=others)).receivers
    assert [(r.her_id, r.role, r.paper) for r in receivers[1:]] == [
        ("3002", ReceiverRole.COPY, False),
        ("3002", ReceiverRole.COPY, True),
    ]


def test_a_professional_inside_the_service_is_no_address() -> None:
    service = written.organisation(
        "Kirurgi", written.ident("2002"), person=written.GP.format(idents=written.ident("77", "HER"))
    )
    head = head_of(written.hodemelding(sender=written.organisation("HF", written.ident("2001"), service=service)))
    assert head.sender is not None
    assert head.sender.her_id == "2002"
    assert head.sender.also == ()


def test_where_service_and_person_stand_side_by_side_the_one_with_a_her_id_is_the_party() -> None:
    both = written.organisation(
        "HF",
        written.ident("2001"),
        service=written.organisation("Kirurgi", ""),
        person=written.GP.format(idents=written.ident("77")),
    )
    head = head_of(written.hodemelding(sender=both))
    assert head.sender is not None
    assert head.sender.her_id == "77"


def test_address_and_telephone_of_an_organisation() -> None:
    address = "<Address><Type V='RES'/><StreetAdr>Kaia 1</StreetAdr><City>Kristiansund</City><Postbox>Postboks 2</Postbox></Address><TeleCom><TeleAddress V='tel:1'/></TeleCom>"
    head = head_of(written.hodemelding(sender=written.organisation("HF", written.ident("2001"), address=address)))
    assert head.sender is not None
    assert head.sender.party is None
    assert head.sender.postal is not None
    assert (head.sender.postal.street, head.sender.postal.tele) == ("Kaia 1, Postboks 2", ("tel:1",))


def test_the_urgency_and_change_of_a_henvisning_20() -> None:
    content = "<Henvisning xmlns='http://ehelse.no/xmlstds/henvisning/2017-11-30'><ServType V='C'/><ReqServ><Priority V='0'/></ReqServ></Henvisning>"
    head = head_of(written.hodemelding(content, kind="HENVISNING_VIDERE"))
    assert (head.message_type.short_name, head.urgent, head.change_code) == ("viderehenvisning-2.0", True, "C")


def test_the_change_of_a_plo_message() -> None:
    content = (
        "<p:Pasientlogistikk xmlns:p='http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01' xmlns='http://www.kith.no/xmlstds/po/poKomponent/2012-04-01'>"
        "<InformasjonOmForsendelsen><Forsendelsesstatus V='C'/></InformasjonOmForsendelsen></p:Pasientlogistikk>"
    )
    head = head_of(written.hodemelding(content, kind="LOG_DOD"))
    assert (head.message_type.short_name, head.change_code) == ("log-dod-1.6", "C")


def test_a_hodemelding_around_something_unknown_says_what_it_is() -> None:
    head = head_of(written.hodemelding("<x xmlns='urn:y'/>"))
    assert (head.message_type.short_name, head.content_tag) == ("msghead-1.2", "{urn:y}x")
    assert head.sender is not None


@pytest.mark.parametrize(
    "nothing",
    [
        "",
        "<MsgInfo/>",
        "<MsgInfo><Sender/><Receiver/><Patient/></MsgInfo>",
        "<MsgInfo><Sender><Organisation/></Sender></MsgInfo>",
    ],
)
def test_an_empty_hodemelding_is_read_without_complaint(nothing: str) -> None:
    head = head_of(
        f"<MsgHead xmlns='http://www.kith.no/xmlstds/msghead/2006-05-24'>{nothing}<Document/></MsgHead>".encode()
    )
    assert (head.sender, head.receivers, head.msg_id, head.generated) == (None, (), "", "")


@pytest.mark.parametrize("row", [row for row in load_catalogue() if not row.in_msghead], ids=lambda row: row.short_name)
def test_an_empty_message_of_every_type_is_read_without_complaint(row: MessageType) -> None:
    head = head_of(f"<{row.root} xmlns='{row.namespace}'/>".encode())
    assert head.message_type is row
    assert (head.sender, head.receivers, head.msg_id) == (None, (), "")


def test_an_apprec() -> None:
    data = (
        b"<AppRec xmlns='http://www.kith.no/xmlstds/apprec/2004-11-21'><MsgType V='APPREC'/><GenDate>2026-03-02T10:00:00Z</GenDate><Id>x</Id>"
        b"<Sender><Role V='COP'/><HCP><Inst><Name>A</Name><Id>1</Id><TypeId V='HER'/><Dept><Id>2</Id><TypeId V='HER'/></Dept></Inst></HCP></Sender>"
        b"<Receiver><HCP><Inst/></HCP></Receiver><Status V='2'/><Error V='E21' S='s' OT='t'/><Error V='E10'/>"
        b"<OriginalMsgId><MsgType V='E'/><IssueDate>2026</IssueDate><Id>y</Id></OriginalMsgId></AppRec>"
    )
    head = head_of(data)
    assert head.apprec is not None
    assert head.sender is not None
    assert (head.sender.her_id, head.sender.role, head.receivers) == ("2", ReceiverRole.COPY, ())
    assert (head.apprec.status, head.apprec.original_id, [e.code for e in head.apprec.errors]) == (
        "2",
        "y",
        ["E21", "E10"],
    )
    assert (head.action, head.service) == ("APPREC", "S-EPIKRISE")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<Message/>", "ML-V010"),
        (b"<Message xmlns='urn:x'/>", "ML-V010"),
        (b"<MsgHead xmlns='urn:x'/>", "ML-V010"),
        (written.NOTAT.encode(), "ML-V011"),
    ],
)
def test_an_unknown_root_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InvalidMessageError) as caught:
        head_of(data)
    assert caught.value.code == code


def test_a_comment_inside_a_value_does_not_cut_it_off() -> None:
    first, rest = written.MSG_ID[:8], written.MSG_ID[8:]
    assert head_of(written.epikrise(msg_id=f"<!-- a -->{first}<?b c?>{rest}\n")).msg_id == written.MSG_ID


MESSAGES = {
    "epikrise": written.epikrise(copies=written.COPY.format(roles="")),
    "svarrapport": written.svarrapport(("CT", "a"), ("MBIO", "b")),
    "henvisning": written.henvisning("0"),
    "hodemelding": written.hodemelding(),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_whatever_one_element_is_missing_empty_or_twice_there_the_head_is_read(name: str) -> None:
    count = len(list(parse(MESSAGES[name]).iter("*")))
    for number in range(1, count):
        for change in ("missing", "empty", "twice"):
            root = parse(MESSAGES[name])
            element = list(root.iter("*"))[number]
            parent = element.getparent()
            assert parent is not None
            if change == "missing":
                parent.remove(element)
            elif change == "empty":
                element.clear()
            else:
                parent.append(deepcopy(element))
            head = read_head(root, load_catalogue())
            assert head.message_type.short_name in (head_of(MESSAGES[name]).message_type.short_name, "msghead-1.2")


def test_a_very_long_root_is_not_told_in_full() -> None:
    with pytest.raises(InvalidMessageError) as caught:
        head_of(b"<" + b"x" * 5000 + b"/>")
    assert len(caught.value.message) < 300
