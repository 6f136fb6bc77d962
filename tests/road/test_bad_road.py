"""What goes wrong on the road, and the exact signal and state that it leads to."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import uuid
from collections.abc import Callable

import pytest

from meldingsloft.adapters.workspace import NewParty
from meldingsloft.domain.errors import InvalidMessageError, PartnerError
from meldingsloft.domain.states import Direction, State
from tests.road import tampering
from tests.road.letters import dialog
from tests.road.town import HOSPITAL, MUNICIPALITY, Town, empty, entries, send, states, with_msg_id

Change = Callable[[bytes], bytes]


def in_transit(town: Town, change: Change, her_id: str = MUNICIPALITY) -> None:
    """Change the one mail that lies in a party's mailbox."""
    (mail,) = town.inbox(her_id)
    before = mail.read_bytes()
    after = change(before)
    assert after != before
    mail.write_bytes(after)


def soap(old: str, new: str) -> Change:
    return lambda mail: tampering.change_soap(mail, old, new)


def flip_digest(mail: bytes) -> bytes:
    digest = re.findall(rb"DigestValue>([^<]+)<", tampering.soap_of(mail))[-1]
    return tampering.change_soap(mail, digest, (b"B" if digest[:1] == b"A" else b"A") + digest[1:])


def flip_signature(mail: bytes) -> bytes:
    (value,) = re.findall(rb"SignatureValue>([^<]+)<", tampering.soap_of(mail))
    return tampering.change_soap(mail, value, value[:9] + (b"B" if value[9:10] == b"A" else b"A") + value[10:])


def flip_cms(mail: bytes) -> bytes:
    return tampering.change_part(mail, 1, lambda cms: cms[:-20] + bytes([cms[-20] ^ 1]) + cms[-19:])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("action", soap(">DIALOG_HELSEFAGLIG<", ">DIALOG_HELSEFAGLIH<")),
        ("conversation", soap("ConversationId>", "ConversationId>0")),
        ("timestamp", soap("2026-03-02T10:31:07Z", "2026-03-02T10:31:08Z")),
        ("digest", flip_digest),
        ("signature value", flip_signature),
        ("cms byte", flip_cms),
    ],
)
def test_what_was_changed_on_the_way_is_refused(town: Town, name: str, change: Change) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    in_transit(town, change)
    (line,) = empty(municipality)
    assert (line.verdict, line.answer, line.error_codes, line.apprec) == (
        "refused",
        "error",
        ("SecurityFailure",),
        "none",
    ), name
    assert not town.filed("municipality", MUNICIPALITY)
    (signal,) = empty(hospital)
    assert (signal.kind, signal.error_codes) == ("error", ("SecurityFailure",))
    assert states(hospital) == [State.ERROR_SIGNALLED]
    assert states(municipality, Direction.IN) == [State.REFUSED]
    assert not states(municipality), "no AppRec"


def test_a_schema_invalid_message_is_not_sent(town: Town) -> None:
    invalid = dialog().replace(b"<Notat>", b"<Notat><Nei/>")
    with pytest.raises(InvalidMessageError) as refused:
        send(town.servers["hospital"], invalid)
    assert refused.value.exit_status == 3
    assert any(finding.code.startswith("XSD-") for finding in refused.value.findings)
    assert not town.inbox(MUNICIPALITY)
    assert not states(town.servers["hospital"])


def test_a_forced_schema_invalid_message_is_rejected_with_t02(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog().replace(b"<Notat>", b"<Notat><Nei/>"), force=True)
    (line,) = empty(municipality)
    assert (line.verdict, line.answer, line.apprec, line.apprec_errors) == (
        "rejected",
        "acknowledgment",
        "rejected",
        ("T02",),
    )
    assert not town.filed("municipality", MUNICIPALITY)
    empty(hospital)
    assert states(hospital) == [State.APPREC_REJECTED]
    (entry,) = entries(hospital, direction=Direction.OUT)
    assert entry.reason.startswith("T02")


