"""Envelopes of two public ebMS implementations: what concerns reading must come out as their own tests say.

The cases follow ebMS 2.0 at large and not the Norwegian profile, so only what reading decides is compared; where our profile
answers otherwise, the answer stands here with its reason.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator

import pytest

from meldingsloft.domain.errors import EnvelopeError, UnreadableError
from meldingsloft.ebxml import opening
from meldingsloft.ebxml.acceptance import check_values
from meldingsloft.ebxml.mime import read_mail
from meldingsloft.ebxml.reading import read_envelope
from meldingsloft.xmlsafe import parse
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference
_OURS = {
    "eluinstra-message-invalid-message-header-version.xml": "NotSupported",  # EB-050
    "eluinstra-message-invalid-ack-requested-version.xml": "NotSupported",
    "eluinstra-message-invalid-manifest-version.xml": "NotSupported",
}
_BEYOND_READING = frozenset({"cpa", "state", "clock", "transport", "mime"})
_LATER = frozenset({"eluinstra-message-missing-from-role.xml"})  # a value: check_values


def cases(kind: str) -> Iterator[dict[str, str]]:
    if REFERENCE is None:
        return
    with (REFERENCE / "ebxml-cases" / "expected.csv").open(encoding="utf-8") as rows:
        yield from (row for row in csv.DictReader(rows) if row["kind"] == kind)


def content(name: str) -> bytes:
    assert REFERENCE is not None
    return (REFERENCE / "ebxml-cases" / name).read_bytes()


def answer_to(data: bytes) -> str:
    try:
        read_envelope(parse(data), synchronous=True)
    except EnvelopeError as error:
        return error.answer
    except UnreadableError as error:
        return error.code
    return "ok"


@pytest.mark.parametrize("case", list(cases("xml")), ids=lambda case: case["file"])
def test_envelopes_are_read_or_refused_as_their_makers_say(case: dict[str, str]) -> None:
    name = case["file"]
    answer = answer_to(content(name))
    if name.endswith("xxe.xml"):
        assert answer == "ML-U003"
    elif name in _OURS:
        assert answer == _OURS[name]
    elif case["outcome"] == "reject":
        assert answer == "OtherXml"
    elif case["outcome"] == "ok" or case["needs"] in _BEYOND_READING or name in _LATER:
        assert answer == "ok"
    else:
        assert answer == case["error_code"]


def test_a_missing_role_and_a_past_time_to_live_are_refused_as_values() -> None:
    envelope = read_envelope(parse(content("eluinstra-message-missing-from-role.xml")), synchronous=True)
    assert not envelope.header.sender.role
    late = read_envelope(parse(content("eluinstra-message-time-to-live-expired.xml")), synchronous=True)
    assert late.header.time_to_live
    with pytest.raises(EnvelopeError):
        check_values(late, dt.datetime(2100, 1, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize("case", list(cases("mime")), ids=lambda case: case["file"])
def test_mails_are_taken_apart_as_their_makers_say(case: dict[str, str]) -> None:
    data, name = content(case["file"]), case["file"]
    if name.endswith(
        ("no-header.eml", "binary-ebxml-header.eml", "payload-defect.eml")
    ):  # the last: headers without their empty line
        with pytest.raises(UnreadableError):
            opening.read(data)
        return
    arrived = opening.read(data)
    read_envelope(arrived.root, synchronous=True)
    if case["error_code"] == "MimeProblem":
        with pytest.raises(EnvelopeError) as caught:
            opening.verify(arrived, synchronous=True)
        assert caught.value.answer == "MimeProblem"


def test_the_official_examples_are_read() -> None:
    assert REFERENCE is not None
    found = {
        path.name: read_envelope(parse(path.read_bytes())).header
        for path in (REFERENCE / "examples" / "ebxml").glob("*.xml")
    }
    assert len(found) >= 5
    assert {header.kind for header in found.values()} == {"message", "acknowledgment"}


def test_the_official_sample_of_a_mail_head_is_read() -> None:
    """Its continuation lines lost their indent in print, and one parameter its semicolon."""
    assert REFERENCE is not None
    text = (REFERENCE / "examples" / "ebxml" / "mime-header.txt").read_text(encoding="latin-1")
    head = text[text.index("SOAPACTION") :].replace("\r\n", "\n")
    mail = read_mail((head.rstrip() + "\n\nPGEvPg==\n--unique-boundary-1--\n").encode("latin-1"))
    assert mail.soap.content_id == "body"
    assert mail.soap.content == b"<a/>"
    assert mail.headers.get("message-id") == "b17088ff-bf6e-41c4-b389-b231b84bd97d"
