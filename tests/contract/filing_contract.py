"""What every ``ports.Filing`` keeps, real or fake."""

from __future__ import annotations

import abc
import json
from typing import TYPE_CHECKING

import pytest

from meldingsloft.domain.errors import MailboxError
from meldingsloft.domain.identifiers import HerId

if TYPE_CHECKING:
    from meldingsloft.ports import Filing

HER = HerId("1002")
ID = "4b8b6d6e-0f5b-4a53-9a6e-3f5a0d4a1c11"
NAME = "d3a5e3b4-55d4-4e0b-8d9b-0a3b2f6c7e01"
MESSAGE, ATTACHMENT = f"{ID}.xml", f"{ID}-1.pdf"
HOSTILE = [
    "../../etc/passwd",
    "/etc/passwd",
    "a/b",
    "..",
    ".",
    "13816512345",
    "navn æøå",
    "x" * 5000,
    "a\x00b",
    "-rf",
    "\udcff",
]


class FilingContract(abc.ABC):
    """Inherit, and give ``filing`` of an empty workspace."""

    @pytest.fixture
    @abc.abstractmethod
    def filing(self) -> Filing: ...

    @abc.abstractmethod
    def inbox(self, filing: Filing) -> dict[str, bytes]:
        """What the fagsystem of HER sees in ``inn``."""

    def test_sent_mail_comes_back(self, filing: Filing) -> None:
        path = filing.archive_sent(ID, b"mail\r\n\xff")
        filing.sync()
        assert filing.read(path) == b"mail\r\n\xff"
        assert not path.startswith("/")
        assert filing.absolute(path).endswith(path)

    def test_the_same_mail_again_changes_nothing(self, filing: Filing) -> None:
        assert filing.archive_sent(ID, b"mail") == filing.archive_sent(ID, b"mail")

    def test_other_bytes_under_the_same_id_leave_the_first(self, filing: Filing) -> None:
        first = filing.archive_sent(ID, b"mail")
        second = filing.archive_sent(ID, b"other")
        assert first != second
        assert (filing.read(first), filing.read(second)) == (b"mail", b"other")
        assert filing.archive_sent(ID, b"other") == second

    @pytest.mark.parametrize("identifier", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_identifiers_become_safe_paths(self, filing: Filing, identifier: str) -> None:
        for path in (
            filing.received_path(identifier, NAME),
            filing.received_path(NAME, identifier),
            filing.failed_path(identifier),
        ):
            assert identifier.strip("./-") not in path or identifier in ("..", ".")
            assert all(part not in ("", ".", "..") and part.isascii() and len(part) < 120 for part in path.split("/"))

    def test_each_mail_has_a_path_of_its_own(self, filing: Filing) -> None:
        paths = {filing.received_path(i, n) for i in ("", ID, NAME) for n in ("1.a", "2.b")} | {
            filing.failed_path("1.a"),
            filing.failed_path("2.b"),
        }
        assert len(paths) == 8
        assert filing.received_path(ID, "1.a") == filing.received_path(ID, "1.a")

    def test_a_reason_lies_beside_what_failed(self, filing: Filing) -> None:
        path = filing.failed_path("1.a")
        filing.write_reason(path, {"code": "ML-U001", "reason": "blåbær"})
        assert json.loads(filing.read(f"{path}.reason.json")) == {"code": "ML-U001", "reason": "blåbær"}

    @pytest.mark.parametrize("path", ["archive/sent/nothing.eml", "failed/nothing"])
    def test_what_is_gone_is_told(self, filing: Filing, path: str) -> None:
        with pytest.raises(MailboxError) as caught:
            filing.read(path)
        assert (caught.value.code, caught.value.where) == ("ML-P013", path)

    @pytest.mark.parametrize("path", ["../x", "/etc/passwd", "archive/../../x"])
    def test_paths_out_of_the_workspace_are_refused(self, filing: Filing, path: str) -> None:
        with pytest.raises(MailboxError) as caught:
            filing.read(path)
        assert caught.value.code == "ML-P014"

    def test_the_fagsystem_sees_a_message_when_it_is_published(self, filing: Filing) -> None:
        filing.stage_incoming(HER, NAME, {MESSAGE: b"<a/>", ATTACHMENT: b"%PDF"})
        assert self.inbox(filing) == {}
        filing.sync()
        assert filing.publish_incoming(HER, NAME, [MESSAGE, ATTACHMENT]) is True
        assert self.inbox(filing) == {MESSAGE: b"<a/>", ATTACHMENT: b"%PDF"}

    def test_publishing_again_says_no(self, filing: Filing) -> None:
        filing.stage_incoming(HER, NAME, {MESSAGE: b"<a/>"})
        filing.publish_incoming(HER, NAME, [MESSAGE])
        assert filing.publish_incoming(HER, NAME, [MESSAGE]) is False
        assert filing.publish_incoming(HER, ID, [MESSAGE]) is False
        assert self.inbox(filing) == {MESSAGE: b"<a/>"}

    def test_staging_again_replaces(self, filing: Filing) -> None:
        filing.stage_incoming(HER, NAME, {MESSAGE: b"half", ATTACHMENT: b"old"})
        filing.stage_incoming(HER, NAME, {MESSAGE: b"<a/>"})
        filing.publish_incoming(HER, NAME, [MESSAGE])
        assert self.inbox(filing) == {MESSAGE: b"<a/>"}

    def test_another_message_with_the_same_name_replaces_nothing(self, filing: Filing) -> None:
        for name, data in ((NAME, b"<a/>"), (ID, b"<b/>"), (NAME, b"<c/>"), (ID, b"<a/>")):
            filing.stage_incoming(HER, name, {MESSAGE: data})
            assert filing.publish_incoming(HER, name, [MESSAGE])
        assert sorted(self.inbox(filing).values()) == [b"<a/>", b"<b/>", b"<c/>"]
        assert self.inbox(filing)[MESSAGE] == b"<a/>"

    def test_discarded_is_gone(self, filing: Filing) -> None:
        filing.stage_incoming(HER, NAME, {MESSAGE: b"<a/>"})
        filing.discard_incoming(HER, NAME)
        filing.discard_incoming(HER, NAME)
        assert filing.publish_incoming(HER, NAME, [MESSAGE]) is False
        assert self.inbox(filing) == {}
