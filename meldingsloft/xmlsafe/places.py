"""The place of a node: line and column as an editor counts them, and a path of local names a person can follow.

libxml2 keeps lines but no columns; the columns are counted by a second, non-validating pass with expat, made only when a
place is asked for.
"""

from __future__ import annotations

from typing import cast
from xml.parsers import expat

from lxml import etree

from meldingsloft.domain.findings import Place
from meldingsloft.xmlsafe.parsing import local_name


class Places:
    """Places in one document; ``data`` must be the bytes that ``root`` was parsed from."""

    def __init__(self, data: bytes, root: etree._Element) -> None:
        self._data = data
        self._root = root
        self._positions: dict[int, tuple[int, int]] | None = None
        self._steps: dict[etree._Element, str] = {}

    def of(self, element: etree._Element, attribute: str = "") -> Place:
        """The start tag of an element (or the element that carries an attribute)."""
        line, column = self._position(element)
        path = self._path(element)
        return Place(line, column, f"{path}/@{attribute.rpartition('}')[2]}" if attribute else path)

    def _path(self, element: etree._Element) -> str:
        """As ``path_of``; the children of one parent are counted once, however many of them are asked for."""
        steps: list[str] = []
        node: etree._Element | None = element
        while node is not None:
            parent = node.getparent()
            if node not in self._steps:
                self._steps.update(_steps_below(parent) if parent is not None else {node: local_name(node)})
            steps.append(self._steps[node])
            node = parent
        return "/" + "/".join(reversed(steps))

    def _position(self, element: etree._Element) -> tuple[int | None, int | None]:
        if self._positions is None:
            self._positions = self._measure()
        line = cast("int | None", element.sourceline)
        return self._positions.get(id(element)) or (line, None)

    def _measure(self) -> dict[int, tuple[int, int]]:
        starts: list[tuple[int, int]] = []
        scanner = expat.ParserCreate()
        scanner.StartElementHandler = lambda _name, _attributes: starts.append(
            (scanner.CurrentLineNumber, scanner.CurrentColumnNumber + 1)
        )
        try:
            scanner.Parse(self._data, True)  # noqa: FBT003 - expat's own signature
        except (expat.ExpatError, ValueError, LookupError):
            return {}
        self._elements = list(self._root.iter(etree.Element))  # kept: ids are only unique among living proxies
        return {id(element): start for element, start in zip(self._elements, starts, strict=False)}


def path_of(element: etree._Element) -> str:
    """``/MsgHead/Document[2]/RefDoc``: local names, an index only where same-named siblings need one."""
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        steps.append(_step(node))
        node = node.getparent()
    return "/" + "/".join(reversed(steps))


def _steps_below(parent: etree._Element) -> dict[etree._Element, str]:
    """The step of each child of an element."""
    total: dict[object, int] = {}
    for child in parent:
        total[child.tag] = total.get(child.tag, 0) + 1
    seen: dict[object, int] = {}
    steps: dict[etree._Element, str] = {}
    for child in parent:
        number = seen[child.tag] = seen.get(child.tag, 0) + 1
        steps[child] = local_name(child) if total[child.tag] == 1 else f"{local_name(child)}[{number}]"
    return steps


def _step(node: etree._Element) -> str:
    name = local_name(node)
    parent = node.getparent()
    if parent is None:
        return name
    same = [child for child in parent if child.tag == node.tag]
    return name if len(same) == 1 else f"{name}[{same.index(node) + 1}]"
