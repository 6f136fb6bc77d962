"""XML that is written, not parsed: a light tree, and the one way it becomes bytes.

The bytes are the same for the same tree: UTF-8 with a declaration, two spaces a level, attributes in the order they were
set, LF between elements. A carriage return in a text is written ``&#13;`` so that it survives parsing (rule DT-016).

Vocabulary: *flat* content (XHTML paragraphs) is written without added blanks, since blanks there are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def forbidden_character(text: str) -> str | None:
    """The first character that no XML 1.0 document can carry, as ``U+0007``; None when all can."""
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


@dataclass(slots=True)
class Node:
    """One element to be."""

    namespace: str
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    flat: bool = False
    made: dict[str, Node] = field(default_factory=dict, repr=False)
    """Children by the step that made them, so that several fields can share one."""

    def child(self, name: str, *content: str, namespace: str | None = None, **attributes: str) -> Node:
        """A new last child."""
        made = Node(self.namespace if namespace is None else namespace, name, dict(attributes), list(content))
        self.children.append(made)
        return made

    @property
    def nodes(self) -> Iterator[Node]:
        """The child elements."""
        return (child for child in self.children if isinstance(child, Node))


def document(root: Node, prefixes: Mapping[str, str]) -> bytes:
    """The bytes of a tree.

    ``prefixes`` maps namespaces to the prefix they are written with; all others are default namespaces, declared where they
    begin. A prefix is declared on the element that begins the default namespace it is used in.
    """
    pieces = [_DECLARATION]
    _Writer(pieces, prefixes).element(root, default="", declared=frozenset(), indent="")
    pieces.append("\n")
    return "".join(pieces).encode("utf-8")


class _Writer:
    def __init__(self, pieces: list[str], prefixes: Mapping[str, str]) -> None:
        self._pieces = pieces
        self._prefixes = prefixes

    def element(self, node: Node, default: str, declared: frozenset[str], indent: str | None) -> None:
        """``indent`` is None inside flat content."""
        prefix = self._prefixes.get(node.namespace)
        name = f"{prefix}:{node.name}" if prefix else node.name
        attributes = [f' {key}="{value.translate(_ATTRIBUTE)}"' for key, value in node.attributes.items()]
        if prefix is None and node.namespace != default:
            default = node.namespace
            fresh = sorted(self._prefixed(node) - declared) if self._prefixes else ()
            declared |= set(fresh)
            attributes[:0] = [f' xmlns="{default}"', *(f' xmlns:{self._prefixes[uri]}="{uri}"' for uri in fresh)]
        self._pieces.append(f"<{name}{''.join(attributes)}")
        if not node.children:
            self._pieces.append("/>")
            return
        self._pieces.append(">")
        self._content(node, default, declared, indent)
        self._pieces.append(f"</{name}>")

    def _content(self, node: Node, default: str, declared: frozenset[str], indent: str | None) -> None:
        pretty = indent is not None and not node.flat and not any(isinstance(child, str) for child in node.children)
        inner = f"{indent}  " if pretty else None
        for child in node.children:
            if isinstance(child, str):
                self._pieces.append(child.translate(_TEXT))
                continue
            if pretty:
                self._pieces.append(f"\n{inner}")
            self.element(child, default, declared, inner)
        if pretty:
            self._pieces.append(f"\n{indent}")

    def _prefixed(self, node: Node) -> set[str]:
        """Prefixed namespaces used below a node, as far as its default namespace reaches."""
        found: set[str] = set()
        for child in node.nodes:
            if child.namespace in self._prefixes:
                found |= {child.namespace} | self._prefixed(child)
            elif child.namespace == node.namespace or node.namespace in self._prefixes:
                found |= self._prefixed(child)
        return found
