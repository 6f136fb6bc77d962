"""Every kind of violation in the reader's words: one edit of a valid message, the findings it must give."""

from __future__ import annotations

import re

import pytest

from meldingsloft.validate.checks import GROUPS
from meldingsloft.validate.violations import Kind
from tests.unit.validate.documents import NOTE, SMALL, judged

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
Expected = list[tuple[str, str, str]]


def explained(*edits: tuple[str, str]) -> Expected:
    document = SMALL
    for old, new in edits:
        document, count = re.subn(old, new, document, count=1, flags=re.DOTALL)
        assert count, f"nothing to edit: {old}"
    result = judged(document, only={"schema"})
    assert result.schema_valid is (not result.findings)
    return [(f.code, f.place.path, f.detail) for f in result.findings]


def test_the_valid_message_is_valid() -> None:
    assert judged(SMALL, only={"schema"}).verdict == "valid"
    assert explained() == []


MESSAGE, BODY = "/Message", "/Message/ServRprt"


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([("<MsgId>.*</MsgId>", "")], [("ELEMENT-MISSING", f"{MESSAGE}/Status", "<MsgId> must stand before <Status>")]),
        (
            [("<MsgId>.*</MsgId>", ""), ("<GenDate [^>]*>", "")],
            [
                ("ELEMENT-MISSING", f"{MESSAGE}/Status", "<GenDate> must stand before <Status>"),
                ("ELEMENT-MISSING", f"{MESSAGE}/Status", "<MsgId> must stand before <Status>"),
            ],
        ),
        ([("<ServRprt>.*</ServRprt>", "")], [("ELEMENT-MISSING", MESSAGE, "<Message> needs <ServRprt>")]),
        ([("<Dept>.*</Content>", "")], [("ELEMENT-MISSING", BODY, "<ServRprt> needs <Dept>, <HCPerson>")]),
        (
            [("<MsgId>(.*)</MsgId>", r"<MsgID>\1</MsgID>")],
            [("ELEMENT-UNEXPECTED", f"{MESSAGE}/MsgID", "found <MsgID>, the schema has <MsgId> here")],
        ),
        (
            [("<ApprDate>(.*)</ApprDate>", r"<AprDate>\1</AprDate>")],
            [("ELEMENT-UNEXPECTED", f"{BODY}/AprDate", "found <AprDate>, the schema has <ApprDate> here")],
        ),
        (
            [("<Type ", "<Extra/><Type ")],
            [("ELEMENT-UNEXPECTED", f"{MESSAGE}/Extra", "found <Extra>, the schema allows <Type>, <MIGversion> here")],
        ),
        (
            [("</Message>", "<Extra/></Message>")],
            [("ELEMENT-UNEXPECTED", f"{MESSAGE}/Extra", "found <Extra>, the schema allows no further element here")],
        ),
        ([("(<Code [^>]*>)", r"\1\1\1\1")], [("ELEMENT-REPEATED", f"{BODY}/Code[4]", "<Code> is here once too often")]),
        (
            [("(<MsgId>.*</MsgId>)", r"\1\1")],
            [("ELEMENT-REPEATED", f"{MESSAGE}/MsgId[2]", "<MsgId> is here once too often")],
        ),
        (
            [("(<MIGversion>.*</MIGversion>)(.*)(<GenDate [^>]*>)", r"\3\2\1")],
            [("ELEMENT-ORDER", f"{MESSAGE}/MIGversion", "<MIGversion> must stand before <GenDate>")],
        ),
        (
            [("(<Type [^>]*>)(.*)(<Status )", r"\2\1\3")],
            [("ELEMENT-ORDER", f"{MESSAGE}/Type", "<Type> must stand before <MIGversion>")],
        ),
        (
            [("<GenDate ", '<GenDate xmlns="" ')],
            [
                (
                    "NAMESPACE",
                    f"{MESSAGE}/GenDate",
                    '<GenDate> is in "", expected "http://www.kith.no/xmlstds/epikrise/2012-02-15"',
                )
            ],
        ),
        (
            [("<n:Note", "<n:Memo"), ("</n:Note", "</n:Memo")],
            [("UNDECLARED", f"{BODY}/Content/Memo", f'<Memo> in namespace "{NOTE}"')],
        ),
        ([('V="TEST"', "")], [("ATTRIBUTE-MISSING", f"{MESSAGE}/Status/@V", "<Status> needs V")]),
        (
            [('DN="Epikrise"', 'dn="Epikrise"')],
            [("ATTRIBUTE-UNKNOWN", f"{MESSAGE}/Type/@dn", "dn on <Type>; allowed and not there: DN")],
        ),
        ([("<MsgId>", '<MsgId x="1">')], [("ATTRIBUTE-UNKNOWN", f"{MESSAGE}/MsgId/@x", "x on <MsgId>")]),
        (
            [("2026-03-02T10:31:07", "02.03.2026")],
            [
                (
                    "VALUE-TYPE",
                    f"{MESSAGE}/GenDate/@V",
                    'found "02.03.2026", expected a date ("2026-03-02"), a date and time',
                )
            ],
        ),
        (
            [("2026-03-02T10:00:00", "2026-03-02")],
            [("VALUE-TYPE", f"{BODY}/IssueDate", 'found "2026-03-02", expected a date and time such as')],
        ),
        (
            [("2026-03-02T10:00:00", "2026-03-02T10:00:00 ")],
            [("VALUE-TYPE", f"{BODY}/IssueDate", "no blanks or line breaks may stand around")],
        ),
        (
            [("<Code ", "<Count>ni</Count><Code ")],
            [("VALUE-TYPE", f"{BODY}/Count", 'found "aa", which is not of the type of this place')],
        ),
        ([("<Code ", "<Count>17</Count><Code ")], [("VALUE-RANGE", f"{BODY}/Count", 'found "99", the bound is 9')]),
        (
            [("<Code ", "<Short>Ola Nordmann</Short><Code ")],
            [("VALUE-LENGTH", f"{BODY}/Short", 'found "Aaa Aaaaaaaa", the bound is 3 characters')],
        ),
        (
            [('V="TEST"', 'V="Test"')],
            [("VALUE-ENUMERATION", f"{MESSAGE}/Status/@V", 'found "Test", expected one of "TEST", "PROD"')],
        ),
        (
            [("2.16.578", "2.16.x")],
            [("VALUE-PATTERN", f"{BODY}/Code/@S", r'found "2.16.x", the pattern is \d+(\.\d+)*')],
        ),
        (
            [("v1.2 2012-02-15<", "v1.1<")],
            [("VALUE-FIXED", f"{MESSAGE}/MIGversion", 'found "v1.1", the schema says "v1.2 2012-02-15"')],
        ),
        ([("<ServRprt>", "<ServRprt>Per Hansen")], [("TEXT", BODY, "<ServRprt> holds text between")]),
        ([("(<Type [^>]*)/>", r"\1>Per</Type>")], [("TEXT", f"{MESSAGE}/Type", "<Type> holds text between")]),
        ([("<MsgId>", "<MsgId><b>x</b>")], [("CHILDREN", f"{MESSAGE}/MsgId", "<MsgId> may not hold elements")]),
        ([("<MsgId>", f'<MsgId {XSI} xsi:nil="true">')], [("NIL", f"{MESSAGE}/MsgId", "on <MsgId>")]),
        ([("<MsgId>", f'<MsgId {XSI} xsi:type="Unknown">')], [("XSI-TYPE", f"{MESSAGE}/MsgId/@type", "on <MsgId>")]),
    ],
)
def test_one_violation(edits: list[tuple[str, str]], expected: Expected) -> None:
    found = explained(*edits)
    assert [(code, path) for code, path, _ in found] == [(f"XSD-{code}", path) for code, path, _ in expected]
    for (_, _, detail), (_, _, part) in zip(found, expected, strict=True):
        assert part in detail


