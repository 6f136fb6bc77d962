"""Finding and compiling XML Schemas: ours, a folder with a table, and folders that have to be searched."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from meldingsloft.adapters.schema_set import SchemaSet
from meldingsloft.adapters.shipped import shipped
from meldingsloft.domain.errors import ConfigError
from meldingsloft.ports import Schemas

MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"
EPIKRISE = "http://www.kith.no/xmlstds/epikrise/2012-02-15"
NUMBER = '<xs:simpleType name="Number"><xs:restriction base="xs:int"/></xs:simpleType>'


def schema(namespace: str, body: str, *, more: str = "") -> str:
    target = f'targetNamespace="{namespace}"' if namespace else ""
    return f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:b="urn:b" {more} {target} elementFormDefault="qualified">{body}</xs:schema>'


def uses_b(location: str = "http://example.invalid/b.xsd") -> str:
    return schema(
        "urn:a", f'<xs:import namespace="urn:b" schemaLocation="{location}"/><xs:element name="a" type="b:Number"/>'
    )


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def judges(schemas: SchemaSet, *namespaces: str) -> tuple[bool, bool]:
    """(a number is valid, a word is valid) as content of ``a``."""
    compiled = schemas.for_namespaces(frozenset(namespaces))
    return tuple(bool(compiled.validate(etree.fromstring(f'<a xmlns="urn:a">{text}</a>'))) for text in ("4", "four"))  # type: ignore[return-value]


def test_the_shipped_set_is_what_the_port_asks_for() -> None:
    schemas: Schemas = SchemaSet(shipped("schemas"))
    assert schemas.name == "shipped"
    assert schemas.knows(EPIKRISE)
    assert not schemas.knows("urn:unknown")
    assert schemas.source(EPIKRISE).endswith("epikrise-1.2.xsd")
    assert schemas.source("urn:unknown") == ""


def test_the_same_namespaces_give_the_same_object() -> None:
    schemas = SchemaSet(shipped("schemas"))
    first = schemas.for_namespaces(frozenset({MSGHEAD, EPIKRISE}))
    assert schemas.for_namespaces(frozenset({EPIKRISE, MSGHEAD, "urn:unknown"})) is first
    assert schemas.for_namespaces(frozenset({EPIKRISE})) is not first


def test_ever_new_mixtures_of_namespaces_do_not_fill_the_memory(tmp_path: Path) -> None:
    table = "namespace,version,file,origin\n" + "".join(f"urn:{n},1,{n}.xsd,test\n" for n in range(130))
    schemas = SchemaSet(
        write(tmp_path, {"catalogue.csv": table} | {f"{n}.xsd": schema(f"urn:{n}", "") for n in range(130)})
    )
    kept = [schemas.for_namespaces(frozenset({f"urn:{n}"})) for n in range(130)]
    assert schemas.for_namespaces(frozenset({"urn:129"})) is kept[129]
    assert schemas.for_namespaces(frozenset({"urn:0"})) is not kept[0]


def test_only_what_is_asked_for_is_known() -> None:
    schemas = SchemaSet(shipped("schemas"))
    inst = etree.fromstring(f'<Inst xmlns="{EPIKRISE}"/>')
    assert schemas.for_namespaces(frozenset({EPIKRISE})).validate(inst)
    assert not schemas.for_namespaces(frozenset({MSGHEAD})).validate(inst)
    assert not schemas.for_namespaces(frozenset()).validate(inst)


def test_nothing_is_read_before_it_is_needed(tmp_path: Path) -> None:
    schemas = SchemaSet(tmp_path / "later")
    write(
        tmp_path / "later",
        {"catalogue.csv": "namespace,version,file,origin\nurn:b,1,b.xsd,test\n", "b.xsd": schema("urn:b", NUMBER)},
    )
    assert schemas.knows("urn:b")


def test_our_addresses_are_followed_in_folders_with_any_name(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "mappe med æ # og %20",
        {
            "catalogue.csv": "namespace,version,file,origin\nurn:a,1,one/a.xsd,test\n",
            "one/a.xsd": uses_b("../two/b.xsd"),
            "two/b.xsd": schema("urn:b", NUMBER),
        },
    )
    assert judges(SchemaSet(folder), "urn:a") == (True, False)


def test_a_table_names_the_documents_of_a_foreign_folder(tmp_path: Path) -> None:
    table = "namespace,file,scope\nurn:a,a.xsd,core\nurn:b,deep/right.xsd,core\n"
    folder = write(
        tmp_path,
        {
            "catalog.csv": table,
            "a.xsd": uses_b(),
            "deep/right.xsd": schema("urn:b", NUMBER),
            "wrong.xsd": schema("urn:b", ""),
        },
    )
    schemas = SchemaSet.from_folder(folder)
    assert schemas.name == str(folder)
    assert judges(schemas, "urn:a") == (True, False)


@pytest.mark.parametrize("location", ["http://example.invalid/b.xsd", "../../elsewhere/b.xsd", "missing.xsd", ""])
def test_imports_are_found_by_namespace_wherever_they_point(tmp_path: Path, location: str) -> None:
    folder = write(
        tmp_path,
        {
            "x/a.xsd": uses_b(location),
            "y/other-name.xsd": schema("urn:b", NUMBER),
            "notes.xsd": "<no-schema/>",
            "torn.xsd": "<",
        },
    )
    assert judges(SchemaSet.from_folder(folder), "urn:a") == (True, False)


@pytest.mark.parametrize("location", ["part.xsd", "../lost/part.xsd", "http://example.invalid/part.xsd"])
def test_includes_are_found_by_place_and_then_by_name(tmp_path: Path, location: str) -> None:
    body = f'<xs:include schemaLocation="{location}"/><xs:element name="a" type="a:Number"/>'
    files = {"x/main.xsd": schema("urn:a", body, more='xmlns:a="urn:a"'), "x/part.xsd": schema("", NUMBER)}
    assert judges(SchemaSet.from_folder(write(tmp_path, files)), "urn:a") == (True, False)


def test_an_included_document_does_not_stand_for_its_namespace(tmp_path: Path) -> None:
    body = '<xs:include schemaLocation="a-part.xsd"/><xs:element name="a" type="a:Number"/>'
    files = {"a-part.xsd": schema("urn:a", NUMBER), "main.xsd": schema("urn:a", body, more='xmlns:a="urn:a"')}
    schemas = SchemaSet.from_folder(write(tmp_path, files))
    assert schemas.source("urn:a").endswith("main.xsd")
    assert judges(schemas, "urn:a") == (True, False)


def test_an_oasis_catalogue_decides_between_versions(tmp_path: Path) -> None:
    entry = '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><uri name="urn:b" uri="deep/new%20b.xsd"/><uri name="urn:c" uri="gone.xsd"/></catalog>'
    folder = write(
        tmp_path,
        {
            "catalog.xml": entry,
            "a.xsd": uses_b(),
            "b.xsd": schema("urn:b", ""),
            "deep/new b.xsd": schema("urn:b", NUMBER),
        },
    )
    assert judges(SchemaSet.from_folder(folder), "urn:a") == (True, False)


def test_a_namespace_that_is_no_uri_is_borne(tmp_path: Path) -> None:
    odd = "http://example.invalid/a {b}"
    a = schema(
        "urn:a", f'<xs:import namespace="{odd}"/><xs:element name="a" type="o:Number"/>', more=f'xmlns:o="{odd}"'
    )
    schemas = SchemaSet.from_folder(write(tmp_path, {"a.xsd": a, "o.xsd": schema(odd, NUMBER)}))
    assert schemas.knows(odd)
    assert judges(schemas, "urn:a", odd) == (True, False)


def test_a_document_type_with_a_remote_part_does_no_harm(tmp_path: Path) -> None:
    doctype = (
        '<!DOCTYPE xs:schema SYSTEM "http://example.invalid/xs.dtd" [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    )
    files = {"a.xsd": uses_b(), "b.xsd": doctype + schema("urn:b", NUMBER)}
    assert judges(SchemaSet.from_folder(write(tmp_path, files)), "urn:a") == (True, False)


def test_a_broken_schema_spoils_only_its_own_namespace(tmp_path: Path) -> None:
    files = {
        "a.xsd": uses_b(),
        "b.xsd": schema("urn:b", NUMBER),
        "c.xsd": schema("urn:c", '<xs:element name="c" type="b:Missing"/>'),
    }
    schemas = SchemaSet.from_folder(write(tmp_path, files))
    assert judges(schemas, "urn:a") == (True, False)
    with pytest.raises(ConfigError) as caught:
        schemas.for_namespaces(frozenset({"urn:c"}))
    assert caught.value.code == "ML-C082"
    assert "c.xsd" in caught.value.detail
    assert caught.value.where == str(tmp_path.resolve())


@pytest.mark.parametrize(
    "files",
    [{}, {"readme.txt": "nothing here"}, {"catalogue.csv": "name,path\na,b\n"}, {"catalog.csv": "name,path\na,b\n"}],
)
def test_a_folder_without_schemas_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        SchemaSet.from_folder(write(tmp_path, files)).knows("urn:a")
    assert caught.value.code == "ML-C081"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ML-C081"):
        SchemaSet.from_folder(tmp_path / "gone").knows("urn:a")


@pytest.mark.parametrize("table", ["catalogue.csv", "catalog.csv"])
@pytest.mark.parametrize("text", [None, "", "<", "<no-schema/>"])
def test_a_listed_document_that_is_no_schema_is_told(tmp_path: Path, table: str, text: str | None) -> None:
    files = {table: "namespace,version,file,origin\nurn:a,1,a.xsd,test\n"} | ({} if text is None else {"a.xsd": text})
    schemas = SchemaSet.from_folder(write(tmp_path, files))
    with pytest.raises(ConfigError, match="ML-C082") as caught:
        schemas.for_namespaces(frozenset({"urn:a"}))
    assert "a.xsd" in caught.value.detail


def test_what_cannot_be_found_is_left_out_and_missed_only_where_it_is_used(tmp_path: Path) -> None:
    lost = '<xs:include schemaLocation="lost.xsd"/><xs:import namespace="urn:lost" schemaLocation="http://example.invalid/lost.xsd"/>'
    folder = write(tmp_path, {"a.xsd": schema("urn:a", lost + '<xs:element name="a" type="xs:int"/>')})
    assert judges(SchemaSet.from_folder(folder), "urn:a") == (True, False)


def test_the_files_of_an_installed_wheel_lie_in_the_package(tmp_path: Path) -> None:
    (tmp_path / "meldingsloft" / "_shipped" / "samples").mkdir(parents=True)
    (tmp_path / "samples").mkdir()
    assert shipped("samples", tmp_path / "meldingsloft") == tmp_path / "meldingsloft" / "_shipped" / "samples"


def test_the_files_of_a_checkout_lie_beside_the_package(tmp_path: Path) -> None:
    (tmp_path / "meldingsloft").mkdir()
    (tmp_path / "samples").mkdir()
    assert shipped("samples", tmp_path / "meldingsloft") == tmp_path / "samples"


def test_an_installation_without_its_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ML-C080"):
        shipped("schemas", tmp_path / "meldingsloft")
