"""The rules of the AppRec itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from meldingsloft.domain.code_lists import Binding
from tests.unit.validate.documents import ERROR, apprec, codes, without_advice


class Codes:
    """Kodeverk 8221 with one code (port ``CodeLists``)."""

    def bindings(self, family: str, version: str = "") -> tuple[Binding, ...]:
        return ()

    def note(self, list_number: str, code: str) -> str:
        return ""

    def nearest(self, list_number: str, code: str, count: int = 3) -> tuple[str, ...]:
        return ()

    def display(self, list_number: str, code: str) -> str | None:
        return "Mottaker finnes ikke" if (list_number, code) == ("8221", "E21") else None

    def has_list(self, list_number: str) -> bool:
        return list_number == "8221"

    def name(self, list_number: str) -> str:
        return list_number

    def codes(self, _list_number: str) -> Sequence[tuple[str, str]]:
        return [("E21", "Mottaker finnes ikke")]


@pytest.mark.parametrize(
    ("document", "code", "detail"),
    [
        (apprec(msg_type="KVITTERING"), "AK-001", "KVITTERING"),
        (apprec(own_id="fe6225205b3d3049e5f600a44a34ca77"), "AK-002", "found"),
        (apprec(status="9"), "AK-003", "8258 has 1, 2 and 3"),
        (apprec(status="1", errors=ERROR), "AK-003", "beside an Error"),
        (apprec(status="2"), "AK-003", "without any Error"),
        (apprec(status="3"), "AK-003", "without any Error"),
        (apprec(status="2", errors=ERROR.replace("8221", "9999")), "AK-004", "found code system"),
        (apprec(status="2", errors=ERROR.replace('DN="Mottaker finnes ikke"', "")), "AK-004", "missing"),
        (apprec(status="2", errors=ERROR.replace("E21", "E99")), "AK-004", "no code"),
        (apprec(sender=""), "AK-011", "Sender has no Role, expected PRIM, COP"),
        (apprec(receiver="PRIM"), "AK-011", "expected AVS"),
        (
            apprec(year="2004-11-21", mig_version="1.0 2004-11-21", sender="REQ", receiver="AVS"),
            "AK-011",
            "expected RECEIVER",
        ),
    ],
)
def test_one_fault_gives_one_finding(document: str, code: str, detail: str) -> None:
    (finding,) = without_advice(document, codes=Codes())
    assert (finding.code, finding.severity, finding.apprec) == (code, "error", "")
    assert detail in finding.detail


def test_codebooks_of_processes_and_right_rejections_pass() -> None:
    assert codes(apprec(status="2", errors=ERROR), codes=Codes()) == []
    assert codes(apprec(status="3", errors=ERROR.replace("8221", "8223").replace("E21", "53")), codes=Codes()) == []
    old = apprec(year="2004-11-21", mig_version="1.0 2004-11-21", sender="SPR", receiver="RECEIVER")
    assert codes(old, codes=Codes()) == []
