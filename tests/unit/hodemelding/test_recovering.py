from __future__ import annotations

import pytest

from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.hodemelding.recovering import recover_head
from tests.unit.hodemelding import written


def test_a_message_cut_off_after_its_addresses_still_tells_who_sent_it() -> None:
    whole = written.hodemelding()
    head = recover_head(whole[: whole.index(b"<Document")], load_catalogue())
    assert head is not None
    assert head.sender is not None
    assert (head.sender.her_id, head.msg_id) == ("2002", written.MSG_ID)


def test_a_message_cut_off_before_its_receiver_tells_too_little() -> None:
    whole = written.hodemelding()
    assert recover_head(whole[: whole.index(b"<Receiver")], load_catalogue()) is None


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01", b"not xml", b"<a><b>", b"<?xml version='1.0' encoding='x-none'?><a>"]
)
def test_what_is_no_message_gives_nothing(data: bytes) -> None:
    assert recover_head(data, load_catalogue()) is None


def test_a_document_type_declaration_is_not_read_past() -> None:
    whole = written.hodemelding()
    assert recover_head(b"<!DOCTYPE MsgHead [<!ENTITY a 'b'>]>" + whole[:-5], load_catalogue()) is None
