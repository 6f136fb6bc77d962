"""The official schemas as a judge of what we build; only where the reference material is present (``tests.reference``)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from tests.reference import REFERENCE


def official_schema(root: etree._Element) -> etree.XMLSchema:
    """One schema that knows every namespace the message uses."""
    used = {etree.QName(element).namespace or "" for element in root.iter(etree.Element)}
    return _schema(frozenset(used & set(_files())))


@cache
def _files() -> dict[str, Path]:
    assert REFERENCE is not None
    folder = REFERENCE / "schemas"
    with (folder / "catalog.csv").open(encoding="utf-8", newline="") as lines:
        return {row["namespace"]: folder / row["file"] for row in csv.DictReader(lines)}


@cache
def _schema(namespaces: frozenset[str]) -> etree.XMLSchema:
    imports = "".join(
        f'<xs:import namespace="{name}" schemaLocation="{_files()[name].as_uri()}"/>' for name in sorted(namespaces)
    )
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_ByFileName())
    text = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    return etree.XMLSchema(etree.fromstring(text, parser))


class _ByFileName(etree.Resolver):
    """Imports point to other folders and to the web; the file names are right."""

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        assert REFERENCE is not None
        name = system_url.rpartition("/")[2]
        found = next(
            (
                path
                for path in ((REFERENCE / "schemas" / name), (REFERENCE / "schemas" / "extra" / name))
                if path.is_file()
            ),
            None,
        )
        lxml: Any = self  # the stubs know neither context nor the methods that give documents
        return lxml.resolve_filename(str(found), context) if found else lxml.resolve_empty(context)
