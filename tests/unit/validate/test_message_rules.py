"""The rules that look at one value of the head: id, version, type, time, encoding, known type."""

from __future__ import annotations

import pytest

from tests.unit.validate.documents import DIALOG, apprec, codes, hodemelding, judged, message, without_advice


@pytest.mark.parametrize("family", ["epikrise", "svarrapport", "henvisning", "rekvisisjon", "rekvisisjon-1.5"])
def test_a_right_message_has_no_findings(family: str) -> None:
    assert codes(message(family)) == []


def test_a_right_hodemelding_and_a_right_apprec_have_no_findings() -> None:
    assert codes(hodemelding()) == []
    assert codes(apprec()) == []


@pytest.mark.parametrize(
    ("document", "code", "path", "detail"),
    [
        (hodemelding(msg_id="1234"), "GN-005", "/MsgHead/MsgInfo/MsgId", 'found "1234"'),
        (hodemelding(msg_id="{0d0b5c7e-6a1e-4b8b-9a55-3d2f6f1d9c11}"), "GN-005", "/MsgHead/MsgInfo/MsgId", "found"),
        (hodemelding(mig_version="v1.2"), "GN-008", "/MsgHead/MsgInfo/MIGversion", 'the schema says "v1.2 2006-05-24"'),
        (message(mig_version="v1.1 2006-09-23"), "GN-008", "/Message/MIGversion", 'the schema says "v1.2 2012-02-15"'),
        (apprec(mig_version="1.1 2012-02-15"), "GN-008", "/AppRec/MIGversion", 'the schema says "v1.1 2012-02-15"'),
        (message(type_code="SVAR_LAB"), "GN-009", "/Message/Type/@V", 'found "SVAR_LAB", this namespace has EPIKRISE'),
        (message("svarrapport", type_code="S"), "GN-009", "/Message/Type/@V", "SVAR_LAB, SVAR_RTG"),
        (
            hodemelding(type_code="EPIKRISE"),
            "MH-001",
            "/MsgHead/MsgInfo/Type/@V",
            "DIALOG_HELSEFAGLIG, DIALOG_STATUS_HENVISNING",
        ),
        (message(gen_date="2026-03-02"), "GN-011", "/Message/GenDate/@V", 'found "2026-03-02"'),
        (hodemelding(gen_date="2026-03-02T10:31"), "GN-011", "/MsgHead/MsgInfo/GenDate", 'found "2026-03-02T10:31"'),
    ],
)
def test_one_wrong_value_gives_one_finding(document: str, code: str, path: str, detail: str) -> None:
    (finding,) = without_advice(document)
    assert (finding.code, finding.severity, finding.place.path) == (code, "error", path)
    assert detail in finding.detail
    assert finding.place.line
    assert finding.place.column
    assert finding.hint
    assert finding.source


def test_only_a_bad_message_id_obliges_a_receiver_to_reject() -> None:
    assert [f.apprec for f in without_advice(hodemelding(msg_id="1", mig_version="v2"))] == ["", "E10"]


def test_types_with_many_endings_are_known_by_their_beginning() -> None:
    assert codes(hodemelding(type_code="DIALOG_INNBYGGER_KOORDINERING")) == []


def test_an_unknown_root_is_told_with_the_nearest_namespace() -> None:
    result = judged(message().replace("epikrise/2012-02-15", "epikrise/2012-02-16"), only={"rules"})
    assert (result.message_type, result.verdict, result.schema_valid) == ("unknown", "invalid", False)
    assert result.findings[0].code == "GN-002"
    assert result.findings[0].apprec == "T10"
    assert 'nearest known is "http://www.kith.no/xmlstds/epikrise/2012-02-15"' in result.findings[0].detail


def test_an_unknown_content_is_told_at_its_place() -> None:
    (finding,) = without_advice(hodemelding(content='<Noe xmlns="urn:noe"/>'))
    assert (finding.code, finding.place.path) == ("GN-002", "/MsgHead/Document/RefDoc/Content/Noe")


def test_a_content_alone_is_no_message() -> None:
    (finding,) = without_advice(f'<Dialogmelding xmlns="{DIALOG}"/>')
    assert finding.code == "GN-002"
    assert "stands here alone" in finding.detail


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "ISO-8859-1"])
def test_two_encodings_are_allowed(encoding: str) -> None:
    assert codes(f'<?xml version="1.0" encoding="{encoding}"?>{apprec()}'.encode(encoding)) == []


@pytest.mark.parametrize("encoding", ["UTF-16", "windows-1252"])
def test_other_encodings_are_not(encoding: str) -> None:
    (finding,) = without_advice(f'<?xml version="1.0" encoding="{encoding}"?>{apprec()}'.encode(encoding))
    assert finding.code == "GN-004"
    assert encoding in finding.detail


@pytest.mark.parametrize(
    ("data", "code", "apprec_code", "line"),
    [
        (b"<a><b></a>", "GN-001", "T01", 1),
        (b"hei", "GN-001", "T01", 1),
        (b"", "GN-001", "T01", None),
        (b'<?xml version="1.0"?>\n<a>\n\xe5</a>', "GN-004", "T01", 3),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "GN-001", "T01", None),
    ],
)
def test_unreadable_bytes_are_one_finding(data: bytes, code: str, apprec_code: str, line: int | None) -> None:
    result = judged(data)
    assert (result.verdict, result.schema_valid, result.root, result.head) == ("unreadable", False, None, None)
    assert result.error is not None
    (finding,) = result.findings
    assert (finding.code, finding.apprec, finding.place.line) == (code, apprec_code, line)
    assert finding.detail


def test_the_language_can_be_chosen() -> None:
    from meldingsloft.validate.rulebook import RuleBook

    (finding,) = without_advice(hodemelding(mig_version="v1.2"), rules=RuleBook(language="nb"))
    assert finding.message == "MIGversion har en annen verdi enn navnerommet krever"
    assert "skjemaet sier" in finding.detail
