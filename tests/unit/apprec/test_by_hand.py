from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.apprec.by_hand import answer_message, parse_error
from meldingsloft.apprec.codes import general_error
from meldingsloft.apprec.document import AppRecDocument
from meldingsloft.apprec.reading import read
from meldingsloft.domain.errors import (
    InvalidMessageError,
    MeldingsloftError,
    PartnerError,
    UnreadableError,
    WrongUsageError,
)
from meldingsloft.domain.heads import AppRecError
from meldingsloft.domain.identifiers import HerId, MsgId
from meldingsloft.xmlsafe import parse
from tests.unit.hodemelding import written

NOW = dt.datetime(2026, 3, 2, 9, 31, 7, tzinfo=dt.UTC)


def made(message: bytes, **options: Any) -> tuple[AppRecDocument, tuple[str, ...]]:
    hand = answer_message(message, load_catalogue(), msg_id=MsgId("x"), now=NOW, **options)
    return read(parse(hand.apprec)), hand.remarks


def test_without_errors_the_answer_is_positive_and_there_is_nothing_to_remark() -> None:
    document, remarks = made(written.epikrise())
    assert (document.status, document.sender.her_id, remarks) == ("1", "1002", ())


def test_a_recipient_is_chosen_by_level_2_or_level_1() -> None:
    message = written.epikrise(copies=written.COPY.format(roles=""))
    assert made(message, recipient=HerId("3002"))[0].sender_role == "COP"
    assert made(message, recipient=HerId("3001"))[0].sender.her_id == "3002"
    with pytest.raises(PartnerError) as caught:
        made(message, recipient=HerId("9"))
    assert caught.value.code == "ML-C063"
    assert "1002, 3002" in caught.value.hint


def test_a_report_is_chosen_by_number() -> None:
    message = written.svarrapport(("CT", "a"), ("CT", "b"))
    document, remarks = made(message, report=2)
    assert document.original_id == "b"
    assert "AR-020" in remarks[0]
    for wrong in (0, 3):
        with pytest.raises(WrongUsageError) as caught:
            made(message, report=wrong)
        assert caught.value.code == "ML-C062"


def test_partly_needs_errors() -> None:
    assert made(written.epikrise(), partly=True, errors=[parse_error("X99:2")])[0].status == "3"
    with pytest.raises(WrongUsageError) as caught:
        made(written.epikrise(), partly=True)
    assert caught.value.code == "ML-C064"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [("E21", "E21", ""), (" e21 ", "E21", ""), ("X99:feil: alt", "X99", "feil: alt"), ("T01:", "T01", "")],
)
def test_an_error_is_a_code_and_perhaps_a_text(text: str, code: str, said: str) -> None:
    error = parse_error(text)
    assert (error.code, error.text, error.name) == (code, said, general_error(code).name)


@pytest.mark.parametrize("text", ["E22", "", "OK", ":x"])
def test_an_unknown_code_is_refused_by_the_name_of_its_list(text: str) -> None:
    with pytest.raises(WrongUsageError) as caught:
        parse_error(text)
    assert caught.value.code == "ML-C060"
    assert "8221" in caught.value.message
    assert "E21" in caught.value.hint


@pytest.mark.parametrize(
    ("error", "rule"),
    [("E20", "AR-014"), ("E30", "AR-014"), ("X99", "AR-012"), ("T99", "AR-012"), ("X99:fordi", ""), ("E21", "")],
)
def test_remarks_on_codes(error: str, rule: str) -> None:
    remarks = made(written.epikrise(), errors=[parse_error(error)])[1]
    assert [rule in remark for remark in remarks] == ([True] if rule else [])


def test_codes_of_other_lists_are_not_remarked_on() -> None:
    assert made(written.epikrise(), errors=[AppRecError("53", system="2.16.578.1.12.4.1.1.8223")])[1] == ()


def test_a_type_that_is_normally_not_answered_is_remarked_on() -> None:
    message = b"<Message xmlns='http://www.kith.no/xmlstds/epikrise'>" + written.epikrise().split(b">", 1)[1]
    assert "HITS 1168" in made(message)[1][0]


@pytest.mark.parametrize(
    ("message", "error", "code"),
    [
        (b"<Message xmlns='urn:x'/>", InvalidMessageError, "ML-V010"),
        (written.epikrise(sender=""), InvalidMessageError, "ML-V013"),
        (written.epikrise(receiver=""), InvalidMessageError, "ML-V013"),
        (b"<AppRec xmlns='http://www.kith.no/xmlstds/apprec/2012-02-15'/>", WrongUsageError, "ML-C061"),
        (b"<a", UnreadableError, "ML-U001"),
    ],
)
def test_what_cannot_be_answered(message: bytes, error: type[MeldingsloftError], code: str) -> None:
    with pytest.raises(error) as caught:
        made(message)
    assert caught.value.code == code


def test_a_broken_message_can_be_answered_with_t01_when_its_sender_can_be_made_out() -> None:
    whole = written.hodemelding()
    broken = whole[: whole.index(b"<Document")]
    document, _ = made(broken, errors=[parse_error("T01")])
    assert ([e.code for e in document.errors], document.receiver.her_id) == (["T01"], "2002")
    with pytest.raises(UnreadableError):
        made(broken, errors=[parse_error("E21")])
    with pytest.raises(UnreadableError):
        made(b"<a", errors=[parse_error("T01")])
