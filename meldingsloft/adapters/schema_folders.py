"""What a folder of XML Schemas defines: which document for which namespace.

Three kinds of folder are known: ours (``catalogue.csv``), one with a ``catalog.csv`` (columns ``namespace`` and ``file``),
and any other, whose ``*.xsd`` are read for their target namespaces; an OASIS catalogue in it decides between several.
Foreign documents point to each other by addresses that seldom lead anywhere, so their imports are found by namespace.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lxml import etree

from meldingsloft.domain.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

XS = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True, slots=True)
class SchemaFolder:
    """The schema documents of a folder."""

    path: Path
    files: Mapping[str, Path]
    """Namespace to document."""
    documents: tuple[Path, ...] = ()
    """Every document, the least deep first, where they are foreign; ours point to each other rightly and are not listed."""


def read_folder(path: Path) -> SchemaFolder:
    """What the folder defines, after its catalogue or else after its documents.

    Raises:
        ConfigError: ``ML-C081`` when there are no schemas in it or its catalogue cannot be read.
    """
    path = path.resolve()
    try:
        if (path / "catalogue.csv").is_file():
            return SchemaFolder(path, _read_catalogue(path / "catalogue.csv"))
        documents = tuple(sorted(path.rglob("*.xsd"), key=lambda p: (len(p.parts), p.as_posix())))
        files = _read_catalogue(path / "catalog.csv") if (path / "catalog.csv").is_file() else _scan(path, documents)
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as fault:
        raise _unusable(path, type(fault).__name__) from None
    if not files:
        raise _unusable(path)
    return SchemaFolder(path, files, documents)


def _unusable(path: Path, detail: str = "") -> ConfigError:
    return ConfigError(
        "ML-C081",
        "there are no XML Schemas to be had from this folder",
        hint="name a folder with *.xsd files",
        where=str(path),
        detail=detail,
    )


def _read_catalogue(table: Path) -> dict[str, Path]:
    """Namespace to document, as a CSV file beside the documents tells."""
    with table.open(encoding="utf-8", newline="") as lines:
        return {row["namespace"]: table.parent / row["file"] for row in csv.DictReader(lines)}


def _scan(folder: Path, documents: tuple[Path, ...]) -> dict[str, Path]:
    """Target namespaces of the documents: what the folder's OASIS catalogue says, else the least deep document.

    A document that another one includes stands for the namespace only when nothing else does.
    """
    roots = {document: root for document in documents if (root := read_schema(document)) is not None}
    included = {
        (d.parent / e.get("schemaLocation", "")).resolve()
        for d, root in roots.items()
        for e in root.iter(f"{XS}include", f"{XS}redefine")
    }
    targets = {document: root.get("targetNamespace") for document, root in roots.items()}
    found: dict[str, Path] = {}
    for document in sorted(roots, key=lambda d: d in included):
        if namespace := targets[document]:
            found.setdefault(namespace, document)
    return found | {
        name: document for name, document in _oasis_entries(folder) if name and targets.get(document) == name
    }


def _oasis_entries(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name, document) of the ``uri``, ``system`` and ``public`` entries of the catalogues at the top of the folder."""
    for table in sorted(folder.glob("*catalog*.xml")):
        root = _parse(table)
        for entry in () if root is None else root.iter("{*}uri", "{*}system", "{*}public"):
            name = entry.get("name") or entry.get("systemId") or entry.get("publicId") or ""
            yield name, folder / unquote(urlsplit(entry.get("uri", "")).path)


def read_schema(document: Path) -> etree._Element | None:
    """The root of a schema document; None when the file is no XML Schema."""
    root = _parse(document)
    return root if root is not None and root.tag == f"{XS}schema" else None


def _parse(document: Path) -> etree._Element | None:
    """The root of a document, also of one that declares a namespace which is no legal URI; None when nothing can be read."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        return etree.parse(str(document), parser).getroot()
    except (etree.XMLSyntaxError, OSError):
        return None
