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


class SchemaSet:
    """The XML Schemas of one folder (port ``Schemas``)."""

    def __init__(self, folder: Path, name: str = "shipped") -> None:
        self.name = name
        self._path = folder
        self._read: SchemaFolder | None = None
        self._compiled: dict[frozenset[str], etree.XMLSchema] = {}

    @classmethod
    def from_folder(cls, folder: Path) -> SchemaSet:
        """The set of a folder somebody names, known by its path."""
        return cls(folder, str(folder))

    @property
    def _folder(self) -> SchemaFolder:
        if self._read is None:
            self._read = read_folder(self._path)
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
        wanted = frozenset(n for n in namespaces if self.knows(n))
        compiled = self._compiled.get(wanted)
        if compiled is None:
            compiled = self._compiled[wanted] = self._compile(sorted(wanted))
        return compiled

    def _compile(self, namespaces: list[str]) -> etree.XMLSchema:
        """One schema that imports the namespaces."""
        folder = self._folder
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        if not folder.addresses_hold:
            parser.resolvers.add(_ByNamespace(folder))
        try:
            return etree.XMLSchema(etree.fromstring(_combined(folder, namespaces), parser))
        except etree.XMLSchemaParseError as fault:
            first = next(iter(fault.error_log), None)
            raise ConfigError(
                "ML-C082",
                f"the XML Schemas of the set {self.name!r} do not compile",
                hint="mend the schema document named, or use the shipped schemas",
                where=str(folder.path),
                detail=f"{first.filename}, line {first.line}: {first.message}" if first else "",
            ) from None


def _combined(folder: SchemaFolder, namespaces: list[str]) -> bytes:
    """A schema document of nothing but imports."""
    lines = ['<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">']
    for namespace in namespaces:
        document = folder.files[namespace]
        address = document.absolute().as_uri() if folder.addresses_hold else _address(document)
        lines.append(f"<xs:import namespace={quoteattr(namespace)} schemaLocation={quoteattr(address)}/>")
    return "\n".join([*lines, "</xs:schema>"]).encode()


def _address(document: Path) -> str:
    """The address under which a document of a foreign folder is asked for."""
    return _SCHEME + document.absolute().as_uri().removeprefix("file:")


class _ByNamespace(etree.Resolver):
    """Gives foreign schema documents with their imports pointed to where the folder has the namespace.

    Documents outside the folder are never read: an include that leads out of it, or nowhere, is looked for by file name.
    """

    def __init__(self, folder: SchemaFolder) -> None:
        self._files = folder.files
        self._others = folder.others
        self._by_address = {_address(d): d for d in (*folder.others.values(), *folder.files.values(), *folder.path.rglob("*.xsd"))}

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ARG002  lxml's interface
        """The document as libxml2 is to read it; an empty one for addresses that are not ours."""
        document = self._by_address.get(system_url or "")
        if document is None:
            return self.resolve_empty(context)
        return self.resolve_string(self._pointed(document), context, base_url=system_url)

    def _pointed(self, document: Path) -> bytes:
        """The bytes of a document with its addresses made good."""
        root = read_schema(document)
        if root is None:
            return b""
        for element in root.iterchildren(f"{XS}import", f"{XS}include", f"{XS}redefine"):
            target = self._files.get(element.get("namespace", "")) if element.tag == f"{XS}import" else self._beside(document, element)
            element.attrib.pop("schemaLocation", None)
            if target is not None:
                element.set("schemaLocation", _address(target))
            elif element.tag != f"{XS}import":
                root.remove(element)
        return etree.tostring(root)

    def _beside(self, document: Path, element: etree._Element) -> Path | None:
        """The document an include means."""
        location = element.get("schemaLocation", "")
        return self._by_address.get(_address((document.parent / location).resolve())) or self._others.get(location.rpartition("/")[2])
