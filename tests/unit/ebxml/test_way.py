"""The whole way: seal, envelop, mail, read, verify, decrypt, answer; and what happens when something is changed on the way."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldingsloft.domain.envelopes import (
    AckRequested,
    EbxmlError,
    Endpoint,
    Envelope,
    Enveloped,
    EnvelopeKind,
    ManifestReference,
    MessageHeader,
    PartyId,
    Sealed,
    Verified,
)
from meldingsloft.domain.errors import DecryptionError, EnvelopeError, MeldingsloftError, SignatureError
from meldingsloft.domain.identifiers import ContentId, ConversationId, CpaId, HerId, MessageId
from meldingsloft.ebxml import opening, signals
from meldingsloft.ebxml.acceptance import check_values
from meldingsloft.ebxml.envelope import envelop
from meldingsloft.ebxml.mime import MailKind, write_entity, write_mail
from meldingsloft.ebxml.reading import Addresses
from meldingsloft.ebxml.sealing import leave_plain, seal
from meldingsloft.ebxml.soap import TEST_COMMENT
from tests.reference import needs_reference
from tests.unit.ebxml import pki
from tests.unit.ebxml.official import OfficialSchemas

NOW = dt.datetime(2026, 3, 2, 9, 31, 7, tzinfo=dt.UTC)
PAYLOAD = '<?xml version="1.0" encoding="UTF-8"?>\r\n<MsgHead>æøå\n</MsgHead>'.encode()
MESSAGE_ID = MessageId("a1b2c3d4-0000-4000-8000-000000000001")
ANSWER_ID = MessageId("a1b2c3d4-0000-4000-8000-000000000002")


def header(**changes: object) -> MessageHeader:
    made = {
        "sender": Endpoint((PartyId("80001"), PartyId("910000009", "ENH")), "EPIKRISEsender"),
        "receiver": Endpoint.her(HerId("80002"), "EPIKRISEreceiver"),
        "cpa_id": CpaId("80001_80002"),
        "conversation_id": ConversationId("0b7c54e8-9d0a-4c5e-8f7e-0d9f5d0a8f11"),
        "service": "S-EPIKRISE",
        "action": "EPIKRISE",
        "message_id": MESSAGE_ID,
        "timestamp": "2026-03-02T09:31:07Z",
    }
    return MessageHeader(**{**made, **changes})  # type: ignore[arg-type]


def sealed(
    payload: bytes = PAYLOAD,
    content_id: str = "doc-1",
    form: Literal["mime", "bare"] = "mime",
    *,
    compress: bool = False,
) -> Sealed:
    return seal(
        payload,
        recipients=(pki.certificate("receiver"),),
        content_id=ContentId(content_id),
        entropy=os.urandom,
        namespace="urn:x",
        version="1.2",
        plaintext=form,
        compress=compress,
    )


def message(*parts: Sealed, **options: object) -> Enveloped:
    manifest = tuple(ManifestReference(part.content_id, part.namespace, part.version) for part in parts)
    facts = Envelope(header(), AckRequested(), manifest=manifest)
    return envelop(facts, parts, key=pki.key("sender"), software=("meldingsloft", "1.0"), **options)  # type: ignore[arg-type]


def mail(enveloped: Enveloped) -> bytes:
    return write_mail(
        enveloped.entity,
        from_address="a@edi.test",
        to_address="b@edi.test",
        message_id="1@edi.test",
        date=NOW,
        subject="EPIKRISE",
    )


def arrive(raw: bytes) -> opening.Arrived:
    return opening.read(raw)


@pytest.mark.parametrize("form", ["mime", "bare"])
@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
def test_the_payload_arrives_byte_for_byte(form: Literal["mime", "bare"], compress: bool, hash_name: str) -> None:
    enveloped = message(sealed(form=form, compress=compress), hash_name=hash_name)
    arrived = arrive(mail(enveloped))
    assert opening.check_structure(arrived) == []
    assert opening.encoding_warnings(arrived) == []
    verified = opening.verify(arrived)
    check_values(verified.envelope, NOW)
    opening.check_manifest(verified)
    opened = opening.decrypt(verified, [pki.key("receiver")])
    assert opened.payload == PAYLOAD
    assert opened.encrypted
    assert verified.header == enveloped.header
    assert verified.certificate == pki.certificate("sender")
    assert tuple((r.uri, r.digest_value) for r in verified.references) == enveloped.digests
    assert {f.code for f in opening.tolerances(arrived, verified.envelope)} <= {"EB-144"}


@given(st.binary(max_size=2000))
@settings(max_examples=20)
def test_any_payload_comes_out_as_it_went_in(tail: bytes) -> None:
    opened = opening.decrypt(opening.verify(arrive(message(sealed(b"<" + tail)).entity)), [pki.key("receiver")])
    assert opened.payload == b"<" + tail


def test_the_same_input_gives_the_same_entity() -> None:
    part = sealed()
    assert message(part).entity == message(part).entity


def test_a_plain_payload_is_signed_and_read_as_it_is() -> None:
    part = leave_plain(PAYLOAD, content_id=ContentId("doc-1"), namespace="urn:x", version="1.2")
    opened = opening.decrypt(opening.verify(arrive(mail(message(part)))), [])
    assert (opened.payload, opened.encrypted) == (PAYLOAD, False)


def test_a_test_message_says_so_to_people_and_still_verifies() -> None:
    enveloped = message(sealed(), test=True)
    assert enveloped.entity.count(TEST_COMMENT.encode()) == 1
    assert TEST_COMMENT.encode() in enveloped.soap
    opening.verify(arrive(mail(enveloped)))


def test_the_software_is_named_once_and_not_against_the_callers_words() -> None:
    assert message(sealed()).header.description == '{"MSH-system": "meldingsloft", "MSH-versjon": "1.0"}'
    facts = Envelope(header(description="{}"), AckRequested())
    assert envelop(facts, key=pki.key("sender"), software=("x", "1")).header.description == "{}"


@needs_reference
def test_what_is_sent_is_valid_to_the_official_schemas() -> None:
    verified = opening.verify(arrive(mail(message(sealed()))))
    acknowledgment = signals.enveloped_acknowledgment(
        verified, message_id=ANSWER_ID, now=NOW, key=pki.key("receiver"), software=("m", "1")
    )
    for raw in (mail(message(sealed())), mail(acknowledgment)):
        assert opening.check_structure(arrive(raw), OfficialSchemas()) == []


# -- what is changed on the way -------------------------------------------------------------------------------------------


def repacked(enveloped: Enveloped, parts: list[Sealed], change: Callable[[bytes], bytes] = lambda soap: soap) -> bytes:
    return mail(
        Enveloped(
            enveloped.header, write_entity(change(enveloped.soap), ContentId("soap"), parts, boundary="=_x"), b"", ()
        )
    )


def refused(raw: bytes) -> MeldingsloftError:
    with pytest.raises((EnvelopeError, SignatureError)) as caught:
        opening.verify(arrive(raw))
    return caught.value


def test_a_part_that_is_missing_is_a_mime_problem() -> None:
    part = sealed()
    error = refused(repacked(message(part), [sealed(content_id="doc-2")]))
    assert isinstance(error, EnvelopeError)
    assert error.answer == "MimeProblem"


def test_a_part_that_only_the_signature_names_is_a_mime_problem() -> None:
    one, two = sealed(), sealed(content_id="doc-2")
    facts = Envelope(header(), AckRequested(), manifest=(ManifestReference(one.content_id),))
    enveloped = envelop(facts, (one, two), key=pki.key("sender"))
    error = refused(repacked(enveloped, [one]))
    assert isinstance(error, EnvelopeError)
    assert error.location.endswith("ds:Reference/@URI")


def test_a_part_that_differs_is_a_security_failure() -> None:
    error = refused(repacked(message(sealed()), [sealed(b"<other/>")]))
    assert isinstance(error, SignatureError)
    assert error.code == "ML-K032"


def test_a_part_that_nothing_covers_is_a_security_failure() -> None:
    part = sealed()
    assert refused(repacked(message(part), [part, sealed(content_id="extra")])).code == "ML-K039"


def test_an_envelope_that_differs_is_a_security_failure() -> None:
    part = sealed()
    assert refused(repacked(message(part), [part], lambda soap: soap.replace(b"80002<", b"80003<"))).code == "ML-K033"


def test_an_envelope_without_signature_is_a_security_failure() -> None:
    part = sealed()
    cut = re.compile(rb"<ds:Signature.*</ds:Signature>", re.DOTALL)
    error = refused(repacked(message(part), [part], lambda soap: cut.sub(b"", soap)))
    assert error.code == "ML-K030"
    assert error.ebxml_error == "SecurityFailure"


@lru_cache(maxsize=1)
def way() -> tuple[Sealed, Enveloped]:
    part = sealed()
    return part, message(part)


@given(st.data())
@settings(max_examples=60)
def test_no_flipped_bit_of_the_envelope_is_believed(data: st.DataObject) -> None:
    part, enveloped = way()
    place = data.draw(st.integers(0, len(enveloped.soap) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    flipped = bytearray(enveloped.soap)
    flipped[place] ^= bit
    try:
        verified = opening.verify(arrive(repacked(enveloped, [part], lambda _: bytes(flipped))))
    except Exception as refusal:  # noqa: BLE001 - the family is what is asserted
        assert type(refusal).__module__ == "meldingsloft.domain.errors"  # noqa: PT017
    else:
        assert verified.envelope == opening.verify(arrive(mail(enveloped))).envelope


def test_another_receivers_key_opens_nothing() -> None:
    verified = opening.verify(arrive(mail(message(sealed()))))
    with pytest.raises(DecryptionError):
        opening.decrypt(verified, [pki.key("sender")])


def test_several_documents_are_opened_together_or_not_at_all() -> None:
    parts = [sealed(), sealed(b"<two/>", "doc-2")]
    verified = opening.verify(arrive(mail(message(*parts))))
    opening.check_manifest(verified)
    assert [o.payload for o in opening.decrypt_all(verified, [pki.key("receiver")])] == [PAYLOAD, b"<two/>"]
    with pytest.raises(EnvelopeError) as caught:
        opening.decrypt(verified, [pki.key("receiver")])
    assert caught.value.answer == "NotSupported"


def test_a_signed_part_that_the_manifest_does_not_name_is_refused() -> None:
    one, two = sealed(), sealed(content_id="doc-2")
    facts = Envelope(header(), AckRequested(), manifest=(ManifestReference(one.content_id),))
    verified = opening.verify(arrive(mail(envelop(facts, (one, two), key=pki.key("sender")))))
    with pytest.raises(EnvelopeError) as caught:
        opening.check_manifest(verified)
    assert caught.value.answer == "MimeProblem"
    verified = opening.verify(arrive(mail(envelop(Envelope(header()), (), key=pki.key("sender")))))
    with pytest.raises(EnvelopeError):
        opening.decrypt(verified, [])


def test_a_content_id_is_found_with_its_percent_signs_decoded_or_as_written() -> None:
    raw = mail(message(sealed(content_id="doc[1]")))
    for written in (raw, raw.replace(b"Content-ID: <doc[1]>", b"Content-ID: <doc%5B1%5D>")):
        verified = opening.verify(arrive(written))
        assert opening.decrypt(verified, [pki.key("receiver")]).payload == PAYLOAD
    assert isinstance(refused(raw.replace(b"Content-ID: <doc[1]>", b"Content-ID: <doc%5B2%5D>")), EnvelopeError)


# -- answers --------------------------------------------------------------------------------------------------------------


def test_an_acknowledgment_mirrors_the_header_and_copies_every_reference() -> None:
    sent = message(sealed())
    verified = opening.verify(arrive(mail(sent)))
    enveloped = signals.enveloped_acknowledgment(
        verified, message_id=ANSWER_ID, now=NOW, key=pki.key("receiver"), software=("meldingsloft", "1.0")
    )
    arrived = arrive(mail(enveloped))
    assert arrived.mail.kind is MailKind.XML
    answer = opening.verify(arrived)
    assert answer.header.kind is EnvelopeKind.ACKNOWLEDGMENT
    assert answer.header.sender == Endpoint((PartyId("80002"),))
    assert answer.header.receiver == Endpoint((PartyId("80001"), PartyId("910000009", "ENH")))
    assert (answer.header.cpa_id, answer.header.conversation_id) == (sent.header.cpa_id, sent.header.conversation_id)
    assert answer.header.ref_to_message_id is None
    assert answer.envelope.acknowledgment is not None
    assert answer.envelope.acknowledgment.ref_to_message_id == MESSAGE_ID
    assert answer.envelope.acknowledgment.digests == sent.digests
    assert answer.certificate == pki.certificate("receiver")
    assert b"<ds:XPath xmlns:SOAP-ENV=" in arrived.soap
    assert opening.tolerances(arrived, answer.envelope) == [
        f for f in opening.tolerances(arrived, answer.envelope) if f.code == "EB-144"
    ]
    assert opening.check_structure(arrived) == []


def test_an_acknowledgment_of_a_foreign_style_copies_its_references_too() -> None:
    """A .NET sender signs with a default namespace; the copies keep their meaning and the answer verifies."""
    verified = opening.verify(arrive(mail(message(sealed()))))
    fragments = tuple(xml.replace(b"xmlns:ds=", b"xmlns=").replace(b"ds:", b"") for xml in verified.references_xml)
    facts, _ = signals.acknowledge(verified, message_id=ANSWER_ID, now=NOW)
    enveloped = envelop(facts, key=pki.key("receiver"), references=fragments)
    answer = opening.verify(arrive(mail(enveloped)))
    assert answer.envelope.acknowledgment is not None
    assert answer.envelope.acknowledgment.digests == message_digests(verified)


def message_digests(verified: Verified) -> tuple[tuple[str, str], ...]:
    return tuple((r.uri, r.digest_value) for r in verified.references)


def test_an_error_signal_answers_what_could_be_read() -> None:
    addresses = opening.addresses(arrive(mail(message(sealed()))))
    errors = [
        EbxmlError("SecurityFailure", "Error", "ML-K033: altered <&>", "/x"),
        EbxmlError("Strange", "Warning", "w"),
    ]
    enveloped = signals.enveloped_error(
        addresses, errors, own=HerId("80002"), message_id=ANSWER_ID, now=NOW, key=pki.key("receiver")
    )
    answer = opening.verify(arrive(mail(enveloped)))
    assert answer.header.kind is EnvelopeKind.ERROR
    assert answer.header.ref_to_message_id == MESSAGE_ID
    assert answer.header.receiver.her_id == "80001"
    assert answer.header.sender == Endpoint.her(HerId("80002"))
    assert answer.envelope.error_list is not None
    assert [e.code for e in answer.envelope.error_list.errors] == ["SecurityFailure", "Unknown"]
    assert answer.envelope.error_list.errors[0] == errors[0]
    assert answer.envelope.error_list.highest_severity == "Error"


def test_an_error_signal_fills_in_what_could_not_be_read() -> None:
    addresses = Addresses(sender=Endpoint.her(HerId("80009"), "r"), receiver=Endpoint.her(HerId("80001")))
    facts = signals.error_list(
        addresses, [EbxmlError("OtherXml", "Error")], own=HerId("80002"), message_id=ANSWER_ID, now=NOW
    )
    assert facts.header.sender.her_id == "80002"
    assert facts.header.cpa_id == "80002_80009"
    assert facts.header.conversation_id == str(ANSWER_ID)
    assert facts.header.ref_to_message_id is None
    assert facts.header.receiver.role is None


@pytest.mark.parametrize(
    ("addresses", "errors"),
    [(Addresses(), [EbxmlError("OtherXml", "Error")]), (Addresses(sender=Endpoint.her(HerId("1"))), [])],
)
def test_no_error_signal_without_somebody_to_answer_and_something_to_tell(
    addresses: Addresses, errors: list[EbxmlError]
) -> None:
    with pytest.raises(EnvelopeError) as caught:
        signals.error_list(addresses, errors, own=HerId("80002"), message_id=ANSWER_ID, now=NOW)
    assert caught.value.code == "ML-E020"


# -- independent judges ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed")
@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
def test_xmlsec1_verifies_our_envelopes_and_acknowledgments(
    tmp_path: Path, hash_name: Literal["sha1", "sha256"]
) -> None:
    part = sealed()
    enveloped = message(part, hash_name=hash_name)
    verified = opening.verify(arrive(mail(enveloped)))
    acknowledgment = signals.enveloped_acknowledgment(
        verified, message_id=ANSWER_ID, now=NOW, key=pki.key("receiver"), hash_name=hash_name
    )
    (tmp_path / "part").write_bytes(part.content)
    for number, (soap, name) in enumerate(((enveloped.soap, "sender"), (acknowledgment.soap, "receiver"))):
        (tmp_path / f"{number}.xml").write_bytes(soap)
        (tmp_path / "cert.pem").write_bytes(pki.pem(name))
        judged = subprocess.run(
            ["xmlsec1", "--verify", "--pubkey-cert-pem", "cert.pem", "--url-map:cid:doc-1", "part", f"{number}.xml"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert judged.returncode == 0, judged.stderr.decode()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_opens_our_payloads(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    (tmp_path / "key.pem").write_bytes(
        pki.pair("receiver")[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    arrived = arrive(mail(message(sealed(form="bare"))))
    (tmp_path / "cms").write_bytes(arrived.mail.parts[0].content)
    done = subprocess.run(
        ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", "cms", "-inkey", "key.pem", "-binary"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert done.stdout == PAYLOAD


def test_lines_of_the_entity_are_short_and_ascii() -> None:
    entity = message(sealed()).entity
    assert entity.isascii()
    assert max(len(line) for line in entity.split(b"\r\n")) <= 78
    assert b"\n" not in entity.replace(b"\r\n", b"")