def test_all_violations_are_found_also_in_one_parent() -> None:
    found = explained(
        ("<Type ", "<Junk/><Type "),
        ("<MsgId>.*</MsgId>", ""),
        ("<Status ", "<Stat "),
        ("<IssueDate>", "<Wrong/><IssueDate>"),
        ("<Dept>Kirurgi</Dept>", "<Dept>Kirurgi</Dept><Dept>Medisin</Dept>"),
        ("<n:Line>.*</n:Line>", "<n:Linje>Per</n:Linje>"),
    )
    assert [(code, path) for code, path, _ in found] == [
        ("XSD-ELEMENT-UNEXPECTED", "/Message/Junk"),
        ("XSD-ELEMENT-UNEXPECTED", "/Message/Stat"),
        ("XSD-ELEMENT-MISSING", "/Message/ServRprt"),
        ("XSD-ELEMENT-UNEXPECTED", "/Message/ServRprt/Wrong"),
        ("XSD-ELEMENT-REPEATED", "/Message/ServRprt/Dept[2]"),
        ("XSD-ELEMENT-UNEXPECTED", "/Message/ServRprt/Content/Note/Linje"),
    ]


def test_every_finding_has_line_and_column() -> None:
    result = judged(SMALL.replace("<Dept>", "<Extra/><Dept>").replace('V="TEST"', 'V="x"'), only={"schema"})
    assert [(f.place.line, f.place.column) for f in result.findings] == [(6, 3), (11, 5)]
    assert all(f.hint and f.source and f.apprec == "T02" for f in result.findings)


def test_no_content_of_the_message_is_repeated() -> None:
    secret = "Per Hansen 13916910082"
    for place in ("<MsgId>", "<IssueDate>", "<ApprDate>", "<ServRprt>", "<Dept>"):
        broken = judged(SMALL.replace(place, f"{place}{secret}").replace("<Dept>", "<Count>Hansen</Count><Dept>"))
        said = repr([(f.message, f.detail, f.hint, f.place) for f in broken.findings])
        assert broken.findings
        assert "Hansen" not in said
        assert "13916910082" not in said


def test_many_violations_end_in_bounded_time() -> None:
    result = judged(SMALL.replace("<Dept>", "<Dept>x</Dept>" * 400 + "<Dept>"), only={"schema"})
    assert not result.schema_valid
    assert len(result.findings) >= 50
    assert {f.code for f in result.findings} == {"XSD-ELEMENT-REPEATED"}


def test_the_verdict_is_told_whatever_is_asked() -> None:
    for group in GROUPS:
        result = judged(SMALL.replace("<Dept>", "<Extra/><Dept>"), only={group})
        assert (result.schema_valid, result.verdict) == (False, "invalid")
        assert any(f.code.startswith("XSD-") for f in result.findings) is (group == "schema")


def test_a_lax_wildcard_or_xsi_type_sees_every_declared_namespace() -> None:
    document = SMALL.replace("<n:Line>", "<n:Linje>").replace("</n:Line>", "</n:Linje>")
    assert judged(document).schema_valid is False
    as_utf16 = SMALL.encode("utf-16")
    assert judged(as_utf16).schema_valid is True
    assert judged(document.encode("utf-16")).schema_valid is False


def test_the_list_of_codes_is_closed() -> None:
    assert len({kind.value for kind in Kind}) == len(Kind) == 20
    assert all(kind.value.startswith("XSD-") for kind in Kind)
