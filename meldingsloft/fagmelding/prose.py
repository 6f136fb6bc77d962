"""Text of several paragraphs, lists and tables, written plainly in a case and carried as XHTML (HISD 1155, rule DT-017).

Blocks are parted by an empty line. A block whose lines all begin with ``- `` is a list; one whose lines all begin and end
with ``|`` is a table, its first row a heading when a row of dashes follows; a line ``# words`` is a heading. ``**words**``
are bold. A line break inside a paragraph stays a line break.

A table ``{ xhtml = "<div>…</div>" }`` takes ready XHTML, held to the elements the standard permits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from meldingsloft.domain.errors import UnreadableError
from meldingsloft.fagmelding.kinds import Raw, Surroundings, Wrong, read_text
from meldingsloft.fagmelding.writing import Node
from meldingsloft.xmlsafe import parse

XHTML = "http://www.w3.org/1999/xhtml"
PERMITTED = frozenset(
    [
        "div",
        "p",
        "span",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "caption",
        "colgroup",
        "col",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "blockquote",
        "pre",
        "b",
        "i",
        "big",
        "small",
        "sub",
        "sup",
        "tt",
        "hr",
        "em",
        "strong",
        "abbr",
        "acronym",
        "address",
        "cite",
        "code",
        "dfn",
        "kbd",
        "q",
        "samp",
        "var",
    ]
)
_ATTRIBUTES = frozenset({"class", "title", "colspan", "rowspan", "align", "valign", "border", "summary"})
_CONTAINERS = frozenset(["div", "ul", "ol", "dl", "table", "colgroup", "thead", "tbody", "tfoot", "tr", "blockquote"])
"""Elements whose blanks between children mean nothing."""
_BLOCKS = re.compile(r"\n(?:[ \t]*\n)+")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_RULE = re.compile(r"\|(?:[ ]*:?-{2,}:?[ ]*\|)+")


@dataclass(frozen=True, slots=True)
class Prose:
    """Text of an anyType element.

    ``simple`` writes a text of one plain paragraph as bare text, as the official dialogue examples do.
    """

    simple: bool = False
    what: str = "a text"

    def read(self, raw: Raw, around: Surroundings) -> str | Node:
        """The content: an XHTML ``div``, or one plain paragraph."""
        if isinstance(raw, Mapping):
            return _ready(raw)
        text = read_text(raw, self.what).replace("\t", " ")
        blocks = [block.strip("\n") for block in _BLOCKS.split(text)]
        if (
            self.simple
            and len(blocks) == 1
            and "\n" not in text
            and not _BOLD.search(text)
            and not text.startswith(("- ", "| ", "# "))
        ):
            return text
        division = Node(XHTML, "div")
        for block in blocks:
            division.children.append(_block(block))
        return division

    def write(self, node: Node, value: str | Node) -> None:
        """As the only child."""
        node.children.append(value)


def _block(block: str) -> Node:
    lines = [line.strip() for line in block.split("\n")]
    if all(line.startswith("- ") for line in lines):
        return _list(lines)
    if all(len(line) > 1 and line.startswith("|") and line.endswith("|") for line in lines):
        return _table(lines)
    if len(lines) == 1 and lines[0].startswith("# "):
        return Node(XHTML, "h4", children=[*_inline(lines[0][2:])], flat=True)
    paragraph = Node(XHTML, "p", flat=True)
    for number, line in enumerate(lines):
        if number:
            paragraph.children.append(Node(XHTML, "br"))
        paragraph.children.extend(_inline(line))
    return paragraph


def _list(lines: list[str]) -> Node:
    return Node(XHTML, "ul", children=[Node(XHTML, "li", children=[*_inline(line[2:])], flat=True) for line in lines])


def _table(lines: list[str]) -> Node:
    headed = len(lines) > 1 and _RULE.fullmatch(lines[1]) is not None
    body = Node(XHTML, "tbody")
    for number, line in enumerate(line for at, line in enumerate(lines) if not (headed and at == 1)):
        cell = "th" if headed and number == 0 else "td"
        row = Node(XHTML, "tr")
        row.children.extend(
            Node(XHTML, cell, children=[*_inline(words.strip())], flat=True) for words in line[1:-1].split("|")
        )
        body.children.append(row)
    return Node(XHTML, "table", children=[body])


def _inline(text: str) -> Iterator[Node | str]:
    for number, piece in enumerate(_BOLD.split(text)):
        if number % 2:
            yield Node(XHTML, "b", children=[piece], flat=True)
        elif piece:
            yield piece


def _ready(raw: Mapping[str, Raw]) -> Node:
    if set(raw) != {"xhtml"}:
        raise Wrong("a text or { xhtml = … } is wanted", "write the text in quotes")
    text = read_text(raw["xhtml"], "XHTML")
    try:
        root = parse(text.encode("utf-8"))
    except UnreadableError:
        raise Wrong("the XHTML is not well-formed", "begin with <div> and close every element") from None
    return _copied(root)


def _copied(element: etree._Element) -> Node:
    name = etree.QName(element)
    if name.namespace not in (None, XHTML) or name.localname not in PERMITTED:
        raise Wrong(
            f"the XHTML element {name.localname} is not permitted in a message", "use paragraphs, lists and tables"
        )
    strange = [key for key in element.attrib if key not in _ATTRIBUTES]
    if strange:
        raise Wrong(f"the XHTML attribute {strange[0]!s} is not permitted in a message", "take it away")
    node = Node(XHTML, name.localname, {str(key): str(value) for key, value in element.attrib.items()})
    node.flat = name.localname not in _CONTAINERS
    _copy_content(element, node)
    return node


def _copy_content(element: etree._Element, node: Node) -> None:
    if element.text and (node.flat or element.text.strip()):
        node.children.append(element.text)
    for child in element:
        if isinstance(child.tag, str):
            node.children.append(_copied(child))
        if child.tail and (node.flat or child.tail.strip()):
            node.children.append(child.tail)
