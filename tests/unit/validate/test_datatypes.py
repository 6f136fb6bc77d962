"""Values against their datatypes: DT-…."""

from __future__ import annotations

import pytest

from tests.unit.validate.documents import by_rules, hodemelding, message

OID = "2.16.578.1.12.4.1.1."
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def told(more: str, family: str = "svarrapport") -> list[str]:
    """The codes of series DT that a piece of a message gives."""
    return [finding.code for finding in by_rules(message(family, more=more)) if finding.code.startswith("DT-")]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('<Sex V="1" DN="Mann"/>', []),
        ("<Sex/>", ["DT-001"]),
        ('<Sex V=" " DN="Mann"/>', ["DT-001", "DT-015"]),
        ("<Status>text of another kind</Status>", []),
        ("<Inst><Id>1234</Id><Type/></Inst>", ["DT-001"]),
        ('<Comment><Heading V="ADM"/></Comment>', ["DT-002"]),
        (f'<Spec V="1" DN="x" S="{OID}7280"/>', []),
        ('<Spec V="1" DN="x"/>', ["DT-003"]),
        (f'<Spec S="{OID}7280" DN="x"/>', ["DT-004"]),
        ('<Spec OT="only text"/>', []),
        (f'<Spec V="1" S="{OID}7280"/>', ["DT-005"]),
        ('<Spec V="1" DN="x" S="7280"/>', ["DT-006"]),
        (f'<Spec V="1" DN="x" S="{OID}72801"/>', ["DT-006"]),
        ('<Spec V="1" DN="x" S="2.16.578.1.12.4.1.4.3"/>', []),
        ('<Spec V="1" DN="x" S="1.2.752.116.2.1.1"/>', []),
        ('<Spec V="1" DN="x" S="9.16.578"/>', ["DT-006"]),
        ('<Spec V="1" DN="x" OT="one&#10;two"/>', ["DT-003", "DT-021"]),
        (f'<Spec V="1 " DN="x" S="{OID}7280"/>', ["DT-015"]),
        (f'<Spec V="1" DN="x&#13;y" S="{OID}7280"/>', ["DT-021"]),
    ],
)
def test_codes(more: str, expected: list[str]) -> None:
    assert told(more) == expected


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("2026-03-02T10:31:07", True),
        ("2026-03-02T10:31:07.5+01:00", True),
        ("2026-03-02", True),
        ("2026-03", True),
        ("2026", True),
        ("2026-03-02T10:31", False),
        ("10:31:07", False),
        ("02.03.2026", False),
        ("", False),
    ],
)
def test_times(value: str, right: bool) -> None:
    assert told(f'<InvDate V="{value}"/>') == ([] if right else ["DT-008"])


def test_a_wrong_time_is_shown_by_its_form() -> None:
    (finding,) = [f for f in by_rules(message(more='<DateOfBirth V="13.11.1969"/>')) if f.code == "DT-008"]
    assert "99.99.9999" in finding.detail


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('<Accredited V="true"/>', []),
        ('<Accredited V="1"/>', ["DT-010"]),
        ('<NumResultValue V="1.5" U="mg"/>', []),
        ('<NumResultValue V="1,5" U="mg"/>', ["DT-012"]),
        ('<NumResultValue V="1.5"/>', ["DT-012"]),
        ('<NumResultValue U="mg"/>', ["DT-012"]),
        ("<NumResultValue/>", []),
        ('<NumResultValue V="-1.5e3" U="mg"/>', []),
        ('<TeleAddress V="tel:+4771660000"/>', []),
        ('<TeleAddress V="MAILTO:post@example.no"/>', []),
        ('<TeleAddress V="71660000"/>', ["DT-018"]),
        ('<TeleAddress V="tel:71 66 00 00"/>', ["DT-019"]),
        ('<TeleAddress V="tel:+47/71-66-00-00"/>', []),
    ],
)
def test_other_values(more: str, expected: list[str]) -> None:
    assert told(more) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("<TextResultValue>first\n      second</TextResultValue>", []),
        ("<TextResultValue>Hb      11,2</TextResultValue>", ["DT-016"]),
        ("<TextResultValue>Hb\t11,2</TextResultValue>", ["DT-016"]),
        (f"<TextResultValue><p {XHTML}>Hb\t<b>11,2</b></p></TextResultValue>", []),
        (f"<TextResultValue><p {XHTML}>Hb<script/></p></TextResultValue>", ["DT-017"]),
        ('<TextResultValue><p xmlns="">Hb</p></TextResultValue>', ["DT-017"]),
        (f"<Comment><p {XHTML}>Hb <b>x</b></p><p {XHTML}/></Comment>", ["DT-020"]),
    ],
)
def test_texts(more: str, expected: list[str]) -> None:
    assert told(more) == expected


def plo(content: str, root: str = "Pasientlogistikk", type_code: str = "LOG_INNLAGT") -> list[str]:
    namespace = f"http://www.kith.no/xmlstds/po/{root}/2012-04-01"
    document = hodemelding(type_code=type_code, content=f'<{root} xmlns="{namespace}">{content}</{root}>')
    return [finding.code for finding in by_rules(document) if finding.code.startswith("DT-")]


@pytest.mark.parametrize(
    ("branch", "time", "expected"),
    [
        ("MeldingInnlagtPasient", "2026-03-02", ["DT-009"]),
        ("MeldingInnlagtPasient", "2026-03-02T10:31:07", []),
        ("MeldingUtskrivningsklarPasient", "2026-03-02", []),
    ],
)
def test_an_admission_has_a_time_of_day(branch: str, time: str, expected: list[str]) -> None:
    event = f'<TidsfestetHendelse><TidspunktForHendelse V="{time}"/></TidsfestetHendelse>'
    assert plo(f"<{branch}>{event}</{branch}>") == expected


def test_what_means_yes_is_not_sent_as_false() -> None:
    assert plo("<BorAlene>false</BorAlene>") == ["DT-011"]
    assert plo("<BorAlene>true</BorAlene>") == []
