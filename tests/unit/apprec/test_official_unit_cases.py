"""The official unit tests of an AppRec, U1–U9 (TestcaseApplikasjonskvittering), for one message of every generation."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import pytest
from lxml import etree

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.apprec.answering import answer
from meldingsloft.apprec.codes import NAMESPACES, ROLES_OF_VERSION, general_error
from meldingsloft.apprec.deciding import ReceivedDocument, decide
from meldingsloft.domain.heads import Head
from meldingsloft.domain.identifiers import MsgId
from meldingsloft.hodemelding.heads import read_head
from meldingsloft.xmlsafe import parse
from tests.reference import REFERENCE, needs_reference
from tests.unit.apprec.official import judge
from tests.unit.apprec.test_deciding import Settings

pytestmark = needs_reference
LISTS = PackagedCodeLists()
NOW = dt.datetime(2026, 3, 2, 9, 31, 7, tzinfo=dt.UTC)
FOLDERS = sorted({p.parent for p in (REFERENCE / "examples").glob("*/*.xml")}) if REFERENCE else []
MESSAGES = [min(f.glob("*.xml")) for f in FOLDERS if f.name not in ("cpp", "ebxml", "ebms-3.0", "apprec-1.0")]
every_generation = pytest.mark.parametrize("path", MESSAGES, ids=lambda path: str(path.parent.name))


def answered(head: Head, **document: object) -> list[etree._Element]:
    """The AppRecs of all recipients, all of them ours, as decided."""
    own = [r.her_id for r in head.receivers if r.her_id]
    decision = decide(ReceivedDocument(head, **document), own=own, settings=Settings())  # type: ignore[arg-type]
    assert len(decision.answers) == len(head.receivers)
    made = [
        answer(head, a.recipient, errors=a.errors, msg_id=MsgId(str(uuid.uuid4())), now=NOW, quoted_id=a.quoted_id)
        for a in decision.answers
    ]
    for data in made:
        judge(data, head.message_type.apprec)  # U1
    return [etree.fromstring(data) for data in made]


def value(root: etree._Element, path: str) -> str:
    found = root.xpath(path, namespaces={"a": str(root.nsmap[None])})
    return found if isinstance(found, str) else ""


def head_of(path: Path) -> Head:
    return read_head(parse(path.read_bytes()), load_catalogue())


@every_generation
def test_u1_u2_u3_u4_u5_u9_a_correct_message(path: Path) -> None:
    original = etree.fromstring(path.read_bytes())
    head = head_of(path)
    version = head.message_type.apprec
    for root, recipient in zip(answered(head), head.receivers, strict=True):
        assert root.nsmap[None] == NAMESPACES[version]
        quoted = value(root, "string(a:OriginalMsgId/a:Id)")
        assert quoted in original.xpath("//text()")  # type: ignore[operator]
        if version == "1.1":
            assert quoted == original.xpath(
                "string(/*/*[local-name()='MsgId'] | /*/*[local-name()='MsgInfo']/*[local-name()='MsgId'])"
            )
        kind = value(root, "string(a:OriginalMsgId/a:MsgType/@V)")
        assert LISTS.display("8279", kind) == value(root, "string(a:OriginalMsgId/a:MsgType/@DN)")
        generated = original.xpath(
            "string(/*/*[local-name()='GenDate']/@V | /*/*[local-name()='MsgInfo']/*[local-name()='GenDate'])"
        )
        issued = value(root, "string(a:OriginalMsgId/a:IssueDate)")
        assert issued == generated
        assert dt.datetime.fromisoformat(issued).year > 2000
        assert (value(root, "string(a:Status/@V)"), value(root, "string(a:Status/@DN)")) == ("1", "OK")
        assert root.find("a:Error", {"a": NAMESPACES[version]}) is None
        sender_roles, receiver_roles = ROLES_OF_VERSION[version]
        sender_role, receiver_role = (
            value(root, "string(a:Sender/a:Role/@V)"),
            value(root, "string(a:Receiver/a:Role/@V)"),
        )
        assert sender_role in sender_roles
        assert receiver_role in receiver_roles
        assert (sender_role == "COP") == (recipient.role == "COP")


@every_generation
def test_u6_one_fault(path: Path) -> None:
    for root in answered(head_of(path), schema_valid=False):
        assert value(root, "string(a:Status/@DN)") == "Avvist"
        errors = root.findall("a:Error", {"a": str(root.nsmap[None])})
        assert [(e.get("V"), e.get("DN"), e.get("S")) for e in errors] == [
            ("T02", LISTS.display("8221", "T02"), "2.16.578.1.12.4.1.1.8221")
        ]


@every_generation
def test_u7_several_faults(path: Path) -> None:
    for root in answered(head_of(path), signature="S01", attachment="image/tiff"):
        errors = root.findall("a:Error", {"a": str(root.nsmap[None])})
        assert [e.get("V") for e in errors] == ["S01", "T99"]


@every_generation
def test_u8_a_fault_with_its_text(path: Path) -> None:
    head = head_of(path)
    made = answer(
        head,
        head.receivers[0],
        errors=[general_error("X99", "Tjenesten er «lagt ned» & borte")],
        msg_id=MsgId("x"),
        now=NOW,
    )
    judge(made, head.message_type.apprec)
    assert value(etree.fromstring(made), "string(a:Error/@OT)") == "Tjenesten er «lagt ned» & borte"
