"""The form of the shipped schemas: every document compiles, explains itself and points to nothing outside the folder."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from meldingsloft.adapters.schema_set import SchemaSet
from meldingsloft.adapters.shipped import shipped

XS = "{http://www.w3.org/2001/XMLSchema}"
FOLDER = shipped("schemas")
DOCUMENTS = sorted(FOLDER.rglob("*.xsd"))
ROWS = list(csv.DictReader((FOLDER / "catalogue.csv").read_text(encoding="utf-8").splitlines()))
CODED = frozenset({"CS", "CV"})


def root_of(document: Path) -> etree._Element:
    return etree.parse(str(document)).getroot()


def name(document: Path) -> str:
    return document.relative_to(FOLDER).as_posix()


def documentation(element: etree._Element) -> str:
    return element.findtext(f"{XS}annotation/{XS}documentation", "").strip()


def pointed_to(document: Path) -> list[tuple[str, Path]]:
    """(namespace, document) of every import and include; an include has no namespace."""
    found = root_of(document).iter(f"{XS}import", f"{XS}include")
    return [(e.get("namespace", ""), (document.parent / e.get("schemaLocation", "")).resolve()) for e in found]


def test_catalogue_has_one_row_for_each_namespace() -> None:
    namespaces = [row["namespace"] for row in ROWS]
    assert len(namespaces) == len(set(namespaces))
    assert all(row["version"] and row["origin"] for row in ROWS)
    assert [root_of(FOLDER / row["file"]).get("targetNamespace") for row in ROWS] == namespaces


def test_every_document_is_in_the_catalogue_or_part_of_one_that_is() -> None:
    reached = {(FOLDER / row["file"]).resolve() for row in ROWS}
    for document in list(reached):
        reached |= {target for namespace, target in pointed_to(document) if not namespace}
    assert reached == {document.resolve() for document in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_a_document_says_what_it_is_for(document: Path) -> None:
    assert len(documentation(root_of(document))) > 20


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_a_coded_field_names_its_kodeverk(document: Path) -> None:
    coded = [e for e in root_of(document).iter(f"{XS}element") if e.get("type", "").rpartition(":")[2] in CODED]
    assert [e.get("name") for e in coded if not documentation(e)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_addresses_lead_to_documents_of_the_folder(document: Path) -> None:
    for namespace, target in pointed_to(document):
        assert target.is_relative_to(FOLDER.resolve())
        assert (root_of(target).get("targetNamespace") or "") == namespace


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_the_text_is_written_in_one_style(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert text.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    )
    assert text.endswith("</xs:schema>\n")
    assert "\t" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
    after_head = text[text.index("\n  <xs:annotation>") :]
    assert all((len(line) - len(line.lstrip())) % 2 == 0 for line in after_head.splitlines())


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_attributes_stand_in_one_order(document: Path) -> None:
    order = ["name", "ref", "type", "minOccurs", "maxOccurs", "fixed", "default"]
    for element in root_of(document).iter(f"{XS}element"):
        known = [key for key in order if key in element.attrib]
        assert list(element.attrib) == known


@pytest.mark.parametrize("namespace", [row["namespace"] for row in ROWS])
def test_each_namespace_compiles_alone(namespace: str) -> None:
    assert not SchemaSet(FOLDER).for_namespaces(frozenset({namespace})).validate(etree.Element("nothing"))


def test_all_namespaces_compile_together() -> None:
    schemas = SchemaSet(FOLDER)
    assert len(schemas.namespaces) == len(ROWS)
    assert not schemas.for_namespaces(schemas.namespaces).validate(etree.Element("nothing"))


@pytest.mark.skipif(shutil.which("xmllint") is None, reason="xmllint is not installed")
def test_another_tool_compiles_them_without_a_network(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.xml"
    nothing.write_text("<nothing/>", encoding="utf-8")
    for row in ROWS:
        command = ["xmllint", "--noout", "--nonet", "--schema", str(FOLDER / row["file"]), str(nothing)]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
        assert "No matching global declaration" in said, row["file"]
        assert "rror :" not in said.replace("Schemas validity error :", "").replace("element nothing: Schemas", ""), (
            said
        )