def test_a_msg_id_that_is_no_uuid_is_rejected_with_e10(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    payload = with_msg_id(dialog(), "melding-1")
    with pytest.raises(InvalidMessageError):
        send(hospital, payload)
    send(hospital, payload, force=True)
    (line,) = empty(municipality)
    assert (line.verdict, line.apprec, line.apprec_errors) == ("rejected", "rejected", ("E10",))
    empty(hospital)
    assert states(hospital) == [State.APPREC_REJECTED]


def test_encrypted_to_another_party_it_cannot_be_opened(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    record = hospital.register.party(MUNICIPALITY)  # type: ignore[arg-type]
    other = hospital.register.party(HOSPITAL)  # type: ignore[arg-type]
    assert record is not None
    assert other is not None
    pem = town.network / "register"
    encrypting = next(path for path in pem.iterdir() if path.name.startswith(MUNICIPALITY) and "encrypt" in path.name)
    before = encrypting.read_bytes()
    encrypting.write_bytes(
        next(path for path in pem.iterdir() if path.name.startswith(HOSPITAL) and "encrypt" in path.name).read_bytes()
    )
    send(town.open("hospital"), dialog())
    encrypting.write_bytes(before)
    (line,) = empty(municipality)
    assert (line.verdict, line.answer, line.error_codes) == ("refused", "error", ("SecurityFailure",))
    hospital = town.open("hospital")
    empty(hospital)
    assert states(hospital) == [State.ERROR_SIGNALLED]
    assert not town.filed("municipality", MUNICIPALITY)


def test_a_cid_that_matches_no_part_is_a_mime_problem(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    (mail,) = town.inbox(MUNICIPALITY)
    raw = mail.read_bytes()
    parts = re.findall(rb"Content-ID: <([^>]+)>", raw)
    mail.write_bytes(raw.replace(b"Content-ID: <" + parts[1] + b">", b"Content-ID: <another-one>"))
    (line,) = empty(municipality)
    assert (line.verdict, line.answer, line.error_codes) == ("refused", "error", ("MimeProblem",))
    empty(hospital)
    assert states(hospital) == [State.ERROR_SIGNALLED]


@pytest.mark.parametrize(
    "change",
    [
        lambda mail: tampering.change_part(mail, 0, lambda _: b"this is no XML at all"),
        lambda mail: tampering.change_part(mail, 0, lambda soap: soap[: len(soap) // 2]),
        lambda mail: tampering.change_part(mail, 0, lambda soap: soap.replace(b"kithService", b"kith\xffService")),
        lambda mail: mail.replace(base64.b64encode(b"<?xml version")[:12], b"%%%%~~~~%%%%", 1),
    ],
    ids=["no xml", "cut off", "not utf-8", "not base64"],
)
def test_an_envelope_part_that_cannot_be_read_gets_a_soap_fault(town: Town, change: Change) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    in_transit(town, change)
    (line,) = empty(municipality)
    assert (line.verdict, line.answer) == ("refused", "fault")
    (fault,) = empty(hospital)
    assert fault.kind == "fault"
    assert states(hospital) == [State.FAULTED]
    assert not town.inbox(MUNICIPALITY), "a fault is answered by nothing"


def test_a_file_that_is_no_mail_is_kept_with_its_reason(town: Town) -> None:
    municipality = town.servers["municipality"]
    town.drop(MUNICIPALITY, b"\x89PNG\r\n\x1a\n\x00\x00 a picture")
    (line,) = empty(municipality)
    assert (line.verdict, line.answer) == ("failed", "none")
    assert not town.inbox(HOSPITAL)
    assert not town.inbox(MUNICIPALITY)
    failed = town.workspaces["municipality"].failed
    kept = [path for path in failed.rglob("*") if path.is_file() and not path.name.endswith(".json")]
    assert [path.read_bytes() for path in kept] == [b"\x89PNG\r\n\x1a\n\x00\x00 a picture"]
    (reason,) = failed.rglob("*.reason.json")
    assert json.loads(reason.read_text())["code"].startswith("ML-U")
    assert states(municipality, Direction.IN) == [State.FAILED]


def test_a_time_to_live_that_is_past(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog(), time_to_live="2026-03-02T11:00:00Z")
    town.clock.move(dt.timedelta(hours=1))
    (line,) = empty(municipality)
    assert (line.verdict, line.answer, line.error_codes) == ("refused", "error", ("TimeToLiveExpired",))
    empty(hospital)
    assert states(hospital) == [State.ERROR_SIGNALLED]


def test_the_same_envelope_twice_gets_the_same_signal_and_is_delivered_once(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    (mail,) = town.inbox(MUNICIPALITY)
    copy, name = mail.read_bytes(), mail.name
    empty(municipality)
    first = [path.read_bytes() for path in town.inbox(HOSPITAL)]
    for again in ("", name):
        town.drop(MUNICIPALITY, copy, again)
        (line,) = empty(municipality)
        assert (line.verdict, line.answer, line.apprec) == ("duplicate", "acknowledgment", "none")
    mails = [path.read_bytes() for path in town.inbox(HOSPITAL)]
    signals = [tampering.soap_of(mail) for mail in mails if b"multipart" not in mail]
    assert len(signals) == 3
    assert len(set(signals)) == 1, "the very same signal"
    assert len(mails) == len(first) + 2, "one AppRec, three receipts"
    assert len({re.search(rb"Message-ID: (\S+)", mail)[1] for mail in mails}) == len(mails), "each in a mail of its own"  # type: ignore[index]
    assert len(town.filed("municipality", MUNICIPALITY)) == 1
    empty(hospital)
    assert states(hospital) == [State.APPREC_OK]


def test_both_copies_in_one_go_are_one_message(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    (mail,) = town.inbox(MUNICIPALITY)
    town.drop(MUNICIPALITY, mail.read_bytes())
    assert sorted(line.verdict for line in empty(municipality)) == ["accepted", "duplicate"]
    assert len(town.filed("municipality", MUNICIPALITY)) == 1
    assert states(municipality) == [State.SENT], "one AppRec"


def test_the_same_msg_id_in_a_new_envelope_is_ignored_by_the_application(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    payload = dialog()
    send(hospital, payload)
    empty(municipality)
    with pytest.raises(InvalidMessageError) as refused:
        send(hospital, payload)
    assert [finding.code for finding in refused.value.findings] == ["GN-006"]
    send(hospital, payload, force=True)
    (line,) = [line for line in empty(municipality) if line.kind == "message"]
    assert (line.verdict, line.answer, line.apprec) == ("duplicate", "acknowledgment", "none")
    assert len(town.filed("municipality", MUNICIPALITY)) == 1
    assert len(states(municipality)) == 1, "no second AppRec"
    empty(hospital)
    assert states(hospital) == [State.APPREC_OK, State.ACKED]


def test_a_reused_message_id_over_other_content_is_refused(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    fixed = str(uuid.uuid4())
    from dataclasses import replace

    class Fixed:
        def uuid(self) -> str:
            return fixed

        def entropy(self, size: int) -> bytes:
            return hospital.ids.entropy(size)

    first, second = (town.open("hospital") for _ in range(2))
    send(replace(first, ids=Fixed()), dialog())
    empty(municipality)
    from meldingsloft.flow.sending import SendOptions, prepare

    (out,) = prepare(replace(second, ids=Fixed()), dialog(), SendOptions()).outgoing
    town.drop(MUNICIPALITY, out.mail)
    (line,) = [line for line in empty(municipality) if line.kind == "message"]
    assert (line.verdict, line.answer, line.error_codes) == ("refused", "error", ("ValueNotRecognized",))
    assert len(town.filed("municipality", MUNICIPALITY)) == 1


def test_an_unknown_receiver_stops_the_sending(town: Town) -> None:
    with pytest.raises(PartnerError) as unknown:
        send(town.servers["hospital"], dialog(receiver="8899999"))
    assert unknown.value.exit_status == 9
    assert not states(town.servers["hospital"])


def test_an_unknown_sender_stops_the_sending(town: Town) -> None:
    with pytest.raises(PartnerError) as unknown:
        send(town.servers["hospital"], dialog(sender="8899999"))
    assert unknown.value.exit_status == 9


def test_an_envelope_for_a_party_that_is_not_ours(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    town.found("office", "8800300", [NewParty("Ingrid Lervik", "person", her_id="8800310")])
    send(hospital, dialog(receiver="8800310").replace(b"8800200", b"8800300"))
    (mail,) = town.inbox("8800310")
    town.drop(MUNICIPALITY, mail.read_bytes())
    mail.unlink()
    (line,) = empty(municipality)
    assert (line.verdict, line.answer, line.error_codes) == ("refused", "error", ("ValueNotRecognized",))
    empty(hospital)
    assert states(hospital) == [State.ERROR_SIGNALLED]
    assert not town.filed("municipality", MUNICIPALITY)


def test_an_apprec_for_something_never_sent(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    empty(municipality)
    forgetful = town.workspaces["hospital"].journal
    hospital.journal.close()  # type: ignore[attr-defined]
    for path in forgetful.parent.glob(forgetful.name + "*"):
        path.unlink()
    hospital = town.open("hospital")
    lines = empty(hospital)
    assert sorted((line.kind, line.verdict) for line in lines) == [
        ("acknowledgment", "unmatched"),
        ("apprec", "unmatched"),
    ]
    (apprec,) = [line for line in lines if line.kind == "apprec"]
    assert apprec.answer == "acknowledgment", "it arrived; the rest is for the log"
    assert not town.filed("hospital", HOSPITAL)
    empty(municipality)
    assert states(municipality) == [State.ACKED]


def test_a_second_apprec_changes_nothing(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    empty(municipality)
    mails = [path.read_bytes() for path in town.inbox(HOSPITAL)]
    empty(hospital)
    for mail in mails:
        town.drop(HOSPITAL, mail)
    empty(hospital)
    assert states(hospital) == [State.APPREC_OK]


def test_an_acknowledgment_from_somebody_else_does_not_count(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    town.found("office", "8800300", [NewParty("Ingrid Lervik", "person", her_id="8800310")])
    (sent,) = send(hospital, dialog())
    office = town.servers["office"]
    send(hospital, dialog(receiver="8800310").replace(b"8800200", b"8800300"))
    (mail,) = town.inbox("8800310")
    other = tampering.element(tampering.soap_of(mail.read_bytes()), "MessageId")
    empty(office)
    signal = next(path for path in town.inbox(HOSPITAL) if b"multipart" not in path.read_bytes())
    in_place = tampering.change_soap(
        signal.read_bytes(), f"RefToMessageId>{other}", f"RefToMessageId>{sent.message_id}"
    )
    signal.write_bytes(in_place)
    empty(hospital)
    first = next(entry for entry in entries(hospital, direction=Direction.OUT) if entry.message_id == sent.message_id)
    assert first.state is State.SENT, "a forged receipt is no receipt"
    del municipality


def test_no_apprec_within_96_hours_is_overdue_until_it_comes(town: Town) -> None:
    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    send(hospital, dialog())
    empty(municipality)
    apprec = next(path for path in town.inbox(HOSPITAL) if b"multipart" in path.read_bytes())
    late, name = apprec.read_bytes(), apprec.name
    apprec.unlink()
    empty(hospital)
    assert states(hospital) == [State.ACKED]
    town.clock.move(dt.timedelta(hours=97))
    empty(hospital)
    assert states(hospital) == [State.APPREC_OVERDUE]
    town.drop(HOSPITAL, late, name)
    empty(hospital)
    assert states(hospital) == [State.APPREC_OK]


def test_an_expired_signing_certificate(town: Town) -> None:
    town.clock.move(dt.timedelta(days=4 * 365))
    send(town.servers["hospital"], dialog())
    (line,) = empty(town.servers["municipality"])
    assert (line.verdict, line.error_codes) == ("refused", ("SecurityFailure",))
    assert "expired" in line.reason


def test_without_ack_requested_it_is_processed_with_a_warning(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from meldingsloft.ebxml import envelope as envelope_module

    hospital, municipality = town.servers["hospital"], town.servers["municipality"]

    def forgetful(facts, sealed=(), **options):  # type: ignore[no-untyped-def]
        return envelope_module.envelop(replace(facts, ack_requested=None), sealed, **options)

    with monkeypatch.context() as patched:
        patched.setattr("meldingsloft.flow.sending.envelop", forgetful)
        send(hospital, dialog())
    (line,) = empty(municipality)
    assert (line.verdict, line.answer, line.apprec) == ("accepted", "error", "ok")
    empty(hospital)
    assert states(hospital) == [State.APPREC_OK]
    (entry,) = entries(hospital, direction=Direction.OUT)
    assert "acknowledged-with-warning" in [event.what for event in hospital.journal.events(entry.id)]


def test_a_signal_is_what_its_action_says(town: Town) -> None:
    """A MessageError that also carries an Acknowledgment acknowledges nothing (EB-005, EB-106)."""
    from dataclasses import replace

    from meldingsloft.domain.envelopes import Acknowledgment
    from meldingsloft.domain.identifiers import MessageId
    from meldingsloft.ebxml.envelope import envelop
    from meldingsloft.ebxml.mime import write_mail
    from meldingsloft.ebxml.reading import Addresses
    from meldingsloft.ebxml.signals import error_list

    hospital, municipality = town.servers["hospital"], town.servers["municipality"]
    (sent,) = send(hospital, dialog())
    own = municipality.own[MUNICIPALITY]  # type: ignore[index]
    from meldingsloft.domain.envelopes import EbxmlError, Endpoint

    addresses = Addresses(Endpoint.her(HOSPITAL), Endpoint.her(MUNICIPALITY), MessageId(sent.message_id))  # type: ignore[arg-type]
    now = municipality.clock.now()
    facts = error_list(
        addresses,
        [EbxmlError("SecurityFailure", "Error")],
        own=own.her_id,
        message_id=MessageId(str(uuid.uuid4())),
        now=now,
    )
    both = replace(facts, acknowledgment=Acknowledgment(facts.header.timestamp, MessageId(sent.message_id)))
    entity = envelop(both, key=municipality.keys.signing_key(own.her_id)).entity
    town.drop(
        HOSPITAL, write_mail(entity, from_address=own.edi_address, to_address="x@y.example", message_id="1@x", date=now)
    )
    empty(hospital)
    assert states(hospital) == [State.ERROR_SIGNALLED]
