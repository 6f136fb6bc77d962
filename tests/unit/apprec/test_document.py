from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldingsloft.apprec.codes import NAMESPACES
from meldingsloft.apprec.document import AppRecDocument, write
from meldingsloft.apprec.reading import read
from meldingsloft.apprec.text import attribute, element, escape, uri
from meldingsloft.domain.errors import InvalidMessageError
from meldingsloft.domain.heads import Address, AppRecError, Ident, Level, Postal
from meldingsloft.xmlsafe import parse

PARTY = Address(
    Level("Brattvær kommune", (Ident("3001", "HER", "HER-id"), Ident("987654321", "ENH", "Organisasjonsnummer"))),
    Level("Pleie & omsorg", (Ident("3002", "HER", "HER-id"),)),
    postal=Postal(
        "RES",
        "Besøksadresse",
        "Kaia 1",
        "6509",
        "Kristiansund",
        "1505",
        "Kristiansund",
        "NO",
        "Norge",
        "01",
        "Nordlandet",
        ("tel:71000000", "mailto:post@example.no"),
    ),
    also=(Level("Hjemmetjeneste", ()),),
)
PERSON = Address(
    Level("Fyrlykta legesenter", (Ident("1001", "HER", "HER-id"),)),
    Level("Kari Lege", (Ident("1002", "HER", "HER-id"),), person=True),
)
DOCUMENT = AppRecDocument(
    version="1.1",
    id="0d0b5c7e-6a1e-4b8b-9a55-3d2f6f1d9c11",
    generated="2026-03-02T10:31:07+01:00",
    sender=PARTY,
    sender_role="PRIM",
    receiver=PERSON,
    receiver_role="AVS",
    status="2",
    errors=(
        AppRecError("E21", "Mottaker finnes ikke", "lagt ned"),
        AppRecError("53", "Annet kodeverk", "3", "2.16.578.1.12.4.1.1.8223"),
    ),
    original_type="EPIKRISE",
    original_type_name="Epikrise",
    original_issued="2026-03-02T08:32:15+01:00",
    original_id="4f7d6ea2-0c65-4f57-8a40-0a7d0c6f5b1e",
    software_name="prøve",
    software_version="1.0",
)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_what_is_written_is_read_again(version: Any) -> None:
    document = replace(DOCUMENT, version=version)
    assert read(parse(write(document))) == document


def test_bare_facts_make_bare_xml() -> None:
    bare = replace(
        DOCUMENT,
        sender=Address(),
        receiver=Address(),
        sender_role="",
        receiver_role="",
        software_name="",
        software_version="",
        errors=(),
    )
    data = write(bare)
    assert b"<Sender><HCP><Inst></Inst></HCP></Sender>" in data
    assert b"Software" not in data
    assert read(parse(data)) == bare


def test_a_person_alone_is_an_hcprof() -> None:
    alone = replace(
        DOCUMENT, receiver=Address(party=Level("Kari Lege", (Ident("1002", "HER", "HER-id"),), person=True))
    )
    assert b"<HCProf><Name>Kari Lege</Name>" in write(alone)
    assert read(parse(write(alone))) == alone


def test_an_id_without_type_and_an_unknown_role_are_written_as_they_are() -> None:
    odd = replace(DOCUMENT, sender=Address(Level("A", (Ident("7", ""),))), sender_role="XYZ", status="9")
    data = write(odd)
    assert b"<Id>7</Id></Inst>" in data
    assert b'<Role V="XYZ"/>' in data
    assert b'<Status V="9"/>' in data


def test_an_address_of_no_type_is_a_work_address() -> None:
    assert b'<Type V="WP" DN="Arbeidsadresse"/><City>X</City>' in write(
        replace(DOCUMENT, sender=replace(PARTY, postal=Postal(city="X")))
    )


SAFE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=40
).map(str.strip)


@given(name=SAFE, service=SAFE, said=SAFE, kind=SAFE)
def test_any_name_comes_back_as_it_was(name: str, service: str, said: str, kind: str) -> None:
    party = Address(Level(name, (Ident("3001", "HER", "HER-id"),)), Level(service, (Ident("3002", "HER", "HER-id"),)))
    document = replace(
        DOCUMENT, sender=party, errors=(AppRecError("X99", "Annen feil", said),), original_type_name=kind
    )
    assert read(parse(write(document))) == document


@given(st.text())
def test_any_text_is_escaped_into_itself(text: str) -> None:
    root = parse(f'<a b="{escape(text)}">{escape(text)}</a>'.encode())
    allowed = "".join(c if c in "\t\n\r" or (ord(c) >= 0x20 and c not in "\ufffe\uffff") else "\ufffd" for c in text)
    assert (root.text or "") == allowed
    assert root.get("b") == allowed


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("tel:71 00 00 00", "tel:71 00 00 00"),
        ("mailto:bjørn@example.no", "mailto:bjørn@example.no"),
        ("https://example.no/a%20b", "https://example.no/a%20b"),
        ("tel:[1]", "tel:%5B1%5D"),
        ("tel:100%", "tel:100%25"),
        ("x://a:b", "x:%2F%2Fa%3Ab"),
        ("71 00 00 00", "71%2000%2000%2000"),
        (":", "%3A"),
        ("", ""),
    ],
)
def test_addresses_become_uris_only_where_they_are_none(text: str, written: str) -> None:
    assert uri(text) == written


def test_surrogates_become_the_replacement_character() -> None:
    assert escape("a\ud800b\x00") == "a\ufffdb\ufffd"


def test_nothing_makes_no_element_and_no_attribute() -> None:
    assert (element("a", ""), attribute("b", "")) == ("", "")


@pytest.mark.parametrize(
    "data", [b"<AppRec/>", b"<AppRec xmlns='urn:x'/>", f"<Other xmlns='{NAMESPACES['1.1']}'/>".encode()]
)
def test_what_is_no_apprec_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidMessageError) as caught:
        read(parse(data))
    assert caught.value.code == "ML-V012"
