"""What every ``ports.Mailboxes`` keeps, real or fake."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING

import pytest

from meldingsloft.domain.errors import MailboxError

if TYPE_CHECKING:
    from meldingsloft.ports import Mailboxes

HERE = "1002@edi.example"
OTHER = "2002@edi.example"
NAME = "1772445600.4b8b6d6e-0f5b-4a53-9a6e-3f5a0d4a1c11_1.meldingsloft"
MAIL = b"From: a@b\r\n\r\nbare\nLF and \x00 and \xff stay\r\n"


class MailboxesContract(abc.ABC):
    """Inherit, and give ``boxes`` with the mailboxes HERE and OTHER, both empty."""

    @pytest.fixture
    @abc.abstractmethod
    def boxes(self) -> Mailboxes: ...

    @abc.abstractmethod
    def kept(self, boxes: Mailboxes, path: str) -> bytes | None:
        """What lies in the workspace at ``path``."""

    def deliver(self, boxes: Mailboxes, name: str = NAME, mail: bytes = MAIL) -> None:
        boxes.stage(HERE, name, mail)
        assert boxes.publish(HERE, name)

    def test_staged_mail_is_not_waiting(self, boxes: Mailboxes) -> None:
        boxes.stage(HERE, NAME, MAIL)
        assert list(boxes.waiting(HERE)) == []
        assert boxes.claim(HERE, NAME) is None

    def test_published_mail_waits_in_its_mailbox_alone_byte_for_byte(self, boxes: Mailboxes) -> None:
        self.deliver(boxes)
        boxes.sync()
        assert list(boxes.waiting(HERE)) == [NAME]
        assert list(boxes.waiting(OTHER)) == []
        claim = boxes.claim(HERE, NAME)
        assert claim is not None
        assert (claim.name, claim.size, claim.read(), claim.read_head(7)) == (NAME, len(MAIL), MAIL, MAIL[:7])
        assert claim.read_head(10**6) == MAIL
        claim.release()

    def test_publishing_again_says_no(self, boxes: Mailboxes) -> None:
        self.deliver(boxes)
        assert boxes.publish(HERE, NAME) is False
        assert boxes.publish(HERE, "never-staged") is False
        assert list(boxes.waiting(HERE)) == [NAME]

    def test_staging_again_replaces(self, boxes: Mailboxes) -> None:
        boxes.stage(HERE, NAME, b"half")
        self.deliver(boxes)
        claim = boxes.claim(HERE, NAME)
        assert claim is not None
        assert claim.read() == MAIL
        claim.release()

    def test_staging_a_published_name_leaves_the_published_one(self, boxes: Mailboxes) -> None:
        self.deliver(boxes)
        boxes.stage(HERE, NAME, b"other")
        claim = boxes.claim(HERE, NAME)
        assert claim is not None
        assert claim.read() == MAIL
        claim.release()

    def test_discarded_mail_cannot_be_published(self, boxes: Mailboxes) -> None:
        boxes.stage(HERE, NAME, MAIL)
        boxes.discard(HERE, NAME)
        boxes.discard(HERE, NAME)
        boxes.discard("nobody@edi.example", NAME)
        assert boxes.publish(HERE, NAME) is False

    def test_waiting_is_in_order_of_name(self, boxes: Mailboxes) -> None:
        for name in ("3.c", "1.a", "2.b"):
            self.deliver(boxes, name)
        assert list(boxes.waiting(HERE)) == ["1.a", "2.b", "3.c"]

    def test_one_claim_at_a_time(self, boxes: Mailboxes) -> None:
        self.deliver(boxes)
        first = boxes.claim(HERE, NAME)
        assert first is not None
        assert boxes.claim(HERE, NAME) is None
        assert list(boxes.waiting(HERE)) == [NAME]
        first.release()
        first.release()
        second = boxes.claim(HERE, NAME)
        assert second is not None
        second.release()

    def test_done_takes_it_out(self, boxes: Mailboxes) -> None:
        self.deliver(boxes)
        claim = boxes.claim(HERE, NAME)
        assert claim is not None
        claim.done()
        boxes.sync()
        assert list(boxes.waiting(HERE)) == []
        assert boxes.claim(HERE, NAME) is None

    def test_keep_puts_the_original_into_the_workspace_once(self, boxes: Mailboxes) -> None:
        self.deliver(boxes)
        claim = boxes.claim(HERE, NAME)
        assert claim is not None
        claim.keep("archive/received/ab/kept.eml")
        claim.keep("archive/received/ab/kept.eml")
        assert self.kept(boxes, "archive/received/ab/kept.eml") == MAIL
        assert list(boxes.waiting(HERE)) == [NAME]
        claim.done()
        assert self.kept(boxes, "archive/received/ab/kept.eml") == MAIL

    def test_keep_never_replaces_another_mail(self, boxes: Mailboxes) -> None:
        for mail in (MAIL, b"another"):
            self.deliver(boxes, mail=mail)
            claim = boxes.claim(HERE, NAME)
            assert claim is not None
            claim.keep("archive/received/ab/kept.eml")
            claim.done()
        assert self.kept(boxes, "archive/received/ab/kept.eml") == MAIL

    def test_a_claim_for_what_is_not_there_is_none(self, boxes: Mailboxes) -> None:
        assert boxes.claim(HERE, "nothing") is None

    @pytest.mark.parametrize("name", ["../new/x", "a/b", ".hidden", "", "/etc/passwd"])
    def test_hostile_names_are_refused(self, boxes: Mailboxes, name: str) -> None:
        with pytest.raises(MailboxError) as caught:
            boxes.stage(HERE, name, MAIL)
        assert caught.value.code == "ML-P012"
        assert boxes.claim(HERE, name) is None

    def test_an_unknown_mailbox_is_an_error(self, boxes: Mailboxes) -> None:
        for attempt in (
            lambda: boxes.stage("nobody@edi.example", NAME, MAIL),
            lambda: boxes.publish("nobody@edi.example", NAME),
            lambda: boxes.waiting("nobody@edi.example"),
            lambda: boxes.claim("nobody@edi.example", NAME),
        ):
            with pytest.raises(MailboxError) as caught:
                attempt()
            assert caught.value.code == "ML-P010"
            assert caught.value.again
