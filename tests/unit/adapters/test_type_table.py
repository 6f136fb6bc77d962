from __future__ import annotations

import pytest

from meldingsloft.adapters.code_lists import PackagedCodeLists
from meldingsloft.adapters.type_table import load_catalogue
from meldingsloft.apprec.codes import MIG_VERSIONS, NAMESPACES
from meldingsloft.domain.catalogue import MessageType
from meldingsloft.domain.errors import UnknownTypeError

ROWS = list(load_catalogue())


def test_there_are_fifty_two_types_with_names_of_their_own() -> None:
    assert len(ROWS) == len(load_catalogue()) == 52
    assert len({row.short_name for row in ROWS}) == 52


def test_the_table_is_read_once() -> None:
    assert load_catalogue() is load_catalogue()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.short_name)
def test_a_row_is_whole(row: MessageType) -> None:
    assert row.short_name.endswith(f"-{row.version}")
    assert row.namespace.startswith(("http://www.kith.no/xmlstds/", "http://ehelse.no/xmlstds/"))
    assert row.root
    assert row.name_nb
    assert row.type_codes
    assert row.actions
    assert row.status in ("current", "superseded", "draft")
    assert row.apprec in ("", "1.0", "1.1")
    assert set(row.change_codes) <= {"N", "M", "C", "A"}
    assert row.note == row.note.strip()
    assert row.document or row.status == "draft"


def test_what_can_be_built() -> None:
    built = {row.short_name for row in ROWS if row.build}
    assert {"epikrise-1.2", "dialog-helsefaglig-1.1", "svarrapport-1.4", "apprec-1.0", "apprec-1.1"} <= built


@pytest.mark.parametrize("row", [r for r in ROWS if r.status != "draft"], ids=lambda row: row.short_name)
def test_actions_are_codes_of_8279_with_their_names(row: MessageType) -> None:
    lists = PackagedCodeLists()
    for action in row.actions:
        if not action.endswith("*"):
            assert lists.display("8279", action) == row.action_name(action)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_apprec_rows_say_what_the_apprec_room_writes(version: str) -> None:
    row = load_catalogue().named(f"apprec-{version}")
    assert (row.namespace, row.mig_version, row.service) == (NAMESPACES[version], MIG_VERSIONS[version], "")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.short_name)
def test_a_row_is_found_by_its_content_and_type(row: MessageType) -> None:
    for code in row.type_codes:
        assert load_catalogue().of_content(row.namespace, row.root, code.replace("*", "EKONTAKT")) is row


def test_content_of_a_known_namespace_with_an_odd_type_is_still_found() -> None:
    found = load_catalogue().of_content(
        "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01", "Pasientlogistikk", "LOG_X"
    )
    assert found is not None
    assert found.namespace == "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"
    assert load_catalogue().of_content("urn:x", "Message") is None


def test_an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(UnknownTypeError) as caught:
        load_catalogue().named("epikrise-1.3")
    assert caught.value.code == "ML-C010"
    assert "epikrise-1.2" in caught.value.hint


def test_names_choose_rows() -> None:
    catalogue = load_catalogue()
    assert catalogue.beginning_with(()) == tuple(ROWS)
    assert [r.short_name for r in catalogue.beginning_with(("svarrapport", "epikrise-1.2"))] == [
        "epikrise-1.2",
        "svarrapport-1.3",
        "svarrapport-1.4",
    ]
    assert [r.short_name for r in catalogue.beginning_with(("helseopplysninger-1.6",))] == ["helseopplysninger-1.6"]
    for unknown in ("x", ""):
        with pytest.raises(UnknownTypeError):
            catalogue.beginning_with(("epikrise", unknown))
