"""Compiled XML Schemas, one combined schema for each set of namespaces that a document uses.

Hodemelding and fagmelding are judged in one pass, since a strict wildcard wants to see the declarations of what stands
in it. Only what a document needs is compiled, on first use; nothing is fetched from a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from meldingsloft.adapters.schema_folders import XS, SchemaFolder, read_folder, read_schema
from meldingsloft.domain.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

_SCHEME = "schema-set:"
_LOCATION = "schemaLocation"
_MOST_KEPT = 128
"""Compiled schemas kept at once, so that documents with ever new mixtures of namespaces cannot fill the memory."""


class SchemaSet:
    """The XML Schemas of one folder (port ``Schemas``)."""

    def __init__(self, folder: Path, name: str = "shipped") -> None:
        self.name = name
        self._path = folder
        self._read: SchemaFolder | None = None
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        self._compiled: dict[frozenset[str], etree.XMLSchema] = {}
        self._asked: dict[frozenset[str], etree.XMLSchema] = {}
        """The same by what documents declare, known namespaces and others."""

    @classmethod
    def from_folder(cls, folder: Path) -> SchemaSet:
        """The set of a folder somebody names, known by its path."""
        return cls(folder, str(folder))

    @property
    def _folder(self) -> SchemaFolder:
        if self._read is None:
            self._read = read_folder(self._path)
            if self._read.documents:
                self._parser.resolvers.add(_ByNamespace(self._read))
        return self._read

    @property
    def namespaces(self) -> frozenset[str]:
        """All namespaces the set defines."""
        return frozenset(self._folder.files)

    def knows(self, namespace: str) -> bool:
        """True when the set defines this namespace."""
        return namespace in self._folder.files

    def source(self, namespace: str) -> str:
        """Path of the schema document of a namespace, ``""`` when the set does not define it."""
        document = self._folder.files.get(namespace)
        return str(document) if document else ""

    def for_namespaces(self, namespaces: frozenset[str]) -> Any:
        """A compiled ``lxml.etree.XMLSchema`` that knows these namespaces and those their schemas import.

        A lax wildcard judges what it has declarations for: ask for every namespace that stands in the document.

        Raises:
            ConfigError: ``ML-C081`` when the folder holds no schemas, ``ML-C082`` when they do not compile.
        """
        compiled = self._asked.get(namespaces)
        if compiled is None:
            wanted = namespaces.intersection(self._folder.files)
            compiled = self._compiled.get(wanted)
            if compiled is None:
                compiled = _keep(self._compiled, wanted, self._compile(sorted(wanted)))
            _keep(self._asked, namespaces, compiled)
        return compiled

    def _compile(self, namespaces: list[str]) -> etree.XMLSchema:
        """One schema that imports the namespaces."""
        gone = next(
            (self.source(namespace) for namespace in namespaces if not self._folder.files[namespace].is_file()), ""
        )
        if gone:  # libxml2 passes over an import that it cannot find
            raise self._useless(f"{gone} is not there")
        try:
            return etree.XMLSchema(etree.fromstring(_combined(self._folder, namespaces), self._parser))
        except etree.XMLSchemaParseError as fault:
            first = next(iter(fault.error_log), None)
            raise self._useless(f"{first.filename}, line {first.line}: {first.message}" if first else "") from None

    def _useless(self, detail: str) -> ConfigError:
        return ConfigError(
            "ML-C082",
            f"the XML Schemas of the set {self.name!r} do not compile",
            hint="mend the schema document named, or use the shipped schemas",
            where=str(self._folder.path),
            detail=detail,
        )


def _keep(kept: dict[frozenset[str], etree.XMLSchema], names: frozenset[str], schema: etree.XMLSchema) -> etree.XMLSchema:
    """Remember a schema, and forget the oldest when there are too many."""
    if len(kept) >= _MOST_KEPT:
        del kept[next(iter(kept))]
    kept[names] = schema
    return schema


def _combined(folder: SchemaFolder, namespaces: list[str]) -> bytes:
    """A schema document of nothing but imports."""
    lines = ['<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">']
    for namespace in namespaces:
        document = folder.files[namespace]
        address = _address(document) if folder.documents else document.as_uri()
        lines.append(f"<xs:import namespace={quoteattr(namespace)} schemaLocation={quoteattr(address)}/>")
    return "\n".join([*lines, "</xs:schema>"]).encode()


def _address(document: Path) -> str:
    """The address under which a document of a foreign folder is asked for."""
    return _SCHEME + document.as_uri().removeprefix("file:")


class _ByNamespace(etree.Resolver):
    """Gives foreign schema documents with their imports pointed to where the folder has the namespace.

    Only documents of the folder are read: an include that leads out of it, or nowhere, is looked for by file name.
    """

    def __init__(self, folder: SchemaFolder) -> None:
        self._files = folder.files
        self._by_name = {document.name: document for document in reversed(folder.documents)}
        self._by_address = {_address(document): document for document in (*folder.documents, *folder.files.values())}

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:  # type: ignore[override]
        """The document as libxml2 is to read it, an empty one for addresses that are not ours."""
        document = self._by_address.get(system_url)
        text = self._pointed(document) if document else b""
        return self.resolve_string(text, context, base_url=system_url)

    def _pointed(self, document: Path) -> bytes:
        """The bytes of a document with its addresses made good."""
        root = read_schema(document)
        if root is None:
            return b""
        for element in list(root.iterchildren(f"{XS}import", f"{XS}include", f"{XS}redefine")):
            imports = element.tag == f"{XS}import"
            target = (
                self._files.get(element.get("namespace", ""))
                if imports
                else self._beside(document, element.get(_LOCATION, ""))
            )
            if target is not None:
                element.set(_LOCATION, _address(target))
            elif imports:
                element.attrib.pop(_LOCATION, "")
            else:
                root.remove(element)
        return etree.tostring(root)

    def _beside(self, document: Path, location: str) -> Path | None:
        """The document an include means."""
        return self._by_address.get(_address((document.parent / location).resolve())) or self._by_name.get(
            location.rpartition("/")[2]
        )
