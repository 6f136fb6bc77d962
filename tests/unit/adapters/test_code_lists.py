from __future__ import annotations

import pytest

from meldingsloft.adapters.code_lists import PackagedCodeLists, _index
from meldingsloft.apprec.codes import ERROR_LIST, ERROR_SYSTEM, ERRORS, ROLES, ROLES_OF_VERSION, STATUSES
from meldingsloft.data import read_text
from meldingsloft.domain.code_lists import list_number

LISTS = PackagedCodeLists()
HERE = sorted(number for number, facts in _index().items() if facts.status != "external")


def test_there_are_a_hundred_and_seventy_two_lists() -> None:
    assert len(HERE) == 172


@pytest.mark.parametrize("number", HERE)
def test_a_list_has_codes_with_texts_and_no_code_twice(number: str) -> None:
    codes = [line.split(",", 1)[0] for line in read_text(f"kodeverk/{number}.csv").splitlines()[1:]]
    assert codes
    assert [code.strip('"') for code in codes] == [code for code, _ in LISTS.codes(number)]
    assert all(text for _, text in LISTS.codes(number))
    assert LISTS.name(number) != number


def test_display_and_absence() -> None:
    assert LISTS.display("8221", "E21") == "Mottaker finnes ikke"
    assert LISTS.display("8221", "E22") is None
    assert LISTS.display("1234", "1") is None
    assert LISTS.name("1234") == "1234"
    assert LISTS.facts("1234") is None


def test_only_a_whole_list_is_at_hand() -> None:
    assert LISTS.has_list("8221")
    assert not LISTS.has_list("7110")  # ICD-10: kept by others
    assert LISTS.codes("7110") == ()
    assert not LISTS.has_list("8351")  # some codes are known, others exist
    assert LISTS.display("8351", "S") == "Serum"
    assert not LISTS.has_list("1234")


def test_notes_stand_beside_few_codes() -> None:
    assert LISTS.note("8258", "3")
    assert LISTS.note("8258", "1") == ""
    assert LISTS.note("7110", "A00") == ""


@pytest.mark.parametrize(
    ("number", "wrong", "meant"),
    [
        ("8221", "e21", "E21"),
        ("8116", "fødselsnummer", "FNR"),
        ("8304", "øyeblikkelig hjelp", "0"),
        ("8279", "EPIKRISER", "EPIKRISE"),
    ],
)
def test_the_nearest_codes(number: str, wrong: str, meant: str) -> None:
    assert LISTS.nearest(number, wrong)[0] == meant
    assert len(LISTS.nearest(number, wrong, count=1)) == 1


def test_nothing_is_near_nonsense() -> None:
    assert LISTS.nearest("8221", "qqqqqqqqq") == ()
    assert LISTS.nearest("7110", "A00") == ()


def test_the_number_in_an_oid() -> None:
    assert list_number(ERROR_SYSTEM) == ERROR_LIST
    for other in ("", "8221", "2.16.578.1.12.4.1.1.", "2.16.578.1.12.4.1.1.8221.1", "2.16.578.1.12.4.1.4.3"):
        assert list_number(other) == ""


def test_the_oid_of_every_list_ends_with_its_number() -> None:
    assert all(list_number(facts.oid) == facts.number for facts in _index().values())


def test_bindings_of_a_family_and_version() -> None:
    old, new = ({b.element_path: b.lists for b in LISTS.bindings("apprec", version)} for version in ("1.0", "1.1"))
    assert old["AppRec/Error"] == new["AppRec/Error"] == ("8221",)
    assert "Inst/TypeId" in new
    assert "Inst/TypeId" not in old
    assert len(LISTS.bindings("apprec")) == 15
    assert LISTS.bindings("nothing") == ()


def test_every_binding_names_lists_that_the_index_knows() -> None:
    families = (
        "msghead",
        "apprec",
        "epikrise",
        "henvisning",
        "svarrapport",
        "rekvisisjon",
        "dialog",
        "plo",
        "epj",
        "felleskomponent1",
    )
    bindings = [binding for family in families for binding in LISTS.bindings(family)]
    assert len(bindings) == 397
    for binding in bindings:
        assert set(binding.lists) <= set(_index()) | {"local"}
        assert binding.strictness in ("closed", "open", "external")


def test_the_constants_of_the_apprec_room_are_those_of_the_lists() -> None:
    assert {code: known.name for code, known in ERRORS.items()} == dict(LISTS.codes(ERROR_LIST))
    assert dict(STATUSES) == dict(LISTS.codes("8258"))
    for role in set().union(*ROLES_OF_VERSION["1.1"]):
        assert ROLES[role] == LISTS.display("8112", role)


def test_what_the_notes_call_withdrawn_is_so_in_the_constants() -> None:
    for code, known in ERRORS.items():
        assert ("withdrawn" in LISTS.note(ERROR_LIST, code)) == (known.use == "withdrawn")
